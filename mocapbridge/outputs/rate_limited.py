"""An output that gets fewer frames than are tracked."""

from __future__ import annotations

from typing import Final

from mocapbridge.clock import NS_PER_S
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.naming import Describing
from mocapbridge.types import MocapFrame, StreamInfo

_EARLY: Final = 0.25
"""Share of a period by which a frame may come before its time: cameras tremble, and a frame that
is refused for a millisecond halves the rate."""


class RateLimited:
    """Hands on at most so many frames a second, by the time of their capture.

    By capture time, so that footage at full speed is thinned as if it were played.
    """

    def __init__(self, output: Output, rate_limit_hz: float) -> None:
        self._output = output
        self._period_ns = round(NS_PER_S / rate_limit_hz)
        self._due_ns: int | None = None
        self.name = output.name
        self.target = output.target

    def open(self) -> None:
        """Open the output."""
        self._output.open()
        self.target = self._output.target

    def send(self, frame: MocapFrame) -> int:
        """Send a frame that is due.

        Returns:
            How many packets left: none for a frame that is not due.

        Raises:
            OutputFailed: as the output itself.
        """
        now_ns = frame.capture_time_ns
        if self._due_ns is None or now_ns >= self._due_ns + self._period_ns:
            self._due_ns = now_ns
        elif now_ns < self._due_ns - _EARLY * self._period_ns:
            return 0
        self._due_ns += self._period_ns
        return self._output.send(frame)

    def describe(self, info: StreamInfo) -> None:
        """As the output itself, if it tells names.

        Raises:
            OutputFailed: as the output itself.
        """
        if isinstance(self._output, Describing):
            self._output.describe(info)

    def idle(self) -> int:
        """As the output itself.

        Raises:
            OutputFailed: as the output itself.
        """
        return self._output.idle()

    def close(self) -> None:
        """Close the output."""
        self._output.close()
