# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads Open Sound Control 1.0: messages and bundles, nested or not.

Specification: opensoundcontrol.stanford.edu/spec-1_0.html. Types i, f, s, T, F, N, I, d, h, t and b
are read; a message with any other is malformed, because its length is then unknown.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, TypeAlias

Argument: TypeAlias = int | float | str | bytes | bool | None
Message: TypeAlias = tuple[str, tuple[Argument, ...]]

_BUNDLE: Final = b"#bundle\0"
_BUNDLE_HEADER_BYTES: Final = 16
_MAX_DEPTH: Final = 4
_NUMBERS: Final = {
    "i": struct.Struct(">i"),
    "f": struct.Struct(">f"),
    "d": struct.Struct(">d"),
    "h": struct.Struct(">q"),
    "t": struct.Struct(">Q"),
}
_CONSTANTS: Final[dict[str, Argument]] = {"T": True, "F": False, "N": None, "I": float("inf")}
_SIZE: Final = struct.Struct(">i")


class MalformedOsc(ValueError):
    """The datagram is no OSC packet."""


def messages(packet: bytes, depth: int = 0) -> Iterator[Message]:
    """The messages of a packet, in order.

    Raises:
        MalformedOsc: it is cut, or holds what OSC does not have.
    """
    if not packet.startswith(_BUNDLE):
        yield _message(packet)
        return
    if depth >= _MAX_DEPTH:
        raise MalformedOsc("OSC bundles are nested too deeply")
    if len(packet) < _BUNDLE_HEADER_BYTES:
        raise MalformedOsc("an OSC bundle is cut in its header")
    at = _BUNDLE_HEADER_BYTES
    while at < len(packet):
        if at + _SIZE.size > len(packet):
            raise MalformedOsc("an OSC bundle is cut between two elements")
        (size,) = _SIZE.unpack_from(packet, at)
        at += _SIZE.size
        if size <= 0 or size % 4 or at + size > len(packet):
            raise MalformedOsc(f"an OSC bundle claims an element of {size} bytes")
        yield from messages(packet[at : at + size], depth + 1)
        at += size


def _message(packet: bytes) -> Message:
    address, at = _text(packet, 0)
    if not address.startswith("/"):
        raise MalformedOsc(f"not an OSC packet: it starts with {packet[:8]!r}")
    if at >= len(packet):
        return address, ()
    tags, at = _text(packet, at)
    if not tags.startswith(","):
        raise MalformedOsc(f"the OSC message {address} has no type tags")
    arguments: list[Argument] = []
    for tag in tags[1:]:
        value, at = _argument(packet, at, tag)
        arguments.append(value)
    return address, tuple(arguments)


def _argument(packet: bytes, at: int, tag: str) -> tuple[Argument, int]:
    if tag in _NUMBERS:
        layout = _NUMBERS[tag]
        if at + layout.size > len(packet):
            raise MalformedOsc("an OSC message is cut in its arguments")
        return layout.unpack_from(packet, at)[0], at + layout.size
    if tag in ("s", "S"):
        return _text(packet, at)
    if tag in _CONSTANTS:
        return _CONSTANTS[tag], at
    if tag == "b":
        return _blob(packet, at)
    raise MalformedOsc(f"an OSC message holds an argument of type {tag!r}")


def _blob(packet: bytes, at: int) -> tuple[bytes, int]:
    if at + _SIZE.size > len(packet):
        raise MalformedOsc("an OSC message is cut in its arguments")
    (size,) = _SIZE.unpack_from(packet, at)
    start = at + _SIZE.size
    if size < 0 or start + size > len(packet):
        raise MalformedOsc(f"an OSC message claims a blob of {size} bytes")
    return packet[start : start + size], start + (size + 3) // 4 * 4


def _text(packet: bytes, at: int) -> tuple[str, int]:
    end = packet.find(b"\0", at)
    if end < 0:
        raise MalformedOsc("an OSC text has no end")
    try:
        text = packet[at:end].decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedOsc("an OSC text is not UTF-8") from error
    return text, (end // 4 + 1) * 4
