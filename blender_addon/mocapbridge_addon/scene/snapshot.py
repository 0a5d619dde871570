# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads an armature off Blender as plain data."""

from __future__ import annotations

from typing import Final

import bpy
from mathutils import Vector

from ..motion.quaternion import Quaternion
from ..retarget.rig import IkChain, Rig, RigBone

_TRACKING: Final = ("DAMPED_TRACK", "TRACK_TO", "LOCKED_TRACK")


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
    chains, aims = _constraints(armature)
    up = armature.matrix_world.to_quaternion().inverted() @ Vector((0.0, 0.0, 1.0))
    return Rig(bones, followed or {}, chains, aims, up=tuple(up))


def _constraints(armature: bpy.types.Object) -> tuple[tuple[IkChain, ...], dict[str, str]]:
    """IK constraints with a target among the bones, and which bone tracks which."""
    chains: list[IkChain] = []
    aims: dict[str, str] = {}
    for bone in armature.pose.bones if armature.pose is not None else ():
        for own in bone.constraints:
            if own.mute or getattr(own, "target", None) != armature:
                continue
            if own.type == "IK" and own.subtarget:
                pole = own.pole_subtarget if own.pole_target == armature else ""
                chain = IkChain(bone.name, own.name, own.chain_count, own.subtarget, pole or None)
                chains.append(chain)
            elif own.type in _TRACKING:
                aims[own.subtarget] = bone.name
    return tuple(chains), aims


def posed_rotation(pose_bone: bpy.types.PoseBone) -> Quaternion:
    """armature_from_bone as the bone is posed now, constraints and all."""
    w, x, y, z = pose_bone.matrix.to_quaternion().normalized()
    return (w, x, y, z)
