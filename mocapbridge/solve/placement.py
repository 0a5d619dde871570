"""Puts the posed skeleton into the world: on the floor, where the camera sees it."""

from __future__ import annotations

from typing import Literal

import numpy as np

from mocapbridge.skeleton import JOINTS
from mocapbridge.solve import anatomy, root
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.observation import Observation
from mocapbridge.types import Float64Array


class Placement:
    """Remembers where the world's origin is: on the floor under the hips of the first frame."""

    def __init__(self, mode: Literal["full", "lateral", "locked"], camera: Camera) -> None:
        self._mode = mode
        self._camera = camera
        self._origin_m: Float64Array | None = None
        self._shown_m = np.zeros(3)

    def place(
        self,
        seen: Observation,
        world: Float64Array,
        positions_m: Float64Array,
        confidence: Float64Array,
        scale: float,
    ) -> Float64Array:
        """Position ``(3,)`` of the hips joint in the world [m]."""
        height = scale * JOINTS[anatomy.HIPS_JOINT].offset_m[1]
        if root.legs_seen(confidence):
            ankles = positions_m[anatomy.FOOT_JOINTS]
            height = -root.lowest_sole_m(world[anatomy.FOOT_JOINTS], ankles, scale)
        horizontal = self._horizontal(seen)
        self._shown_m = np.array((horizontal[0], height, horizontal[1]))
        return self._shown_m

    def _horizontal(self, seen: Observation) -> Float64Array:
        """Coordinates x and z of the hips in the world [m]."""
        if self._mode == "locked" or not seen.body_seen:
            return self._shown_m[[0, 2]]
        image_from_world = self._camera.world_from_image.T
        points_m = seen.points_m @ image_from_world.T
        hips = root.camera_from_hips_m(points_m, seen.rays, seen.trust[:33])
        found = (self._camera.world_from_image @ hips)[[0, 2]]
        if self._origin_m is None:
            self._origin_m = found
        moved = found - self._origin_m
        return moved * np.array((1.0, 0.0)) if self._mode == "lateral" else moved
