"""Time: one monotonic clock for motion, one anchor per run for wall clock and timecode.

``capture_time_ns`` is stamped once, on the monotonic clock. Wall clock and timecode of any instant
derive from it through the anchor, so that a jump of the system clock (NTP, daylight saving,
suspend) never bends motion.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Clock(Protocol):
    """What the pipeline needs of time; tests bring their own."""

    def monotonic_ns(self) -> int:
        """Now, on a clock that never jumps [ns]."""
        ...

    def sleep(self, duration_s: float) -> None:
        """Wait for that long."""
        ...


class SystemClock:
    """The machine's clock."""

    def monotonic_ns(self) -> int:
        """Now, on the monotonic clock [ns]."""
        return time.monotonic_ns()

    def sleep(self, duration_s: float) -> None:
        """Wait for that long [s]."""
        time.sleep(duration_s)


@dataclass(frozen=True, slots=True)
class RunAnchor:
    """Ties the monotonic clock to the wall clock, once per run."""

    monotonic_ns: int
    """The anchored instant on the monotonic clock [ns]."""
    unix_ns: int
    """The same instant as Unix time [ns]."""

    @classmethod
    def now(cls) -> RunAnchor:
        """An anchor for this instant."""
        return cls(monotonic_ns=time.monotonic_ns(), unix_ns=time.time_ns())

    def unix_time_ns(self, capture_time_ns: int) -> int:
        """Unix time of an instant on the monotonic clock [ns]."""
        return self.unix_ns + (capture_time_ns - self.monotonic_ns)
