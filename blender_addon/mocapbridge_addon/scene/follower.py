# SPDX-License-Identifier: GPL-3.0-or-later
"""One character's way from motion to Blender, with what was worked out for it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import bpy

from ..motion.frame import Motion, Skeleton
from ..retarget.options import Options, Travel
from ..retarget.retargeter import NothingMapped, Pose, Retargeter
from .bone_list import mapping_of
from .follow_probe import measured_following
from .pose_writer import PoseWriter
from .properties import Character
from .shape_key_writer import ShapeKeyWriter
from .snapshot import read_rig
from .switches import release, take_over


class Recorder(Protocol):
    """What takes every frame of a character while recording."""

    def add(
        self,
        character: Character,
        motion: Motion,
        retargeter: Retargeter | None,
        pose: Pose | None,
    ) -> None:
        """One frame, in the order of capture; the pose is None where there is no body."""
        ...


class Follower:
    """Holds plain data alone: no reference to anything of Blender outlives a call."""

    def __init__(self) -> None:
        self.cursor = 0
        """Where the character is in its performer's frames."""
        self.problem = ""
        """Why the rig does not follow, for people; "" when it does."""
        self.recorder: Recorder | None = None
        self.last_motion: Motion | None = None
        self._last_pose: Pose | None = None
        self._retargeter: Retargeter | None = None
        self._made_for: tuple[object, ...] = ()
        self._skeleton: Skeleton | None = None
        self._face = ShapeKeyWriter()
        self._writer = PoseWriter()

    @property
    def retargeter(self) -> Retargeter | None:
        """What was worked out last."""
        return self._retargeter

    def advance(self, character: Character, frames: list[Motion]) -> None:
        """Show the newest of the frames; every one of them goes to the recorder."""
        newest = frames[-1]
        armature = character.armature
        follows = character.use_body and _can_be_posed(armature)
        if character.saved_switches and (armature is None or not character.use_body):
            release(character)
            self._made_for = ()
        pose = None
        retargeter = None
        for motion in frames if self.recorder is not None else (newest,):
            if follows:
                retargeter = self._retargeter_for(character, armature, motion.skeleton)
            pose = retargeter.pose(motion) if retargeter is not None else None
            if self.recorder is not None:
                self.recorder.add(character, motion, retargeter, pose)
        self.last_motion, self._last_pose = newest, pose
        self.show_again(character)

    def show_again(self, character: Character) -> None:
        """Show what was shown last: playback has put keys in its place."""
        armature, retargeter, pose = character.armature, self._retargeter, self._last_pose
        if armature is not None and retargeter is not None and pose is not None:
            self._write(armature, retargeter, pose)
        if character.use_face and self.last_motion is not None and self.last_motion.blendshapes:
            self._write_face(character, self.last_motion)

    def forget(self) -> None:
        """Work everything out anew: another file, or another state of this one."""
        self._retargeter = None
        self._last_pose = self.last_motion = None
        self._made_for = ()
        self._face.forget()

    def _retargeter_for(
        self, character: Character, armature: bpy.types.Object, skeleton: Skeleton
    ) -> Retargeter | None:
        """The formulas for this rig and skeleton; made anew when something changed."""
        made_for = (armature.name, character.revision, id(skeleton))
        if made_for != self._made_for:
            self._retargeter = self._made(character, armature, skeleton)
            self._skeleton = skeleton
            self._made_for = made_for
        return self._retargeter

    def _made(
        self, character: Character, armature: bpy.types.Object, skeleton: Skeleton
    ) -> Retargeter | None:
        mapping = mapping_of(character)
        rig = read_rig(armature)
        bones = [bone for bone in mapping.bones() if bone in rig.bones]
        if bones:
            take_over(character, armature, rig, mapping)
        else:
            release(character)
        rig = replace(rig, followed=measured_following(armature, rig, bones))
        options = Options(
            travel=Travel(character.travel),
            floor_offset_m=character.floor_offset_m,
            origin_m=tuple(character.origin_m),
            pin_feet=character.pin_feet,
            ik_feet=character.feet == "IK",
            keep_rest_pose=character.t_pose == "REST",
        )
        try:
            made = Retargeter(rig, mapping, skeleton, options)
        except NothingMapped as error:
            self.problem = str(error)
            return None
        self.problem = ""
        return made

    def _write(self, armature: bpy.types.Object, retargeter: Retargeter, pose: Pose) -> None:
        missing = self._writer.write(armature, retargeter, pose)
        if missing:
            # The armature was edited: its bones, and so its rest pose, are others now.
            self._made_for = ()

    def _write_face(self, character: Character, motion: Motion) -> None:
        gain = character.face_gain
        names = motion.skeleton.blendshape_names
        weights = motion.blendshapes
        if gain != 1.0:
            weights = [min(1.0, weight * gain) for weight in weights]
        if character.face_output == "PROPERTIES":
            _write_properties(character.armature, names, weights)
            return
        for line in character.meshes:
            if line.mesh is not None:
                self._face.write(line.mesh, names, weights)


def _can_be_posed(armature: bpy.types.Object | None) -> bool:
    """Not in edit mode, where bones come and go; not before Blender gave it a pose."""
    return armature is not None and armature.pose is not None and armature.mode != "EDIT"


def _write_properties(
    armature: bpy.types.Object | None, names: tuple[str, ...], weights: list[float]
) -> None:
    if armature is None:
        return
    for name, weight in zip(names, weights, strict=True):
        armature[name] = float(weight)
    armature.update_tag()
