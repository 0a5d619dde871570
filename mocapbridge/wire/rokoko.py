"""Rokoko's JSON, version 3, as its plugins for Blender, Unreal and Houdini take it.

Standard library alone. One UDP datagram per frame, port 14043: positions in metres and rotations
in the world, in Unity's axes (left-handed, +Y up, +Z forward); face weights 0..100. The studio
program may compress the same JSON as an LZ4 frame; the plugins take it plain, too.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mocapbridge.wire.json_text import (
    BLANK,
    Blanks,
    NotJson,
    as_list,
    as_number,
    as_object,
    parse,
)

PORT: Final = 14043
MAX_PACKET_BYTES: Final = 65507
"""What UDP carries at most; the plugins read 81920."""
VERSION: Final = "3,0"

_NUMBERS: Final = (
    f'{{"position":{{"x":{BLANK},"y":{BLANK},"z":{BLANK}}},'
    f'"rotation":{{"x":{BLANK},"y":{BLANK},"z":{BLANK},"w":{BLANK}}}}}'
)
_LZ4_MAGIC: Final = b"\x04\x22\x4d\x18"
_FINGERS: Final = ("Thumb", "Index", "Middle", "Ring", "Little")
_SEGMENTS: Final = ("Proximal", "Medial", "Distal")


def _side_names(side: str) -> tuple[str, ...]:
    limbs = ("Shoulder", "UpperArm", "LowerArm", "Hand", "UpLeg", "Leg", "Foot", "Toe")
    fingers = [finger + segment for finger in _FINGERS for segment in _SEGMENTS]
    return tuple(side + name for name in (*limbs, *fingers))


BODY_NAMES: Final[tuple[str, ...]] = (
    "hip",
    "spine",
    "chest",
    "neck",
    "head",
    *_side_names("left"),
    *_side_names("right"),
)
"""The bones a body is made of."""


class RokokoError(ValueError):
    """Base of everything this codec raises."""


class UnsupportedVersion(RokokoError):
    """The packet is of another version, or compressed."""


class Malformed(RokokoError):
    """The packet is cut, or holds what cannot be."""


class Unencodable(RokokoError):
    """The values do not fit the format."""


@dataclass(frozen=True, slots=True)
class Bone:
    """One bone in the world."""

    position_m: tuple[float, ...]
    """(3) x, y, z."""
    rotation_wxyz: tuple[float, ...]
    """(4)."""


@dataclass(frozen=True, slots=True)
class Actor:
    """One performer."""

    name: str
    total_height_m: float
    hip_height_m: float
    """Height of the hips in the T-pose: receivers scale the travel by it."""
    body: dict[str, Bone]
    """By the names of ``BODY_NAMES``."""
    face: dict[str, float] | None
    """Weights 0..100 by ARKit name, None without a face."""
    left_glove: bool = True
    right_glove: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet."""

    timestamp_s: float
    rate_hz: float
    actors: tuple[Actor, ...]


def encode(frame: Frame) -> bytes:
    """The bytes of a packet.

    Raises:
        Unencodable: a number is not finite, or the packet too long.
    """
    numbers = [frame.timestamp_s, *(number for actor in frame.actors for number in _numbers(actor))]
    if not all(map(math.isfinite, numbers)):
        raise Unencodable("Rokoko's JSON cannot carry a number that is not finite")
    return finished(blanks(frame).fill(list(map(repr, numbers))))


def blanks(frame: Frame) -> Blanks:
    """The packet of such a frame, with blanks for the numbers that change from frame to frame.

    In this order: the time stamp, and of each actor seven numbers a bone (position x, y, z and
    rotation x, y, z, w) and the weights of the face.

    Raises:
        Unencodable: another number is not finite.
    """
    if not math.isfinite(frame.rate_hz):
        raise Unencodable("Rokoko's JSON cannot carry a rate that is not finite")
    actors = ",".join(map(_actor_text, frame.actors))
    return Blanks(
        f'{{"version":"{VERSION}","fps":{frame.rate_hz!r},"scene":{{'
        f'"timestamp":{BLANK},"actors":[{actors}],"characters":[],"props":[]}}}}'
    )


def finished(text: str) -> bytes:
    """The bytes of a packet's text.

    Raises:
        Unencodable: it is too long.
    """
    packet = text.encode()
    if len(packet) > MAX_PACKET_BYTES:
        raise Unencodable(f"Rokoko packet of {len(packet)} bytes is too long for UDP")
    return packet


def decode(datagram: bytes) -> Frame:
    """The frame in a datagram.

    Raises:
        UnsupportedVersion: another version, or compressed with LZ4, which is not read here.
        Malformed: it is cut, or holds what cannot be.
    """
    if datagram.startswith(_LZ4_MAGIC):
        raise UnsupportedVersion(
            "Rokoko packet is compressed with LZ4: choose JSON without compression in its sender"
        )
    try:
        packet = parse(datagram)
    except NotJson as error:
        raise Malformed(f"Rokoko packet: {error}") from error
    if str(packet.get("version")).replace(",", ".") not in {"3", "3.0"}:
        raise UnsupportedVersion(
            f"Rokoko packet of version {str(packet.get('version'))[:20]!r}; valid: {VERSION!r}"
        )
    rate_hz, scene = as_number(packet.get("fps")), as_object(packet.get("scene"))
    if rate_hz is None or scene is None:
        raise Malformed("Rokoko packet needs a number fps and an object scene")
    timestamp_s, actors = as_number(scene.get("timestamp")), as_list(scene.get("actors"))
    if timestamp_s is None or actors is None or as_list(scene.get("props")) is None:
        raise Malformed("Rokoko scene needs a number timestamp, and lists of actors and props")
    return Frame(timestamp_s, rate_hz, tuple(map(_actor, actors)))


def _actor_text(actor: Actor) -> str:
    head: dict[str, object] = {
        "name": actor.name,
        "color": [255, 200, 0],
        "meta": {
            "hasGloves": actor.left_glove or actor.right_glove,
            "hasLeftGlove": actor.left_glove,
            "hasRightGlove": actor.right_glove,
            "hasBody": True,
            "hasFace": actor.face is not None,
        },
        "dimensions": {"totalHeight": actor.total_height_m, "hipHeight": actor.hip_height_m},
    }
    try:
        start = json.dumps(head, separators=(",", ":"), allow_nan=False)[:-1]
    except ValueError as error:
        raise Unencodable("Rokoko's JSON cannot carry a number that is not finite") from error
    face = "" if actor.face is None else f',"face":{_object_text(tuple(actor.face), BLANK)}'
    return f'{start},"body":{_object_text(tuple(actor.body), _NUMBERS)}{face}}}'


@lru_cache(maxsize=16)
def _object_text(names: tuple[str, ...], value: str) -> str:
    """An object with the same value under each name."""
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name in names) + "}"


def _numbers(actor: Actor) -> list[float]:
    """What goes into an actor's blanks."""
    numbers: list[float] = []
    for bone in actor.body.values():
        w, x, y, z = bone.rotation_wxyz
        numbers += (*bone.position_m, x, y, z, w)
    return [*map(float, numbers), *(actor.face or {}).values()]


def _actor(value: object) -> Actor:
    entry = as_object(value)
    if entry is None:
        raise Malformed("Rokoko actor is no object")
    name, meta = entry.get("name"), as_object(entry.get("meta"))
    sizes, body = as_object(entry.get("dimensions")), as_object(entry.get("body"))
    if not isinstance(name, str) or meta is None or sizes is None or body is None:
        raise Malformed("Rokoko actor needs name, meta, dimensions and body")
    total_m, hip_m = as_number(sizes.get("totalHeight")), as_number(sizes.get("hipHeight"))
    if total_m is None or hip_m is None or min(total_m, hip_m) <= 0.0:
        raise Malformed(f"Rokoko actor {name!r} needs totalHeight and hipHeight above 0")
    return Actor(
        name=name,
        total_height_m=total_m,
        hip_height_m=hip_m,
        body={bone: _bone(bone, place) for bone, place in body.items()},
        face=_face(entry.get("face")) if meta.get("hasFace") is True else None,
        left_glove=meta.get("hasLeftGlove") is True,
        right_glove=meta.get("hasRightGlove") is True,
    )


def _bone(name: str, value: object) -> Bone:
    entry = as_object(value)
    if entry is None:
        raise Malformed(f"Rokoko bone {name!r} is no object")
    return Bone(
        _components(name, entry.get("position"), "xyz"),
        _components(name, entry.get("rotation"), "wxyz"),
    )


def _components(name: str, value: object, keys: str) -> tuple[float, ...]:
    entry = as_object(value) or {}
    found = [number for number in (as_number(entry.get(key)) for key in keys) if number is not None]
    if len(found) != len(keys):
        raise Malformed(f"Rokoko bone {name!r} needs finite numbers {', '.join(keys)}")
    return tuple(found)


def _face(value: object) -> dict[str, float]:
    entry = as_object(value)
    if entry is None:
        raise Malformed("Rokoko actor says hasFace and has no face")
    weights = {name: as_number(weight) for name, weight in entry.items()}
    found = {name: weight for name, weight in weights.items() if weight is not None}
    if len(found) != len(weights):
        raise Malformed("Rokoko face has a weight that is no finite number")
    return found
