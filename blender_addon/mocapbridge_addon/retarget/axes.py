# SPDX-License-Identifier: GPL-3.0-or-later
"""Which way a rig looks: the turn from the performer's world to the armature's own space."""

from __future__ import annotations

from typing import Final

from ..motion.quaternion import (
    Quaternion,
    Vector,
    cross,
    dot,
    from_axes,
    middle,
    scaled,
    subtract,
    unit,
)
from .mapping import Mapping
from .rig import Rig

_SNAP_COSINE: Final = 0.8
"""Rigs are built along their armature's axes: a direction within 37 degrees of one is that axis."""
_LATERAL: Final = (
    ("leftUpperLeg", "rightUpperLeg"),
    ("leftUpperArm", "rightUpperArm"),
    ("leftShoulder", "rightShoulder"),
    ("leftEye", "rightEye"),
)
_UPWARD: Final = (
    ("hips", "head"),
    ("hips", "neck"),
    ("leftFoot", "leftUpperLeg"),
    ("leftFoot", "hips"),
    ("spine", "head"),
)


def rig_from_world(rig: Rig, mapping: Mapping) -> Quaternion:
    """The turn that takes the performer's axes (+X left, +Y up, +Z forward) to the rig's.

    Found from where the rig's left and right and its head are, so that it does not matter how the
    armature was built or how its object is turned. A rig that does not say is taken to be built as
    Blender wants it: Z up, looking along -Y.
    """
    up = _direction(rig, mapping, _UPWARD) or rig.up
    up = _snapped(up)
    left = _direction(rig, mapping, _LATERAL, backwards=True)
    if left is None or abs(dot(left, up)) > _SNAP_COSINE:
        left = (1.0, 0.0, 0.0) if abs(up[0]) < _SNAP_COSINE else (0.0, 1.0, 0.0)
    left = _snapped(left)
    upright = unit(subtract(left, scaled(up, dot(left, up)))) or left
    return from_axes(upright, up, cross(upright, up))


def joint_position(rig: Rig, mapping: Mapping, joint: str) -> Vector | None:
    """Where a joint of the rig is at rest, in the armature's space; None when it has none."""
    for bone in mapping.joints.get(joint, ()):
        if bone in rig.bones:
            return rig.bones[bone].head
    return None


def leg_middle(rig: Rig, mapping: Mapping) -> Vector | None:
    """The point half way between the hip joints at rest, in the armature's space."""
    left = joint_position(rig, mapping, "leftUpperLeg")
    right = joint_position(rig, mapping, "rightUpperLeg")
    return middle(left, right) if left is not None and right is not None else None


def _direction(
    rig: Rig, mapping: Mapping, pairs: tuple[tuple[str, str], ...], *, backwards: bool = False
) -> Vector | None:
    for first, second in pairs:
        start = joint_position(rig, mapping, first)
        end = joint_position(rig, mapping, second)
        if start is None or end is None:
            continue
        direction = unit(subtract(start, end) if backwards else subtract(end, start))
        if direction is not None:
            return direction
    return None


def _snapped(direction: Vector) -> Vector:
    """The nearest axis when one is near, else the direction itself."""
    axis = max(range(3), key=lambda index: abs(direction[index]))
    size = direction[axis]
    if abs(size) < _SNAP_COSINE:
        return direction
    x, y, z = (float(index == axis) * (1.0 if size > 0.0 else -1.0) for index in range(3))
    return (x, y, z)
