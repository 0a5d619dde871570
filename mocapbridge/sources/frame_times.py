"""Presentation times that strictly rise, whatever the container says."""

from __future__ import annotations

from typing import Final

_STEP_NS: Final = 1_000_000
"""Distance of a repaired time from the one before: the smallest that a tracker with millisecond
stamps (MediaPipe) can tell apart, and small enough not to run into the next sound time."""
_STRAYS: Final = 2
"""This many unsound times in a row are strays of a damaged or carelessly muxed file; more mean
that the container's clock has started anew or that there is none."""


class FrameTimes:
    """Repairs duplicate and backward presentation times.

    A stray one is put just after the last. When they go on being unsound (clips joined end to
    end, raw streams without times) the container's clock is shifted to continue at the nominal
    rate, so that what it says from there on counts again.
    """

    def __init__(self, interval_ns: int) -> None:
        """Args: interval_ns: the nominal time from frame to frame, > 0 [ns]."""
        self.repaired = 0
        self._interval_ns = interval_ns
        self._shift_ns = 0
        self._last_ns: int | None = None
        self._last_sound_ns = 0
        self._unsound_run = 0

    def rising(self, container_ns: int) -> int:
        """The time to use for the next frame: greater than all before [ns].

        Args:
            container_ns: what the container says, any integer [ns].
        """
        time_ns = container_ns + self._shift_ns
        if self._last_ns is None or time_ns > self._last_ns:
            self._unsound_run = 0
            self._last_sound_ns = time_ns
        else:
            time_ns = self._repair(container_ns, self._last_ns)
        self._last_ns = time_ns
        return time_ns

    def _repair(self, container_ns: int, last_ns: int) -> int:
        self.repaired += 1
        self._unsound_run += 1
        if self._unsound_run <= _STRAYS:
            return last_ns + _STEP_NS
        nominal_ns = self._last_sound_ns + self._unsound_run * self._interval_ns
        time_ns = max(nominal_ns, last_ns + _STEP_NS)
        self._shift_ns = time_ns - container_ns
        return time_ns
