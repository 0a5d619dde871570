# SPDX-License-Identifier: GPL-3.0-or-later
"""Animation curves as plain numbers: filled row by row while recording, written column by column.

Ten minutes are some ten million numbers. They lie in ``array``s, whose strided slices run in C, so
that no step of writing loops over single numbers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Channel(NamedTuple):
    """What a curve moves."""

    path: str
    """Blender's data path, from the datablock that is animated."""
    component: int
    """Which number of the property, counted from 0; 0 for single numbers."""
    group: str
    """Under which name the curve is shown."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Keys of one channel."""

    channel: Channel
    frames: array[float]
    """Rising, of the scene; fractions are instants between frames."""
    values: array[float]


@dataclass(slots=True)
class Table:
    """Rows of numbers, one for each instant, with the same channels throughout."""

    channels: tuple[Channel, ...]
    times_ns: array[int] = field(default_factory=lambda: array("q"))
    values: array[float] = field(default_factory=lambda: array("f"))

    def add(self, time_ns: int, row: Sequence[float]) -> None:
        """One row; later than the one before it."""
        self.times_ns.append(time_ns)
        self.values.extend(row)

    def column(self, place: int) -> array[float]:
        """All numbers of one channel."""
        return self.values[place :: len(self.channels)]


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Which frame of the scene an instant is."""

    zero_ns: int
    """The instant that ``start`` is."""
    start: float
    frames_per_s: float

    def frame(self, time_ns: int) -> float:
        """The frame of an instant, with its fraction."""
        return self.start + (time_ns - self.zero_ns) * 1e-9 * self.frames_per_s

    def frames(self, times_ns: Iterable[int]) -> array[float]:
        """The frames of instants."""
        return array("f", map(self.frame, times_ns))


def curves(tables: Iterable[Table], line: TimeLine) -> list[Curve]:
    """The curves of tables that follow one another in time.

    A recording begins another table when its rig or bone list changes, so a channel may be missing
    from some of them.
    """
    joined: dict[tuple[str, int], Curve] = {}
    for table in tables:
        frames = line.frames(table.times_ns)
        for place, channel in enumerate(table.channels):
            before = joined.get((channel.path, channel.component))
            column = table.column(place)
            if before is None:
                joined[channel.path, channel.component] = Curve(channel, frames, column)
            else:
                joined[channel.path, channel.component] = Curve(
                    before.channel, before.frames + frames, before.values + column
                )
    return list(joined.values())
