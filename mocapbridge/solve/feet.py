"""Feet from ankle, heel and toe."""

from __future__ import annotations

from typing import Final

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector

_MEASURED_ROLL: Final = 0.25
"""Trust in the roll that ankle, heel and toe give against the shin's hinge: ankle and heel are
only 6 cm apart, and a standing foot hardly rolls."""


def foot_forward(heel: Vector, toe: Vector) -> Vector:
    """Unit direction from heel to toe, world axes."""
    return plain.direction(heel, toe)


def solve_foot(ankle: Vector, heel: Vector, forward: Vector, shin: Axes) -> Axes:
    """World rotation of a foot.

    Args:
        ankle: landmark in world axes [m]; likewise the heel.
        heel: where the foot begins.
        forward: what ``foot_forward`` gives.
        shin: world rotation of the lower leg.
    """
    measured = plain.unit(plain.cross(plain.subtract(ankle, heel), forward))
    z, x, y = plain.from_directions(forward, plain.add(shin[0], measured, _MEASURED_ROLL))
    return x, y, z
