"""Feet from ankle, heel and toe."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import cross, from_directions
from mocapbridge.geometry.quaternion import unit
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

_X_Y_Z: Final = np.array((1, 2, 0))
_MEASURED_ROLL: Final = 0.25
"""Trust in the roll that ankle, heel and toe give against the shin's hinge: ankle and heel are
only 6 cm apart, and a standing foot hardly rolls."""


def feet_forward(points_m: Float64Array) -> Float64Array:
    """Unit directions ``(2, 3)`` from heel to toe, world axes, of the left and right foot."""
    return unit(points_m[anatomy.TOES] - points_m[anatomy.HEELS])


def solve_feet(
    points_m: Float64Array, forward: Float64Array, lower_legs: Float64Array
) -> Float64Array:
    """World rotations ``(2, 3, 3)`` of the feet.

    Args:
        points_m: ``(33, 3)`` landmarks in world axes.
        forward: ``(2, 3)`` what ``feet_forward`` gives.
        lower_legs: ``(2, 3, 3)`` world rotations of the shins.
    """
    to_ankle = points_m[anatomy.ANKLES] - points_m[anatomy.HEELS]
    measured = unit(cross(to_ankle, forward))
    across = lower_legs[..., 0] + _MEASURED_ROLL * measured
    frame = from_directions(forward, across)
    # Columns come as (z, x, y).
    return frame.take(_X_Y_Z, axis=-1)
