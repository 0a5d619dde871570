# SPDX-License-Identifier: GPL-3.0-or-later
"""One frame of a take: from steps to units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from ..motion.frame import Motion
from ..motion.quaternion import IDENTITY, Quaternion, from_axes, normalised
from .take_header import Header


@dataclass(frozen=True, slots=True)
class Row:
    """A frame's integers, in the steps of the header."""

    index: int
    time_ns: int
    root: Sequence[int]
    rotations: Sequence[int]
    blendshapes: Sequence[int]
    head: Sequence[int]
    gaze: Sequence[int]
    feet_planted: tuple[bool, bool]
    states: tuple[int, int, int, int]


def motion_of(header: Header, row: Row) -> Motion:
    """The frame in units."""
    x, y, z = (number * header.position_m for number in row.root)
    left_yaw, left_pitch, right_yaw, right_pitch = (n * header.rotation for n in row.gaze)
    return Motion(
        subject=header.subject,
        skeleton=header.skeleton,
        frame_id=row.index,
        capture_time_ns=row.time_ns,
        root_position_m=(x, y, z),
        rotations_wxyz=_unit_turns(row.rotations),
        blendshapes=[number * header.weight for number in row.blendshapes],
        head_rotation_wxyz=_head_turn(row.head),
        gaze_rad=(left_yaw, left_pitch, right_yaw, right_pitch),
        feet_planted=row.feet_planted,
        states=row.states,
        arrival_time_ns=row.time_ns,
    )


def _unit_turns(flat: Sequence[int]) -> list[Quaternion]:
    """Quaternions of unit length: a step is coarse enough to be felt in a product of many."""
    turns: list[Quaternion] = []
    for at in range(0, len(flat), 4):
        w, x, y, z = flat[at], flat[at + 1], flat[at + 2], flat[at + 3]
        size = sqrt(w * w + x * x + y * y + z * z)
        turns.append((w / size, x / size, y / size, z / size) if size else IDENTITY)
    return turns


def _head_turn(flat: Sequence[int]) -> Quaternion:
    """The rotation of a 4 x 4 matrix, row by row."""
    m = [float(number) for number in flat]
    axes = ((m[0], m[4], m[8]), (m[1], m[5], m[9]), (m[2], m[6], m[10]))
    if not any(axes[0]):
        return IDENTITY
    size = sqrt(sum(number * number for number in axes[0]))
    x_axis, y_axis, z_axis = ((a / size, b / size, c / size) for a, b, c in axes)
    return normalised(from_axes(x_axis, y_axis, z_axis))
