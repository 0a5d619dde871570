# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps every frame of one character until it is written as Actions."""

from __future__ import annotations

from itertools import chain

import bpy
from mathutils import Euler
from mathutils import Quaternion as BlenderQuaternion

from ..motion.frame import Motion
from ..motion.quaternion import Quaternion
from ..record.capture_clock import CaptureClock
from ..record.curves import Channel, Table
from ..retarget.retargeter import Pose, Retargeter
from .properties import Character

_SHORTEST_NS = 1_000_000
"""Frames nearer to one another are the same one: keys could not be told apart."""
_FACE = "Face"
_SIZES = {"QUATERNION": ("rotation_quaternion", 4), "AXIS_ANGLE": ("rotation_axis_angle", 4)}
_EULER = ("rotation_euler", 3)


class CharacterRecorder:
    """Takes what a follower shows. Holds plain data alone, so undo and loading cannot hurt it."""

    def __init__(self, from_ns: int, clock: CaptureClock, until_ns: int | None = None) -> None:
        """Begin.

        Args:
            from_ns: instant on this machine's clock; frames captured before it are left out.
            clock: tells when frames were captured.
            until_ns: frames captured after it are left out; None: there is no end.
        """
        self.body: list[Table] = []
        self.face: list[Table] = []
        self.frames = 0
        """Frames taken."""
        self.missing = 0
        """Frames between them that never came: lost on the way or skipped by the sender."""
        self.missed_s = 0.0
        """Longest time between two frames [s]."""
        self._clock = clock
        self._from_ns, self._until_ns = from_ns, until_ns
        self._last_ns: int | None = None
        self._last_id = 0
        self._modes: list[str] = []
        self._made_for: tuple[object, ...] = ()
        self._last_turns: list[BlenderQuaternion | Euler | Quaternion | None] = []

    def times_ns(self) -> list[int]:
        """First and last instant of all that was taken; empty when nothing was."""
        ends = [table.times_ns for table in (*self.body, *self.face) if table.times_ns]
        return [min(own[0] for own in ends), max(own[-1] for own in ends)] if ends else []

    def first_time_ns(self, since_ns: int) -> int | None:
        """The first instant that was taken at ``since_ns`` or later."""
        times = [t for table in (*self.body, *self.face) for t in table.times_ns if t >= since_ns]
        return min(times, default=None)

    def add(
        self,
        character: Character,
        motion: Motion,
        retargeter: Retargeter | None,
        pose: Pose | None,
    ) -> None:
        """One frame, in the order of capture."""
        time_ns = self._clock.local_ns(motion)
        if time_ns < self._from_ns or (self._until_ns is not None and time_ns > self._until_ns):
            return
        if self._last_ns is not None and time_ns - self._last_ns < _SHORTEST_NS:
            return
        if self._last_ns is not None:
            self.missing += max(0, motion.frame_id - self._last_id - 1)
            self.missed_s = max(self.missed_s, (time_ns - self._last_ns) * 1e-9)
        self._last_ns, self._last_id = time_ns, motion.frame_id
        self.frames += 1
        if retargeter is not None and pose is not None:
            self._add_body(character, retargeter, pose, time_ns)
        if character.use_face and motion.blendshapes:
            self._add_face(character, motion, time_ns)

    def _add_body(
        self, character: Character, retargeter: Retargeter, pose: Pose, time_ns: int
    ) -> None:
        made_for = (character.armature.name, retargeter.bones, retargeter.located)
        if made_for != self._made_for:
            self._begin_body(character.armature, retargeter)
            self._made_for = made_for
        row: list[float] = []
        for place, (mode, turn) in enumerate(zip(self._modes, pose.rotations_wxyz, strict=True)):
            own, kept = _as_keys(mode, turn, self._last_turns[place])
            self._last_turns[place] = kept
            row.extend(own)
        row.extend(chain.from_iterable(pose.locations))
        self.body[-1].add(time_ns, row)

    def _begin_body(self, armature: bpy.types.Object, retargeter: Retargeter) -> None:
        bones = armature.pose.bones
        self._modes = [
            bones[name].rotation_mode if name in bones else "QUATERNION"
            for name in retargeter.bones
        ]
        self._last_turns = [None] * len(self._modes)
        channels = [
            Channel(f"{_bone_path(name)}.{attribute}", index, name)
            for name, mode in zip(retargeter.bones, self._modes, strict=True)
            for attribute, size in (_SIZES.get(mode, _EULER),)
            for index in range(size)
        ]
        channels += [
            Channel(f"{_bone_path(name)}.location", index, name)
            for name in retargeter.located
            for index in range(3)
        ]
        self.body.append(Table(tuple(channels)))

    def _add_face(self, character: Character, motion: Motion, time_ns: int) -> None:
        names = motion.skeleton.blendshape_names
        if not self.face or len(self.face[-1].channels) != len(names):
            self.face.append(Table(tuple(Channel(name, 0, _FACE) for name in names)))
        gain = character.face_gain
        weights = motion.blendshapes
        if gain != 1.0:
            weights = [min(1.0, weight * gain) for weight in weights]
        self.face[-1].add(time_ns, weights)


def _bone_path(name: str) -> str:
    return f'pose.bones["{bpy.utils.escape_identifier(name)}"]'


def _as_keys(
    mode: str, turn: Quaternion, last: BlenderQuaternion | Euler | Quaternion | None
) -> tuple[tuple[float, ...], BlenderQuaternion | Euler | Quaternion]:
    """A turn as a bone of that rotation mode has it, near its last one.

    Curves run straight from key to key, so neither a quaternion's sign nor an angle may jump.

    Returns:
        The numbers, and what to give as ``last`` with the next turn.
    """
    if mode == "QUATERNION":
        if last is not None:
            w, x, y, z = last
            if w * turn[0] + x * turn[1] + y * turn[2] + z * turn[3] < 0.0:
                turn = (-turn[0], -turn[1], -turn[2], -turn[3])
        return turn, turn
    quaternion = BlenderQuaternion(turn)
    if mode != "AXIS_ANGLE":
        euler = quaternion.to_euler(mode, last) if last is not None else quaternion.to_euler(mode)
        return tuple(euler), euler
    if last is not None and last.dot(quaternion) < 0.0:
        quaternion.negate()
    axis, angle = quaternion.to_axis_angle()
    return (angle, *axis), quaternion
