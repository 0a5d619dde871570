"""Frames of the iFacialMocap phone app, versions 1 and 2, as text (ifacialmocap.com/for-developer).

Standard library alone. One UDP datagram per frame, port 49983 at both ends, UTF-8, no line end::

    eyeBlink_L-25|jawOpen-50|=head#-21.5,-6.0,-6.6,-0.03,-0.10,-0.66|rightEye#..|leftEye#..|

Shapes are whole percents after ``-`` (version 1) or ``&`` (version 2, where they may be negative).
Angles are degrees about X, Y and Z; the head's last three numbers are its position in metres.
A receiver calls the app with a fixed text, to which version 2 is appended when it wants that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Version: TypeAlias = Literal["v1", "v2"]
Angles: TypeAlias = tuple[float, float, float]

PORT: Final = 49983
CALL: Final = "iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
"""What a receiver sends to the app to be sent frames."""
CALL_V2: Final = CALL + "|sendDataVersion=v2"
MAX_FRAME_BYTES: Final = 8192
"""Receivers read that much."""

SHAPE_NAMES: Final[tuple[str, ...]] = (
    "eyeBlink_L",
    "eyeLookDown_L",
    "eyeLookIn_L",
    "eyeLookOut_L",
    "eyeLookUp_L",
    "eyeSquint_L",
    "eyeWide_L",
    "eyeBlink_R",
    "eyeLookDown_R",
    "eyeLookIn_R",
    "eyeLookOut_R",
    "eyeLookUp_R",
    "eyeSquint_R",
    "eyeWide_R",
    "jawForward",
    "jawLeft",
    "jawRight",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "mouthSmile_L",
    "mouthSmile_R",
    "mouthFrown_L",
    "mouthFrown_R",
    "mouthDimple_L",
    "mouthDimple_R",
    "mouthStretch_L",
    "mouthStretch_R",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPress_L",
    "mouthPress_R",
    "mouthLowerDown_L",
    "mouthLowerDown_R",
    "mouthUpperUp_L",
    "mouthUpperUp_R",
    "browDown_L",
    "browDown_R",
    "browInnerUp",
    "browOuterUp_L",
    "browOuterUp_R",
    "cheekPuff",
    "cheekSquint_L",
    "cheekSquint_R",
    "noseSneer_L",
    "noseSneer_R",
    "tongueOut",
)
"""The shapes in ARKit's order: sides as a suffix, but jaw and mouth to a side without one."""

_SEPARATORS: Final[dict[Version, str]] = {"v1": "-", "v2": "&"}
_CALLS: Final[dict[bytes, Version]] = {CALL.encode(): "v1", CALL_V2.encode(): "v2"}
_BODY_PARTS: Final = {"=head": 6, "rightEye": 3, "leftEye": 3}
"""What stands before ``#``, and how many numbers after it."""


class IFacialMocapError(ValueError):
    """Base of everything this codec raises."""


class Malformed(IFacialMocapError):
    """The datagram is no frame of iFacialMocap, or holds what cannot be."""


class Unencodable(IFacialMocapError):
    """The values do not fit the format: not finite."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A face at one instant."""

    shapes: dict[str, int]
    """Percent by name."""
    head_deg: Angles
    """About X, Y and Z."""
    head_position_m: Angles
    right_eye_deg: Angles
    left_eye_deg: Angles


def encode(frame: Frame, version: Version = "v1") -> bytes:
    """The bytes of a frame.

    Raises:
        Unencodable: a number is not finite, or version 1 would hold a negative shape.
    """
    numbers = (*frame.head_deg, *frame.head_position_m, *frame.right_eye_deg, *frame.left_eye_deg)
    if not all(map(math.isfinite, numbers)):
        raise Unencodable("iFacialMocap cannot carry a number that is not finite")
    if version == "v1" and any(value < 0 for value in frame.shapes.values()):
        raise Unencodable("iFacialMocap v1 cannot carry a negative shape")
    separator = _SEPARATORS[version]
    shapes = "".join(f"{name}{separator}{value:d}|" for name, value in frame.shapes.items())
    head = _numbers((*frame.head_deg, *frame.head_position_m))
    eyes = f"rightEye#{_numbers(frame.right_eye_deg)}|leftEye#{_numbers(frame.left_eye_deg)}|"
    return f"{shapes}=head#{head}|{eyes}".encode()


def decode(datagram: bytes) -> Frame:
    """The frame in a datagram, of either version.

    Raises:
        Malformed: it is none, or holds what cannot be.
    """
    try:
        text = datagram.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("no iFacialMocap frame: it is not text") from error
    shapes: dict[str, int] = {}
    parts: dict[str, tuple[float, ...]] = {}
    for entry in text.split("|"):
        name, mark, rest = entry.partition("#")
        if mark:
            parts[name] = _part(name, rest)
        elif entry:
            name, value = _shape(entry)
            shapes[name] = value
    missing = _BODY_PARTS.keys() - parts.keys()
    if missing:
        raise Malformed(f"iFacialMocap frame without {', '.join(sorted(missing))}")
    head, right, left = parts["=head"], parts["rightEye"], parts["leftEye"]
    return Frame(
        shapes,
        (head[0], head[1], head[2]),
        (head[3], head[4], head[5]),
        (right[0], right[1], right[2]),
        (left[0], left[1], left[2]),
    )


def version_called_for(datagram: bytes) -> Version | None:
    """The version a receiver asks for, None when the datagram is no call."""
    return _CALLS.get(datagram)


def _shape(entry: str) -> tuple[str, int]:
    # The separator is the first one: after & a value may begin with a minus.
    for separator in ("&", "-"):
        name, mark, value = entry.partition(separator)
        if mark and name.isidentifier() and _is_integer(value):
            return name, int(value)
    raise Malformed(f"no iFacialMocap shape: {entry[:40]!r}; valid: jawOpen-50 or jawOpen&50")


def _is_integer(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) <= len("100000")


def _part(name: str, text: str) -> tuple[float, ...]:
    count = _BODY_PARTS.get(name)
    if count is None:
        raise Malformed(f"iFacialMocap frame with an unknown part {name[:40]!r}")
    try:
        numbers = tuple(map(float, text.split(",")))
    except ValueError as error:
        raise Malformed(f"iFacialMocap part {name} has what is no number") from error
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise Malformed(f"iFacialMocap part {name} needs {count} finite numbers")
    return numbers


def _numbers(values: tuple[float, ...]) -> str:
    return ",".join(f"{value:.4f}" for value in values)
