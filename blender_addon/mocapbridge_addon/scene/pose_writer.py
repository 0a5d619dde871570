# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a pose to an armature's bones, whatever way they are set to be turned."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
from mathutils import Quaternion as BlenderQuaternion

from ..motion.quaternion import Quaternion, Vector


def write_rotations(
    armature: bpy.types.Object, bones: Sequence[str], rotations_wxyz: Sequence[Quaternion]
) -> int:
    """Turn bones.

    Bones are looked up by name each time: a reference kept from the last frame may point at a bone
    that undo or edit mode has freed since.

    Returns:
        How many of the bones are gone.
    """
    pose_bones = armature.pose.bones
    missing = 0
    for name, rotation in zip(bones, rotations_wxyz, strict=True):
        bone = pose_bones.get(name)
        if bone is None:
            missing += 1
        elif bone.rotation_mode == "QUATERNION":
            bone.rotation_quaternion = rotation
        else:
            _write_other(bone, rotation)
    return missing


def write_location(armature: bpy.types.Object, bone: str, location: Vector) -> None:
    """Move a bone, in Blender's sense of ``location``."""
    pose_bone = armature.pose.bones.get(bone)
    if pose_bone is not None:
        pose_bone.location = location


def _write_other(bone: bpy.types.PoseBone, rotation: Quaternion) -> None:
    turn = BlenderQuaternion(rotation)
    if bone.rotation_mode == "AXIS_ANGLE":
        axis, angle = turn.to_axis_angle()
        bone.rotation_axis_angle = (angle, *axis)
    else:
        # Near the bone's last turn, so that an angle never jumps by a whole turn.
        bone.rotation_euler = turn.to_euler(bone.rotation_mode, bone.rotation_euler)
