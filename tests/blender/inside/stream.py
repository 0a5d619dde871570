"""The daemon's recorded datagrams, and motion as the add-on reads it."""

from __future__ import annotations

import struct
from pathlib import Path

from mocapbridge_addon.motion.frame import Motion
from mocapbridge_addon.motion.quaternion import Quaternion, Vector, add, multiply, rotate
from mocapbridge_addon.receive.counters import Counters
from mocapbridge_addon.receive.inbox import Inbox
from mocapbridge_addon.receive.link_stream import LinkStream

_LENGTH = struct.Struct("<H")


def datagrams(path: Path) -> list[bytes]:
    """What was recorded, one after another."""
    content = path.read_bytes()
    found: list[bytes] = []
    at = 0
    while at < len(content):
        (length,) = _LENGTH.unpack_from(content, at)
        at += _LENGTH.size
        found.append(content[at : at + length])
        at += length
    return found


def motions(path: Path) -> list[Motion]:
    """The frames in them."""
    inbox = Inbox()
    stream = LinkStream(inbox, Counters())
    cursor = 0
    found: list[Motion] = []
    for number, datagram in enumerate(datagrams(path)):
        stream.feed(datagram, ("127.0.0.1", 1), number)
        frames, cursor = inbox.take("", cursor)
        found += frames
    return found


def joint_positions(motion: Motion) -> dict[str, Vector]:
    """Forward kinematics, as docs/link-protocol.md has it, in the performer's world [m]."""
    return _forward(motion)[0]


def joint_rotations(motion: Motion) -> dict[str, Quaternion]:
    """How each joint is turned from the T-pose, in the performer's world."""
    return _forward(motion)[1]


def _forward(motion: Motion) -> tuple[dict[str, Vector], dict[str, Quaternion]]:
    skeleton = motion.skeleton
    places: list[Vector] = []
    turns: list[Quaternion] = []
    for index, parent in enumerate(skeleton.parents):
        rotation = motion.rotations_wxyz[index]
        if parent is None:
            places.append(motion.root_position_m)
            turns.append(rotation)
        else:
            places.append(add(places[parent], rotate(turns[parent], skeleton.offsets_m[index])))
            turns.append(multiply(turns[parent], rotation))
    names = skeleton.names
    return dict(zip(names, places, strict=True)), dict(zip(names, turns, strict=True))
