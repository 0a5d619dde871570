"""Puts the posed skeleton into the world and its feet onto the floor.

The world's origin is on the floor under the hips of the first frame that showed the performer.
"""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np

from mocapbridge.geometry.matrix import dot, from_directions, length
from mocapbridge.solve import anatomy, kinematics, legs, proportions
from mocapbridge.solve.figure import Figure
from mocapbridge.types import Float64Array

_SOLE_M: Final = np.array(((0.0, -0.08, -0.05), (0.0, -0.08, 0.13), (0.0, -0.08, 0.19)))
"""Heel, ball and tip of the sole in the foot joint's axes, standard size [m]; the ankle is
``proportions.ANKLE_HEIGHT_M`` over the sole."""
_X_Y_Z: Final = np.array((2, 0, 1))
_UP: Final = np.array((0.0, 1.0, 0.0))
_HEADING_S: Final = 1.0
"""Time constant with which a planted foot's heading follows what is measured: the landmarks of
heel and toe turn by several degrees from frame to frame, the foot does not."""
_FLOOR_S: Final = 0.3
"""Time constant with which a newly found floor moves the performer up or down."""
_LEVEL_WITHIN_M: Final = 0.05
"""A foot that would sink in this far is turned quite level."""
_LONGEST_STEP_M: Final = 0.25
"""Further than that the performer is not moved from one frame to the next: somebody who comes back
elsewhere glides there."""
_AT_EASE: Final = 1e-3


class Placement:
    """Where the performer is.

    Args:
        mode: how far the hips travel, see ``SolveOptions.root``.
        offsets_m: ``(55, 3)`` the performer's bones.
        scale: size of the performer against the adult of ``proportions``.
    """

    def __init__(
        self,
        mode: Literal["full", "lateral", "locked"],
        offsets_m: Float64Array,
        scale: float,
    ) -> None:
        self._mode = mode
        self._offsets_m = offsets_m
        self._soles_m = _SOLE_M * scale
        self._ankle_height_m = proportions.ANKLE_HEIGHT_M * scale
        self._rest_height_m = float(offsets_m[anatomy.HIPS_JOINT, 1])
        self._hip_drop_m = np.array((0.0, -proportions.HIP_DROP_M * scale, 0.0))
        self._bones_m = np.stack(
            (
                length(offsets_m[anatomy.LOWER_LEG_JOINTS]),
                length(offsets_m[anatomy.FOOT_JOINTS]),
            ),
            axis=1,
        )
        self._origin_m: Float64Array | None = None
        """(3,) the world's origin, from the camera."""
        self._root_m = np.array((0.0, self._rest_height_m, 0.0))
        self._headings = np.tile(np.array((0.0, 0.0, 1.0)), (2, 1))

    def recentre(self) -> None:
        """The world's origin goes to the floor under the hips of the next frame."""
        self._origin_m = None

    def place(
        self, figure: Figure | None, world: Float64Array, dt_s: float
    ) -> tuple[Float64Array, Float64Array]:
        """Stand the performer on the floor.

        Args:
            figure: where this frame's performer is; None before there is one.
            world: ``(55, 3, 3)`` world rotations; those of the legs are changed in place where
                feet are planted or would sink into the floor.
            dt_s: time since the last frame [s].

        Returns:
            Positions ``(55, 3)`` of all joints and that of the hips joint ``(3,)``, world [m].
        """
        positions = kinematics.positions_from_hips_m(world, self._offsets_m)
        if figure is None:
            return positions + self._root_m, self._root_m
        # From the camera's position, world axes.
        root = figure.hips_m - world[anatomy.HIPS_JOINT] @ self._hip_drop_m
        origin = self._origin(figure, root, dt_s)
        if figure.stood:
            root = root + self._stand(figure, world, positions + root, dt_s)
            positions = kinematics.positions_from_hips_m(world, self._offsets_m)
        self._root_m = self._root_m + _short(self._limited(root - origin) - self._root_m)
        return positions + self._root_m, self._root_m

    def _origin(self, figure: Figure, root: Float64Array, dt_s: float) -> Float64Array:
        floor = figure.floor_m
        if self._origin_m is None:
            height = root[1] - self._rest_height_m if floor is None else floor
            self._origin_m = np.array((root[0], height, root[2]))
        elif floor is not None:
            step = 1.0 - math.exp(-dt_s / _FLOOR_S)
            self._origin_m[1] += step * (floor - self._origin_m[1])
        return self._origin_m

    def _limited(self, root_m: Float64Array) -> Float64Array:
        """The part of the way that the mode lets through."""
        if self._mode == "lateral":
            return root_m * np.array((1.0, 1.0, 0.0))
        return root_m * _UP if self._mode == "locked" else root_m

    def _stand(
        self, figure: Figure, world: Float64Array, positions_m: Float64Array, dt_s: float
    ) -> Float64Array:
        """Change the legs so that planted feet stay and none sinks in; all from the camera.

        Returns:
            ``(3,)`` how far the hips have to move: legs bend only where the hips alone cannot
            bring both feet to where they stand.
        """
        floor = 0.0 if figure.floor_m is None else figure.floor_m
        self._follow_headings(world[anatomy.FOOT_JOINTS], figure.planted[:, None], dt_s)
        feet = self._level(world[anatomy.FOOT_JOINTS], figure.planted[:, None])
        ankles = positions_m[anatomy.FOOT_JOINTS]
        stand = figure.ankles_m
        strength = figure.planted[:, None]
        astray = strength * (stand - ankles)
        shift = (strength * astray).sum(axis=0) / max(float(strength.sum()), 1.0)
        ankles = ankles + shift
        target = ankles + strength * (stand - ankles)
        sunk = self._sunk(feet, target, floor)
        if sunk.any():
            # Toes that sink in turn up first; only then is the leg drawn in.
            level = np.maximum(figure.planted, np.minimum(sunk / _LEVEL_WITHIN_M, 1.0))
            feet = self._level(world[anatomy.FOOT_JOINTS], level[:, None])
            target[:, 1] += self._sunk(feet, target, floor)
        moved = float(np.abs(target - ankles).max())
        if moved > _AT_EASE:
            upper, lower = legs.reach(
                positions_m[anatomy.UPPER_LEG_JOINTS] + shift,
                target,
                world[anatomy.LOWER_LEG_JOINTS, :, 0],
                self._bones_m,
            )
            world[anatomy.UPPER_LEG_JOINTS], world[anatomy.LOWER_LEG_JOINTS] = upper, lower
        toes = world[anatomy.FOOT_JOINTS].swapaxes(-1, -2) @ world[anatomy.TOE_JOINTS]
        world[anatomy.FOOT_JOINTS] = feet
        world[anatomy.TOE_JOINTS] = feet @ toes
        return shift

    def _sunk(self, feet: Float64Array, ankles_m: Float64Array, floor_m: float) -> Float64Array:
        """How far each foot's lowest point is in the floor ``(2,)`` [m]; 0 above it."""
        lowest = ankles_m[:, 1] + np.einsum("nj,kj->nk", feet[:, 1], self._soles_m).min(axis=1)
        return np.maximum(floor_m - lowest, 0.0)

    def _follow_headings(self, feet: Float64Array, planted: Float64Array, dt_s: float) -> None:
        """Free feet head where they are measured to; planted ones hardly turn."""
        forward = feet[..., 2]
        flat = forward * np.array((1.0, 0.0, 1.0))
        flat = flat / np.maximum(np.sqrt(dot(flat, flat)), 1e-9)
        follow = 1.0 - planted * math.exp(-dt_s / _HEADING_S)
        self._headings = self._headings + follow * (flat - self._headings)

    def _level(self, feet: Float64Array, planted: Float64Array) -> Float64Array:
        """Foot rotations ``(2, 3, 3)``: planted ones flat on the floor, their heading kept."""
        forward = feet[..., 2]
        up = feet[..., 1] + planted * (_UP - feet[..., 1])
        ahead = forward + planted * (self._headings - forward)
        # Columns come as (y, z, x).
        return from_directions(up, ahead).take(_X_Y_Z, axis=-1)


def _short(way_m: Float64Array) -> Float64Array:
    """A way ``(3,)``, cut to what is shown within one frame [m]."""
    length_m = float(np.sqrt(way_m @ way_m))
    return way_m * min(1.0, _LONGEST_STEP_M / max(length_m, 1e-9))
