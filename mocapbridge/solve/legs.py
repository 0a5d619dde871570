"""Legs that reach a given ankle: two bones, one hinge, closed form."""

from __future__ import annotations

import math
from typing import Final

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector
from mocapbridge.solve import limbs

_STRETCH: Final = 0.9995
"""A leg is never pulled quite straight: there the knee would jump."""


def reach(
    hip_m: Vector, ankle_m: Vector, hinge: Vector, bones_m: tuple[float, float]
) -> tuple[Axes, Axes]:
    """World rotations of thigh and shin that bring the ankle where it should be.

    Args:
        hip_m: the hip joint.
        ankle_m: where the ankle should be; a leg too short reaches towards it.
        hinge: knee axis to stay near.
        bones_m: lengths of thigh and shin.

    Returns:
        Thigh and shin. The knee bends forwards, never backwards.
    """
    thigh_m, shin_m = bones_m
    way = plain.subtract(ankle_m, hip_m)
    along, hinge, forwards = plain.from_directions(way, hinge)
    distance = min(
        max(plain.length(way), abs(thigh_m - shin_m) + 1e-3), _STRETCH * (thigh_m + shin_m)
    )
    # Law of cosines at the hip.
    cosine = (thigh_m**2 + distance**2 - shin_m**2) / (2.0 * thigh_m * distance)
    cosine = min(max(cosine, -1.0), 1.0)
    sine = math.sqrt(1.0 - cosine * cosine)
    upper = plain.add(plain.scaled(along, cosine), forwards, sine)
    lower = plain.add(plain.scaled(along, distance), upper, -thigh_m)
    return (
        limbs.leg_axes(plain.from_directions(upper, hinge)),
        limbs.leg_axes(plain.from_directions(lower, hinge)),
    )
