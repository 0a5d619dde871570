"""Frames of the link protocol: one datagram holds the whole body and face.

Numbers that the eye cannot tell apart are sent small, so that every frame stays far below one
Ethernet packet: rotations as 4 x i16 (off by at most 0.0035 degrees), blendshapes as u16
(1/131070), confidences as u8 or 6 bits. Positions and gaze are plain f32.
Part of the link codec: see ``link.py`` and docs/link-protocol.md.
"""

from __future__ import annotations

import enum
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from .link_bytes import Malformed, Reader, Unencodable, pack, text_bytes

Vector: TypeAlias = Sequence[float]

_FIXED: Final = struct.Struct("<IQQQ4BBBBB3f4h3f4fBB")
"""From the static hash to the number of blendshapes: 86 bytes."""
_ROTATION_STEPS: Final = 32767
_BLENDSHAPE_STEPS: Final = 65535
_PART_CONFIDENCE_STEPS: Final = 255
_JOINT_CONFIDENCE_STEPS: Final = 63
_TIMECODE_GIVEN: Final = 1
_TIMECODE_DROP_FRAME: Final = 2
_LEFT_FOOT_PLANTED: Final = 4
_RIGHT_FOOT_PLANTED: Final = 8
_SQUARED_LENGTH_TOLERANCE: Final = 0.02
"""A quaternion of length 0.99 to 1.01 counts as unit; quantising alone is off by 0.0001."""


class State(enum.IntEnum):
    """What the numbers of a part or joint are worth."""

    LOST = 0
    PREDICTED = 1
    HELD = 2
    TRACKED = 3


class PartStates(NamedTuple):
    """The state of each part of the performer."""

    pose: State
    face: State
    left_hand: State
    right_hand: State


class Timecode(NamedTuple):
    """SMPTE timecode of the capture."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    drop_frame: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of motion. World axes: +Y up, the performer faces +Z, their left is +X; metres."""

    static_hash: int
    """Of the static description that names the joints and blendshapes, u32."""
    frame_id: int
    """Rises with every captured frame, u64; captured frames that were skipped leave gaps."""
    capture_time_ns: int
    """Instant of capture on the sender's monotonic clock, u64 [ns]."""
    unix_time_ns: int
    """Instant of capture as Unix time, u64 [ns]."""
    timecode: Timecode | None
    """None when the sender has none."""
    states: PartStates
    pose_confidence: float
    """0..1."""
    face_confidence: float
    """0..1."""
    root_position_in_world_m: Vector
    """(3) the root joint [m]."""
    head_rotation_wxyz: Vector
    """(4) world_from_head, unit."""
    head_position_in_world_m: Vector
    """(3) [m]."""
    gaze_rad: Vector
    """(4) left yaw, left pitch, right yaw, right pitch: towards the performer's left, up [rad]."""
    rotations_wxyz: Sequence[Vector]
    """(joints, 4) parent_from_joint, unit; identity everywhere is the rest pose."""
    joint_states: Sequence[int]
    """(joints) values of ``State``."""
    joint_confidences: Vector
    """(joints) 0..1."""
    blendshapes: Vector
    """(blendshapes) weights 0..1."""
    gestures: tuple[str, str]
    """(left, right) names, ``""`` when none."""
    feet_planted: tuple[bool, bool] = (False, False)
    """(left, right) whether the foot stands on the floor and keeps its place there."""


def encode_frame(frame: Frame) -> bytes:
    """The body of a frame packet.

    Raises:
        Unencodable: a number is not finite or out of range, a quaternion not of unit length, a
            text too long, or the joints' lists differ in length.
    """
    joint_count = len(frame.rotations_wxyz)
    if not len(frame.joint_states) == len(frame.joint_confidences) == joint_count:
        raise Unencodable("rotations, states and confidences of a frame differ in length")
    floats = (*frame.root_position_in_world_m, *frame.head_position_in_world_m, *frame.gaze_rad)
    if not math.isfinite(sum(floats)):
        raise Unencodable(f"a position or gaze of frame {frame.frame_id} is not finite: {floats}")
    flags, timecode = pack_timecode(frame.timecode)
    body = pack(
        _FIXED,
        frame.static_hash,
        frame.frame_id,
        frame.capture_time_ns,
        frame.unix_time_ns,
        *timecode,
        flags | pack_feet(frame.feet_planted),
        pack_states(frame.states),
        *_steps((frame.pose_confidence, frame.face_confidence), _PART_CONFIDENCE_STEPS),
        *floats[:3],
        *_rotation_steps((frame.head_rotation_wxyz,)),
        *floats[3:],
        joint_count,
        len(frame.blendshapes),
    )
    return b"".join((body, _encode_lists(frame), *map(text_bytes, frame.gestures)))


def decode_frame(reader: Reader) -> Frame:
    """The frame in the body of a frame packet; quaternions come out at unit length.

    Raises:
        Truncated: the body is cut.
        Malformed: a number is not finite, a quaternion not of unit length, a text not UTF-8.
    """
    static_hash, frame_id, capture_time_ns, unix_time_ns, *fields = reader.unpack(_FIXED)
    hours, minutes, seconds, frames, flags, states, *fields = fields
    floats = (*fields[2:5], *fields[9:16])
    if not math.isfinite(sum(floats)):
        raise Malformed(f"link frame {frame_id} holds a position or gaze that is not finite")
    joint_count, blendshape_count = fields[16:]
    rotation_steps = reader.unpack(struct.Struct(f"<{4 * joint_count}h"))
    packed_states = reader.take(joint_count)
    weight_steps = reader.unpack(struct.Struct(f"<{blendshape_count}H"))
    timecode = Timecode(hours, minutes, seconds, frames, bool(flags & _TIMECODE_DROP_FRAME))
    return Frame(
        static_hash=static_hash,
        frame_id=frame_id,
        capture_time_ns=capture_time_ns,
        unix_time_ns=unix_time_ns,
        timecode=timecode if flags & _TIMECODE_GIVEN else None,
        states=unpack_states(states),
        pose_confidence=fields[0] / _PART_CONFIDENCE_STEPS,
        face_confidence=fields[1] / _PART_CONFIDENCE_STEPS,
        root_position_in_world_m=floats[:3],
        head_rotation_wxyz=_rotations(fields[5:9])[0],
        head_position_in_world_m=floats[3:6],
        gaze_rad=floats[6:],
        rotations_wxyz=_rotations(rotation_steps),
        joint_states=tuple(packed >> 6 for packed in packed_states),
        joint_confidences=tuple(
            (packed & 63) / _JOINT_CONFIDENCE_STEPS for packed in packed_states
        ),
        blendshapes=tuple(steps / _BLENDSHAPE_STEPS for steps in weight_steps),
        gestures=(reader.text(), reader.text()),
        feet_planted=(bool(flags & _LEFT_FOOT_PLANTED), bool(flags & _RIGHT_FOOT_PLANTED)),
    )


def pack_feet(planted: tuple[bool, bool]) -> int:
    """The flags of the feet that stand: left, right."""
    left, right = planted
    return _LEFT_FOOT_PLANTED * left | _RIGHT_FOOT_PLANTED * right


def pack_states(states: PartStates) -> int:
    """One byte: pose in the lowest two bits, then face, left hand, right hand."""
    return states.pose | states.face << 2 | states.left_hand << 4 | states.right_hand << 6


def unpack_states(packed: int) -> PartStates:
    """The states in that byte."""
    return PartStates(*(State(packed >> shift & 3) for shift in (0, 2, 4, 6)))


def _encode_lists(frame: Frame) -> bytes:
    """Rotations, packed joint states and blendshapes."""
    rotation_steps = _rotation_steps(frame.rotations_wxyz)
    confidence_steps = _steps(frame.joint_confidences, _JOINT_CONFIDENCE_STEPS)
    packed_states = [
        state << 6 | steps
        for state, steps in zip(frame.joint_states, confidence_steps, strict=True)
    ]
    weight_steps = _steps(frame.blendshapes, _BLENDSHAPE_STEPS)
    layout = struct.Struct(f"<{len(rotation_steps)}h{len(packed_states)}B{len(weight_steps)}H")
    return pack(layout, *rotation_steps, *packed_states, *weight_steps)


def _steps(shares: Vector, steps: int) -> list[int]:
    """Numbers 0..1 as whole steps; what lies outside is brought to the end it is beyond."""
    try:
        return [
            0 if share <= 0.0 else steps if share >= 1.0 else int(share * steps + 0.5)
            for share in shares
        ]
    except ValueError as error:
        raise Unencodable(f"a weight or confidence is not a number: {list(shares)}") from error


def _rotation_steps(rotations_wxyz: Sequence[Vector]) -> list[int]:
    """Components -1..1 as whole steps."""
    for w, x, y, z in rotations_wxyz:
        # Written so that a NaN fails too.
        if not abs(w * w + x * x + y * y + z * z - 1.0) <= _SQUARED_LENGTH_TOLERANCE:
            raise Unencodable(f"a rotation is not of unit length: {(w, x, y, z)}")
    steps = [
        round(component * _ROTATION_STEPS) for rotation in rotations_wxyz for component in rotation
    ]
    if steps and (max(steps) > _ROTATION_STEPS or min(steps) < -_ROTATION_STEPS):
        return [max(-_ROTATION_STEPS, min(_ROTATION_STEPS, step)) for step in steps]
    return steps


def _rotations(steps: Sequence[int]) -> tuple[tuple[float, float, float, float], ...]:
    """Unit quaternions of whole steps, four each."""
    components = iter(steps)
    rotations: list[tuple[float, float, float, float]] = []
    for w, x, y, z in zip(components, components, components, components, strict=True):
        length = math.sqrt(w * w + x * x + y * y + z * z)
        if not abs(length / _ROTATION_STEPS - 1.0) <= _SQUARED_LENGTH_TOLERANCE:
            raise Malformed(f"link frame holds a rotation that is not of unit length: {w, x, y, z}")
        rotations.append((w / length, x / length, y / length, z / length))
    return tuple(rotations)


def pack_timecode(timecode: Timecode | None) -> tuple[int, tuple[int, int, int, int]]:
    """Flags, and hours, minutes, seconds, frames."""
    if timecode is None:
        return 0, (0, 0, 0, 0)
    flags = _TIMECODE_GIVEN | (_TIMECODE_DROP_FRAME if timecode.drop_frame else 0)
    return flags, timecode[:4]
