"""Packets of the JSONLiveLink plugin for Unreal Engine (github.com/ue4plugins/JSONLiveLink).

Standard library alone. A datagram is one JSON object in ASCII: the subject's name, and under it
all bones with their parent-local transforms in Unreal's axes (left-handed, +Z up, centimetres)::

    {"Ann":[{"Name":"root","Parent":-1,"Location":[0.0,0.0,0.0],"Rotation":[0.0,0.0,0.0,1.0],
    "Scale":[1.0,1.0,1.0]}, ...]}

The plugin reads names and parents off a subject's first packet alone, and drops a packet without a
word when anything is missing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mocapbridge.wire.json_text import (
    BLANK,
    Blanks,
    NotJson,
    as_list,
    as_numbers,
    as_object,
    parse,
)

PORT: Final = 54321
_NUMBERS: Final = (
    f'"Location":[{BLANK},{BLANK},{BLANK}],"Rotation":[{BLANK},{BLANK},{BLANK},{BLANK}],'
    f'"Scale":[{BLANK},{BLANK},{BLANK}]'
)
MAX_PACKET_BYTES: Final = 65507
"""What UDP carries at most."""


class JsonLiveLinkError(ValueError):
    """Base of everything this codec raises."""


class Malformed(JsonLiveLinkError):
    """The datagram is none of JSONLiveLink, or holds what cannot be."""


class Unencodable(JsonLiveLinkError):
    """The values do not fit the format."""


@dataclass(frozen=True, slots=True)
class Bone:
    """One bone at one instant."""

    name: str
    parent: int
    """Index of the parent bone, -1 for the root; parents precede their children."""
    location_cm: tuple[float, ...]
    """(3) in the parent."""
    rotation_xyzw: tuple[float, ...]
    """(4) in the parent."""
    scale: tuple[float, ...] = (1.0, 1.0, 1.0)


def encode(subject: str, bones: Sequence[Bone]) -> bytes:
    """The bytes of a packet.

    Raises:
        Unencodable: a text is not ASCII, a number not finite, or the packet too long.
    """
    numbers = [
        number for bone in bones for number in (*bone.location_cm, *bone.rotation_xyzw, *bone.scale)
    ]
    if not all(map(math.isfinite, numbers)):
        raise Unencodable("JSONLiveLink cannot carry a number that is not finite")
    skeleton = tuple((bone.name, bone.parent) for bone in bones)
    return finished(blanks(subject, skeleton).fill(list(map(repr, numbers))))


@lru_cache(maxsize=16)
def blanks(subject: str, skeleton: tuple[tuple[str, int], ...]) -> Blanks:
    """A packet with blanks for ten numbers a bone: they are all that changes with the frame.

    Args:
        subject: whose bones they are.
        skeleton: name and parent of each bone. Its numbers are location, rotation and scale.

    Raises:
        Unencodable: a text is not ASCII.
    """
    for text in (subject, *(name for name, _ in skeleton)):
        if not text.isascii() or not text.isprintable():
            raise Unencodable(f"JSONLiveLink takes ASCII alone, not {text!r}")
    bones = ",".join(
        f'{{"Name":{json.dumps(name)},"Parent":{parent},{_NUMBERS}}}' for name, parent in skeleton
    )
    return Blanks(f"{{{json.dumps(subject)}:[{bones}]}}")


def finished(text: str) -> bytes:
    """The bytes of a packet's text.

    Raises:
        Unencodable: it is too long.
    """
    if len(text) > MAX_PACKET_BYTES:
        raise Unencodable(f"JSONLiveLink packet of {len(text)} bytes is too long for UDP")
    return text.encode("ascii")


def decode(datagram: bytes) -> tuple[str, list[Bone]]:
    """The subject and its bones.

    Raises:
        Malformed: it is no such packet, or holds what cannot be.
    """
    try:
        packet = parse(datagram)
    except NotJson as error:
        raise Malformed(f"JSONLiveLink packet: {error}") from error
    if len(packet) != 1:
        raise Malformed(f"JSONLiveLink packet names {len(packet)} subjects; valid: one")
    ((subject, value),) = packet.items()
    entries = as_list(value)
    if not entries:
        raise Malformed("JSONLiveLink packet has no list of bones under its subject")
    return subject, [_bone(entry, index) for index, entry in enumerate(entries)]


def _bone(value: object, index: int) -> Bone:
    entry = as_object(value)
    if entry is None:
        raise Malformed(f"JSONLiveLink bone {index} is no object")
    name, parent = entry.get("Name"), entry.get("Parent")
    if (
        not isinstance(name, str)
        or not isinstance(parent, int)
        or isinstance(parent, bool)
        or not -1 <= parent < index
    ):
        raise Malformed(
            f"JSONLiveLink bone {index} needs a Name, and as Parent the index of a bone before it "
            "or -1"
        )
    location = as_numbers(entry.get("Location"), 3)
    rotation = as_numbers(entry.get("Rotation"), 4)
    scale = as_numbers(entry.get("Scale"), 3)
    if location is None or rotation is None or scale is None:
        raise Malformed(
            f"JSONLiveLink bone {name!r} needs Location (3), Rotation (4) and Scale (3): finite "
            "numbers; the plugin drops the packet"
        )
    return Bone(name, parent, location, rotation, scale)
