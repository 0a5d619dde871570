"""Errors of the link protocol and a cursor over the bytes of a datagram.

Everything is little-endian. Part of the link codec: see ``link.py`` and docs/link-protocol.md.
"""

from __future__ import annotations

import struct
from typing import Any, Final

MAX_TEXT_BYTES: Final = 255
"""A text is one length byte and that many bytes of UTF-8."""

_LENGTH: Final = struct.Struct("<B")


class LinkError(ValueError):
    """Base of everything this codec raises."""


class NotLink(LinkError):
    """The datagram is of another protocol: something else sends to this port."""


class UnsupportedVersion(LinkError):
    """The datagram is of a version this program does not read: update the older side."""


class Truncated(LinkError):
    """The datagram ends too early: it was cut on its way or its lengths lie."""


class Malformed(LinkError):
    """The datagram holds values that cannot be: it was damaged, or its sender is at fault."""


class Unencodable(LinkError):
    """The values do not fit the format: not finite, out of range, too long."""


class Reader:
    """Takes fields off a datagram, front to back, and never reads past its end."""

    def __init__(self, datagram: bytes) -> None:
        self._datagram = datagram
        self._offset = 0

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        """The next fields.

        Raises:
            Truncated: the datagram ends before them.
        """
        if self.remaining < layout.size:
            raise Truncated(
                f"link packet of {len(self._datagram)} bytes is cut: {layout.size} bytes are due "
                f"at offset {self._offset}"
            )
        values = layout.unpack_from(self._datagram, self._offset)
        self._offset += layout.size
        return values

    def take(self, length: int) -> bytes:
        """The next bytes.

        Raises:
            Truncated: the datagram ends before them.
        """
        end = self._offset + length
        if end > len(self._datagram):
            raise Truncated(
                f"link packet of {len(self._datagram)} bytes is cut: {length} bytes are due "
                f"at offset {self._offset}"
            )
        taken = self._datagram[self._offset : end]
        self._offset = end
        return taken

    def text(self) -> str:
        """The next text.

        Raises:
            Truncated: the datagram ends before it.
            Malformed: it is not UTF-8.
        """
        (length,) = self.unpack(_LENGTH)
        return text_of(self.take(length))

    @property
    def remaining(self) -> int:
        """How many bytes are left."""
        return len(self._datagram) - self._offset


def text_of(encoded: bytes) -> str:
    """The text of these bytes.

    Raises:
        Malformed: they are not UTF-8.
    """
    try:
        return encoded.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"link packet holds a text that is not UTF-8: {encoded!r}") from error


def text_bytes(text: str, longest: int = MAX_TEXT_BYTES) -> bytes:
    """A text with its length byte.

    Raises:
        Unencodable: it is longer than ``longest`` bytes, or holds half of a surrogate pair.
    """
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Unencodable(f"{text!r} is not valid Unicode") from error
    if len(encoded) > longest:
        raise Unencodable(f"{text!r} is {len(encoded)} bytes long; at most {longest} are allowed")
    return _LENGTH.pack(len(encoded)) + encoded


def pack(layout: struct.Struct, *values: float | bytes) -> bytes:
    """The bytes of these fields.

    Raises:
        Unencodable: a number is out of its field's range.
    """
    try:
        return layout.pack(*values)
    except (struct.error, OverflowError) as error:
        raise Unencodable(f"a number does not fit its field of a link packet: {error}") from error
