"""Fingers and thumbs: local rotations from the 21 landmarks of a hand.

All work in the hand's own axes: rest direction +X for the left hand, -X for the right, palm down,
index finger towards +Z. Right hands are mirrored into left ones, so that one set of formulas
serves both. Knuckles bend and spread, the joints after them are hinges. A thumb turns freely at its
root; how far it is turned about itself shows in the plane in which its other two joints, both
hinges, bend.
"""

from __future__ import annotations

import itertools
import math
from typing import Final, TypeAlias

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector
from mocapbridge.types import Float64Array

Turn: TypeAlias = tuple[float, float, float, float]
"""A unit quaternion w, x, y, z."""

_SPREAD_COSINE: Final = 0.35
"""Below this cosine of the flexion the sideways angle of a finger says little: damped."""
_THUMB_ASIDE_RAD: Final = math.radians(45.0)
_THUMB_REST: Final[Vector] = (math.cos(_THUMB_ASIDE_RAD), 0.0, math.sin(_THUMB_ASIDE_RAD))
_THUMB_HINGE: Final[Vector] = (0.0, 1.0, 0.0)
"""A thumb at rest bends within the plane of the palm, towards the fingers."""
_THUMB_STRAIGHT: Final = 0.15
_THUMB_BENT: Final = 0.5
"""Sines of the thumb's bend between which the plane it bends in begins to count, and counts."""
_THUMB_TURN_COSINE: Final = math.cos(math.radians(60.0))
"""A thumb turns about itself by up to 60 degrees while it is put opposite the fingers (Kapandji,
"The Physiology of the Joints", vol. 1); a plane beyond that is noise."""


def in_left_hands(points: Float64Array, palms: tuple[Axes, Axes]) -> list[list[Vector]]:
    """Landmarks of both hands in the hands' own axes, those of the right one mirrored.

    Args:
        points: ``(2, 21, 3)`` left and right hand, any origin and unit.
        palms: how the hands are turned, by these very landmarks.
    """
    left, right = palms
    turns = plain.matrices([left, (plain.scaled(right[0], -1.0), right[1], right[2])])
    return [plain.vectors(hand) for hand in points @ turns]


def solve_finger(joints: list[Vector], side: int) -> tuple[Turn, Turn, Turn]:
    """Local rotations of the three segments of a finger.

    Args:
        joints: its four landmarks from knuckle to tip, as ``in_left_hands`` gives them.
        side: left (0) or right (1).
    """
    (ax, ay, az), (bx, by, bz), (cx, cy, cz), (dx, dy, dz) = joints
    x, y, z = bx - ax, by - ay, bz - az
    forward = max(x, _SPREAD_COSINE * (math.sqrt(x * x + y * y + z * z) + 1e-9))
    spread = math.atan2(-z, forward)
    cosine, sine = math.cos(spread), math.sin(spread)
    # In the finger's own plane, after the spread about y is undone.
    first = math.atan2(-y, cosine * x - sine * z)
    second = math.atan2(by - cy, cosine * (cx - bx) - sine * (cz - bz))
    third = math.atan2(cy - dy, cosine * (dx - cx) - sine * (dz - cz))
    mirror = 1.0 if side == 0 else -1.0
    return (
        _knuckle(spread, first, mirror),
        _bent(second - first, mirror),
        _bent(third - second, mirror),
    )


def _knuckle(spread_rad: float, bend_rad: float, mirror: float) -> Turn:
    """A bend, then a turn about y."""
    w, _, _, z = _bent(bend_rad, mirror)
    cosine, sine = math.cos(0.5 * spread_rad), mirror * math.sin(0.5 * spread_rad)
    return cosine * w, sine * z, sine * w, cosine * z


def _bent(bend_rad: float, mirror: float) -> Turn:
    """A bend takes +X down to -Y: about -z; for the right hand about +z."""
    return math.cos(0.5 * bend_rad), 0.0, 0.0, -mirror * math.sin(0.5 * bend_rad)


def solve_thumb(joints: list[Vector], side: int) -> list[Axes]:
    """Local rotations of the three segments of a thumb.

    Args:
        joints: its four landmarks from root to tip, as ``in_left_hands`` gives them.
        side: left (0) or right (1).
    """
    first, second, third = itertools.starmap(plain.direction, itertools.pairwise(joints))
    turned = _left_thumb(first, second, third)
    return turned if side == 0 else [plain.mirrored(frame) for frame in turned]


def _left_thumb(first: Vector, second: Vector, third: Vector) -> list[Axes]:
    """Local rotations of a left thumb from the unit directions of its segments in hand axes."""
    expected = plain.swung(_THUMB_REST, first, _THUMB_HINGE)
    normal = plain.add(plain.cross(first, second), plain.cross(second, third))
    sine = plain.length(normal)
    measured = plain.scaled(normal, 1.0 / max(sine, 1e-9))
    likely = plain.dot(measured, plain.unit(expected)) > _THUMB_TURN_COSINE
    trust = plain.ramp(sine, _THUMB_STRAIGHT, _THUMB_BENT) if likely else 0.0
    hinge = plain.mix(expected, measured, trust)
    root, middle, tip = (
        plain.about_y(plain.from_directions(segment, hinge), _THUMB_ASIDE_RAD)
        for segment in (first, second, third)
    )
    return [
        root,
        plain.product(plain.inverse(root), middle),
        plain.product(plain.inverse(middle), tip),
    ]
