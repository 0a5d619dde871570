"""How far what a frame shows of a body can be believed, beside its bones and the frame before."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.geometry.matrix import length
from mocapbridge.solve import bones
from mocapbridge.types import Float64Array

_COLLAPSED: Final = 0.16
"""World landmarks' bones that differ from their length by that part are suspect."""
_FASTEST_M_S: Final = 5.0
_LEAP_M: Final = 0.03
"""A landmark that moves further than ``_LEAP_M`` plus that speed since it was last believed
loses weight."""
_LIKELY: Final = 0.5


class Belief(NamedTuple):
    """How plausible what a frame shows is, 0..1."""

    points: Float64Array
    """(13,) beside where the landmarks were, and as parts of a figure that has not collapsed."""
    bones: Float64Array
    """(16,) by the lengths of the world landmarks' bones."""


class Plausibility:
    """Remembers how long each landmark has not been believed."""

    def __init__(self) -> None:
        self._doubted_s = np.zeros(bones.POINT_COUNT)

    def reset(self) -> None:
        """Forget: continuity is broken."""
        self._doubted_s[:] = 0.0

    def of(
        self, stretch: Float64Array, rays: Float64Array, before_m: Float64Array | None, dt_s: float
    ) -> Belief:
        """What to believe of one frame.

        Args:
            stretch: ``(16,)`` lengths of the world landmarks' bones in units of the performer's.
            rays: ``(13, 2)`` slopes x / z and y / z.
            before_m: ``(13, 3)`` the figure of the frame before, image axes; None at the start.
            dt_s: time since the frame before [s].
        """
        misfit = bones.KEEPS_LENGTH * ((stretch - 1.0) / _COLLAPSED) ** 2
        collapse = float((bones.TOUCHING @ misfit).sum()) / bones.POINT_COUNT
        collapse *= collapse
        of_bones = 1.0 / (1.0 + misfit * misfit)
        if before_m is None:
            return Belief(np.full(bones.POINT_COUNT, 1.0 / (1.0 + collapse)), of_bones)
        leap = rays - before_m[:, :2] / before_m[:, 2:]
        leap_m = length(leap) * mean_depth_m(before_m)
        self._doubted_s += dt_s
        steady = 1.0 / (1.0 + (leap_m / (_LEAP_M + _FASTEST_M_S * self._doubted_s)) ** 4)
        self._doubted_s[steady > _LIKELY] = 0.0
        return Belief(steady / (1.0 + collapse), of_bones)


def mean_depth_m(points: Float64Array) -> float:
    """Mean distance from the camera's plane of a figure ``(13, 3)`` [m]."""
    return float(points[:, 2].sum()) / bones.POINT_COUNT
