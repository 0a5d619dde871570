"""The camera's tilt and field of view."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.geometry import plain, quaternion
from mocapbridge.geometry.head_pose import REFERENCE_HORIZONTAL_FOV_DEG, aside
from mocapbridge.geometry.plain import Axes
from mocapbridge.solve.options import SolveCameraOptions
from mocapbridge.types import FACE_LANDMARK_COUNT, Float32Array, Float64Array

_FLIP: Final = np.diag((1.0, -1.0, -1.0))
"""From image axes (y down, z away) to world axes (y up, z towards the camera), level camera."""


_USUAL_TANGENT: Final = math.tan(math.radians(60.0) / 2.0)
"""Of half the angle across the longer side of the picture, unless told: the middle of webcams, and
what a phone sees, which films upright as well."""
_REFERENCE_TANGENT: Final = math.tan(math.radians(REFERENCE_HORIZONTAL_FOV_DEG) / 2.0)
_MEAN: Final = np.full(FACE_LANDMARK_COUNT, 1.0 / FACE_LANDMARK_COUNT, dtype=np.float32)
_MIDDLE: Final = np.array((0.5, 0.5, 0.0))
_PICTURES: Final = 10.0
"""A face further outside is damage."""


def horizontal_fov_deg(options: SolveCameraOptions, size_px: tuple[int, int]) -> float:
    """The horizontal field of view of a camera with pictures of that width and height [degrees]."""
    return 2.0 * math.degrees(math.atan(_tangent(options.horizontal_fov_deg, size_px)))


def _tangent(fov_deg: float | None, size_px: tuple[int, int]) -> float:
    """Of half the horizontal field of view."""
    if fov_deg is not None:
        return math.tan(math.radians(fov_deg) / 2.0)
    width_px, height_px = size_px
    return _USUAL_TANGENT * width_px / max(width_px, height_px, 1)


class Camera:
    """A pinhole in the middle of the picture, square pixels, no distortion."""

    def __init__(self, options: SolveCameraOptions) -> None:
        tilt, roll = np.radians((-options.tilt_deg, options.roll_deg))
        level_from_camera = quaternion.to_matrix(
            quaternion.multiply(
                quaternion.exp(np.array((tilt, 0.0, 0.0))),
                quaternion.exp(np.array((0.0, 0.0, roll))),
            )
        )
        self.world_from_face = plain.axes(level_from_camera)
        """From the axes of the face matrix (x image right, y up, z towards the camera)."""
        self.world_from_image: Float64Array = level_from_camera @ _FLIP
        """(3, 3) from image axes (x right, y down, z away): those of the MP frame."""
        self._fov_deg = options.horizontal_fov_deg

    def rays(self, image: Float64Array, size_px: tuple[int, int]) -> Float64Array:
        """Slopes x / z and y / z ``(n, 2)`` of image points ``(n, 3)`` as picture fractions."""
        width_px, height_px = size_px
        wide = 2.0 * _tangent(self._fov_deg, size_px)
        return (image[:, :2] - 0.5) * (wide, wide * (height_px / max(width_px, 1)))

    def hand_rays(self, images: Float64Array, size_px: tuple[int, int]) -> Float64Array:
        """Slopes x / z and y / z of image points, and their depth in multiples of the distance.

        Args:
            images: ``(..., 3)`` x and y as picture fractions, z in widths, 0 at the distance.
            size_px: (width, height) of the picture.
        """
        width_px, height_px = size_px
        wide = 2.0 * _tangent(self._fov_deg, size_px)
        return (images - _MIDDLE) * (wide, wide * (height_px / max(width_px, 1)), wide)

    def face_turn(self, face_image: Float32Array, size_px: tuple[int, int]) -> Axes:
        """World rotation of the axes that trackers give a face matrix in.

        Trackers take the picture for that of the reference camera; a face beside its middle is seen
        in another direction by this one, and turned by the difference.

        Args:
            face_image: ``(478, 3)`` the face, as picture fractions.
            size_px: (width, height) of the picture.
        """
        own_tangent = _tangent(self._fov_deg, size_px)
        if math.isclose(own_tangent, _REFERENCE_TANGENT):
            return self.world_from_face
        x, y, _ = (_MEAN @ face_image).tolist()
        if not (abs(x) < _PICTURES and abs(y) < _PICTURES):  # False for NaN as well
            return self.world_from_face
        width_px, height_px = size_px
        right, up = x - 0.5, (0.5 - y) * height_px / max(width_px, 1)
        seen, taken_for = (
            aside(2.0 * tangent * right, 2.0 * tangent * up)
            for tangent in (own_tangent, _REFERENCE_TANGENT)
        )
        turn = plain.product(seen, plain.inverse(taken_for))
        return plain.product(self.world_from_face, turn)
