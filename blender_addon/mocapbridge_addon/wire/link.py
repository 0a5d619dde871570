"""The mocapbridge link: one performer's motion in versioned UDP datagrams.

A stream is a *static* description (sent at the start, on change and every second) and *frames*;
*heartbeats* say that the sender lives; a receiver may ask for the sender's clock with a *probe*.
No datagram is longer than 1472 bytes, what one Ethernet packet carries. The layout, byte by byte,
is in docs/link-protocol.md.

This file and its ``link_*`` neighbours use the standard library alone and run on Python 3.10, so
that receivers can carry an identical copy.
"""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass
from typing import Final, TypeAlias

from .link_bytes import (
    LinkError,
    Malformed,
    NotLink,
    Reader,
    Truncated,
    Unencodable,
    UnsupportedVersion,
    pack,
    text_bytes,
    text_of,
)
from .link_frame import (
    Frame,
    PartStates,
    State,
    Timecode,
    decode_frame,
    encode_frame,
    pack_feet,
    pack_states,
    pack_timecode,
    unpack_states,
)
from .link_static import (
    Joint,
    Static,
    StaticAssembler,
    StaticPart,
    decode_part,
    encode_part,
    encode_static,
    split_static,
    static_hash,
)

__all__ = [
    "DEFAULT_PORT",
    "MAX_DATAGRAM_BYTES",
    "MAX_SUBJECT_BYTES",
    "SEQUENCE_COUNT",
    "VERSION",
    "ClockProbe",
    "ClockReply",
    "Frame",
    "Header",
    "Heartbeat",
    "Joint",
    "LinkError",
    "Malformed",
    "Message",
    "NotLink",
    "PartStates",
    "State",
    "Static",
    "StaticAssembler",
    "StaticPart",
    "Timecode",
    "Truncated",
    "Unencodable",
    "UnsupportedVersion",
    "decode",
    "encode",
    "encode_static",
    "pack_feet",
    "pack_timecode",
    "split_static",
    "static_hash",
]

MAGIC: Final = b"MCBL"
VERSION: Final = (1, 0)
"""(major, minor). A new minor appends to bodies or adds kinds; a new major may change anything."""
DEFAULT_PORT: Final = 54300
MAX_DATAGRAM_BYTES: Final = 1472
"""Ethernet's 1500 bytes less the headers of IPv4 (20) and UDP (8)."""
MAX_SUBJECT_BYTES: Final = 64
SEQUENCE_COUNT: Final = 1 << 32
"""The sequence wraps around to 0 here."""

_HEADER: Final = struct.Struct("<4sBBBBQI")
_HEARTBEAT: Final = struct.Struct("<IQQB")
_CLOCK: Final = struct.Struct("<QQQ")


class Kind(enum.IntEnum):
    """What a datagram holds."""

    STATIC = 1
    FRAME = 2
    HEARTBEAT = 3
    CLOCK_PROBE = 4
    CLOCK_REPLY = 5


@dataclass(frozen=True, slots=True)
class Header:
    """Whose datagram this is."""

    session_id: int
    """Random u64, new at every start of the sender: receivers then forget sequence and frame ids.
    In a probe the session that is asked, or 0 for whichever answers."""
    sequence: int
    """Counts the datagrams of the session, u32, wraps around: gaps are losses. Clock replies stand
    outside and repeat the sequence of their probe."""
    subject: str
    """Name of the performer, at most 64 bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The sender lives, and this is what it sees."""

    static_hash: int
    sent_time_ns: int
    """Instant of sending on the sender's monotonic clock, u64 [ns]."""
    unix_time_ns: int
    """The same instant as Unix time, u64 [ns]."""
    states: PartStates
    """Of the newest frame; all lost when there has been none for half a second."""


@dataclass(frozen=True, slots=True)
class ClockProbe:
    """A receiver asks for the sender's clock.

    As long as its reply, so that nobody can use the sender to multiply traffic.
    """

    probe_time_ns: int
    """Instant of asking on the receiver's clock, u64 [ns]; comes back in the reply."""


@dataclass(frozen=True, slots=True)
class ClockReply:
    """The sender's answer to a probe."""

    probe_time_ns: int
    received_time_ns: int
    """Instant the probe came in, on the sender's monotonic clock, u64 [ns]."""
    replied_time_ns: int
    """Instant the reply left, on the same clock, u64 [ns]."""

    def offset_ns(self, arrival_time_ns: int) -> int:
        """Sender's clock less receiver's clock [ns], off by at most half the round trip.

        ``arrival_time_ns`` is when the reply came in, on the receiver's clock. Formula of NTP
        (RFC 5905, section 8): the mean of the way there and the way back.
        """
        there = self.received_time_ns - self.probe_time_ns
        back = self.replied_time_ns - arrival_time_ns
        return (there + back) // 2

    def round_trip_ns(self, arrival_time_ns: int) -> int:
        """Time on the network, both ways, without the sender's own [ns] (RFC 5905, section 8)."""
        held = self.replied_time_ns - self.received_time_ns
        return arrival_time_ns - self.probe_time_ns - held


Message: TypeAlias = StaticPart | Frame | Heartbeat | ClockProbe | ClockReply


def encode(header: Header, message: Message) -> bytes:
    """One datagram.

    Raises:
        Unencodable: a value does not fit the format.
    """
    kind, body = _encode_body(message)
    subject = text_bytes(header.subject, MAX_SUBJECT_BYTES)
    fields = *VERSION, kind, subject[0], header.session_id, header.sequence
    datagram = pack(_HEADER, MAGIC, *fields) + subject[1:] + body
    if len(datagram) > MAX_DATAGRAM_BYTES:
        raise Unencodable(
            f"a link datagram of {len(datagram)} bytes is longer than {MAX_DATAGRAM_BYTES}"
        )
    return datagram


def decode(datagram: bytes) -> tuple[Header, Message]:
    """What a datagram holds.

    Raises:
        NotLink: it is of another protocol.
        UnsupportedVersion: it is of another major version, or a kind that a later minor added.
        Truncated: it ends too early.
        Malformed: it holds values that cannot be.
    """
    if datagram[:4] != MAGIC[: len(datagram)]:
        raise NotLink(f"not a mocapbridge link packet: it starts with {datagram[:4]!r}")
    reader = Reader(datagram)
    _, major, minor, kind, subject_bytes, session_id, sequence = reader.unpack(_HEADER)
    _check_version(major, minor, kind)
    if subject_bytes > MAX_SUBJECT_BYTES:
        raise Malformed(f"link packet names a subject of {subject_bytes} bytes")
    header = Header(session_id, sequence, text_of(reader.take(subject_bytes)))
    message = _decode_body(Kind(kind), reader)
    if reader.remaining and minor <= VERSION[1]:
        raise Malformed(f"link packet is {reader.remaining} bytes longer than its content")
    return header, message


def _check_version(major: int, minor: int, kind: int) -> None:
    own = f"{VERSION[0]}.{VERSION[1]}"
    if major != VERSION[0]:
        raise UnsupportedVersion(
            f"the sender speaks version {major}.{minor} of the mocapbridge link, this program "
            f"{own}: update the older of the two"
        )
    if kind in Kind.__members__.values():
        return
    if minor > VERSION[1]:
        raise UnsupportedVersion(
            f"link packet of kind {kind}, which version {major}.{minor} knows and this program "
            f"({own}) does not: update it to use them"
        )
    raise Malformed(f"link packet of kind {kind}, which no version up to {own} knows")


def _encode_body(message: Message) -> tuple[Kind, bytes]:
    if isinstance(message, Frame):
        return Kind.FRAME, encode_frame(message)
    if isinstance(message, StaticPart):
        return Kind.STATIC, encode_part(message)
    if isinstance(message, Heartbeat):
        times = message.static_hash, message.sent_time_ns, message.unix_time_ns
        return Kind.HEARTBEAT, pack(_HEARTBEAT, *times, pack_states(message.states))
    if isinstance(message, ClockProbe):
        return Kind.CLOCK_PROBE, pack(_CLOCK, message.probe_time_ns, 0, 0)
    times = message.probe_time_ns, message.received_time_ns, message.replied_time_ns
    return Kind.CLOCK_REPLY, pack(_CLOCK, *times)


def _decode_body(kind: Kind, reader: Reader) -> Message:
    if kind is Kind.FRAME:
        return decode_frame(reader)
    if kind is Kind.STATIC:
        return decode_part(reader)
    if kind is Kind.HEARTBEAT:
        static_hash_, sent_time_ns, unix_time_ns, states = reader.unpack(_HEARTBEAT)
        return Heartbeat(static_hash_, sent_time_ns, unix_time_ns, unpack_states(states))
    times = reader.unpack(_CLOCK)
    return ClockProbe(times[0]) if kind is Kind.CLOCK_PROBE else ClockReply(*times)
