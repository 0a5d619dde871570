"""Rows of columns, and the stretches of time they form."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from mocapbridge.clock import NS_PER_S
from mocapbridge.errors import TakeUnreadable
from mocapbridge.takes.columns import MotionColumns
from mocapbridge.types import Float64Array

_BREAK_S: Final = 0.5
"""A longer pause between two frames is a cut: receivers call a subject lost after this long."""


def times_s(motion: MotionColumns) -> Float64Array:
    """(n,) since the first frame [s].

    Raises:
        TakeUnreadable: there is no frame, or time does not rise.
    """
    if motion.frames == 0:
        raise TakeUnreadable("there is no frame to clean up")
    times = (motion.capture_time_ns - motion.capture_time_ns[0]) / NS_PER_S
    if np.any(np.diff(times) <= 0.0):
        raise TakeUnreadable("the frames' times do not rise: the take is damaged")
    return times


def chosen(motion: MotionColumns, rows: npt.NDArray[np.integer | np.bool_]) -> MotionColumns:
    """Some of the rows, in that order.

    Args:
        motion: all rows.
        rows: which; integers or a mask.
    """
    kept: dict[str, Any] = {
        field.name: value[rows]
        for field in fields(motion)
        if isinstance(value := getattr(motion, field.name), np.ndarray)
    }
    return replace(motion, **kept)


def stretches(times: Float64Array) -> list[slice]:
    """Rows that follow each other without a break, in order."""
    breaks = np.flatnonzero(np.diff(times) > _BREAK_S) + 1
    edges = [0, *breaks.tolist(), len(times)]
    return [slice(first, end) for first, end in itertools.pairwise(edges)]


def rows_between(
    motion: MotionColumns, start_s: float, end_s: float | None
) -> npt.NDArray[np.intp]:
    """The rows from ``start_s`` on and before ``end_s``, since the first frame.

    Raises:
        TakeUnreadable: there are none.
    """
    times = times_s(motion)
    rows = np.flatnonzero((times >= start_s) & (times < (np.inf if end_s is None else end_s)))
    if not len(rows):
        raise TakeUnreadable(f"no frame lies between these times: the clip has {times[-1]:.2f} s")
    return rows
