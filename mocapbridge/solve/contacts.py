"""Which feet stand on the floor, where they stand, and how high the floor is.

Judged in the picture: a standing foot does not move there, and that is measured ten times better
than its distance. Heights are along the world's up axis, from the camera.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import clamp, length
from mocapbridge.solve import anatomy, bones, proportions
from mocapbridge.solve.fit import mean_depth_m
from mocapbridge.types import Float64Array

_STILL_M_S: Final = 0.25
_MOVING_M_S: Final = 0.50
"""Speeds of ankle and toe below which a foot is planted and above which it is lifted."""
_LOW_M: Final = 0.07
_HIGH_M: Final = 0.12
"""Heights of the ankle over its standing height, likewise."""
_SPEED_MEMORY_S: Final = 0.02
_LIFTS_ABOVE: Final = 0.7
_LANDS_ABOVE: Final = 0.15
"""How plausible an ankle must be to lift a foot and to plant it: when the detector exchanges sides
everything leaps, and what stood still stands."""
_SEEN: Final = 0.3
"""Visibility below which a foot plants nothing new."""
_STRAYED_M: Final = 0.12
"""A planted foot has moved when its ray meets the floor this far from where it stands, or passes
this far beside it."""
_PATIENCE_S: Final = 0.15
"""An ankle that is implausible for longer than that has moved all the same."""
_ENGAGE_S: Final = 0.10
_RELEASE_S: Final = 0.08
"""Time constants with which a foot is taken hold of and let go."""
_GRAZING_SLOPE: Final = 0.08
_CLEAR_SLOPE: Final = 0.16
"""Slopes of the line of sight against the floor (5 and 9 degrees) between which the floor's height
begins to tell how far away a foot is."""
_NEAR_M: Final = 0.15
"""A foot that is let go still belongs to the floor where it is this near to it."""
_FARTHEST_CORRECTION_M: Final = 0.5
"""Where floor and fit disagree by more than that, the floor is not what it seems."""
_FLOOR_DOWN_S: Final = 0.1
_FLOOR_UP_S: Final = 2.0
"""Time constants of the floor: quick to follow a lower foot, slow to follow a raised one."""
_FOOT_LANDMARKS: Final = np.stack((anatomy.ANKLES, anatomy.TOES))
"""(2, 2) by landmark and side."""


class GroundContact:
    """Contact of one performer's feet with the floor.

    Args:
        up: ``(3,)`` the world's up in image axes.
        scale: size of the performer against the adult of ``proportions``.
    """

    def __init__(self, up: Float64Array, scale: float) -> None:
        self._up = up
        self._ankle_height_m = proportions.ANKLE_HEIGHT_M * scale
        self.reset()

    def reset(self) -> None:
        """Forget everything: continuity is broken."""
        self.planted = np.zeros(2, dtype=np.bool_)
        """(2,) left and right."""
        self.anchors_m = np.zeros((2, 3))
        """(2, 3) where the ankles stand, image axes, from the camera."""
        self._held = np.zeros(2)
        self.floor_m: float | None = None
        """Height of the floor over the camera (negative); None until legs were seen."""
        self.stood = False
        """Whether a foot was planted so far: only then the floor is more than a guess."""
        self._stood_on_m = np.zeros((2, 3))
        self._stood_along = np.zeros((2, 2))
        self._doubted_s = np.zeros(2)
        self._rays: Float64Array | None = None
        self._speed_m_s = np.full(2, np.inf)

    @property
    def strength(self) -> Float64Array:
        """How firmly each ankle is held at its anchor ``(2,)``: 0 free .. 1 planted.

        The fourth power of how far the hold has come: what pulls a foot goes with the square of
        the distance, so anything less takes hold with a jerk.
        """
        return self._held**4

    def update(
        self,
        points_m: Float64Array,
        rays: Float64Array,
        trust: Float64Array,
        belief: Float64Array,
        dt_s: float,
    ) -> None:
        """Judge the feet of a frame before it is fitted.

        Args:
            points_m: ``(13, 3)`` the fitted figure of the frame before, image axes.
            rays: ``(33, 2)`` slopes of this frame's landmarks.
            trust: ``(33,)`` their visibility.
            belief: ``(13,)`` how plausible the fitted landmarks are.
            dt_s: time since the frame before [s].
        """
        ankles = points_m[bones.ANKLE_POINTS]
        self._measure_speed(rays, mean_depth_m(points_m), dt_s)
        height = ankles @ self._up - self._ankle_height_m
        seen = trust[_FOOT_LANDMARKS].min(axis=0) > _SEEN
        if seen.any():
            self._follow_floor(float(height[seen].min()), dt_s)
        if self.floor_m is None:
            return
        over = height - self.floor_m
        believed = belief[bones.ANKLE_POINTS]
        lands = (
            (believed > _LANDS_ABOVE)
            & (self._speed_m_s < _STILL_M_S)
            & (over < _LOW_M)
            & seen
            & ~self.planted
        )
        on_floor, clear = self._on_floor(rays[anatomy.ANKLES], ankles)
        aside_m = length(rays[anatomy.ANKLES] - self._stood_along) * mean_depth_m(points_m)
        strayed = np.maximum(clear * length(on_floor - self._stood_on_m), aside_m) > _STRAYED_M
        lifts = (self._speed_m_s > _MOVING_M_S) | (over > _HIGH_M) | strayed | ~seen
        doubtful = believed <= _LIFTS_ABOVE
        self._doubted_s = np.where(doubtful, self._doubted_s + dt_s, 0.0)
        lifts = lifts & (~doubtful | (self._doubted_s > _PATIENCE_S))
        free = ~self.planted
        self.anchors_m[free] = on_floor[free]
        far = free & (length(on_floor - ankles) > _NEAR_M)
        self.anchors_m[far & ~lands] = ankles[far & ~lands]
        self.planted = (self.planted & ~lifts) | lands
        self.stood = self.stood or bool(self.planted.any())
        moved = ~self.planted | lands
        self._stood_on_m[moved] = on_floor[moved]
        self._stood_along[moved] = rays[anatomy.ANKLES][moved]
        time_constant = np.where(self.planted, _ENGAGE_S, _RELEASE_S)
        step = 1.0 - np.exp(-dt_s / time_constant)
        self._held += step * (self.planted - self._held)

    def _on_floor(
        self, rays: Float64Array, ankles_m: Float64Array
    ) -> tuple[Float64Array, Float64Array]:
        """Where the ankles' rays meet the height of a standing ankle.

        Returns:
            ``(2, 3)`` points in image axes and ``(2,)`` how clearly that tells the depth, 0..1: not
            at all where the camera looks along the floor.
        """
        direction = np.ones((2, 3))
        direction[:, :2] = rays
        slope = direction @ self._up
        clear = clamp((-slope - _GRAZING_SLOPE) / (_CLEAR_SLOPE - _GRAZING_SLOPE), 0.0, 1.0)
        height = (self.floor_m or 0.0) + self._ankle_height_m
        depth = height / np.minimum(slope, -_GRAZING_SLOPE)
        way = direction * depth[:, None] - ankles_m
        clear = clear * (length(way) < _FARTHEST_CORRECTION_M)
        return ankles_m + clear[:, None] * way, clear

    def _measure_speed(self, rays: Float64Array, distance_m: float, dt_s: float) -> None:
        now = rays[_FOOT_LANDMARKS]
        if self._rays is not None and dt_s > 0.0:
            moved = length(now - self._rays).max(axis=0) * distance_m
            weight = 1.0 - math.exp(-dt_s / _SPEED_MEMORY_S)
            speed = moved / dt_s
            known = np.isfinite(self._speed_m_s)
            last = np.where(known, self._speed_m_s, speed)
            self._speed_m_s = last + weight * (speed - last)
        self._rays = now

    def _follow_floor(self, lowest_m: float, dt_s: float) -> None:
        if self.floor_m is None:
            self.floor_m = lowest_m
            return
        time_constant = _FLOOR_DOWN_S if lowest_m < self.floor_m else _FLOOR_UP_S
        self.floor_m += (lowest_m - self.floor_m) * (1.0 - math.exp(-dt_s / time_constant))
