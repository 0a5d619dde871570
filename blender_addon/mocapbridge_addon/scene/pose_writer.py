# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a pose to an armature's bones, whatever way they are set to be turned."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import chain
from typing import Final

import bpy
from mathutils import Quaternion as BlenderQuaternion

from ..motion.quaternion import Quaternion
from ..retarget.retargeter import Pose, Retargeter
from .runs import Run, put, runs

_BULK_SHARE: Final = 3
"""Armatures of up to so many bones per bone that is turned are written all at once: measured, that
takes a quarter of the time on a game rig and longer on a control rig of hundreds of bones."""
_BULK_READS_ENUMS: Final = bpy.app.version >= (4, 2, 0)
"""Blender 3.4 gives garbage for an enum in bulk."""
_QUATERNION: Final = 0
"""Number of the rotation mode QUATERNION."""


class PoseWriter:
    """Turns and moves the bones of one armature.

    Bones are found by name in every frame, or by place after a look whether all names are still the
    same: a reference kept from the last frame may point at a bone that undo or edit mode has freed.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._retargeter: Retargeter | None = None
        self._modes = array("i")
        self._known_modes = b""
        self._rotations = array("f")
        self._turned: list[Run] = []
        self._others: list[tuple[int, int]] = []
        """Place in the pose and in the armature of bones that no quaternion turns."""
        self._moved: list[int] = []

    def write(self, armature: bpy.types.Object, retargeter: Retargeter, pose: Pose) -> int:
        """Show a pose.

        Returns:
            How many of the bones are gone.
        """
        pose_bones = armature.pose.bones
        if not _BULK_READS_ENUMS or len(pose_bones) > _BULK_SHARE * len(retargeter.bones):
            return _write_singly(armature, retargeter, pose)
        names = pose_bones.keys()
        if names != self._names or retargeter is not self._retargeter:
            if not {*retargeter.bones, *retargeter.located} <= set(names):
                return _write_singly(armature, retargeter, pose)
            self._names, self._retargeter = names, retargeter
            self._modes = array("i", bytes(4 * len(names)))
            self._known_modes = b""
        pose_bones.foreach_get("rotation_mode", self._modes)
        modes = self._modes.tobytes()
        if modes != self._known_modes:
            self._known_modes = modes
            self._find_places(retargeter)
        turns = pose.rotations_wxyz
        pose_bones.foreach_get("rotation_quaternion", self._rotations)
        put(array("f", chain.from_iterable(turns)), self._rotations, self._turned)
        pose_bones.foreach_set("rotation_quaternion", self._rotations)
        for number, place in self._others:
            _write_other(pose_bones[place], turns[number])
        for place, location in zip(self._moved, pose.locations, strict=True):
            pose_bones[place].location = location
        if not self._moved:
            # Setting a single value has Blender evaluate the armature, setting many has not.
            armature.update_tag(refresh={"DATA"})
        return 0

    def _find_places(self, retargeter: Retargeter) -> None:
        modes = self._modes
        place_of = {name: place for place, name in enumerate(self._names)}
        places = [place_of[bone] for bone in retargeter.bones]
        ours = [place if modes[place] == _QUATERNION else None for place in places]
        self._turned = runs(ours, 4)
        self._others = [
            (number, place) for number, place in enumerate(places) if modes[place] != _QUATERNION
        ]
        self._moved = [place_of[bone] for bone in retargeter.located]
        self._rotations = array("f", bytes(16 * len(modes)))


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


def _write_singly(armature: bpy.types.Object, retargeter: Retargeter, pose: Pose) -> int:
    pose_bones = armature.pose.bones
    for name, location in zip(retargeter.located, pose.locations, strict=True):
        bone = pose_bones.get(name)
        if bone is not None:
            bone.location = location
    return write_rotations(armature, retargeter.bones, pose.rotations_wxyz)


def _write_other(bone: bpy.types.PoseBone, rotation: Quaternion) -> None:
    turn = BlenderQuaternion(rotation)
    if bone.rotation_mode == "AXIS_ANGLE":
        axis, angle = turn.to_axis_angle()
        bone.rotation_axis_angle = (angle, *axis)
    else:
        # Near the bone's last turn, so that an angle never jumps by a whole turn.
        bone.rotation_euler = turn.to_euler(bone.rotation_mode, bone.rotation_euler)
