# SPDX-License-Identifier: GPL-3.0-or-later
"""The sender's capture times on this machine's clock."""

from __future__ import annotations

from typing import Final

from ..motion.frame import Motion

_JUMP_NS: Final = 2_000_000_000
"""From one frame to the next, capture and arrival part by so much only when the sender's clock is
another one: it was started again. Footage that is solved more slowly than it was filmed parts from
arrival, too, but little by little, and keeps its own time."""


class CaptureClock:
    """Shifts capture times by one constant, so that the time between frames is the camera's.

    Arrival times would bring in the network's and Blender's own unevenness.
    """

    def __init__(self, shift_ns: int | None) -> None:
        """Begin.

        Args:
            shift_ns: from the sender's clock to this machine's; None where it is not known: then
                the first frame counts as captured when it arrived.
        """
        self._shift_ns = shift_ns
        self._last_ns = 0
        self._last_arrival_ns: int | None = None
        self.breaks = 0
        """How often the sender's clock became another."""

    def local_ns(self, motion: Motion) -> int:
        """Instant of capture on this machine's clock [ns]."""
        arrival_ns = motion.arrival_time_ns
        if self._shift_ns is None:
            self._shift_ns = arrival_ns - motion.capture_time_ns
        elif self._last_arrival_ns is not None:
            passed_ns = arrival_ns - self._last_arrival_ns
            captured_ns = motion.capture_time_ns + self._shift_ns - self._last_ns
            if abs(captured_ns - passed_ns) > _JUMP_NS:
                self._shift_ns += passed_ns - captured_ns
                self.breaks += 1
        self._last_arrival_ns = arrival_ns
        self._last_ns = motion.capture_time_ns + self._shift_ns
        return self._last_ns
