# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads BVH whose rest pose is a T-pose facing +Z, as mocapbridge writes it.

Format: M. Meredith and S. Maddock, "Motion Capture File Formats Explained" (2001).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

from ..motion.frame import Motion, Skeleton
from ..motion.joints import JOINTS
from ..motion.quaternion import IDENTITY, Quaternion, Vector, about, add, multiply, scaled
from ..retarget.detection import detect
from ..retarget.rig import Rig, RigBone
from .errors import UnreadableFile

_AXES: Final[dict[str, Vector]] = {"X": (1.0, 0.0, 0.0), "Y": (0.0, 1.0, 0.0), "Z": (0.0, 0.0, 1.0)}
_TALLEST_M: Final = 5.0
"""Whoever is taller is measured in centimetres."""
_DEEPEST: Final = 200
_NS_PER_S: Final = 1_000_000_000


@dataclass(slots=True)
class _Joint:
    name: str
    parent: int | None
    offset: Vector = (0.0, 0.0, 0.0)
    channels: list[str] = field(default_factory=list[str])


def read_bvh(path: Path) -> list[Motion]:
    """The motion of every row.

    Raises:
        UnreadableFile: it is no BVH, or none of its joints is known.
        OSError: it cannot be read.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    head, found, rows_text = text.partition("MOTION")
    if not head.lstrip().startswith("HIERARCHY") or not found:
        raise UnreadableFile("this file is no BVH: HIERARCHY or MOTION is missing")
    try:
        joints = _joints(head.split())
        words = rows_text.split()
        count, frame_time_s = _timing(words)
        numbers = [float(word) for word in words[5:]]
    except (ValueError, IndexError) as error:
        raise UnreadableFile(f"this BVH is damaged: {error}") from error
    width = sum(len(joint.channels) for joint in joints)
    if len(numbers) < width * count or not joints:
        raise UnreadableFile(f"this BVH ends early: {count} rows of {width} numbers were promised")
    scale = _metres(joints)
    skeleton = _skeleton(joints, scale, frame_time_s)
    motions: list[Motion] = []
    for number in range(count):
        root, turns = _row(joints, scale, numbers[number * width : (number + 1) * width])
        time_ns = round(number * frame_time_s * _NS_PER_S)
        motions.append(
            Motion(
                subject=path.stem,
                skeleton=skeleton,
                frame_id=number,
                capture_time_ns=time_ns,
                root_position_m=root,
                rotations_wxyz=turns,
                arrival_time_ns=time_ns,
            )
        )
    return motions


def _joints(words: list[str]) -> list[_Joint]:
    """The hierarchy, parents before their children."""
    joints: list[_Joint] = []
    open_joints: list[int | None] = []
    at = 1
    while at < len(words):
        word = words[at].upper()
        if word in {"ROOT", "JOINT"}:
            parent = open_joints[-1] if open_joints else None
            joints.append(_Joint(words[at + 1], parent))
            open_joints.append(len(joints) - 1)
            at += 3
        elif word == "END":
            open_joints.append(None)
            at += 3
        elif word == "OFFSET":
            own = open_joints[-1]
            if own is not None:
                joints[own].offset = (
                    float(words[at + 1]), float(words[at + 2]), float(words[at + 3]),
                )  # fmt: skip
            at += 4
        elif word == "CHANNELS":
            count, own = int(words[at + 1]), open_joints[-1]
            if own is not None:
                joints[own].channels = words[at + 2 : at + 2 + count]
            at += 2 + count
        elif word == "}":
            open_joints.pop()
            at += 1
        else:
            raise ValueError(f"{words[at]!r} in its hierarchy")
        if len(open_joints) > _DEEPEST:
            raise ValueError("its hierarchy is too deep")
    return joints


def _timing(words: list[str]) -> tuple[int, float]:
    if [word.upper() for word in (words[0], *words[2:4])] != ["FRAMES:", "FRAME", "TIME:"]:
        raise ValueError("Frames or Frame Time is missing")
    count, frame_time_s = int(words[1]), float(words[4])
    if count < 1 or not 0.0 < frame_time_s < 10.0:  # noqa: PLR2004 - no motion is that slow
        raise ValueError(f"{count} frames of {frame_time_s} s")
    return count, frame_time_s


def _places(joints: list[_Joint]) -> list[Vector]:
    places: list[Vector] = []
    for joint in joints:
        start = (0.0, 0.0, 0.0) if joint.parent is None else places[joint.parent]
        places.append(add(start, joint.offset))
    return places


def _metres(joints: list[_Joint]) -> float:
    """Metres per unit of the file, which does not say: centimetres or metres."""
    heights = [place[1] for place in _places(joints)]
    return 0.01 if max(heights) - min(heights) > _TALLEST_M else 1.0


def _skeleton(joints: list[_Joint], scale: float, frame_time_s: float) -> Skeleton:
    """The hierarchy with the names that the add-on knows joints by."""
    places = [scaled(place, scale) for place in _places(joints)]
    bones = {
        joint.name: RigBone(
            name=joint.name,
            parent=None if joint.parent is None else joints[joint.parent].name,
            head=place,
            tail=add(place, (0.0, 0.1, 0.0)),
            rotation_wxyz=IDENTITY,
        )
        for joint, place in zip(joints, places, strict=True)
    }
    known = _known(Rig(bones, up=(0.0, 1.0, 0.0)), joints)
    # The root's offset does not say how high the hips are; the lowest joint is on the floor.
    floor = places[0][1] - min(place[1] for place in places)
    offsets = [scaled(joint.offset, scale) for joint in joints]
    offsets[0] = (0.0, floor, 0.0)
    rate = Fraction(1.0 / frame_time_s).limit_denominator(1001)
    return Skeleton(
        tuple(known.get(joint.name, joint.name) for joint in joints),
        tuple(joint.parent for joint in joints),
        tuple(offsets),
        (rate.numerator, rate.denominator),
    )


def _known(rig: Rig, joints: list[_Joint]) -> dict[str, str]:
    """Per joint of the file its name in the VRM 1.0 humanoid."""
    own = {joint.name: joint.name for joint in joints if joint.name in JOINTS}
    if "hips" in own:
        return own
    guesses = detect(rig)
    if not guesses:
        raise UnreadableFile("none of this BVH's joints is known")
    # Where several bones share a joint's turning, the last of them has all of it.
    return {bones[-1]: joint for joint, bones in guesses[0].mapping.joints.items() if bones}


def _row(joints: list[_Joint], scale: float, row: list[float]) -> tuple[Vector, list[Quaternion]]:
    """Where the root is [m], and every joint's rotation in its parent."""
    turns: list[Quaternion] = []
    root = [0.0, 0.0, 0.0]
    at = 0
    for joint in joints:
        turn = IDENTITY
        for channel in joint.channels:
            axis = channel[0].upper()
            if channel[1:].lower() == "rotation":
                turn = multiply(turn, about(_AXES[axis], math.radians(row[at])))
            elif joint.parent is None:
                root["XYZ".index(axis)] = row[at] * scale
            at += 1
        turns.append(turn)
    return (root[0], root[1], root[2]), turns
