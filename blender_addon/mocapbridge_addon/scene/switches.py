# SPDX-License-Identifier: GPL-3.0-or-later
"""Control rigs set to be driven by rotations (FK) while live, and set back afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import bpy

_RIGIFY: Final = {
    "IK_FK": 1.0,
    "FK_limb_follow": 0.0,
    "neck_follow": 1.0,
    "head_follow": 1.0,
}
"""Rigify's properties on its parents' bones: FK, and every part turning with what it hangs on."""
_AUTO_RIG_PRO: Final = {"ik_fk_switch": 1.0}
_WANTED: Final = {**_RIGIFY, **_AUTO_RIG_PRO}


def switch_to_rotations(armature: bpy.types.Object) -> str:
    """Set the rig's switches for rotations.

    Returns:
        What they were, for ``switch_back``; "" when the rig has none.
    """
    saved = [[bone.name, name, bone[name]] for bone, name in _switches(armature)]
    for bone, name in _switches(armature):
        kind = type(bone[name])
        bone[name] = kind(_WANTED[name])
    if saved:
        armature.update_tag()
    return json.dumps(saved) if saved else ""


def switch_back(armature: bpy.types.Object, saved: str) -> None:
    """Set the switches as they were. Bones that are gone since are passed over."""
    if not saved:
        return
    for bone_name, name, value in json.loads(saved):
        bone = armature.pose.bones.get(bone_name)
        if bone is not None and name in bone:
            bone[name] = value
    armature.update_tag()


def switch_values(armature: bpy.types.Object) -> list[tuple[str, str, float]]:
    """Bone, property and present value of every switch."""
    return [(bone.name, name, float(bone[name])) for bone, name in _switches(armature)]


def _switches(armature: bpy.types.Object) -> Iterator[tuple[bpy.types.PoseBone, str]]:
    for bone in armature.pose.bones:
        for name in _WANTED:
            if name in bone and isinstance(bone[name], int | float):
                yield bone, name
