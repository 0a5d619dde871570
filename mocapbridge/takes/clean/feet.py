"""Feet that stand keep one place from the first frame of a step to its last."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.takes.clean.rows import stretches, times_s
from mocapbridge.takes.clean.skeleton_rows import continuous, posed
from mocapbridge.takes.columns import BoolArray, MotionColumns
from mocapbridge.types import Float32Array, Float64Array

_EASE_S: Final = 0.15
"""Before and after a step the foot leaves its own way for that long."""
_STRETCH: Final = 0.9995
"""A leg is never pulled quite straight: there the knee would jump."""
_KNEE_AXIS: Final = np.array((1.0, 0.0, 0.0))
"""In the thigh's axes; a shin that turns about it goes back."""
_STRAIGHT: Final = 1e-3
"""Sine of a bend below which the thigh's own axis says where the knee bends."""


def feet_locked(motion: MotionColumns, rest_positions_m: Float32Array) -> tuple[MotionColumns, int]:
    """Legs bend so that feet stay where they stand, as the take says they do; hips stay.

    A step's place is the median of where the foot was. The foot's own turn stays.

    Args:
        motion: the clip.
        rest_positions_m: ``(55, 3)`` of the take's header.

    Returns:
        The clip, and how many steps it has.

    Raises:
        TakeUnreadable: no frames, or times that do not rise.
    """
    times = times_s(motion)
    rotations = continuous(motion.rotations_wxyz)
    positions = motion.positions_in_world_m.astype(np.float64)
    steps = 0
    for number, side in enumerate(("left", "right")):
        upper, lower, foot = (
            JOINT_INDEX[f"{side}{part}"] for part in ("UpperLeg", "LowerLeg", "Foot")
        )
        planted = motion.feet_planted[:, number]
        moved, found = _moved(positions[:, foot], planted, times)
        steps += found
        if not found:
            continue
        thigh = quaternion.multiply(rotations[:, 0], rotations[:, upper])
        shin = quaternion.multiply(thigh, rotations[:, lower])
        sole = quaternion.multiply(shin, rotations[:, foot])
        thigh, shin = _reached(
            (positions[:, upper], positions[:, lower], positions[:, foot]), moved, (thigh, shin)
        )
        hips = quaternion.conjugate(rotations[:, 0])
        rotations[:, upper] = quaternion.multiply(hips, thigh)
        rotations[:, lower] = quaternion.multiply(quaternion.conjugate(thigh), shin)
        rotations[:, foot] = quaternion.multiply(quaternion.conjugate(shin), sole)
    root = motion.root_position_in_world_m.astype(np.float64)
    return posed(motion, continuous(rotations), root, rest_positions_m), steps


def _moved(
    foot_m: Float64Array, planted: BoolArray, times: Float64Array
) -> tuple[Float64Array, int]:
    """Where the foot is to be ``(n, 3)``, and how many steps there are."""
    moved = foot_m.copy()
    places: list[tuple[slice, Float64Array]] = []
    for stretch in stretches(times):
        first = stretch.start
        edges = np.flatnonzero(np.diff(planted[stretch], prepend=False, append=False)) + first
        for begin, end in edges.reshape(-1, 2).tolist():
            place = np.median(foot_m[begin:end], axis=0)
            places.append((slice(begin, end), place))
            before, after = slice(first, begin), slice(end, stretch.stop)
            moved[before] += _eased(times[begin] - times[before]) * (place - foot_m[begin])
            moved[after] += _eased(times[after] - times[end - 1]) * (place - foot_m[end - 1])
    for rows, place in places:  # a step's place is its own, whatever stands nearby
        moved[rows] = place
    return moved, len(places)


def _eased(away_s: Float64Array) -> Float64Array:
    """1 at the step, 0 far from it, smooth ``(n, 1)``."""
    share = np.clip(1.0 - away_s / _EASE_S, 0.0, 1.0)
    return (share * share * (3.0 - 2.0 * share))[:, None]


def _reached(
    joints_m: tuple[Float64Array, Float64Array, Float64Array],
    target_m: Float64Array,
    world_wxyz: tuple[Float64Array, Float64Array],
) -> tuple[Float64Array, Float64Array]:
    """World rotations of thigh and shin that bring the ankle to its target.

    The knee bends about its own axis until the leg is as long as the way, then the leg turns.

    Args:
        joints_m: hip, knee and ankle, each ``(n, 3)``.
        target_m: ``(n, 3)`` for the ankle; what is too far is only reached for.
        world_wxyz: rotations of thigh and shin, each ``(n, 4)``.
    """
    hip, knee, ankle = joints_m
    thigh, shin = knee - hip, ankle - knee
    a, b = (np.linalg.norm(bone, axis=1) for bone in (thigh, shin))
    way = target_m - hip
    length = np.clip(np.linalg.norm(way, axis=1), np.abs(a - b) + 1e-3, _STRETCH * (a + b))
    axis = np.cross(thigh, shin)
    own = quaternion.rotate(world_wxyz[0], np.broadcast_to(_KNEE_AXIS, axis.shape))
    axis = quaternion.unit(axis + _STRAIGHT * (a * b)[:, None] * own)
    # Law of cosines: the angle between thigh and shin when the ends are that far apart.
    wanted = np.arccos(np.clip((length**2 - a**2 - b**2) / (2.0 * a * b), -1.0, 1.0))
    cosine = np.clip(np.sum(thigh * shin, axis=1) / (a * b), -1.0, 1.0)
    bend = quaternion.exp(axis * (wanted - np.arccos(cosine))[:, None])
    reach = thigh + quaternion.rotate(bend, shin)
    turn = quaternion.from_two_vectors(quaternion.unit(reach), quaternion.unit(way))
    return (
        quaternion.multiply(turn, world_wxyz[0]),
        quaternion.multiply(turn, quaternion.multiply(bend, world_wxyz[1])),
    )
