"""What the ZeroMQ publisher sends: the schema of its payloads, for people in docs/zmq.md.

The same fields go out as MessagePack and as JSON. Fields may be added; a change of meaning raises
``SCHEMA``.
"""

from __future__ import annotations

import binascii
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct

from mocapbridge.outputs.cadence import part_states
from mocapbridge.outputs.frame_vector import FrameVector, frame_size
from mocapbridge.outputs.naming import names_of
from mocapbridge.timecode import TimeCode
from mocapbridge.types import MocapFrame, StreamInfo

SCHEMA: Final = 1

_DECIMALS: Final = 6
"""Micrometres, and a ten-thousandth of a degree: more digits are noise that costs bytes."""


class JointDescription(Struct):
    """One joint of the skeleton."""

    name: str
    parent: int
    """Index of the parent joint, -1 for the hips."""
    rest_position_m: list[float]
    """(3) in the T-pose, world axes."""


class StaticMessage(Struct):
    """Topic ``<subject>/static``: what the numbers of the frames belong to."""

    subject: str
    session: str
    static_hash: int
    frame_rate: list[int]
    """[numerator, denominator]."""
    joints: list[JointDescription]
    blendshapes: list[str]
    blendshapes_measured: bool
    face_source: str
    schema: int = SCHEMA
    kind: str = "static"
    axes: str = "right-handed, +Y up, +Z forward, performer's left +X, metres"


class PoseMessage(Struct):
    """The body in a frame."""

    state: int
    confidence: float
    root_position_m: list[float]
    rotations_wxyz: list[list[float]]
    positions_m: list[list[float]]
    joint_states: list[int]
    joint_confidences: list[float]


class FaceMessage(Struct):
    """The face in a frame."""

    state: int
    confidence: float
    blendshapes: list[float]
    world_from_head: list[list[float]]
    gaze_rad: list[list[float]]
    """[[yaw, pitch] of the left eye, [yaw, pitch] of the right]."""


class HandMessage(Struct):
    """A hand in a frame; its joints are among the body's."""

    state: int
    gesture: str


class FrameMessage(Struct):
    """Topic ``<subject>/frame``: one frame of motion."""

    subject: str
    session: str
    static_hash: int
    frame_id: int
    capture_time_ns: int
    unix_time_ns: int
    timecode: str
    """``hh:mm:ss:ff``, with ``;`` before the frames where labels are dropped."""
    feet_planted: list[bool]
    """[left, right]."""
    pose: PoseMessage
    face: FaceMessage
    left_hand: HandMessage
    right_hand: HandMessage
    schema: int = SCHEMA
    kind: str = "frame"


class EventMessage(Struct):
    """Topic ``<subject>/event``: something changed, or nothing did (``heartbeat``)."""

    subject: str
    session: str
    event: str
    """``tracking``, ``gesture`` or ``heartbeat``."""
    unix_time_ns: int
    states: list[int]
    """[pose, face, left hand, right hand]."""
    gestures: list[str]
    """[left, right]."""
    schema: int = SCHEMA
    kind: str = "event"


def static_message(info: StreamInfo) -> StaticMessage:
    """The description of a stream."""
    names = names_of(info)
    positions = np.round(info.rest_positions_m.astype(np.float64), _DECIMALS)
    joints = [
        JointDescription(name, parent, position)
        for name, parent, position in zip(
            names.joints, names.parents, positions.tolist(), strict=True
        )
    ]
    message = StaticMessage(
        subject=info.subject,
        session=f"{info.session_id:016x}",
        static_hash=0,
        frame_rate=list(info.frame_rate),
        joints=joints,
        blendshapes=list(names.blendshapes),
        blendshapes_measured=info.blendshapes_measured,
        face_source=info.face_source,
    )
    described = (
        message.frame_rate,
        joints,
        message.blendshapes,
        message.blendshapes_measured,
        message.face_source,
    )
    message.static_hash = binascii.crc32(msgspec.msgpack.encode(described))
    return message


class FrameComposer:
    """Makes frame messages of one stream."""

    def __init__(self, static: StaticMessage, info: StreamInfo) -> None:
        self._static = static
        self._anchor = info.anchor
        self._time_code = TimeCode(info.frame_rate, info.anchor)
        names = names_of(info)
        self._vector = FrameVector(names)
        # In float64, where 0.1 is written as 0.1 and not as float32's 0.10000000149011612.
        self._rounded = FrameVector(names, np.zeros(frame_size(names), dtype=np.float64))

    def compose(self, frame: MocapFrame) -> FrameMessage:
        """The message of a frame.

        Raises:
            ValueError: a number is not finite.
        """
        self._vector.load(frame)
        numbers = self._rounded
        numbers.values[:] = self._vector.values
        np.round(numbers.values, _DECIMALS, out=numbers.values)
        pose_confidence, face_confidence = numbers.part_confidences.tolist()
        states = part_states(frame)
        return FrameMessage(
            subject=self._static.subject,
            session=self._static.session,
            static_hash=self._static.static_hash,
            frame_id=frame.frame_id,
            capture_time_ns=frame.capture_time_ns,
            unix_time_ns=self._anchor.unix_time_ns(frame.capture_time_ns),
            timecode=str(self._time_code.label(frame.capture_time_ns)),
            feet_planted=list(frame.pose.feet_planted),
            pose=PoseMessage(
                state=int(states[0]),
                confidence=pose_confidence,
                root_position_m=numbers.root_position_in_world_m.tolist(),
                rotations_wxyz=numbers.rotations_wxyz.tolist(),
                positions_m=numbers.positions_in_world_m.tolist(),
                joint_states=frame.pose.joint_state.tolist(),
                joint_confidences=numbers.joint_confidences.tolist(),
            ),
            face=FaceMessage(
                state=int(states[1]),
                confidence=face_confidence,
                blendshapes=numbers.blendshapes.tolist(),
                world_from_head=numbers.world_from_head.tolist(),
                gaze_rad=numbers.gaze_rad.tolist(),
            ),
            left_hand=HandMessage(int(states[2]), frame.gestures[0]),
            right_hand=HandMessage(int(states[3]), frame.gestures[1]),
        )
