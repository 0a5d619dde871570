"""Timecode: the time of day of a capture, counted in frames.

Frame numbers count the frames of the nominal rate since midnight; at 30000/1001, too, frame number
over rate is the time of day. Labels write them as hours, minutes, seconds and frames: at 30000/1001
and 60000/1001 with drop-frame counting, which skips labels so that they keep to the clock, and at
every other rate without (SMPTE ST 12-1).
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from mocapbridge.clock import NS_PER_S, RunAnchor

_NS_PER_DAY: Final = 86_400 * NS_PER_S
_LARGEST_SUB_FRAME: Final = 1.0 - 2.0**-24
"""Largest float32 below 1: a sub-frame of 1 would be the next frame."""
_DROP_FRAME: Final = {(30000, 1001): 2, (60000, 1001): 4}
"""Rates that are counted with dropped labels: how many are skipped each minute but the tenth."""


class TimecodeLabel(NamedTuple):
    """``hh:mm:ss:ff``, or ``hh:mm:ss;ff`` where labels are dropped."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    drop_frame: bool

    def __str__(self) -> str:
        mark = ";" if self.drop_frame else ":"
        return f"{self.hours:02}:{self.minutes:02}:{self.seconds:02}{mark}{self.frames:02}"


class TimeCode:
    """Timecode of a run, in the time zone of this machine when the run began.

    Args:
        frame_rate: (numerator, denominator), at least one frame a second.
        anchor: ties capture times to the wall clock.
    """

    def __init__(self, frame_rate: tuple[int, int], anchor: RunAnchor) -> None:
        self.frame_rate = frame_rate
        self._anchor = anchor
        started_utc = dt.datetime.fromtimestamp(anchor.unix_ns // NS_PER_S, tz=dt.timezone.utc)
        offset = started_utc.astimezone().utcoffset() or dt.timedelta()
        self._offset_ns = round(offset.total_seconds()) * NS_PER_S

    def of(self, capture_time_ns: int) -> tuple[int, float]:
        """Frame number since midnight, and sub-frame 0..1, of an instant on the monotonic clock."""
        local_ns = self._anchor.unix_time_ns(capture_time_ns) + self._offset_ns
        numerator, denominator = self.frame_rate
        frame_number, rest = divmod(local_ns % _NS_PER_DAY * numerator, denominator * NS_PER_S)
        return frame_number, min(rest / (denominator * NS_PER_S), _LARGEST_SUB_FRAME)

    def label(self, capture_time_ns: int) -> TimecodeLabel:
        """The label of the frame that an instant on the monotonic clock lies in."""
        return label_of(self.of(capture_time_ns)[0], self.frame_rate)


def label_of(frame_number: int, frame_rate: tuple[int, int]) -> TimecodeLabel:
    """The label of a frame.

    Args:
        frame_number: frames since midnight; a day's frames more or less is the same label.
        frame_rate: (numerator, denominator).
    """
    per_second = _nominal(frame_rate)
    dropped = _DROP_FRAME.get(frame_rate, 0)
    if dropped:
        per_minute = 60 * per_second - dropped
        per_ten = 10 * per_minute + dropped
        frame_number %= 144 * per_ten
        tens, rest = divmod(frame_number, per_ten)
        # The first minute of ten keeps all its labels.
        minutes = max(0, (rest - dropped) // per_minute)
        frame_number += dropped * (9 * tens + minutes)
    seconds, frames = divmod(frame_number, per_second)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return TimecodeLabel(hours % 24, minutes, seconds, frames, bool(dropped))


def frame_number_of(label: TimecodeLabel, frame_rate: tuple[int, int]) -> int:
    """The frame that a label names, counted from midnight: the inverse of ``label_of``."""
    per_second = _nominal(frame_rate)
    minutes = 60 * label.hours + label.minutes
    counted = (60 * minutes + label.seconds) * per_second + label.frames
    return counted - _DROP_FRAME.get(frame_rate, 0) * (minutes - minutes // 10)


def _nominal(frame_rate: tuple[int, int]) -> int:
    """Labels in a second: the rate, rounded."""
    numerator, denominator = frame_rate
    return max(1, round(numerator / denominator))
