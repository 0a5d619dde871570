"""Names of what a mapping can be fed with, and what each of them means.

===============================  ==========================================================
``jawOpen`` ...                  blendshape, 0..1
``gaze.left.yaw``                also ``right`` and ``both``, ``pitch``: towards the performer's
                                 left, up [degrees]
``head.yaw``                     also ``pitch``, ``roll``: to the performer's left, up, towards
                                 the right shoulder [degrees]
``root.x``                       also ``y``, ``z``: position of the hips [m]
``joint.leftHand.position.y``    position in the world [m]
``joint.leftHand.twist.x``       turn about that axis of the joint alone [degrees]
``joint.leftHand.xyz.x``         that angle of its rotation as Euler angles in the order x, y, z,
                                 each about the axes that those before have turned; also the
                                 other five orders [degrees]
``joint.leftHand.turn``          the whole angle it is turned by, 0..180 [degrees]
``distance.left_wrist.nose``     between two landmarks or joints [m]; in the face in units of the
                                 distance between the outer corners of the eyes
``angle.A.B.C``                  at B between the directions to A and C [degrees]
``gesture.left.Thumb_Up``        score of the gesture, 0 while it is another, 0..1
``confidence.face``              also ``body``, ``left_hand``, ``right_hand`` and joints, 0..1
``state.face``                   the same parts: 3 tracked, 2 held, 1 predicted, 0 lost
===============================  ==========================================================
"""

from __future__ import annotations

import re
from functools import cache
from itertools import permutations
from typing import Final, Literal, NamedTuple, TypeAlias

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.document.tree import did_you_mean, nearest
from mocapbridge.retarget.points import POINTS, find_point, mirrored_point
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES

Kind: TypeAlias = Literal[
    "shape",
    "gaze",
    "head",
    "root",
    "position",
    "twist",
    "euler",
    "turn",
    "distance",
    "angle",
    "gesture",
    "confidence",
    "state",
]

ORDERS: Final = tuple("".join(order) for order in permutations("xyz"))
PARTS: Final = ("body", "face", "left_hand", "right_hand")
HEAD_ANGLES: Final = ("yaw", "pitch", "roll")
ANGLE_NAMES: Final = (
    "head.yaw",
    "head.pitch",
    "head.roll",
    "gaze.left.yaw",
    "gaze.left.pitch",
    "gaze.right.yaw",
    "gaze.right.pitch",
)
"""What ``angles`` can change."""
_GESTURES: Final = (
    "Closed_Fist",
    "Open_Palm",
    "Pointing_Up",
    "Thumb_Down",
    "Thumb_Up",
    "Victory",
    "ILoveYou",
)
"""Names of the gesture recogniser's own model; others bring their own, so any word is taken."""
_POINT_COUNTS: Final = {"distance": 2, "angle": 3}
_SIDE: Final = re.compile("left|right")


class UnknownSource(ValueError):
    """A name that is no source; the message says what may have been meant."""


class Channel(NamedTuple):
    """One source."""

    kind: Kind
    what: tuple[str | int, ...]

    @property
    def is_share(self) -> bool:
        """Whether it runs from 0 to 1."""
        return self.kind in {"shape", "gesture", "confidence"}


def parse_source(name: str) -> Channel:
    """The source of that name.

    Raises:
        UnknownSource: there is none.
    """
    if name in ARKIT_INDEX:
        return Channel("shape", (ARKIT_INDEX[name],))
    first, *rest = name.split(".")
    channel = _parsed(first, rest)
    if channel is None:
        raise UnknownSource(f"unknown source {name[:80]!r}{_meant(name, first, rest)}")
    return channel


def source_name(channel: Channel) -> str:
    """The name of a source, as ``parse_source`` takes it."""
    kind, what = channel
    match kind:
        case "shape":
            return ARKIT_NAMES[int(what[0])]
        case "head":
            return f"head.{HEAD_ANGLES[int(what[0])]}"
        case "root":
            return f"root.{'xyz'[int(what[0])]}"
        case "turn":
            return f"joint.{JOINT_NAMES[int(what[0])]}.turn"
        case "position" | "twist" | "euler":
            joint, *order, axis = what
            named = str(order[0]) if order else kind
            return f"joint.{JOINT_NAMES[int(joint)]}.{named}.{'xyz'[int(axis)]}"
        case _:
            return ".".join((kind, *map(str, what)))


def mirrored_source(channel: Channel) -> Channel:
    """The channel that a mirror puts in its place, where it is read from landmarks.

    What is read from the frame of motion stays: that frame is mirrored as a whole.
    """
    if channel.kind in {"distance", "angle"}:
        return Channel(channel.kind, tuple(map(_mirrored_name, channel.what)))
    if channel.kind in {"gesture", "confidence", "state"} and channel.what[0] in {
        "left",
        "right",
        "left_hand",
        "right_hand",
    }:
        return Channel(channel.kind, (_other_side(str(channel.what[0])), *channel.what[1:]))
    return channel


def _mirrored_name(name: str | int) -> str:
    point = find_point(str(name))
    if point is None or point.where == "joint":
        return str(name)
    other = mirrored_point(point)
    if other.where == "face":
        return f"face_{other.number}"
    return next(named for named, there in POINTS.items() if there == other)


def _other_side(name: str) -> str:
    return _SIDE.sub(lambda match: "right" if match[0] == "left" else "left", name)


def _parsed(first: str, rest: list[str]) -> Channel | None:
    found: Channel | None = None
    match first, rest:
        case "gaze", [("left" | "right" | "both") as eye, ("yaw" | "pitch") as angle]:
            found = Channel("gaze", (eye, angle))
        case "head", [("yaw" | "pitch" | "roll") as angle]:
            found = Channel("head", (HEAD_ANGLES.index(angle),))
        case "root", [("x" | "y" | "z") as axis]:
            found = Channel("root", ("xyz".index(axis),))
        case "gesture", [("left" | "right") as side, gesture] if gesture:
            found = Channel("gesture", (side, gesture))
        case ("confidence" | "state") as kind, [part] if part in PARTS or part in JOINT_INDEX:
            found = Channel(kind, (part,))
        case ("distance" | "angle") as kind, names if _are_points(names, _POINT_COUNTS[kind]):
            found = Channel(kind, tuple(names))
        case "joint", [joint, *of_joint] if joint in JOINT_INDEX:
            found = _parsed_joint(JOINT_INDEX[joint], of_joint)
        case _:
            pass
    return found


def _parsed_joint(joint: int, of_joint: list[str]) -> Channel | None:
    match of_joint:
        case ["turn"]:
            return Channel("turn", (joint,))
        case ["position", ("x" | "y" | "z") as axis]:
            return Channel("position", (joint, "xyz".index(axis)))
        case ["twist", ("x" | "y" | "z") as axis]:
            return Channel("twist", (joint, "xyz".index(axis)))
        case [order, ("x" | "y" | "z") as axis] if order in ORDERS:
            return Channel("euler", (joint, order, "xyz".index(axis)))
        case _:
            return None


def _are_points(names: list[str], count: int) -> bool:
    """Whether these are so many points of one kind."""
    points = [find_point(name) for name in names]
    kinds = {point.where for point in points if point is not None}
    return len(names) == count and None not in points and len(kinds) == 1


def _meant(name: str, first: str, rest: list[str]) -> str:
    """What may have been meant, with a leading semicolon."""
    if first in {"distance", "angle"}:
        return _meant_points(first, rest)
    near = nearest(name, list(_all_names()))
    if near:
        return f"; did you mean {near!r}?"
    return "; sources are blendshapes such as jawOpen, and others listed in docs/mapping.md"


def _meant_points(first: str, names: list[str]) -> str:
    expected = _POINT_COUNTS[first]
    for name in names:
        if find_point(name) is None:
            meant = did_you_mean(name, list(POINTS))
            return f": there is no point {name[:60]!r}{meant}"
    if len(names) != expected:
        return f": it takes {expected} points, got {len(names)}"
    return ": its points must be of one kind, of the body, one hand, the face or joints"


@cache
def _all_names() -> tuple[str, ...]:
    """Every source but distances and angles between points, for finding the nearest."""
    names = [*ARKIT_NAMES, *(f"head.{angle}" for angle in HEAD_ANGLES)]
    names += [f"gaze.{eye}.{a}" for eye in ("left", "right", "both") for a in ("yaw", "pitch")]
    names += [f"root.{axis}" for axis in "xyz"]
    names += [f"gesture.{side}.{name}" for side in ("left", "right") for name in _GESTURES]
    for part in (*PARTS, *JOINT_NAMES):
        names += [f"confidence.{part}", f"state.{part}"]
    for joint in JOINT_NAMES:
        names.append(f"joint.{joint}.turn")
        for what in ("position", "twist", *ORDERS):
            names += [f"joint.{joint}.{what}.{axis}" for axis in "xyz"]
    return tuple(names)
