"""OSC 1.0 packets: messages and bundles, as bytes and back (opensoundcontrol.org, spec 1.0).

Standard library alone. A datagram is one message or one bundle; everything is big-endian and
padded to multiples of four bytes. A message is its address, a text of type tags that begins with a
comma, and the arguments; a bundle is ``#bundle``, a time tag, and elements with their lengths.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

Argument: TypeAlias = int | float | str | bytes | bool | None

IMMEDIATELY: Final = 1
"""Time tag of what is to be carried out at once."""
MAX_DEPTH: Final = 8
"""Bundles within bundles; nobody nests deeper, and a hostile packet may not exhaust the stack."""

_BUNDLE: Final = b"#bundle\0"
_WORD: Final = 4
_LENGTH: Final = struct.Struct(">i")
_TIME_TAG: Final = struct.Struct(">Q")
_NUMBERS: Final[dict[str, struct.Struct]] = {
    "i": struct.Struct(">i"),
    "f": struct.Struct(">f"),
    "h": struct.Struct(">q"),
    "d": struct.Struct(">d"),
    "t": _TIME_TAG,
    "c": struct.Struct(">I"),
    "r": struct.Struct(">I"),
    "m": struct.Struct(">I"),
}
_WITHOUT_DATA: Final[dict[str, Argument]] = {"T": True, "F": False, "N": None, "I": None}


class OscError(ValueError):
    """Base of everything this codec raises."""


class Malformed(OscError):
    """The packet is cut, or is no OSC."""


class Unencodable(OscError):
    """The values do not fit the format."""


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message."""

    address: str
    """Begins with ``/``."""
    tags: str
    """A letter for each argument: ``i`` int32, ``f`` float32, ``s`` text, ``b`` bytes ..."""
    arguments: tuple[Argument, ...]


def encode(message: Message) -> bytes:
    """The bytes of a message.

    Raises:
        Unencodable: the arguments do not fit their tags.
    """
    if not message.address.startswith("/"):
        raise Unencodable(f"OSC address {message.address!r} does not begin with /")
    if len(message.tags) != len(message.arguments):
        raise Unencodable(f"{len(message.arguments)} arguments for OSC tags {message.tags!r}")
    try:
        arguments = list(map(_argument_bytes, message.tags, message.arguments))
    except (struct.error, OverflowError, TypeError, AttributeError) as error:
        raise Unencodable(
            f"{message.arguments!r} are no OSC arguments of types {message.tags!r}"
        ) from error
    return b"".join((_padded_text(message.address), _padded_text("," + message.tags), *arguments))


def encode_bundle(messages: Sequence[Message], time_tag: int = IMMEDIATELY) -> bytes:
    """The bytes of a bundle.

    Raises:
        Unencodable: the arguments of a message do not fit their tags.
    """
    elements = [encode(message) for message in messages]
    framed = [_LENGTH.pack(len(element)) + element for element in elements]
    return b"".join((_BUNDLE, _TIME_TAG.pack(time_tag), *framed))


def decode(datagram: bytes) -> list[Message]:
    """All messages of a datagram, in their order, those of bundles too.

    Raises:
        Malformed: it is cut, or is no OSC.
    """
    messages: list[Message] = []
    _take_element(datagram, messages, 0)
    return messages


def is_bundle(datagram: bytes) -> bool:
    """Whether a datagram is a bundle and not a message alone."""
    return datagram.startswith(_BUNDLE)


def _take_element(element: bytes, messages: list[Message], depth: int) -> None:
    if not is_bundle(element):
        messages.append(_message(element))
        return
    if depth >= MAX_DEPTH:
        raise Malformed(f"OSC bundles are nested more than {MAX_DEPTH} deep")
    offset = len(_BUNDLE) + _TIME_TAG.size
    if len(element) < offset:
        raise Malformed("OSC bundle ends before its time tag")
    while offset < len(element):
        (length,) = _unpack(_LENGTH, element, offset)
        offset += _LENGTH.size
        if length <= 0 or length % _WORD or length > len(element) - offset:
            raise Malformed(
                f"OSC bundle has an element of {length} bytes with "
                f"{len(element) - offset} bytes left"
            )
        _take_element(element[offset : offset + length], messages, depth + 1)
        offset += length


def _message(element: bytes) -> Message:
    if not element.startswith(b"/"):
        raise Malformed(
            f"no OSC: it begins with {element[:8]!r}, an address begins with / and a bundle "
            "with #bundle"
        )
    address, offset = _text_at(element, 0)
    if offset == len(element):  # senders of before OSC 1.0 leave the tags out
        return Message(address, "", ())
    tags, offset = _text_at(element, offset)
    if not tags.startswith(","):
        raise Malformed(f"OSC message {address} has type tags without a comma")
    arguments: list[Argument] = []
    for tag in tags[1:]:
        argument, offset = _argument_at(element, offset, tag)
        arguments.append(argument)
    if offset != len(element):
        raise Malformed(
            f"OSC message {address} has {len(element) - offset} bytes after its arguments"
        )
    return Message(address, tags[1:], tuple(arguments))


def _argument_bytes(tag: str, argument: Any) -> bytes:  # noqa: ANN401 - checked by packing
    if tag in _NUMBERS:
        return _NUMBERS[tag].pack(argument)
    if tag in _WITHOUT_DATA:
        return b""
    if tag in "sS":
        return _padded_text(argument)
    if tag == "b":
        return _LENGTH.pack(len(argument)) + argument + b"\0" * (-len(argument) % _WORD)
    raise Unencodable(f"OSC has no type {tag!r}")


def _argument_at(element: bytes, offset: int, tag: str) -> tuple[Argument, int]:
    if tag in _NUMBERS:
        layout = _NUMBERS[tag]
        return _unpack(layout, element, offset)[0], offset + layout.size
    if tag in _WITHOUT_DATA:
        return _WITHOUT_DATA[tag], offset
    if tag in "sS":
        return _text_at(element, offset)
    if tag == "b":
        (length,) = _unpack(_LENGTH, element, offset)
        start = offset + _LENGTH.size
        end = start + length + -length % _WORD
        if length < 0 or end > len(element):
            raise Malformed(f"OSC blob of {length} bytes is cut")
        return element[start : start + length], end
    raise Malformed(f"OSC argument of unknown type {tag!r}")


def _padded_text(text: str) -> bytes:
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unencodable(f"{text!r} is not valid Unicode") from error
    if b"\0" in encoded:
        raise Unencodable(f"{text!r} holds a zero byte, which ends texts in OSC")
    return encoded + b"\0" * (_WORD - len(encoded) % _WORD)


def _text_at(element: bytes, offset: int) -> tuple[str, int]:
    end = element.find(b"\0", offset)
    if end < 0:
        raise Malformed("OSC text has no end")
    following = end + _WORD - end % _WORD
    if following > len(element) or any(element[end:following]):
        raise Malformed("OSC text is not padded with zeros to four bytes")
    try:
        return element[offset:end].decode("utf-8"), following
    except UnicodeDecodeError as error:
        raise Malformed("OSC text is not UTF-8") from error


def _unpack(layout: struct.Struct, element: bytes, offset: int) -> tuple[Any, ...]:
    if len(element) - offset < layout.size:
        raise Malformed("OSC packet is cut")
    unpack: Callable[[bytes, int], tuple[Any, ...]] = layout.unpack_from
    return unpack(element, offset)
