"""Head and gaze."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes
from mocapbridge.types import Float64Array

NECK_SHARE: Final = 0.4
"""Part of the head's turn against the chest that the neck makes; the head joint makes the rest.
Between the half that anatomy gives the upper two vertebrae for rotation (Kapandji, "The Physiology
of the Joints", vol. 3) and the lower neck's larger share in nodding."""

_CHANGEOVER_S: Final = 0.3
"""Time within which the head passes from the body's landmarks to the face's matrix and back."""
_CALM_S: Final = 0.08
"""Time constant of the average over what the body's landmarks say of the head: they lie so near
each other that their noise turns it by several degrees."""

_HEAD_LANDMARKS: Final = np.array((0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
_HEAD_POINTS: Final = np.array(
    (
        (0.0, -0.012, 0.115),
        (0.012, 0.017, 0.088),
        (0.028, 0.018, 0.089),
        (0.044, 0.019, 0.081),
        (-0.012, 0.017, 0.088),
        (-0.028, 0.018, 0.089),
        (-0.044, 0.019, 0.081),
        (0.074, 0.0, 0.0),
        (-0.074, 0.0, 0.0),
        (0.024, -0.042, 0.092),
        (-0.024, -0.042, 0.092),
    )
)
"""(11, 3) nose, eyes, ears and mouth of a head that looks along +Z, from between the ears [m].
Measured on the rest pose of the sample clip's performer (MakeHuman base mesh, CC0)."""

YAW_AT_FULL_WEIGHT_RAD: Final = np.radians(30.0)
PITCH_AT_FULL_WEIGHT_RAD: Final = np.radians(25.0)
"""Eye turn at weight 1 of ARKit's eyeLook shapes, roughly; the protocol notes' default."""

_LOOK: Final = {
    name: ARKIT_INDEX[f"eyeLook{name}"]
    for side in ("Left", "Right")
    for name in (f"In{side}", f"Out{side}", f"Up{side}", f"Down{side}")
}
_TOWARDS_LEFT: Final = np.array((_LOOK["OutLeft"], _LOOK["InRight"]))
_TOWARDS_RIGHT: Final = np.array((_LOOK["InLeft"], _LOOK["OutRight"]))
_UPWARDS: Final = np.array((_LOOK["UpLeft"], _LOOK["UpRight"]))
_DOWNWARDS: Final = np.array((_LOOK["DownLeft"], _LOOK["DownRight"]))


def head_from_points(points_m: Float64Array) -> Float64Array:
    """World rotation ``(3, 3)`` of the head that fits eleven pose landmarks best.

    Least squares over rotations: W. Kabsch, "A solution for the best rotation to relate two sets
    of vectors" (1976), with the guard against reflections of S. Umeyama (1991).
    """
    points = points_m[_HEAD_LANDMARKS]
    centred = points - points.mean(axis=0)
    model = _HEAD_POINTS - _HEAD_POINTS.mean(axis=0)
    left, _, right = np.linalg.svd(centred.T @ model)
    if np.linalg.det(left) * np.linalg.det(right) < 0.0:
        left[:, 2] = -left[:, 2]
    return left @ right


class HeadBlend:
    """Whose idea of the head is shown: that of the face matrix where there is one.

    The body's landmarks see the head turned by up to tens of degrees differently. What the two
    differed by last is added to the body's idea and goes within ``_CHANGEOVER_S``, and the other
    way round when the face is found, so that nothing leaps.
    """

    def __init__(self) -> None:
        self._own: float | None = None
        """0 the body's idea .. 1 the face's."""
        self._last: tuple[Float64Array, Axes] | None = None
        """Body landmarks and face matrix when there was a face last."""
        self._of_points: Axes | None = None
        """The body's idea, calmed; None where it was not asked for."""
        self._points_from_face: Axes | None = None
        """How the face's idea differs from the body's, in its own axes."""

    def follow(self, points_m: Float64Array, world_from_face: Axes | None, dt_s: float) -> Axes:
        """World rotation of the head.

        Args:
            points_m: ``(33, 3)`` body landmarks, world axes.
            world_from_face: the face's turn; None when there is none.
            dt_s: time since the frame before [s].
        """
        goal = 0.0 if world_from_face is None else 1.0
        own = goal if self._own is None else self._own
        step = dt_s / _CHANGEOVER_S
        self._own = own = own + min(max(goal - own, -step), step)
        if world_from_face is not None:
            self._last, self._points_from_face = (points_m, world_from_face), None
            if own >= 1.0:
                self._of_points = None
                return world_from_face
        of_points = self._calmed(plain.axes(head_from_points(points_m)), dt_s)
        if own <= 0.0 or self._last is None:
            return of_points
        if self._points_from_face is None:
            then_m, face = self._last
            then = of_points if then_m is points_m else plain.axes(head_from_points(then_m))
            self._points_from_face = plain.product(plain.inverse(then), face)
        return plain.product(of_points, plain.share(self._points_from_face, own))

    def _calmed(self, of_points: Axes, dt_s: float) -> Axes:
        """What the body's landmarks say, averaged with what they said before."""
        before = self._of_points
        if before is not None:
            turned = plain.product(plain.inverse(before), of_points)
            of_points = plain.product(before, plain.share(turned, 1.0 - math.exp(-dt_s / _CALM_S)))
        self._of_points = of_points
        return of_points


def orthonormal(matrix: Float64Array) -> Axes:
    """The rotation in a face matrix ``(3, 3)``, which may carry a scale."""
    x, y, _ = plain.axes(matrix)
    return plain.from_directions(x, y)


def gaze_from_blendshapes(weights: Float64Array) -> Float64Array:
    """Gaze ``(2, 2)`` per eye (left, right): yaw towards the performer's left, pitch up [rad]."""
    yaw = (weights[_TOWARDS_LEFT] - weights[_TOWARDS_RIGHT]) * YAW_AT_FULL_WEIGHT_RAD
    pitch = (weights[_UPWARDS] - weights[_DOWNWARDS]) * PITCH_AT_FULL_WEIGHT_RAD
    return np.stack((yaw, pitch), axis=-1)


def head_from_eye(yaw_rad: float, pitch_rad: float) -> Axes:
    """How an eye is turned in the head: yaw about +Y after pitch."""
    yaw_cos, yaw_sin = math.cos(yaw_rad), math.sin(yaw_rad)
    pitch_cos, pitch_sin = math.cos(pitch_rad), math.sin(pitch_rad)
    return (
        (yaw_cos, 0.0, -yaw_sin),
        (-yaw_sin * pitch_sin, pitch_cos, -yaw_cos * pitch_sin),
        (yaw_sin * pitch_cos, pitch_sin, yaw_cos * pitch_cos),
    )
