"""Packets of Live Link Face, version 6, as Unreal's "Apple ARKit Face Support" takes them.

Standard library alone. One packet per frame over UDP, port 11111, everything big-endian:

======  =========  ==========================================================
bytes   type       field
======  =========  ==========================================================
1       u8         version, 6
4 + D   i32, text  device id
4 + N   i32, text  subject name, by which Live Link shows the face
4       i32        frame number: frames of the time code since midnight
4       f32        sub-frame, 0 to less than 1
4       i32        frame rate, numerator
4       i32        frame rate, denominator
1       u8         count of values, 61
244     61 x f32   values
======  =========  ==========================================================

Texts are UTF-8 with their length in bytes before them. A packet that ends after the subject name
says that no face is seen. Source: Unreal Engine, ``AppleARKitLiveLinkSource`` and the frame types
it serialises.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Final

VERSION: Final = 6
PORT: Final = 11111
VALUE_NAMES: Final[tuple[str, ...]] = (
    "EyeBlinkLeft",
    "EyeLookDownLeft",
    "EyeLookInLeft",
    "EyeLookOutLeft",
    "EyeLookUpLeft",
    "EyeSquintLeft",
    "EyeWideLeft",
    "EyeBlinkRight",
    "EyeLookDownRight",
    "EyeLookInRight",
    "EyeLookOutRight",
    "EyeLookUpRight",
    "EyeSquintRight",
    "EyeWideRight",
    "JawForward",
    "JawLeft",
    "JawRight",
    "JawOpen",
    "MouthClose",
    "MouthFunnel",
    "MouthPucker",
    "MouthLeft",
    "MouthRight",
    "MouthSmileLeft",
    "MouthSmileRight",
    "MouthFrownLeft",
    "MouthFrownRight",
    "MouthDimpleLeft",
    "MouthDimpleRight",
    "MouthStretchLeft",
    "MouthStretchRight",
    "MouthRollLower",
    "MouthRollUpper",
    "MouthShrugLower",
    "MouthShrugUpper",
    "MouthPressLeft",
    "MouthPressRight",
    "MouthLowerDownLeft",
    "MouthLowerDownRight",
    "MouthUpperUpLeft",
    "MouthUpperUpRight",
    "BrowDownLeft",
    "BrowDownRight",
    "BrowInnerUp",
    "BrowOuterUpLeft",
    "BrowOuterUpRight",
    "CheekPuff",
    "CheekSquintLeft",
    "CheekSquintRight",
    "NoseSneerLeft",
    "NoseSneerRight",
    "TongueOut",
    "HeadYaw",
    "HeadPitch",
    "HeadRoll",
    "LeftEyeYaw",
    "LeftEyePitch",
    "LeftEyeRoll",
    "RightEyeYaw",
    "RightEyePitch",
    "RightEyeRoll",
)
"""The values in their order: 52 shapes 0..1, then angles of head and eyes."""
VALUE_COUNT: Final = len(VALUE_NAMES)
MAX_PACKET_BYTES: Final = 774
"""Longest packet that every build of Unreal takes: both texts together at most 504 bytes."""
LARGEST_SUB_FRAME: Final = 1.0 - 2.0**-24
"""Largest float32 below 1."""

_LENGTH: Final = struct.Struct(">i")
_TIME: Final = struct.Struct(">ifiiB")
_VALUES: Final = struct.Struct(f">{VALUE_COUNT}f")

FACE_BYTES: Final = _TIME.size + _VALUES.size
"""Length of all that follows the subject name."""


class LiveLinkFaceError(ValueError):
    """Base of everything this codec raises."""


class UnsupportedVersion(LiveLinkFaceError):
    """The packet is of another version, or of another protocol."""


class Malformed(LiveLinkFaceError):
    """The packet is cut, or holds values that cannot be."""


class Unencodable(LiveLinkFaceError):
    """The values do not fit the format: not finite, out of range, too long."""


@dataclass(frozen=True, slots=True)
class FaceValues:
    """A face at one instant."""

    frame_number: int
    """Frames since midnight, at the frame rate."""
    sub_frame: float
    """0 to less than 1."""
    frame_rate: tuple[int, int]
    """(numerator, denominator), both above 0."""
    values: tuple[float, ...]
    """61, in the order of ``VALUE_NAMES``."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One datagram."""

    device_id: str
    subject: str
    face: FaceValues | None
    """None: no face is seen."""


def encode(packet: Packet) -> bytes:
    """The bytes of a packet.

    Raises:
        Unencodable: the values do not fit the format.
    """
    head = bytes((VERSION,)) + _text_bytes(packet.device_id) + _text_bytes(packet.subject)
    excess = len(head) + FACE_BYTES - MAX_PACKET_BYTES
    if excess > 0:
        raise Unencodable(
            f"device id and subject {packet.subject!r} are {excess} bytes too long "
            "for Live Link Face"
        )
    return head if packet.face is None else head + _face_bytes(packet.face)


def decode(datagram: bytes) -> Packet:
    """The packet in a datagram.

    Raises:
        UnsupportedVersion: it is of another version, or of another protocol.
        Malformed: it is cut, or holds values that cannot be.
    """
    if not datagram:
        raise Malformed("Live Link Face packet is empty")
    if datagram[0] != VERSION:
        raise UnsupportedVersion(
            f"not a Live Link Face packet of version {VERSION}: it begins with {datagram[0]}"
        )
    device_id, offset = _text_at(datagram, 1)
    subject, offset = _text_at(datagram, offset)
    face = None if offset == len(datagram) else _face_at(datagram, offset)
    return Packet(device_id, subject, face)


def _text_bytes(text: str) -> bytes:
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unencodable(f"{text!r} is not valid Unicode") from error
    return _LENGTH.pack(len(encoded)) + encoded


def _face_bytes(face: FaceValues) -> bytes:
    if min(face.frame_rate) <= 0:
        raise Unencodable(f"frame rate {face.frame_rate} has a part that is not above 0")
    if not 0.0 <= face.sub_frame <= LARGEST_SUB_FRAME:
        raise Unencodable(f"sub-frame {face.sub_frame} is not from 0 to less than 1")
    if not all(map(math.isfinite, face.values)):
        raise Unencodable("a value is not finite")
    try:
        time = _TIME.pack(face.frame_number, face.sub_frame, *face.frame_rate, VALUE_COUNT)
        return time + _VALUES.pack(*face.values)
    except (struct.error, OverflowError) as error:
        raise Unencodable(f"a number does not fit a Live Link Face packet: {error}") from error


def _text_at(datagram: bytes, offset: int) -> tuple[str, int]:
    """The text that begins there, and where the next field does."""
    start = offset + _LENGTH.size
    if start > len(datagram):
        raise Malformed(f"Live Link Face packet of {len(datagram)} bytes is cut at a text")
    (length,) = _LENGTH.unpack_from(datagram, offset)
    end = start + length
    if length < 0 or end > len(datagram):
        raise Malformed(
            f"Live Link Face packet of {len(datagram)} bytes has a text of {length} at {start}"
        )
    try:
        return datagram[start:end].decode("utf-8"), end
    except UnicodeDecodeError as error:
        raise Malformed("Live Link Face packet holds a text that is not UTF-8") from error


def _face_at(datagram: bytes, offset: int) -> FaceValues:
    if len(datagram) - offset != FACE_BYTES:
        raise Malformed(
            f"Live Link Face packet has {len(datagram) - offset} bytes after its subject; "
            f"valid: none, or {FACE_BYTES}"
        )
    frame_number, sub_frame, numerator, denominator, count = _TIME.unpack_from(datagram, offset)
    if count != VALUE_COUNT:
        raise Malformed(f"Live Link Face packet announces {count} values; valid: {VALUE_COUNT}")
    values: tuple[float, ...] = _VALUES.unpack_from(datagram, offset + _TIME.size)
    if min(numerator, denominator) <= 0:
        raise Malformed(f"Live Link Face packet has a frame rate of {numerator}/{denominator}")
    if not (0.0 <= sub_frame < 1.0 and all(map(math.isfinite, values))):
        raise Malformed("Live Link Face packet holds a number that cannot be")
    return FaceValues(frame_number, sub_frame, (numerator, denominator), values)
