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
from typing import Final

import numpy as np

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector
from mocapbridge.types import Float64Array

_MIRROR: Final = np.array((-1.0, 1.0, 1.0))
_MIRROR_WXYZ: Final = np.array((1.0, 1.0, -1.0, -1.0))
_SPREAD_COSINE: Final = 0.35
"""Below this cosine of the flexion the sideways angle of a finger says little: damped."""
_THUMB_REST: Final[Vector] = (math.sqrt(0.5), 0.0, math.sqrt(0.5))
_THUMB_HINGE: Final[Vector] = (0.0, 1.0, 0.0)
"""A thumb at rest bends within the plane of the palm, towards the fingers."""
_THUMB_STRAIGHT: Final = 0.15
_THUMB_BENT: Final = 0.5
"""Sines of the thumb's bend between which the plane it bends in begins to count, and counts."""
_THUMB_TURN_COSINE: Final = math.cos(math.radians(60.0))
"""A thumb turns about itself by up to 60 degrees while it is put opposite the fingers (Kapandji,
"The Physiology of the Joints", vol. 1); a plane beyond that is noise."""


def fingers_wxyz(points_m: Float64Array, world_from_hand: Float64Array) -> Float64Array:
    """Local rotations ``(2, 4, 3, 4)`` by hand, finger and segment, thumbs left out.

    Args:
        points_m: ``(2, 21, 3)`` hand landmarks in world axes, any origin.
        world_from_hand: ``(2, 3, 3)`` rotations of the hands.
    """
    local_m = points_m @ world_from_hand
    local_m[1] *= _MIRROR
    turned = _left_fingers_wxyz(local_m)
    turned[1] *= _MIRROR_WXYZ
    return turned


def _left_fingers_wxyz(local_m: Float64Array) -> Float64Array:
    """Local rotations ``(2, 4, 3, 4)`` of the fingers of left-hand points ``(2, 21, 3)``."""
    joints = local_m[:, 5:].reshape(2, 4, 4, 3)
    segments = joints[:, :, 1:] - joints[:, :, :-1]
    first = segments[:, :, 0]
    forward = np.maximum(first[..., 0], _SPREAD_COSINE * (np.sqrt(np.vecdot(first, first)) + 1e-9))
    half_spread = 0.5 * np.arctan2(-first[..., 2], forward)
    cosine, sine = np.cos(half_spread), np.sin(half_spread)
    # In the finger's own plane, after the spread about y is undone; of the full angle by the half.
    x = (cosine * cosine - sine * sine)[..., None] * segments[..., 0]
    x -= (2.0 * cosine * sine)[..., None] * segments[..., 2]
    half_bend = 0.5 * np.arctan2(-segments[..., 1], x)
    half_bend[..., 1:] -= half_bend[..., :-1].copy()
    turned = np.zeros((2, 4, 3, 4))
    # A bend takes +X down to -Y: about -z.
    turned[..., 0] = np.cos(half_bend)
    turned[..., 3] = -np.sin(half_bend)
    knuckles = turned[:, :, 0]
    knuckles[..., 1] = sine * knuckles[..., 3]
    knuckles[..., 2] = sine * knuckles[..., 0]
    knuckles[..., 0] *= cosine
    knuckles[..., 3] *= cosine
    return turned


def solve_thumb(points_m: list[Vector], hand: Axes, side: int) -> list[Axes]:
    """Local rotations of the three segments of a thumb.

    Args:
        points_m: its four landmarks from root to tip, world axes, any origin [m].
        hand: world rotation of the hand.
        side: left (0) or right (1).
    """
    axes = plain.inverse(hand if side == 0 else _mirrored(hand))
    first, second, third = (
        plain.unit(plain.carried(axes, plain.subtract(end, start)))
        for start, end in itertools.pairwise(points_m)
    )
    turned = _left_thumb(first, second, third)
    return turned if side == 0 else [plain.mirrored(frame) for frame in turned]


def _mirrored(hand: Axes) -> Axes:
    """Left-handed axes in which a right hand looks like a left one."""
    return plain.scaled(hand[0], -1.0), hand[1], hand[2]


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
        plain.product(plain.from_directions(segment, hinge), _REST_FROM_THUMB)
        for segment in (first, second, third)
    )
    return [
        root,
        plain.product(plain.inverse(root), middle),
        plain.product(plain.inverse(middle), tip),
    ]


_THUMB_REST_AXES: Final = plain.from_directions(_THUMB_REST, _THUMB_HINGE)
_REST_FROM_THUMB: Final = plain.inverse(_THUMB_REST_AXES)
