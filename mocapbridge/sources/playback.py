"""Places footage on the run's clock: capture times, loops and the pace of delivery."""

from __future__ import annotations

import threading
from typing import Final

from mocapbridge.clock import NS_PER_S, Clock

_LONGEST_NAP_S: Final = 0.05
"""Waiting is cut into naps of this length, so that closing is noticed soon."""


class Playback:
    """Turns presentation times of footage into capture times, over loops, and waits for them.

    The first frame is captured at the instant it is asked for (the run's anchor); all others
    follow at the distance their presentation times say. A new pass over the footage starts one
    nominal frame after the end of the pass before.
    """

    def __init__(self, clock: Clock, *, native: bool) -> None:
        """Args: native: wait for each frame's time; otherwise deliver at once."""
        self._clock = clock
        self._native = native
        self._stopped = threading.Event()
        self._pass_start_ns: int | None = None
        self._presentation_start_ns: int | None = None
        self._last_capture_ns = 0

    def capture_time_ns(self, presentation_ns: int) -> int:
        """Instant of capture of the next frame on the monotonic clock [ns].

        Args:
            presentation_ns: the frame's time in the footage, rising within a pass [ns].
        """
        if self._pass_start_ns is None:
            self._pass_start_ns = self._clock.monotonic_ns()
        if self._presentation_start_ns is None:
            self._presentation_start_ns = presentation_ns
        self._last_capture_ns = self._pass_start_ns + presentation_ns - self._presentation_start_ns
        return self._last_capture_ns

    def start_pass(self, interval_ns: int) -> None:
        """The next frame is the first of a new pass, ``interval_ns`` after the last one."""
        self._pass_start_ns = self._last_capture_ns + interval_ns
        self._presentation_start_ns = None

    def wait_for(self, capture_time_ns: int) -> bool:
        """Wait until that instant where the pace asks for it; False once stopped."""
        while self._native and not self._stopped.is_set():
            remaining_ns = capture_time_ns - self._clock.monotonic_ns()
            if remaining_ns <= 0:
                break
            self._clock.sleep(min(remaining_ns / NS_PER_S, _LONGEST_NAP_S))
        return not self._stopped.is_set()

    def stop(self) -> None:
        """End every waiting, now and later; callable from any thread."""
        self._stopped.set()

    def resume(self) -> None:
        """Allow waiting again, after ``stop``."""
        self._stopped.clear()
