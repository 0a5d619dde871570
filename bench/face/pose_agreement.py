"""How close our head pose is to the official matrix, and both to a rendered head."""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from bench.face.rendered import RenderedTruth
from bench.face.tracks import FaceTrack
from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.geometry.head_pose import HeadPoseFit
from mocapbridge.types import Float64Array


class PoseAgreement(NamedTuple):
    """Angles between two sets of rotations and distances between their origins, per frame."""

    angle_deg: Float64Array
    bias_deg: Float64Array
    """(3,) median rotation vector."""
    relative_shift: Float64Array
    """(n,) distance of the origins as a part of the distance from the camera."""


def fitted(track: FaceTrack) -> Float64Array:
    """(n, 4, 4) our matrices."""
    fit = FacePoseFit()
    matrices = [fit.fit(image, track.image_size_px) for image in track.image]
    return np.array([matrix for matrix in matrices if matrix is not None], np.float64)


def fit_time_ms(track: FaceTrack, fit: FacePoseFit | HeadPoseFit) -> float:
    """Median processor time of one fit [ms]."""
    times_ns: list[int] = []
    for image in track.image:
        started_ns = time.thread_time_ns()
        fit.fit(image, track.image_size_px)
        times_ns.append(time.thread_time_ns() - started_ns)
    return float(np.median(times_ns)) / 1e6


def agreement(reference: Float64Array, ours: Float64Array) -> PoseAgreement:
    """Compare two sets of `camera_from_face_cm` of the same frames."""
    vector = _rotation_vector(np.swapaxes(reference[:, :3, :3], 1, 2) @ ours[:, :3, :3])
    shift_cm = np.linalg.norm(reference[:, :3, 3] - ours[:, :3, 3], axis=1)
    distance_cm = np.linalg.norm(ours[:, :3, 3], axis=1)
    return PoseAgreement(
        angle_deg=np.degrees(np.linalg.norm(vector, axis=1)),
        bias_deg=np.degrees(np.median(vector, axis=0)),
        relative_shift=shift_cm / distance_cm,
    )


def rendered_head(truth: RenderedTruth, frames: npt.NDArray[np.int64]) -> Float64Array:
    """(n, 4, 4) the exact head rotation of a rendered clip, in the camera axes of the matrix.

    The shift is not that of a face and stays 0.
    """
    world_from_head = Rotation.from_quat(truth.head_wxyz[frames][:, (1, 2, 3, 0)]).as_matrix()
    y_up = np.diag((1.0, -1.0, -1.0))
    matrices = np.tile(np.eye(4), (len(frames), 1, 1))
    matrices[:, :3, :3] = y_up @ truth.world_from_camera[:3, :3].T @ world_from_head
    return matrices


def _rotation_vector(rotations: Float64Array) -> Float64Array:
    return np.asarray(Rotation.from_matrix(rotations).as_rotvec(), dtype=np.float64)
