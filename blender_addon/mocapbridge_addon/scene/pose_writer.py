# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a pose to an armature's bones, whatever way they are set to be turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import bpy
from mathutils import Quaternion as BlenderQuaternion

from ..motion.quaternion import Quaternion, Vector

_BULK_SHARE: Final = 3
"""Armatures of up to so many bones per bone that is turned are written all at once: measured, that
takes a quarter of the time on a game rig and longer on a control rig of hundreds of bones."""
_BULK_READS_ENUMS: Final = bpy.app.version >= (4, 2, 0)
"""Blender 3.4 gives garbage for an enum in bulk."""
_QUATERNION: Final = 0
"""Number of the rotation mode QUATERNION."""


class PoseWriter:
    """Turns the bones of one armature.

    Bones are found by name in every frame, or by place after a look whether all names are still the
    same: a reference kept from the last frame may point at a bone that undo or edit mode has freed.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._bones: tuple[str, ...] = ()
        self._places: list[int] = []

    def write(
        self,
        armature: bpy.types.Object,
        bones: tuple[str, ...],
        rotations_wxyz: Sequence[Quaternion],
        root: tuple[str, Vector] | None = None,
    ) -> int:
        """Turn bones, and move the root bone to a location in Blender's sense.

        Returns:
            How many of the bones are gone.
        """
        pose_bones = armature.pose.bones
        if not _BULK_READS_ENUMS or len(pose_bones) > _BULK_SHARE * len(bones):
            return _write_singly(armature, bones, rotations_wxyz, root)
        names = pose_bones.keys()
        if names != self._names or bones is not self._bones:
            if not set(bones) <= set(names):
                return _write_singly(armature, bones, rotations_wxyz, root)
            self._names, self._bones = names, bones
            place_of = {name: place for place, name in enumerate(names)}
            self._places = [place_of[bone] for bone in bones]
        modes = [0] * len(names)
        pose_bones.foreach_get("rotation_mode", modes)
        values = [0.0] * (4 * len(names))
        pose_bones.foreach_get("rotation_quaternion", values)
        for place, rotation in zip(self._places, rotations_wxyz, strict=True):
            if modes[place] == _QUATERNION:
                values[4 * place : 4 * place + 4] = rotation
            else:
                _write_other(pose_bones[place], rotation)
        pose_bones.foreach_set("rotation_quaternion", values)
        if root is not None:
            _write_location_in_bulk(pose_bones, names.index(root[0]), root[1])
        armature.update_tag()
        return 0


def write_rotations(
    armature: bpy.types.Object, bones: Sequence[str], rotations_wxyz: Sequence[Quaternion]
) -> int:
    """Turn bones one by one.

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


def _write_singly(
    armature: bpy.types.Object,
    bones: tuple[str, ...],
    rotations_wxyz: Sequence[Quaternion],
    root: tuple[str, Vector] | None,
) -> int:
    pose_bone = armature.pose.bones.get(root[0]) if root is not None else None
    if pose_bone is not None:
        pose_bone.location = root[1]
    return write_rotations(armature, bones, rotations_wxyz)


def _write_location_in_bulk(
    pose_bones: bpy.types.bpy_prop_collection, place: int, location: Vector
) -> None:
    """A location set by itself makes Blender evaluate more than it has to."""
    values = [0.0] * (3 * len(pose_bones))
    pose_bones.foreach_get("location", values)
    values[3 * place : 3 * place + 3] = location
    pose_bones.foreach_set("location", values)


def _write_other(bone: bpy.types.PoseBone, rotation: Quaternion) -> None:
    turn = BlenderQuaternion(rotation)
    if bone.rotation_mode == "AXIS_ANGLE":
        axis, angle = turn.to_axis_angle()
        bone.rotation_axis_angle = (angle, *axis)
    else:
        # Near the bone's last turn, so that an angle never jumps by a whole turn.
        bone.rotation_euler = turn.to_euler(bone.rotation_mode, bone.rotation_euler)
