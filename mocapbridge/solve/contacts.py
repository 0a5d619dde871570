"""Which feet stand on the floor, where they stand, and how high the floor is.

Judged in the picture: a standing foot does not move there, and that is measured ten times better
than its distance. Heights are along the world's up axis, from the camera.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Vector
from mocapbridge.solve import bones, proportions
from mocapbridge.solve.belief import mean_depth_m
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
_FLOOR_SHARE: Final = 0.5
"""A foot stands half way between where it was fitted and where its ray meets the floor: two
measures of its distance that are wrong by about as much."""
_FARTHEST_CORRECTION_M: Final = 0.5
"""Where floor and fit disagree by more than that, the floor is not what it seems."""
_FLOOR_DOWN_S: Final = 0.1
_FLOOR_UP_S: Final = 2.0
"""Time constants of the floor: quick to follow a lower foot, slow to follow a raised one."""
_FOOT_LANDMARKS: Final = np.array(((27, 28), (31, 32)))
"""(2, 2) ankles and toes, by landmark and side."""
_Ray: TypeAlias = tuple[float, float]


@dataclass(slots=True)
class _Foot:
    """What is remembered of one foot; image axes, from the camera."""

    planted: bool = False
    held: float = 0.0
    """How far the hold on the floor has come, 0..1."""
    anchor_m: Vector = (0.0, 0.0, 0.0)
    stood_on_m: Vector = (0.0, 0.0, 0.0)
    """Where its ray met the floor when it was planted."""
    stood_along: _Ray = (0.0, 0.0)
    """Its ray at that time."""
    doubted_s: float = 0.0
    rays: tuple[_Ray, _Ray] | None = None
    """Of ankle and toe in the frame before."""
    speed_m_s: float | None = None


class _Sight(NamedTuple):
    """What a frame shows of one foot."""

    ray: _Ray
    ankle_m: Vector
    """Fitted in the frame before."""
    believed: float
    seen: bool
    distance_m: float


class GroundContact:
    """Contact of one performer's feet with the floor.

    Args:
        up: ``(3,)`` the world's up in image axes.
        scale: size of the performer against the adult of ``proportions``.
    """

    def __init__(self, up: Float64Array, scale: float) -> None:
        self._up = plain.vector(up.tolist())
        self._ankle_height_m = proportions.ANKLE_HEIGHT_M * scale
        self.reset()

    def reset(self) -> None:
        """Forget everything: continuity is broken."""
        self._feet = (_Foot(), _Foot())
        self.floor_m: float | None = None
        """Height of the floor over the camera (negative); None until legs were seen."""
        self.stood = False
        """Whether a foot was planted so far: only then the floor is more than a guess."""

    def take_on(self, scale: float, grown: float) -> None:
        """Go on with a performer of that size, who and whose floor are that much larger."""
        self._ankle_height_m = proportions.ANKLE_HEIGHT_M * scale
        if self.floor_m is not None:
            self.floor_m *= grown
        for foot in self._feet:
            foot.anchor_m = plain.scaled(foot.anchor_m, grown)
            foot.stood_on_m = plain.scaled(foot.stood_on_m, grown)

    @property
    def anchors_m(self) -> Float64Array:
        """Where the ankles stand ``(2, 3)``, image axes, from the camera."""
        return np.array([foot.anchor_m for foot in self._feet])

    @property
    def stands(self) -> tuple[bool, bool]:
        """Whether the left and right foot stand."""
        left, right = self._feet
        return left.planted, right.planted

    @property
    def strength(self) -> Float64Array:
        """How firmly each ankle is held at its anchor ``(2,)``: 0 free .. 1 planted.

        The fourth power of how far the hold has come: what pulls a foot goes with the square of
        the distance, so anything less takes hold with a jerk.
        """
        left, right = self._feet
        return np.array((left.held**4, right.held**4))

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
        distance_m = mean_depth_m(points_m)
        ankles = plain.vectors(points_m[bones.ANKLE_POINTS])
        heights = [plain.dot(ankle, self._up) - self._ankle_height_m for ankle in ankles]
        seen = [min(pair) > _SEEN for pair in zip(*trust[_FOOT_LANDMARKS].tolist(), strict=True)]
        low = [height for height, visible in zip(heights, seen, strict=True) if visible]
        if low:
            self._follow_floor(min(low), dt_s)
        believed = belief[bones.ANKLE_POINTS].tolist()
        ankle_rays, toe_rays = rays[_FOOT_LANDMARKS].tolist()
        for side, foot in enumerate(self._feet):
            ray: _Ray = tuple(ankle_rays[side])
            _measure_speed(foot, (ray, tuple(toe_rays[side])), distance_m, dt_s)
            if self.floor_m is None:
                continue
            sight = _Sight(ray, ankles[side], believed[side], seen[side], distance_m)
            self._judge(foot, sight, heights[side] - self.floor_m, dt_s)

    def _judge(self, foot: _Foot, sight: _Sight, over_m: float, dt_s: float) -> None:
        """Plant or lift one foot that is so far over the floor."""
        speed = math.inf if foot.speed_m_s is None else foot.speed_m_s
        on_floor, clear = self._on_floor(sight.ray, sight.ankle_m)
        lands = (
            not foot.planted
            and sight.seen
            and sight.believed > _LANDS_ABOVE
            and speed < _STILL_M_S
            and over_m < _LOW_M
        )
        doubtful = sight.believed <= _LIFTS_ABOVE
        foot.doubted_s = foot.doubted_s + dt_s if doubtful else 0.0
        lifts = foot.planted and (
            speed > _MOVING_M_S
            or over_m > _HIGH_M
            or not sight.seen
            or _strayed_m(foot, sight, on_floor, clear) > _STRAYED_M
        )
        if doubtful and foot.doubted_s <= _PATIENCE_S:
            lifts = False
        if not foot.planted:
            dropped = plain.add(sight.ankle_m, self._up, -over_m)
            foot.anchor_m = plain.mix(dropped, on_floor, _FLOOR_SHARE)
        foot.planted = (foot.planted and not lifts) or lands
        if lands or not foot.planted:
            foot.stood_on_m, foot.stood_along = on_floor, sight.ray
        self.stood = self.stood or foot.planted
        step = 1.0 - math.exp(-dt_s / (_ENGAGE_S if foot.planted else _RELEASE_S))
        foot.held += step * (float(foot.planted) - foot.held)

    def _on_floor(self, ray: _Ray, ankle_m: Vector) -> tuple[Vector, float]:
        """Where an ankle's ray meets the height of a standing ankle.

        Returns:
            A point in image axes and how clearly that tells the depth, 0..1: not at all where the
            camera looks along the floor.
        """
        direction = (*ray, 1.0)
        slope = plain.dot(direction, self._up)
        clear = (-slope - _GRAZING_SLOPE) / (_CLEAR_SLOPE - _GRAZING_SLOPE)
        height_m = (self.floor_m or 0.0) + self._ankle_height_m
        depth_m = height_m / min(slope, -_GRAZING_SLOPE)
        way = plain.subtract(plain.scaled(direction, depth_m), ankle_m)
        if plain.length(way) >= _FARTHEST_CORRECTION_M:
            clear = 0.0
        clear = min(max(clear, 0.0), 1.0)
        return plain.add(ankle_m, way, clear), clear

    def _follow_floor(self, lowest_m: float, dt_s: float) -> None:
        if self.floor_m is None:
            self.floor_m = lowest_m
            return
        time_constant = _FLOOR_DOWN_S if lowest_m < self.floor_m else _FLOOR_UP_S
        self.floor_m += (lowest_m - self.floor_m) * (1.0 - math.exp(-dt_s / time_constant))


def _strayed_m(foot: _Foot, sight: _Sight, on_floor: Vector, clear: float) -> float:
    """How far a foot seems to be from where it was planted."""
    along_floor_m = clear * plain.length(plain.subtract(on_floor, foot.stood_on_m))
    return max(along_floor_m, _apart(sight.ray, foot.stood_along) * sight.distance_m)


def _measure_speed(foot: _Foot, rays: tuple[_Ray, _Ray], distance_m: float, dt_s: float) -> None:
    """The quicker of ankle and toe, across the line of sight, smoothed."""
    if foot.rays is not None and dt_s > 0.0:
        (ankle, toe), (ankle_before, toe_before) = rays, foot.rays
        moved_m = distance_m * max(_apart(ankle, ankle_before), _apart(toe, toe_before))
        last = moved_m / dt_s if foot.speed_m_s is None else foot.speed_m_s
        weight = 1.0 - math.exp(-dt_s / _SPEED_MEMORY_S)
        foot.speed_m_s = last + weight * (moved_m / dt_s - last)
    foot.rays = rays


def _apart(a: _Ray, b: _Ray) -> float:
    return math.hypot(a[0] - b[0], a[1] - b[1])
