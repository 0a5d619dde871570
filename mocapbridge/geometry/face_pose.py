"""The average face fitted to the mesh: the matrix of a face bundle that has none.

One rigid fit serves every face bundle and every way of finding the face. It repeats MediaPipe's
matrix, flaw and all, for faces beside the picture's middle: what a face shows in its own frame does
not depend on that. How the head is held in front of the camera is for ``head_pose``.

Method, after MediaPipe's published face geometry (weak perspective lifted to a pinhole camera,
then a weighted orthogonal Procrustes fit: Schoenemann 1966, with the closed form of Umeyama 1991):
mesh depth is in the scale of image x, relative to the face. Dividing by the distance of the near
plane turns both into the slope of a ray and a relative depth, so each point lies at
`depth * (x, y, -1)` with `depth = 1 + z`, up to one common scale. The fit of the average face to
those points gives rotation, translation and that scale in one step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias, cast

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dgesdd  # pyright: ignore[reportUnknownVariableType,reportAttributeAccessIssue]

from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.geometry.field_of_view import picture_size_at_1
from mocapbridge.types import Float32Array, Float64Array

_Factors: TypeAlias = tuple[Float64Array, Float64Array, Float64Array, int]
_svd: Final = cast("Callable[[Float64Array], _Factors]", dgesdd)
"""The routine behind ``numpy.linalg.svd``, whose checks take twice as long as three by three do."""

DEFAULT_VERTICAL_FOV_DEG: Final = 63.0
"""The virtual camera of MediaPipe's face matrix."""

_MIDDLE: Final = np.array((0.5, 0.5, 0.0))
"""Of the picture, as a landmark."""
_NO_POINTS: Final = np.zeros(0, dtype=np.intp)
_UNMOVED: Final = np.eye(4, dtype=np.float32)
_SANE_FRACTION: Final = 100.0
"""Coordinates beyond this many picture widths are damage, not a face."""
_OUTLIER_CM: Final = 3.0
"""Points further than this from the fitted average face lose weight (Huber 1964). Above what
tracked faces show as a whole, so an ordinary face is fitted in one step."""
_REWEIGHTINGS: Final = 2
_MINIMUM_POINTS: Final = 12
_NO_SPREAD_CM: Final = 1e-6
"""First singular value below which the points all lie in one place; a face 100 m away has 1e-3."""
_FLAT: Final = 1e-3
"""Second to first singular value below which the points lie on a line and fix no rotation."""


class MeasuredFace(NamedTuple):
    """Landmarks in the face's own frame, in the size of the average face, and where that is.

    Axes of the face: x the performer's left, y up, z out of the face [cm].
    """

    points_cm: Float64Array
    """(m, 3) landmarks in the face's axes."""
    camera_from_face: Float64Array
    """(3, 3) how the face is turned."""
    camera_cm: Float64Array
    """(3,) where the camera is in the face's axes."""


class FacePoseFit:
    """Fits the average face to the 478 landmarks of one face; about 0.05 ms a face.

    Args:
        vertical_fov_deg: vertical field of view of the camera that took the pictures [degrees],
            in (1, 179). The default gives what MediaPipe's own matrix gives.
        measured: ``(m,)`` landmarks that ``measure`` puts into the face's own frame.

    Raises:
        ValueError: the angle is out of range.
        FileNotFoundError: the average face does not travel with this installation.
    """

    def __init__(
        self,
        vertical_fov_deg: float = DEFAULT_VERTICAL_FOV_DEG,
        measured: npt.NDArray[np.intp] = _NO_POINTS,
    ) -> None:
        face = load_canonical_face()
        self._points = np.flatnonzero(face.pose_weights > 0.0)
        self._all_points = np.concatenate((self._points, measured))
        self._weights = face.pose_weights[self._points]
        self._canonical_cm = face.points_cm[self._points]
        self._target = _Target.of(self._canonical_cm, self._weights)
        self._near_plane_height = picture_size_at_1(vertical_fov_deg, "vertical")

    def fit(self, image: Float32Array, image_size_px: tuple[int, int]) -> Float32Array | None:
        """Where the head is.

        Args:
            image: (478, 3) x and y as fractions of the full image's width and height, z in widths.
            image_size_px: (width, height) of the full image.

        Returns:
            (4, 4) `camera_from_face_cm`, column vectors: centimetres, right-handed, x image right,
            y up, z towards the camera. None when the landmarks fix no pose: fewer than a dozen
            finite points, or all on a line.
        """
        found = self._fitted(image.take(self._points, 0).astype(np.float64), image_size_px)
        return None if found is None else found[0].matrix()

    def measure(self, image: Float32Array, image_size_px: tuple[int, int]) -> MeasuredFace | None:
        """Landmarks in the face's own frame, whatever the head's pose.

        Args:
            image: (478, 3) as for `fit`.
            image_size_px: (width, height) of the full image.

        Returns:
            None where `fit` finds no pose, or where one of the measured landmarks is damaged.
        """
        found = self._fitted(image.take(self._all_points, 0).astype(np.float64), image_size_px)
        if found is None:
            return None
        (rotation, shift_cm, _), in_camera = found
        # The weighted mean depth of the pose points is the unit that the points come in.
        distance_cm = -float(rotation[2] @ self._target.centre_cm + shift_cm[2])
        points_cm = (distance_cm * in_camera[len(self._points) :] - shift_cm) @ rotation
        return MeasuredFace(points_cm, rotation, -(shift_cm @ rotation))

    def _fitted(
        self, picked: Float64Array, image_size_px: tuple[int, int]
    ) -> tuple[_Similarity, Float64Array] | None:
        """How the average face lies among the pose points, which come first among those picked.

        Returns:
            Also all picked points in camera axes, in multiples of the face's distance.
        """
        count, target = len(self._points), self._target
        largest = float(np.maximum.reduce(np.abs(picked), axis=None))
        if not largest < _SANE_FRACTION:  # False for NaN as well
            usable = np.logical_and.reduce(np.abs(picked) < _SANE_FRACTION, axis=1)
            if np.count_nonzero(usable[:count]) < _MINIMUM_POINTS or not usable[count:].all():
                return None
            picked[~usable] = 0.0
            target = _Target.of(self._canonical_cm, self._weights * usable[:count])
        in_camera = self._unproject(picked, target.weights, image_size_px)
        fit = self._robust_fit(target, in_camera[:count])
        return None if fit is None else (fit, in_camera)

    def _robust_fit(self, target: _Target, points: Float64Array) -> _Similarity | None:
        """The fit to the pose points, those far from their places weakened."""
        fit = _procrustes(target, points)
        for _ in range(_REWEIGHTINGS):
            if fit is None:
                return None
            away_cm = fit.distances_cm(self._canonical_cm, points)
            if float(np.maximum.reduce(away_cm)) <= _OUTLIER_CM:
                break
            if not (away_cm[target.weights > 0.0] > _OUTLIER_CM).any():
                break
            weaker = np.minimum(1.0, _OUTLIER_CM / np.maximum(away_cm, _OUTLIER_CM))
            fit = _procrustes(_Target.of(self._canonical_cm, target.weights * weaker), points)
        return fit

    def _unproject(
        self, picked: Float64Array, weights: Float64Array, image_size_px: tuple[int, int]
    ) -> Float64Array:
        """The points in camera axes, in multiples of the face's distance.

        Args:
            picked: ``(n, 3)`` landmarks, those of the pose first.
            weights: of those, sum 1.
            image_size_px: (width, height) of the full image.
        """
        width_px, height_px = image_size_px
        height = self._near_plane_height
        width = height * width_px / height_px
        # Rays on the near plane at distance 1; z in the same unit, away from the camera.
        points = (picked - _MIDDLE) * (width, -height, width)
        depth = points[:, 2] + (1.0 - float(weights @ points[: len(weights), 2]))
        points[:, 2] = -1.0
        return points * depth[:, None]


class _Similarity(NamedTuple):
    """How the average face lies among the points: `scale * points = rotation @ face + shift`."""

    rotation: Float64Array
    shift_cm: Float64Array
    scale_cm: float

    def distances_cm(self, canonical_cm: Float64Array, points: Float64Array) -> Float64Array:
        """How far each point lies from its place on the average face."""
        residual = canonical_cm @ self.rotation.T
        residual += self.shift_cm - self.scale_cm * points
        return np.sqrt(np.vecdot(residual, residual))

    def matrix(self) -> Float32Array:
        """The 4x4 transform, without the scale."""
        camera_from_face_cm = _UNMOVED.copy()
        camera_from_face_cm[:3, :3] = self.rotation
        camera_from_face_cm[:3, 3] = self.shift_cm
        return camera_from_face_cm


class _Target(NamedTuple):
    """The average face with weights, prepared for fitting."""

    weights: Float64Array
    """(n,) sum 1."""
    centre_cm: Float64Array
    weighted_cm: Float64Array
    """(n, 3) points around the centre, times their weights."""
    square_cm2: float
    """Weighted mean square distance from the centre."""

    @classmethod
    def of(cls, canonical_cm: Float64Array, weights: Float64Array) -> _Target:
        weights = weights / weights.sum()
        centre_cm = weights @ canonical_cm
        around_cm = canonical_cm - centre_cm
        weighted_cm = around_cm * weights[:, None]
        return cls(weights, centre_cm, weighted_cm, float((weighted_cm * around_cm).sum()))


def _procrustes(target: _Target, points: Float64Array) -> _Similarity | None:
    """Weighted orthogonal Procrustes fit with scale (Umeyama 1991); None when it is not unique."""
    centre = target.weights @ points
    # The weighted points lie around 0, so the points need not be centred.
    u, singular, vt, failed = _svd(points.T @ target.weighted_cm)
    largest, second, third = singular.tolist()
    if failed or largest <= _NO_SPREAD_CM or second <= _FLAT * largest:
        return None
    rotation = u @ vt
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation.tolist()
    if xx * (yy * zz - yz * zy) + xy * (yz * zx - yx * zz) + xz * (yx * zy - yy * zx) < 0.0:
        # A reflection fits better: not a face's.
        u[:, 2] = -u[:, 2]
        third = -third
        rotation = u @ vt
    scale_cm = target.square_cm2 / (largest + second + third)
    return _Similarity(rotation, scale_cm * centre - rotation @ target.centre_cm, scale_cm)
