"""A mapping that is ready to run, and the stage that runs it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from mocapbridge.clock import NS_PER_S
from mocapbridge.retarget.channels import ChannelReader, Scene, head_angles_rad
from mocapbridge.retarget.joints import JointProgram, TargetJoint
from mocapbridge.retarget.mirror import mirrored, mirrored_positions
from mocapbridge.retarget.sources import HEAD_ANGLES
from mocapbridge.retarget.values import ValueProgram, ValueRule
from mocapbridge.types import (
    FaceMotion,
    Float64Array,
    MocapFrame,
    SmoothedLandmarks,
    StreamInfo,
    StreamNames,
)

_LONGEST_STEP_S: Final = 1.0
_HEAD_ANGLES: Final = len(HEAD_ANGLES)


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked mapping for outputs of one kind."""

    name: str
    """As the configuration gives it."""
    files: tuple[Path, ...]
    """All files it is made of."""
    mirror: bool
    scale: float
    shapes: tuple[tuple[str, ValueRule], ...] | None
    """Names and rules of the target's blendshapes; None leaves them as they are."""
    joints: tuple[TargetJoint, ...] | None
    """None leaves them as they are."""
    turns: tuple[ValueRule, ...]
    """Rules of the joints' turns."""
    angles: tuple[tuple[int, ValueRule], ...]
    """Rules of changed angles, by their place in ``sources.ANGLE_NAMES``."""
    names: StreamNames | None
    """What the target's joints and blendshapes are called; None: as ours."""

    def described(self, info: StreamInfo) -> StreamInfo:
        """The static side of the stream after this mapping."""
        rest_m = info.rest_positions_m
        if self.mirror:
            rest_m = mirrored_positions(rest_m)
        if self.joints is not None:
            rest_m = JointProgram(self.joints, self.scale).positions(rest_m)
        return replace(info, rest_positions_m=rest_m, names=self.names)


class Mapped(NamedTuple):
    """A frame in the target's names, and what it belongs to."""

    motion: MocapFrame
    info: StreamInfo


class Retarget:
    """Maps frame after frame. The mapping may be exchanged between two frames, by any thread."""

    def __init__(self, mapping: Mapping, info: StreamInfo) -> None:
        self._info = info
        self._program = _Program(mapping, info)

    @property
    def mapping(self) -> Mapping:
        """The mapping in use."""
        return self._program.mapping

    @property
    def info(self) -> StreamInfo:
        """The static side of the mapped stream."""
        return self._program.info

    def replace(self, mapping: Mapping) -> None:
        """Use another mapping from the next frame on."""
        self._program = _Program(mapping, self._info)

    def describe(self, info: StreamInfo) -> None:
        """The stream has another description from the next frame on."""
        self._info = info
        self._program = _Program(self._program.mapping, info)

    def map(self, landmarks: SmoothedLandmarks, motion: MocapFrame) -> Mapped:
        """One frame; frames come in order."""
        program = self._program
        return Mapped(program.run(landmarks, motion), program.info)


class _Program:
    """A mapping's state from frame to frame."""

    def __init__(self, mapping: Mapping, info: StreamInfo) -> None:
        self.mapping = mapping
        self.info = mapping.described(info)
        shapes = mapping.shapes or ()
        rules = [*(rule for _, rule in shapes), *mapping.turns]
        self._angles = _Angles([place for place, _ in mapping.angles], len(rules))
        rules += [rule for _, rule in mapping.angles]
        self._shape_count = len(shapes)
        self._reader = ChannelReader(
            [channel for rule in rules for channel, _ in rule.sources]
            + [rule.condition.channel for rule in rules if rule.condition is not None]
        )
        self._values = ValueProgram(rules, self._reader.index) if rules else None
        joints = mapping.joints
        self._joints = None if joints is None else JointProgram(joints, mapping.scale)
        self._last_ns: int | None = None

    def run(self, landmarks: SmoothedLandmarks, motion: MocapFrame) -> MocapFrame:
        if self.mapping.mirror:
            motion = mirrored(motion)
        values = np.zeros(0)
        if self._values is not None:
            channels = self._reader.read(Scene(landmarks, motion))
            values = self._values.run(channels, self._advance(motion.capture_time_ns))
        pose = motion.pose if self._joints is None else self._joints.run(motion.pose, values)
        return replace(motion, pose=pose, face=self._face(motion.face, values))

    def _face(self, face: FaceMotion, values: Float64Array) -> FaceMotion:
        if self.mapping.shapes is not None:
            face = replace(face, blendshapes=values[: self._shape_count].astype(np.float32))
        if self.mapping.scale != 1.0:
            moved = face.world_from_head.copy()
            moved[:3, 3] *= np.float32(self.mapping.scale)
            face = replace(face, world_from_head=moved)
        return self._angles.changed(face, values)

    def _advance(self, capture_time_ns: int) -> float:
        """Time since the last frame [s]."""
        last_ns, self._last_ns = self._last_ns, capture_time_ns
        if last_ns is None:
            return 0.0
        return min(max((capture_time_ns - last_ns) / NS_PER_S, 0.0), _LONGEST_STEP_S)


class _Angles:
    """Changed angles of head and eyes."""

    def __init__(self, places: Sequence[int], first_row: int) -> None:
        rows = {place: first_row + row for row, place in enumerate(places)}
        self._head = {place: row for place, row in rows.items() if place < _HEAD_ANGLES}
        self._gaze = {
            place - _HEAD_ANGLES: row for place, row in rows.items() if place >= _HEAD_ANGLES
        }

    def changed(self, face: FaceMotion, values: Float64Array) -> FaceMotion:
        if self._head and face.world_from_head.any():
            angles = list(head_angles_rad(face.world_from_head))
            for place, row in self._head.items():
                angles[place] = float(np.radians(values[row]))
            transform = face.world_from_head.copy()
            transform[:3, :3] = _head_rotation(*angles)
            face = replace(face, world_from_head=transform)
        if self._gaze:
            gaze = face.gaze_rad.copy()
            for place, row in self._gaze.items():
                gaze[place // 2, place % 2] = np.radians(values[row])
            face = replace(face, gaze_rad=gaze)
        return face


def _head_rotation(yaw_rad: float, pitch_rad: float, roll_rad: float) -> Float64Array:
    """The inverse of ``head_angles_rad``, as a matrix."""
    # Plain floats: for a single matrix that is many times quicker than arrays.
    cy, sy = math.cos(yaw_rad), math.sin(yaw_rad)
    cx, sx = math.cos(pitch_rad), -math.sin(pitch_rad)
    cz, sz = math.cos(roll_rad), math.sin(roll_rad)
    return np.array(
        (
            (cy * cz + sy * sx * sz, sy * sx * cz - cy * sz, sy * cx),
            (cx * sz, cx * cz, -sx),
            (cy * sx * sz - sy * cz, sy * sz + cy * sx * cz, cy * cx),
        )
    )
