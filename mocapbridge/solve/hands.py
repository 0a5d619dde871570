"""Wrists: how the hands are turned, by the hands' own landmarks and by the body's."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector
from mocapbridge.solve import limbs
from mocapbridge.types import Float64Array

_BENT_WRIST_COSINE: Final = -0.1
_MOST_TWIST_RAD: Final = math.radians(120.0)
"""A wrist bends by up to 85 degrees and the hand turns by 85 to 90 about the forearm (Kapandji,
"The Physiology of the Joints", vol. 1); beyond these bounds the landmarks are wrong."""
_CHANGEOVER_S: Final = 0.2
"""Time within which the wrist passes from the body's landmarks to the hand's own and back."""


_KNUCKLES: Final = np.array((0, 5, 17))
"""Wrist and the knuckles of index and little finger among the 21 hand landmarks."""


class WristBlend:
    """Whose idea of one wrist is shown: that of the hand's landmarks where there are any.

    The two differ by tens of degrees, so the one passes into the other within ``_CHANGEOVER_S``.
    """

    def __init__(self) -> None:
        self._own: float | None = None
        """0 the body's idea .. 1 the hand's."""

    def follow(self, tracked: bool, dt_s: float) -> float:
        """Weight of the hand's own landmarks, 0..1."""
        goal = 1.0 if tracked else 0.0
        if self._own is None:
            self._own = goal
        step = dt_s / _CHANGEOVER_S
        self._own += min(max(goal - self._own, -step), step)
        return self._own


class Knuckles(NamedTuple):
    """What fixes how a hand is turned: landmarks in world axes, any origin [m]."""

    wrist: Vector
    index_finger: Vector
    """Its knuckle."""
    little_finger: Vector
    """Its knuckle."""


def from_knuckles(points: Knuckles, side: int) -> Axes:
    """World rotation of the left (0) or right (1) hand."""
    wrist, index, little = points
    middle = plain.mix(index, little, 0.5)
    along = plain.subtract(middle, wrist) if side == 0 else plain.subtract(wrist, middle)
    x, z, down = plain.from_directions(along, plain.subtract(index, little))
    return x, plain.scaled(down, -1.0), z


def palms(points_m: Float64Array) -> tuple[Axes, Axes]:
    """World rotations of both hands by their own landmarks ``(2, 21, 3)``."""
    left, right = (plain.vectors(knuckles) for knuckles in points_m.take(_KNUCKLES, 1))
    return from_knuckles(Knuckles(*left), 0), from_knuckles(Knuckles(*right), 1)


def blended(of_body: Knuckles, own: Axes, weight: float, side: int) -> Axes:
    """From the body's idea of a hand (weight 0) to the hand's own (weight 1)."""
    if weight >= 1.0:
        return own
    body = from_knuckles(of_body, side)
    if weight <= 0.0:
        return body
    x, z, down = plain.from_directions(
        plain.mix(body[0], own[0], weight), plain.mix(body[2], own[2], weight)
    )
    return x, plain.scaled(down, -1.0), z


def is_plausible(forearm: Axes, hand: Axes, twist_rad: float) -> bool:
    """Whether a wrist can be bent and turned like that.

    Args:
        forearm: world rotation of the lower arm.
        hand: world rotation of the hand.
        twist_rad: the hand's turn about the forearm.
    """
    straight = plain.dot(forearm[0], hand[0]) > _BENT_WRIST_COSINE
    return straight and abs(twist_rad) < _MOST_TWIST_RAD


def turn_arm(limb: limbs.Limb, hand: Axes, forearm_share: float) -> bool:
    """Let the arm take over its part of the hand's turn, in place, where that can be.

    Returns:
        Whether the hand is plausible; an arm is not turned by one that is not.
    """
    forearm = limb.lower
    twist_rad = limbs.twist_about_x_rad(plain.product(plain.inverse(forearm), hand))
    plausible = is_plausible(forearm, hand, twist_rad)
    if plausible:
        limbs.turn_arm(limb, twist_rad, forearm_share)
    return plausible
