# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an armature off Blender as plain data."""

from __future__ import annotations

import bpy
from mathutils import Vector

from ..motion.quaternion import Quaternion
from ..retarget.rig import Rig, RigBone


def read_rig(armature: bpy.types.Object, followed: dict[str, str | None] | None = None) -> Rig:
    """The armature at rest. ``followed`` is what ``follow_probe`` measured."""
    bones: dict[str, RigBone] = {}
    for bone in armature.data.bones:
        w, x, y, z = bone.matrix_local.to_quaternion().normalized()
        bones[bone.name] = RigBone(
            name=bone.name,
            parent=bone.parent.name if bone.parent else None,
            head=tuple(bone.head_local),
            tail=tuple(bone.tail_local),
            rotation_wxyz=(w, x, y, z),
            inherits_rotation=bone.use_inherit_rotation,
            local_location=bone.use_local_location,
        )
    up = armature.matrix_world.to_quaternion().inverted() @ Vector((0.0, 0.0, 1.0))
    return Rig(bones, followed or {}, up=tuple(up))


def posed_rotation(pose_bone: bpy.types.PoseBone) -> Quaternion:
    """armature_from_bone as the bone is posed now, constraints and all."""
    w, x, y, z = pose_bone.matrix.to_quaternion().normalized()
    return (w, x, y, z)
