"""Landmarks of many frames at once, to the face's own frame and back to a picture.

The same geometry as `mocapbridge.geometry.face_pose`, for arrays of frames.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.types import Float32Array, Float64Array

_HEIGHT: Final = 2.0 * np.tan(np.radians(63.0) / 2.0)


class FaceFrames(NamedTuple):
    """n faces: `camera = rotation @ in_face_cm + shift_cm`."""

    in_face_cm: Float32Array
    """(n, 478, 3)."""
    rotation: Float64Array
    """(n, 3, 3)."""
    shift_cm: Float64Array
    """(n, 3)."""


def to_face(image: Float32Array, image_size_px: tuple[int, int]) -> FaceFrames:
    """Fit the average face to every frame and express the landmarks in its frame.

    Args:
        image: (n, 478, 3) fractions of the picture.
        image_size_px: (width, height).
    """
    face = load_canonical_face()
    weights = face.pose_weights
    points = _unproject(image, image_size_px, weights)
    canonical_centre = weights @ face.points_cm
    canonical = face.points_cm - canonical_centre
    centre = np.einsum("k,fkj->fj", weights, points)
    covariance = np.einsum("fki,k,kj->fij", points - centre[:, None], weights, canonical)
    u, singular, vt = np.linalg.svd(covariance)
    handed = np.sign(np.linalg.det(u @ vt))
    u[:, :, 2] *= handed[:, None]
    singular[:, 2] *= handed
    rotation = u @ vt
    scale_cm = (weights @ (canonical**2).sum(axis=1)) / singular.sum(axis=1)
    shift_cm = scale_cm[:, None] * centre - rotation @ canonical_centre
    in_camera = points * scale_cm[:, None, None] - shift_cm[:, None]
    in_face = np.einsum("fji,fkj->fki", rotation, in_camera)
    return FaceFrames(in_face.astype(np.float32), rotation, shift_cm)


def to_picture(faces: FaceFrames, image_size_px: tuple[int, int]) -> Float32Array:
    """(n, 478, 3) what the mesh network would say of these faces, as fractions of the picture."""
    weights = load_canonical_face().pose_weights
    width = _HEIGHT * image_size_px[0] / image_size_px[1]
    in_camera = np.einsum("fij,fkj->fki", faces.rotation, faces.in_face_cm)
    in_camera += faces.shift_cm[:, None]
    depth = -in_camera[..., 2]
    middle = (depth @ weights)[:, None]
    columns = (
        0.5 + in_camera[..., 0] / depth / width,
        0.5 - in_camera[..., 1] / depth / _HEIGHT,
        (depth - middle) / middle / width,
    )
    return np.stack(columns, axis=-1).astype(np.float32)


def _unproject(
    image: Float32Array, image_size_px: tuple[int, int], weights: Float64Array
) -> Float64Array:
    width = _HEIGHT * image_size_px[0] / image_size_px[1]
    points = (image.astype(np.float64) - (0.5, 0.5, 0.0)) * (width, -_HEIGHT, width)
    depth = points[..., 2] - (points[..., 2] @ weights)[:, None] + 1.0
    points[..., 2] = -1.0
    return points * depth[..., None]
