# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures which bone turns with which, where constraints make it other than parenting.

Control rigs tie their limbs together by constraints. Every mapped bone is given a turn of its own,
Blender evaluates the rig once, and each bone's outcome is compared with what it would be if it
followed each of the others; then everything is put back.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Final

import bpy

from ..motion.quaternion import IDENTITY, Quaternion, about, conjugate, multiply, unit
from ..retarget.rig import Rig
from .pose_writer import write_rotations
from .snapshot import posed_rotation

_MATCH: Final = math.cos(math.radians(0.5))
"""Two rotations whose quaternions' product is above this are the same to a degree."""
_SEED: Final = 7


def measured_following(
    armature: bpy.types.Object, rig: Rig, bones: Sequence[str]
) -> dict[str, str | None]:
    """Per bone the one it turns with, or None for the armature itself.

    Bones that follow none of the others whole (half a head turn, say) are left out: parenting says
    then. Empty when no constraint stands between the bones: nothing has to be measured.
    """
    if not _constrained(armature, rig, set(bones)):
        return {}
    generator = random.Random(_SEED)  # noqa: S311 - any turns will do, the same every time
    turns = [_some_turn(generator) for _ in bones]
    # A frame change that Blender has not evaluated yet would put keys over the turns.
    bpy.context.view_layer.update()
    saved = _saved(armature, bones)
    try:
        write_rotations(armature, bones, turns)
        armature.update_tag()
        bpy.context.view_layer.update()
        posed = {bone: posed_rotation(armature.pose.bones[bone]) for bone in bones}
    finally:
        _restore(armature, saved)
        armature.update_tag()
        bpy.context.view_layer.update()
    return _matches(rig, bones, turns, posed)


def _constrained(armature: bpy.types.Object, rig: Rig, mapped: set[str]) -> bool:
    """Whether a constraint lies on the way from a mapped bone to the next one above."""
    for bone in mapped:
        for ancestor in rig.ancestors(bone):
            if ancestor in mapped:
                break
            if armature.pose.bones[ancestor].constraints:
                return True
    return False


def _some_turn(generator: random.Random) -> Quaternion:
    axis = unit((generator.gauss(0, 1), generator.gauss(0, 1), generator.gauss(0, 1)))
    return about(axis or (1.0, 0.0, 0.0), generator.uniform(0.3, 0.6))


def _matches(
    rig: Rig, bones: Sequence[str], turns: Sequence[Quaternion], posed: dict[str, Quaternion]
) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for bone, turn in zip(bones, turns, strict=True):
        above = multiply(posed[bone], conjugate(turn))
        back = conjugate(rig.bones[bone].rotation_wxyz)
        # How what the bone hangs on was turned in the armature.
        carried = multiply(above, back)
        candidates: list[tuple[str | None, Quaternion]] = [(None, IDENTITY)]
        candidates += [
            (other, multiply(posed[other], conjugate(rig.bones[other].rotation_wxyz)))
            for other in bones
            if other != bone
        ]
        best, likeness = max(
            ((other, _likeness(carried, own)) for other, own in candidates),
            key=lambda pair: pair[1],
        )
        if likeness >= _MATCH:
            found[bone] = best
    return found


def _likeness(a: Quaternion, b: Quaternion) -> float:
    """1 when two rotations are the same."""
    return abs(a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3])


def _saved(armature: bpy.types.Object, bones: Sequence[str]) -> dict[str, tuple[object, ...]]:
    saved: dict[str, tuple[object, ...]] = {}
    for name in bones:
        bone = armature.pose.bones[name]
        saved[name] = (
            tuple(bone.rotation_quaternion),
            tuple(bone.rotation_euler),
            tuple(bone.rotation_axis_angle),
        )
    return saved


def _restore(armature: bpy.types.Object, saved: dict[str, tuple[object, ...]]) -> None:
    for name, (quaternion, euler, axis_angle) in saved.items():
        bone = armature.pose.bones[name]
        bone.rotation_quaternion = quaternion
        bone.rotation_euler = euler
        bone.rotation_axis_angle = axis_angle
