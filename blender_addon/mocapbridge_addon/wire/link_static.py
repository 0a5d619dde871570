"""The static side of a link stream: what the numbers of its frames belong to.

A description is longer than a datagram, so it travels in numbered parts and is put together again
by ``StaticAssembler``. Its hash (CRC-32) names it in every frame and guards the assembly.
Part of the link codec: see ``link.py`` and docs/link-protocol.md.
"""

from __future__ import annotations

import binascii
import math
import struct
from dataclasses import dataclass
from typing import Final

from .link_bytes import Malformed, Reader, Unencodable, pack, text_bytes

CHUNK_BYTES: Final = 1380
"""Longest piece of a description in one datagram: 1472 less header, longest subject and fields."""
MAX_PARTS: Final = 16
NO_PARENT: Final = 255

_STREAM: Final = struct.Struct("<IIBBB")
_JOINT: Final = struct.Struct("<B3f")
_PART: Final = struct.Struct("<IBBH")
_BLENDSHAPES_MEASURED: Final = 1
_BLENDSHAPES_OWN: Final = 2
_MAX_PENDING: Final = 16
"""Descriptions that may be under assembly at once; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Joint:
    """One joint of the streamed skeleton."""

    name: str
    parent: int | None
    """Index of the parent, lower than the joint's own; None for a root."""
    rest_offset_m: tuple[float, float, float]
    """From the parent in the rest pose, world axes [m]; for a root from the world's origin."""


@dataclass(frozen=True, slots=True)
class Static:
    """The description of a stream."""

    frame_rate: tuple[int, int]
    """(numerator, denominator) of the nominal rate, both above 0."""
    blendshapes_measured: bool
    """False when the sender has no measured blendshapes: the weights are then 0 or estimates."""
    joints: tuple[Joint, ...]
    blendshapes: tuple[str, ...]
    blendshapes_own: bool = False
    """True when the sender's own network reads the weights off the face's landmarks, because its
    face model gives none."""


@dataclass(frozen=True, slots=True)
class StaticPart:
    """One piece of an encoded description."""

    static_hash: int
    """CRC-32 of the whole encoded description."""
    index: int
    count: int
    chunk: bytes


def encode_static(static: Static) -> bytes:
    """A description as bytes, to be split and hashed.

    Raises:
        Unencodable: a number out of range, a parent that does not precede its child, a text or
            the whole too long.
    """
    numerator, denominator = static.frame_rate
    if min(numerator, denominator) <= 0:
        raise Unencodable(f"frame rate {numerator}/{denominator} is not positive")
    counts = len(static.joints), len(static.blendshapes)
    flags = _BLENDSHAPES_MEASURED if static.blendshapes_measured else 0
    flags |= _BLENDSHAPES_OWN if static.blendshapes_own else 0
    pieces = [pack(_STREAM, numerator, denominator, flags, *counts)]
    for index, joint in enumerate(static.joints):
        parent = NO_PARENT if joint.parent is None else joint.parent
        if joint.parent is not None and not 0 <= parent < index:
            raise Unencodable(
                f"parent {parent} of joint {index} ({joint.name}) does not precede it"
            )
        if not math.isfinite(sum(joint.rest_offset_m)):
            raise Unencodable(f"the rest offset of {joint.name} is not finite")
        pieces += [pack(_JOINT, parent, *joint.rest_offset_m), text_bytes(joint.name)]
    pieces += [text_bytes(name) for name in static.blendshapes]
    body = b"".join(pieces)
    if len(body) > CHUNK_BYTES * MAX_PARTS:
        raise Unencodable(f"a description of {len(body)} bytes is longer than {MAX_PARTS} parts")
    return body


def decode_static(body: bytes) -> Static:
    """The description in these bytes. Bytes beyond what is known are of later minor versions.

    Raises:
        Truncated: the bytes end too early.
        Malformed: a rate of 0, a parent that does not precede its child, a number not finite, a
            text not UTF-8.
    """
    reader = Reader(body)
    numerator, denominator, flags, joint_count, blendshape_count = reader.unpack(_STREAM)
    if not numerator or not denominator:
        raise Malformed(f"link stream has a frame rate of {numerator}/{denominator}")
    return Static(
        frame_rate=(numerator, denominator),
        blendshapes_measured=bool(flags & _BLENDSHAPES_MEASURED),
        joints=tuple(_decode_joint(reader, index) for index in range(joint_count)),
        blendshapes=tuple(reader.text() for _ in range(blendshape_count)),
        blendshapes_own=bool(flags & _BLENDSHAPES_OWN),
    )


def _decode_joint(reader: Reader, index: int) -> Joint:
    parent, *offset = reader.unpack(_JOINT)
    if parent != NO_PARENT and parent >= index:
        raise Malformed(f"parent {parent} of link joint {index} does not precede it")
    if not math.isfinite(sum(offset)):
        raise Malformed(f"the rest offset of link joint {index} is not finite")
    x, y, z = offset
    return Joint(reader.text(), None if parent == NO_PARENT else parent, (x, y, z))


def static_hash(body: bytes) -> int:
    """The hash of an encoded description: CRC-32 as of zlib, PNG and Ethernet."""
    return binascii.crc32(body)


def split_static(body: bytes) -> tuple[StaticPart, ...]:
    """An encoded description as parts for one datagram each."""
    starts = range(0, len(body), CHUNK_BYTES)
    return tuple(
        StaticPart(static_hash(body), index, len(starts), body[start : start + CHUNK_BYTES])
        for index, start in enumerate(starts)
    )


def encode_part(part: StaticPart) -> bytes:
    """The body of a static packet.

    Raises:
        Unencodable: a number is out of range.
    """
    return pack(_PART, part.static_hash, part.index, part.count, len(part.chunk)) + part.chunk


def decode_part(reader: Reader) -> StaticPart:
    """The part in the body of a static packet.

    Raises:
        Truncated: the body is cut.
        Malformed: the numbering or the length of the part cannot be.
    """
    whole_hash, index, count, length = reader.unpack(_PART)
    if not index < count <= MAX_PARTS:
        raise Malformed(f"link static packet is numbered {index} of {count} parts")
    if not 0 < length <= CHUNK_BYTES:
        raise Malformed(f"link static packet claims a part of {length} bytes")
    return StaticPart(whole_hash, index, count, reader.take(length))


class StaticAssembler:
    """Puts the parts of descriptions together, in any order, with bounded memory."""

    def __init__(self) -> None:
        self._pending: dict[tuple[int, str, int, int], dict[int, bytes]] = {}

    def add(self, session_id: int, subject: str, part: StaticPart) -> Static | None:
        """Take in one part.

        Returns:
            The description once all its parts are there, None before.

        Raises:
            LinkError: the parts are all there but do not make a description; they are dropped.
        """
        key = (session_id, subject, part.static_hash, part.count)
        if key not in self._pending and len(self._pending) == _MAX_PENDING:
            del self._pending[next(iter(self._pending))]
        chunks = self._pending.setdefault(key, {})
        chunks[part.index] = part.chunk
        if len(chunks) < part.count:
            return None
        del self._pending[key]
        body = b"".join(chunks[index] for index in range(part.count))
        if static_hash(body) != part.static_hash:
            raise Malformed(
                f"link description of {subject!r} does not match its hash: parts differ"
            )
        return decode_static(body)
