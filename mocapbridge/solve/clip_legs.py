"""What ``solve.legs`` does for one leg, for both legs of all frames of a clip at once."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import clamp, cross, dot, from_directions, transpose
from mocapbridge.types import Float64Array

_STRETCH: Final = 0.9995
"""A leg is never pulled quite straight: there the knee would jump."""
_LEG: Final = transpose(from_directions(np.array((0.0, -1.0, 0.0)), np.array((1.0, 0.0, 0.0))))
"""Takes the columns (along, hinge, rest) of a leg's bone to those of its joint."""


def reach(
    hips_m: Float64Array, ankles_m: Float64Array, hinges: Float64Array, bones_m: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """World rotations of thigh and shin that bring the ankles where they should be.

    Args:
        hips_m: ``(2, 3)`` hip joints.
        ankles_m: ``(2, 3)`` where the ankles should be; a leg too short reaches towards it.
        hinges: ``(2, 3)`` knee axes to stay near.
        bones_m: ``(2, 2)`` lengths of thigh and shin by leg.

    Returns:
        ``(2, 3, 3)`` of the thighs and of the shins. Knees bend forwards, never backwards.
    """
    thigh, shin = bones_m[:, :1], bones_m[:, 1:]
    way = ankles_m - hips_m
    distance = np.sqrt(dot(way, way))
    along = way / np.maximum(distance, 1e-9)
    hinge = hinges - dot(hinges, along) * along
    hinge = hinge / np.maximum(np.sqrt(dot(hinge, hinge)), 1e-9)
    distance = clamp(distance, np.abs(thigh - shin) + 1e-3, _STRETCH * (thigh + shin))
    # Law of cosines at the hip.
    cosine = clamp((thigh**2 + distance**2 - shin**2) / (2.0 * thigh * distance), -1.0, 1.0)
    sine = np.sqrt(1.0 - cosine * cosine)
    upper = along * cosine - cross(hinge, along) * sine
    lower = along * distance - upper * thigh
    return from_directions(upper, hinge) @ _LEG, from_directions(lower, hinge) @ _LEG
