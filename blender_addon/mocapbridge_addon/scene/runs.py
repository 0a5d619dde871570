# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a row of numbers into a longer one, stretch by stretch.

Blender takes all values of a property at once, whether they are ours or not. Ours mostly lie side
by side there, and stretches are copied faster than single values.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple


class Run(NamedTuple):
    """One stretch."""

    start: int
    """In the short row."""
    end: int
    to: int
    """Where it goes in the long one."""
    to_end: int


def runs(places: Sequence[int | None], size: int = 1) -> list[Run]:
    """The stretches of values of ``size`` numbers.

    Args:
        places: per value of the short row its place in the long one; None when it has none.
        size: numbers of a value.
    """
    found: list[Run] = []
    for number, place in enumerate(places):
        if place is None:
            continue
        start, to = number * size, place * size
        if found and found[-1].end == start and found[-1].to_end == to:
            last = found.pop()
            found.append(Run(last.start, start + size, last.to, to + size))
        else:
            found.append(Run(start, start + size, to, to + size))
    return found


def put(short: array[float], long: array[float], stretches: Sequence[Run]) -> None:
    """Copy the stretches. Both rows are of the same type."""
    for start, end, to, to_end in stretches:
        long[to:to_end] = short[start:end]
