"""From landmarks to a figure of constant bones that stands in space."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.solve import anatomy, bones
from mocapbridge.solve.build import Build
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.contacts import GroundContact
from mocapbridge.solve.fit import Anchors, BodyFit, FitInput
from mocapbridge.solve.observation import Observation
from mocapbridge.solve.tracking_filter import Smoothing, TrackingFilter
from mocapbridge.types import Float64Array

_FORGET_S: Final = 0.5
"""A figure that was not seen for longer says nothing about the next one."""


def _carriers() -> tuple[int, ...]:
    """The fitted landmark that carries each of the 33: the nose the head, wrists the hands."""
    own = {int(landmark): int(landmark) for landmark in bones.POINTS}
    hands = {17: 15, 18: 16, 19: 15, 20: 16, 21: 15, 22: 16}
    feet = {29: 27, 30: 28, 31: 27, 32: 28}
    carried = {**own, **hands, **feet}
    order = [int(landmark) for landmark in bones.POINTS]
    return tuple(order.index(carried.get(landmark, 0)) for landmark in range(33))


CARRIERS: Final = np.array(_carriers())
"""(33,) index of the fitted point that carries each landmark."""


class Figure(NamedTuple):
    """The fitted landmarks of one frame, world axes."""

    points_m: Float64Array
    """(33, 3) relative to the middle of the hips."""
    hips_m: Float64Array
    """(3,) the middle of the hips, from the camera."""
    stands: tuple[bool, bool]
    """Whether the left and right foot stand on the floor."""
    planted: Float64Array
    """(2,) how far that has come: 0 free .. 1 planted."""
    floor_m: float | None
    """Height of the floor over the camera; None until legs were seen."""
    belief: Float64Array
    """(33,) how plausible each landmark is beside the frames before, 0..1."""
    stood: bool
    """Whether the performer has stood on the floor yet, so that nothing can be below it."""


class FigureTracker:
    """Follows one performer's figure.

    Args:
        camera: where the picture comes from.
        build: the performer's bones.
        smoothing: how much the figure is smoothed.
    """

    def __init__(self, camera: Camera, build: Build, smoothing: Smoothing) -> None:
        self._camera = camera
        self.scale = build.scale
        """Of the world landmarks."""
        self._fit = BodyFit(build.lengths_m)
        self._filter = TrackingFilter(smoothing)
        self._contact = GroundContact(camera.world_from_image[1], build.scale)
        self._unseen_s = 0.0
        self._last: Figure | None = None

    def take_on(self, build: Build, grown: float) -> None:
        """Go on with other bones.

        World landmarks keep the size that they were given with the first ones.

        Args:
            build: the bones from now on.
            grown: how much larger all is, as the picture has it: further away by that part.
        """
        self._fit.take_on(build.lengths_m, grown)
        self._filter.rescale(grown)
        self._contact.take_on(build.scale, grown)
        last = self._last
        if last is not None:
            floor_m = None if last.floor_m is None else grown * last.floor_m
            self._last = last._replace(hips_m=grown * last.hips_m, floor_m=floor_m)

    def follow(self, seen: Observation, dt_s: float) -> Figure | None:
        """The figure of this frame; the last one while nothing is seen, None before the first."""
        if not seen.body_seen:
            self._unseen_s += dt_s
            return self._last
        if self._unseen_s > _FORGET_S:
            self.reset()
        self._unseen_s = 0.0
        body_trust = seen.trust[:33]
        points_m = self.scale * seen.points_m @ self._camera.world_from_image
        frame = FitInput(
            points_m=points_m.take(bones.POINTS, 0),
            rays=seen.rays.take(bones.POINTS, 0),
            trust=body_trust.take(bones.POINTS),
            dt_s=dt_s,
        )
        belief = self._fit.believe(frame)
        before = self._fit.points_m
        if before is not None:
            self._contact.update(before, seen.rays, body_trust, belief.points, dt_s)
        anchors = Anchors(self._contact.anchors_m, self._contact.strength)
        fitted = self._fit.step(frame, belief, anchors)
        if before is None:
            self._contact.update(fitted, seen.rays, body_trust, belief.points, 0.0)
        moved = fitted - frame.points_m
        placed = self._filter.step(points_m + moved.take(CARRIERS, 0), dt_s)
        self._last = self._in_world(placed, belief.points)
        return self._last

    def reset(self) -> None:
        """Forget everything: continuity is broken."""
        self._fit.reset()
        self._filter.reset()
        self._contact.reset()
        self._unseen_s = 0.0

    def _in_world(self, placed: Float64Array, belief: Float64Array) -> Figure:
        hips = 0.5 * (placed[anatomy.LEFT_HIP] + placed[anatomy.RIGHT_HIP])
        world_from_image = self._camera.world_from_image
        return Figure(
            points_m=(placed - hips) @ world_from_image.T,
            hips_m=world_from_image @ hips,
            stands=self._contact.stands,
            planted=self._contact.strength,
            floor_m=self._contact.floor_m,
            belief=belief.take(CARRIERS),
            stood=self._contact.stood,
        )
