"""Gaps and outliers: what was not seen, or cannot have been, is bridged from both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import quaternion
from mocapbridge.takes.clean.rows import stretches, times_s
from mocapbridge.takes.clean.skeleton_rows import continuous, posed, slerp
from mocapbridge.takes.columns import BoolArray, MotionColumns
from mocapbridge.types import Float32Array, Float64Array, TrackState

LONGEST_OUTLIER_FRAMES: Final = 3
"""Detectors are wrong for this long at most before they begin to follow what is not there."""
_OFTEN: Final = 6.0
"""A jump is this many times farther than the joint usually moves in a frame."""
_LEAST_RAD: Final = 0.26
_LEAST_M: Final = 0.1
"""Smaller jumps than 15 degrees or 10 cm are left alone."""


def gaps_filled(
    motion: MotionColumns, rest_positions_m: Float32Array, longest_s: float
) -> MotionColumns:
    """Joints that were not seen move evenly from where they were last seen to where next.

    Longer gaps, and those at either end, stay as the solver filled them. Filled joints are
    ``PREDICTED``.

    Args:
        motion: the clip.
        rest_positions_m: ``(55, 3)`` of the take's header.
        longest_s: longest gap that is filled [s].

    Raises:
        TakeUnreadable: no frames, or times that do not rise.
    """
    times = times_s(motion)
    unseen = motion.joint_state != int(TrackState.TRACKED)
    fill = np.zeros_like(unseen)
    for joint in range(unseen.shape[1]):
        for first, end in _runs(unseen[:, joint], times):
            fill[first:end, joint] = times[end] - times[first - 1] <= longest_s
    rotations, root = _bridged(motion, times, fill, fill[:, 0])
    states = np.where(fill, np.uint8(TrackState.PREDICTED), motion.joint_state)
    return replace(posed(motion, rotations, root, rest_positions_m), joint_state=states)


def outliers_repaired(
    motion: MotionColumns, rest_positions_m: Float32Array
) -> tuple[MotionColumns, int]:
    """Joints that jump away and back within three frames are bridged from both sides.

    Returns:
        The clip, and how many joints of how many frames were repaired.

    Raises:
        TakeUnreadable: no frames, or times that do not rise.
    """
    times = times_s(motion)
    signed = continuous(motion.rotations_wxyz)
    root = motion.root_position_in_world_m.astype(np.float64)
    jumps = np.zeros(motion.joint_state.shape, dtype=np.bool_)
    leaps = np.zeros((len(times), 1), dtype=np.bool_)
    for rows in stretches(times):
        jumps[rows] = _away_and_back(signed[rows], quaternion.angle_rad, _LEAST_RAD)
        leaps[rows] = _away_and_back(root[rows][:, None], _distance_m, _LEAST_M)
    rotations, places = _bridged(motion, times, jumps, leaps[:, 0])
    states = np.where(jumps, np.uint8(TrackState.PREDICTED), motion.joint_state)
    repaired = replace(posed(motion, rotations, places, rest_positions_m), joint_state=states)
    return repaired, int(jumps.sum() + leaps.sum())


def _distance_m(a: Float64Array, b: Float64Array) -> Float64Array:
    return np.linalg.norm(a - b, axis=-1)


def _away_and_back(
    values: Float64Array,
    distance: Callable[[Float64Array, Float64Array], Float64Array],
    least: float,
) -> BoolArray:
    """Rows that a jump leads to and another jump leads back from ``(n, joints)``.

    Args:
        values: ``(n, joints, components)`` without a break in time.
        distance: between two such arrays, ``(n, joints)``.
        least: what counts as a jump at least; more where the joint often moves far in a frame.
    """
    found = np.zeros((len(values), values.shape[1]), dtype=np.bool_)
    if len(values) < 3:  # noqa: PLR2004 - a row with one on either side
        return found
    steps = distance(values[:-1], values[1:])
    jump = np.maximum(least, _OFTEN * np.median(steps, axis=0))
    for length in range(1, min(LONGEST_OUTLIER_FRAMES, len(values) - 2) + 1):
        away, back = steps[:-length], steps[length:]
        across = distance(values[: -length - 1], values[length + 1 :])
        outlier = (np.minimum(away, back) > jump) & (2.0 * across < np.minimum(away, back))
        for row in range(length):
            found[1 + row : 1 + row + len(outlier)] |= outlier
    return found


def _runs(flags: BoolArray, times: Float64Array) -> list[tuple[int, int]]:
    """Rows ``first`` to ``end`` (exclusive) that are set, with unset ones on both sides."""
    found: list[tuple[int, int]] = []
    for rows in stretches(times):
        inside = flags[rows].astype(np.int8)
        edges = np.diff(inside)
        starts = np.flatnonzero(edges == 1) + 1
        ends = np.flatnonzero(edges == -1) + 1
        ends = ends[ends > (starts[0] if len(starts) else len(inside))]
        pairs: npt.NDArray[np.int64] = np.stack((starts[: len(ends)], ends), axis=1) + rows.start
        found += [(int(first), int(end)) for first, end in pairs]
    return found


def _bridged(
    motion: MotionColumns, times: Float64Array, joints: BoolArray, hips: BoolArray
) -> tuple[Float64Array, Float64Array]:
    """Rotations and hips with the marked rows interpolated between their neighbours."""
    rotations = continuous(motion.rotations_wxyz)
    root = motion.root_position_in_world_m.astype(np.float64)
    for joint in np.flatnonzero(joints.any(axis=0)).tolist():
        for first, end in _runs(joints[:, joint], times):
            share = _shares(times, first, end)
            ends = rotations[[first - 1, end], joint]
            rotations[first:end, joint] = slerp(
                np.tile(ends[0], (end - first, 1)), np.tile(ends[1], (end - first, 1)), share
            )
    for first, end in _runs(hips, times):
        share = _shares(times, first, end)[:, None]
        root[first:end] = (1.0 - share) * root[first - 1] + share * root[end]
    return rotations, root


def _shares(times: Float64Array, first: int, end: int) -> Float64Array:
    """How far each row of a run is on the way from the row before it to the row after it."""
    before, after = times[first - 1], times[end]
    return (times[first:end] - before) / (after - before)
