"""Puts the posed skeleton into the world and its feet onto the floor.

The world's origin is on the floor under the hips of the first frame that showed the performer.
"""

from __future__ import annotations

import math
from typing import Final, Literal

import numpy as np

from mocapbridge.geometry import plain
from mocapbridge.geometry.matrix import length
from mocapbridge.geometry.plain import Axes, Vector
from mocapbridge.solve import anatomy, kinematics, legs, proportions
from mocapbridge.solve.build import Build
from mocapbridge.solve.figure import Figure
from mocapbridge.solve.footing import Footing
from mocapbridge.types import Float64Array

_SOLE_M: Final[tuple[Vector, ...]] = ((0.0, -0.08, -0.05), (0.0, -0.08, 0.19))
"""Heel and tip of the sole in the foot joint's axes, standard size [m]; the ankle is
``proportions.ANKLE_HEIGHT_M`` over the sole."""
_HEADING_S: Final = 1.0
"""Time constant with which a planted foot's heading follows what is measured: the landmarks of
heel and toe turn by several degrees from frame to frame, the foot does not."""
_FLOOR_S: Final = 0.3
"""Time constant with which a newly found floor moves the performer up or down."""
_LONGEST_STEP_M: Final = 0.25
"""Further than that the performer is not moved from one frame to the next: somebody who comes back
elsewhere glides there."""
_CARRIED_OVER: Final = 0.5
"""Part of the hips' deviation from where they are measured that a new step begins with: all of it
would add up over the steps, nothing of it would be a jerk."""
_AT_EASE: Final = 1e-3


class Placement:
    """Where the performer is.

    Args:
        mode: how far the hips travel, see ``SolveOptions.root``.
        build: the performer's bones.
    """

    def __init__(self, mode: Literal["full", "lateral", "locked"], build: Build) -> None:
        self._mode = mode
        self._wear(build)
        self._origin_m: Float64Array | None = None
        """(3,) the world's origin, from the camera."""
        self._root_m = np.array((0.0, self._rest_height_m, 0.0))
        self._footings = (Footing(), Footing())
        self._floor_m = 0.0
        """Height of the world's floor over the camera."""
        self._headings: list[Vector] = [plain.Z, plain.Z]
        """Left and right, level."""

    def _wear(self, build: Build) -> None:
        self._offsets_m = build.offsets_m
        self._soles_m = tuple(plain.scaled(point, build.scale) for point in _SOLE_M)
        self._rest_height_m = float(build.offsets_m[anatomy.HIPS_JOINT, 1])
        self._hip_drop_m = np.array((0.0, -proportions.HIP_DROP_M * build.scale, 0.0))
        thighs, shins = (
            length(build.offsets_m[joints]).tolist()
            for joints in (anatomy.LOWER_LEG_JOINTS, anatomy.FOOT_JOINTS)
        )
        self._bones_m = ((thighs[0], shins[0]), (thighs[1], shins[1]))
        self._ankle_height_m = proportions.ANKLE_HEIGHT_M * build.scale

    def take_on(self, build: Build, grown: float) -> None:
        """Go on with other bones.

        Args:
            build: the bones from now on.
            grown: how much larger all is, as the picture has it: further away by that part.
        """
        self._wear(build)
        self._root_m = self._root_m * grown
        if self._origin_m is not None:
            self._origin_m = self._origin_m * grown
        for footing in self._footings:
            footing.rescale(grown)

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
        self._floor_m = float(origin[1])
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
        if self._mode == "full":
            return root_m
        return root_m * (1.0 if self._mode == "lateral" else 0.0, 1.0, 0.0)

    def _stand(
        self, figure: Figure, world: Float64Array, positions_m: Float64Array, dt_s: float
    ) -> Float64Array:
        """Change the legs so that planted feet stay and none sinks in; all from the camera.

        Returns:
            ``(3,)`` how far the hips have to move: legs bend only where the hips alone cannot
            bring both feet to where they stand.
        """
        planted = figure.planted.tolist()
        frames = plain.frames(world.take(anatomy.LEG_JOINTS, 0))
        points = plain.vectors(positions_m.take(anatomy.LEG_JOINTS, 0))
        shift = self._take_steps(figure.stands, points[4:6], dt_s)
        for side in (0, 1):
            _, shin, foot, toes = frames[side::2]
            self._follow_heading(side, foot, planted[side], dt_s)
            ankle = plain.add(points[4 + side], shift)
            target = self._footings[side].target_m(ankle)
            flat, target = self._on_floor(side, foot, target, planted[side])
            bent_toes = plain.product(plain.inverse(foot), toes)
            frames[4 + side], frames[6 + side] = flat, plain.product(flat, bent_toes)
            if max(abs(a - b) for a, b in zip(target, ankle, strict=True)) > _AT_EASE:
                hip = plain.add(points[side], shift)
                frames[side], frames[2 + side] = legs.reach(
                    hip, target, shin[0], self._bones_m[side]
                )
        world[anatomy.LEG_JOINTS] = plain.matrices(frames)
        return np.array(shift)

    def _take_steps(self, stands: tuple[bool, bool], ankles: list[Vector], dt_s: float) -> Vector:
        """Where the feet stand now, and how far the hips have to move for it."""
        feet = tuple(zip(self._footings, stands, ankles, strict=True))
        height_m = self._floor_m + self._ankle_height_m
        # A foot that comes down goes where it is shown, so those that stood before come first.
        for footing, standing, ankle in feet:
            if not footing.comes_down(standing):
                footing.follow(standing, ankle, height_m, dt_s)
        shift = _shared_shift(self._footings, ankles)
        for footing, standing, ankle in feet:
            if footing.comes_down(standing):
                footing.follow(standing, plain.add(ankle, shift, _CARRIED_OVER), height_m, dt_s)
        return shift

    def _on_floor(
        self, side: int, foot: Axes, ankle: Vector, planted: float
    ) -> tuple[Axes, Vector]:
        """A foot and its ankle, turned and raised so that no part of it is in the floor."""
        foot_now = self._level(side, foot, planted)
        above_m = self._above_floor_m(foot_now, ankle)
        if above_m >= 0.0:
            return foot_now, ankle
        # Toes that sink in turn up until they touch; only then is the leg drawn in.
        flat_above_m = self._above_floor_m(self._level(side, foot, 1.0), ankle)
        turn = above_m / min(above_m - flat_above_m, above_m)
        foot_now = self._level(side, foot, planted + (1.0 - planted) * turn)
        raised_m = max(-self._above_floor_m(foot_now, ankle), 0.0)
        return foot_now, plain.add(ankle, plain.Y, raised_m)

    def _above_floor_m(self, foot: Axes, ankle: Vector) -> float:
        """How far a foot's lowest point is above the floor; negative below it."""
        (_, x_up, _), (_, y_up, _), (_, z_up, _) = foot
        lowest_m = min(x * x_up + y * y_up + z * z_up for x, y, z in self._soles_m)
        return ankle[1] + lowest_m - self._floor_m

    def _follow_heading(self, side: int, foot: Axes, planted: float, dt_s: float) -> None:
        """A free foot heads where it is measured to; a planted one hardly turns."""
        ahead, _, aside = foot[2]
        level = plain.unit((ahead, 0.0, aside))
        follow = 1.0 - planted * math.exp(-dt_s / _HEADING_S)
        self._headings[side] = plain.mix(self._headings[side], level, follow)

    def _level(self, side: int, foot: Axes, planted: float) -> Axes:
        """A foot's rotation: flat on the floor as far as it is planted, its heading kept."""
        up = plain.mix(foot[1], plain.Y, planted)
        ahead = plain.mix(foot[2], self._headings[side], planted)
        y, z, x = plain.from_directions(up, ahead)
        return x, y, z


def _shared_shift(footings: tuple[Footing, Footing], ankles: list[Vector]) -> Vector:
    """What both feet agree that the hips should move, weighted by how firmly they stand."""
    shift: Vector = (0.0, 0.0, 0.0)
    for footing, ankle in zip(footings, ankles, strict=True):
        shift = plain.add(shift, footing.astray_m(ankle), footing.hold**2)
    return plain.scaled(shift, 1.0 / max(footings[0].hold + footings[1].hold, 1.0))


def _short(way_m: Float64Array) -> Float64Array:
    """A way ``(3,)``, cut to what is shown within one frame [m]."""
    length_m = float(np.sqrt(way_m @ way_m))
    return way_m * min(1.0, _LONGEST_STEP_M / max(length_m, 1e-9))
