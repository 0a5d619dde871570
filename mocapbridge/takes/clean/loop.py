"""Where a clip repeats itself, and a clip that can go on for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.errors import TakeUnreadable
from mocapbridge.geometry import quaternion
from mocapbridge.takes.clean.rows import chosen, times_s
from mocapbridge.takes.clean.skeleton_rows import continuous, posed, slerp
from mocapbridge.takes.columns import MotionColumns
from mocapbridge.types import Float32Array, Float64Array

_MOST_ROWS: Final = 2000
"""Longer clips are searched on every n-th frame first: time grows with the square."""
_SPEED_WEIGHT_S: Final = 0.15
"""A joint that is 1 m/s off counts like one that is 15 cm off."""


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch whose end resembles its start."""

    first: int
    """Row it begins with."""
    end: int
    """Row that resembles the first one: the loop ends before it."""
    off_m: float
    """How far joints are from each other on average, speeds counted in [m]."""


def find_loop(motion: MotionColumns, shortest_s: float) -> Loop:
    """The stretch whose two ends resemble each other most.

    Compares poses and speeds of all joints relative to the hips, so that a walk that goes
    somewhere can be a loop.

    Args:
        motion: the clip.
        shortest_s: shortest loop [s].

    Raises:
        TakeUnreadable: the clip is not longer than that.
    """
    times = times_s(motion)
    if times[-1] <= shortest_s:
        raise TakeUnreadable(
            f"a loop of {shortest_s:g} s does not fit in a clip of {times[-1]:.2f} s"
        )
    poses = motion.positions_in_world_m.astype(np.float64)
    poses = poses - motion.root_position_in_world_m[:, None]
    speeds = np.gradient(poses, times, axis=0)
    told = np.concatenate((poses, _SPEED_WEIGHT_S * speeds), axis=1).reshape(len(times), -1)
    step = -(-len(times) // _MOST_ROWS)
    coarse = np.arange(0, len(times), step)
    first, end = _nearest_pair(told, times, coarse, coarse, shortest_s)
    if step > 1:
        near_first = np.arange(max(0, first - step), min(len(times), first + step + 1))
        near_end = np.arange(max(0, end - step), min(len(times), end + step + 1))
        first, end = _nearest_pair(told, times, near_first, near_end, shortest_s)
    joints = told.shape[1] // 6
    off_m = float(np.linalg.norm(told[first] - told[end]) / np.sqrt(joints))
    return Loop(first, end, off_m)


def _nearest_pair(
    told: Float64Array,
    times: Float64Array,
    firsts: npt.NDArray[np.intp],
    ends: npt.NDArray[np.intp],
    shortest_s: float,
) -> tuple[int, int]:
    square = np.sum(told**2, axis=1)
    apart = square[firsts][:, None] + square[ends] - 2.0 * told[firsts] @ told[ends].T
    apart[times[ends][None] - times[firsts][:, None] < shortest_s] = np.inf
    row, column = np.unravel_index(int(np.argmin(apart)), apart.shape)
    return int(firsts[row]), int(ends[column])


def looped(
    motion: MotionColumns, rest_positions_m: Float32Array, loop: Loop, blend_s: float
) -> MotionColumns:
    """The loop alone; over its last part the joints ease into the pose it begins with.

    The hips keep going where they go: only their height eases.

    Args:
        motion: the clip.
        rest_positions_m: ``(55, 3)`` of the take's header.
        loop: from ``find_loop``.
        blend_s: how long that part is [s].
    """
    times = times_s(motion)
    rows = np.arange(loop.first, loop.end)
    signed = continuous(motion.rotations_wxyz)
    root = motion.root_position_in_world_m.astype(np.float64)
    to_end_s = times[loop.end] - times[rows]
    share = np.clip(1.0 - to_end_s / max(blend_s, 1e-9), 0.0, 1.0)
    share = share * share * (3.0 - 2.0 * share)
    # The correction that makes the end meet the start, applied more and more.
    first, end = signed[loop.first], signed[loop.end]
    meets = quaternion.multiply(first, quaternion.conjugate(end))
    nothing = np.zeros_like(meets)
    nothing[:, 0] = 1.0
    ways = np.broadcast_to(share[:, None], (len(rows), signed.shape[1]))
    turned = slerp(
        np.broadcast_to(nothing, (len(rows), *nothing.shape)),
        np.broadcast_to(meets, (len(rows), *meets.shape)),
        ways,
    )
    rotations = quaternion.multiply(turned, signed[rows])
    places = root[rows].copy()
    places[:, 1] += share * (root[loop.first, 1] - root[loop.end, 1])
    return posed(chosen(motion, rows), rotations, places, rest_positions_m)
