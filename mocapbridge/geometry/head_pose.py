"""How a head is held in front of a real camera, from the face mesh.

The mesh network looks at a cut-out around the face. It says what a camera that looks straight at
the face would see, so depths run along that camera's line of sight, not along the real one's.
MediaPipe's face matrix takes them for the latter, and so does ``FacePoseFit``, which repeats it: a
face that is seen 15 degrees beside the picture's middle comes out turned by 10 degrees too much.
Here the face is fitted where the network looked, then turned to where it is seen. What is left of
the error is printed by ``python -m bench.face``, with the rendered performer's pictures seen by a
camera that is turned about itself.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.geometry import plain
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.geometry.face_pose import DEFAULT_VERTICAL_FOV_DEG, FacePoseFit
from mocapbridge.geometry.field_of_view import picture_size_at_1
from mocapbridge.geometry.plain import Axes
from mocapbridge.types import FACE_LANDMARK_COUNT, Float32Array

REFERENCE_HORIZONTAL_FOV_DEG: Final = 60.0
"""Trackers give head poses in the axes of a camera this wide, whatever camera there is; the solver,
which knows it, turns them (``aside``)."""

_FACE_LEANS_RAD: Final = math.radians(5.8)
"""How far the average face leans forward on a head that is held level. Of the rendered performer it
is 5.2 to 6.1 degrees (two clips, both meshes); of 17 people who look straight ahead the eyes point
4 to 11 degrees above the face's axis, which says the same."""
_FACE_FROM_LEVEL: Final = np.array(
    (
        (1.0, 0.0, 0.0),
        (0.0, math.cos(_FACE_LEANS_RAD), math.sin(_FACE_LEANS_RAD)),
        (0.0, -math.sin(_FACE_LEANS_RAD), math.cos(_FACE_LEANS_RAD)),
    )
)
_SANE_FRACTION: Final = 100.0
"""Coordinates beyond this many picture widths are damage, not a face."""
_UNIT_PX: Final = (1, 1)
_UNIT_HEIGHT: Final = picture_size_at_1(DEFAULT_VERTICAL_FOV_DEG, "vertical")
_DOWN_AND_LEFT: Final = np.array((-_UNIT_HEIGHT, _UNIT_HEIGHT))
"""From camera axes (y up, z backwards) to picture fractions."""


class HeadPoseFit:
    """Fits the head's pose to the 478 landmarks of one face; about 0.07 ms a face.

    Args:
        horizontal_fov_deg: horizontal field of view of the picture [degrees], in (1, 179).

    Raises:
        ValueError: the angle is out of range.
        FileNotFoundError: the average face does not travel with this installation.
    """

    def __init__(self, horizontal_fov_deg: float = REFERENCE_HORIZONTAL_FOV_DEG) -> None:
        self._width = picture_size_at_1(horizontal_fov_deg, "horizontal")
        self._fit = FacePoseFit()
        weights = load_canonical_face().pose_weights
        self._points = np.flatnonzero(weights > 0.0)
        self._weights = weights[self._points] / weights.sum()

    def fit(self, image: Float32Array, image_size_px: tuple[int, int]) -> Float32Array | None:
        """Where the head is.

        Args:
            image: (478, 3) x and y as fractions of the full image's width and height, z in widths.
            image_size_px: (width, height) of the full image.

        Returns:
            (4, 4) `camera_from_face_cm`, column vectors: centimetres, right-handed, x image right,
            y up, z towards the camera; the identity rotation is a level head that looks against
            the camera's direction. None when the landmarks fix no pose.
        """
        width_px, height_px = image_size_px
        points = image.take(self._points, 0).astype(np.float64)
        sane = np.abs(points[:, :2]).max(axis=1) < _SANE_FRACTION  # False for NaN as well
        if not sane.any():
            return None
        rays = np.empty_like(points)
        rays[:, :2] = (points[:, :2] - 0.5) * (self._width, -self._width * height_px / width_px)
        rays[:, 2] = -1.0
        right, up = (self._weights[sane] @ rays[sane, :2] / self._weights[sane].sum()).tolist()
        camera_from_sight = plain.matrices([aside(right, up)])[0]
        straight = rays @ camera_from_sight
        # Pixels beside the picture's middle are between 1 / cos and 1 / cos^2 as dense.
        cosine = float(camera_from_sight[2, 2])
        seen = np.zeros((FACE_LANDMARK_COUNT, 3), dtype=np.float32)
        seen[self._points, :2] = straight[:, :2] / (straight[:, 2:] * _DOWN_AND_LEFT) + 0.5
        seen[self._points, 2] = points[:, 2] * (self._width * cosine / _UNIT_HEIGHT)
        found = self._fit.fit(seen, _UNIT_PX)
        if found is None:
            return None
        matrix = found.astype(np.float64)
        matrix[:3] = camera_from_sight @ matrix[:3]
        matrix[:3, :3] = matrix[:3, :3] @ _FACE_FROM_LEVEL
        return matrix.astype(np.float32)


def aside(right: float, up: float) -> Axes:
    """The shortest turn from the camera's direction to that of a point in the picture.

    Args:
        right: slope of the ray to the point, to the right for one unit away from the camera.
        up: likewise upwards.
    """
    length = math.sqrt(1.0 + right * right + up * up)
    x, y, cosine = right / length, up / length, 1.0 / length
    share = 1.0 / (1.0 + cosine)
    return (
        (1.0 - share * x * x, -share * x * y, x),
        (-share * x * y, 1.0 - share * y * y, y),
        (-x, -y, cosine),
    )
