# pyright: basic
# OpenCV, torch and mediapipe give partly untyped values; a training program keeps them here.
"""Makes `models/face_canonical.json`: the average face and what its points say about pose.

    python -m bench.face.canonical --footage FOLDER --official TASK --rebuilt TASK

The official bundle gives landmarks and a matrix for each frame. The matrix takes the landmarks back
into the face's own frame; their mean over people, made symmetric, is the average face. The weights
are those (never negative, close to the inverse of how much expressions move a point) whose fit
agrees with the official matrix on people of all shapes: for a small rotation the fit's error is the
weighted sum of the torques `point x residual`, so the best weights solve a non-negative
least-squares problem.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
from scipy.optimize import linear_sum_assignment, nnls

from bench.face import arguments
from bench.face.clips import CLIPS
from bench.face.tracks import FaceTrack, load_track
from mocapbridge.types import FACE_LANDMARK_COUNT, Float64Array

_VERTICAL_FOV_DEG: Final = 63.0
_FRAMES_PER_CLIP: Final = 60
_TRUST_IN_PRIOR: Final = 10.0
"""Pull of the weights towards the inverse variance. Leaving one person out, less pull gains
nothing (0.25 degrees at 10, 0.22 at 3, 0.21 at 1) and rests on fewer points (167, 67, 39)."""
_SUM_PULL: Final = 1e3
_MEAN_RESIDUAL_PULL: Final = 3.0
_DROPPED_WEIGHT: Final = 2e-3
"""Of the mean weight: points below it are left out of the fit, which saves time."""


def main() -> None:
    """Read the footage, write the file."""
    parser = arguments.parser(__doc__)
    parser.add_argument("--out", type=Path, default=Path("models/face_canonical.json"))
    options = parser.parse_args()
    sources = arguments.sources(options)
    tracks = [load_track(clip, sources.official, sources) for clip in CLIPS if not clip.held_out]
    points_cm, mirrored = average_face(tracks)
    weights = pose_weights(tracks, points_cm, mirrored)
    options.out.write_text(_as_json(points_cm, weights, mirrored), encoding="utf-8")


def average_face(tracks: list[FaceTrack]) -> tuple[Float64Array, np.ndarray]:
    """The symmetric mean face [cm] and each point's opposite.

    Unknown are the mean face and, because a mesh has no size of its own, the distance of every
    frame: `distance * points = matrix @ face`. The sum of squares is linear in both, so one solve
    gives them all; every person counts the same.
    """
    uniform = np.full(FACE_LANDMARK_COUNT, 1.0 / FACE_LANDMARK_COUNT)
    points: list[Float64Array] = []
    shifts: list[Float64Array] = []
    shares: list[Float64Array] = []
    for track in tracks:
        picked = slice(None, None, max(1, len(track.frame) // _FRAMES_PER_CLIP))
        matrix = track.camera_from_face_cm[picked].astype(np.float64)
        cloud = _unproject(track, uniform)[picked]
        points.append(np.einsum("fji,fkj->fki", matrix[:, :3, :3], cloud))
        shift = np.einsum("fji,fj->fi", matrix[:, :3, :3], matrix[:, :3, 3])
        shifts.append(np.repeat(shift[:, None], FACE_LANDMARK_COUNT, axis=1))
        shares.append(np.full(len(cloud), 1.0 / (len(cloud) * len(tracks))))
    share = np.concatenate(shares)
    flat = np.concatenate(points).reshape(len(share), -1)
    shift = np.concatenate(shifts).reshape(len(share), -1)
    normal = np.diag(share * (flat**2).sum(axis=1)) - np.outer(share, share) * (flat @ flat.T)
    wanted = share * (flat * shift).sum(axis=1) - share * (flat @ (share @ shift))
    distance_cm = np.linalg.solve(normal, wanted)
    points_cm = (share @ (flat * distance_cm[:, None] - shift)).reshape(-1, 3)
    mirrored = _opposites(points_cm)
    return (points_cm + points_cm[mirrored] * (-1.0, 1.0, 1.0)) / 2.0, mirrored


def pose_weights(
    tracks: list[FaceTrack], points_cm: Float64Array, mirrored: np.ndarray
) -> Float64Array:
    """(478,) weights, mean 1, symmetric."""
    prior = _inverse_variance(tracks, points_cm, mirrored)
    halves = np.flatnonzero(np.arange(FACE_LANDMARK_COUNT) <= mirrored)
    multiplicity = np.where(halves == mirrored[halves], 1.0, 2.0)
    weights = prior
    for _ in range(2):  # the weights also say where the mean depth of a face lies
        rows = np.concatenate(
            [_torques(track, points_cm, weights, halves, mirrored) for track in tracks]
        )
        rows /= np.sqrt(len(tracks))
        pull = _TRUST_IN_PRIOR * np.sqrt(multiplicity / FACE_LANDMARK_COUNT)
        system = np.concatenate(
            [rows, _SUM_PULL * multiplicity[None] / FACE_LANDMARK_COUNT, np.diag(pull)]
        )
        wanted = np.concatenate([np.zeros(len(rows)), [_SUM_PULL], pull * prior[halves]])
        solved, _ = nnls(system, wanted, maxiter=20_000)
        weights = np.zeros(FACE_LANDMARK_COUNT)
        weights[halves] = solved
        weights[mirrored[halves]] = solved
        weights[weights < _DROPPED_WEIGHT] = 0.0
    return weights / weights.mean()


def _unproject(track: FaceTrack, weights: Float64Array) -> Float64Array:
    """(n, 478, 3) points in camera axes, in multiples of the face's distance."""
    width_px, height_px = track.image_size_px
    height = 2.0 * np.tan(np.radians(_VERTICAL_FOV_DEG) / 2.0)
    width = height * width_px / height_px
    points = (track.image.astype(np.float64) - (0.5, 0.5, 0.0)) * (width, -height, width)
    depth = points[..., 2] - (points[..., 2] @ weights)[:, None] / weights.sum() + 1.0
    points[..., 2] = -1.0
    return points * depth[..., None]


def _placed(track: FaceTrack, points_cm: Float64Array) -> Float64Array:
    matrix = track.camera_from_face_cm.astype(np.float64)
    return np.einsum("fij,kj->fki", matrix[:, :3, :3], points_cm) + matrix[:, None, :3, 3]


def _best_distance(track: FaceTrack, cloud: Float64Array, points_cm: Float64Array) -> Float64Array:
    placed = _placed(track, points_cm)
    return (cloud * placed).sum(axis=(1, 2)) / (cloud**2).sum(axis=(1, 2))


def _opposites(points_cm: Float64Array) -> np.ndarray:
    mirror = points_cm * (-1.0, 1.0, 1.0)
    _, opposite = linear_sum_assignment(((mirror[:, None] - points_cm[None]) ** 2).sum(axis=-1))
    if not np.array_equal(opposite[opposite], np.arange(len(opposite))):
        raise RuntimeError("the average face is too crooked to pair its halves")
    return opposite


def _residuals(track: FaceTrack, points_cm: Float64Array, weights: Float64Array) -> Float64Array:
    cloud = _unproject(track, weights)
    in_camera_cm = cloud * _best_distance(track, cloud, points_cm)[:, None, None]
    matrix = track.camera_from_face_cm.astype(np.float64)
    in_face_cm = np.einsum("fji,fkj->fki", matrix[:, :3, :3], in_camera_cm - matrix[:, None, :3, 3])
    return in_face_cm - points_cm


def _inverse_variance(
    tracks: list[FaceTrack], points_cm: Float64Array, mirrored: np.ndarray
) -> Float64Array:
    uniform = np.ones(FACE_LANDMARK_COUNT)
    variance = np.mean(
        [_residuals(track, points_cm, uniform).var(axis=0).sum(axis=-1) for track in tracks],
        axis=0,
    )
    inverse = 1.0 / (variance + 1e-3)
    inverse = (inverse + inverse[mirrored]) / 2.0
    return inverse / inverse.mean()


def _torques(
    track: FaceTrack,
    points_cm: Float64Array,
    weights: Float64Array,
    halves: np.ndarray,
    mirrored: np.ndarray,
) -> Float64Array:
    residuals = _residuals(track, points_cm, weights)
    residuals = residuals[:: max(1, len(residuals) // _FRAMES_PER_CLIP)]
    arms = points_cm - points_cm.mean(axis=0)
    torques = np.cross(np.broadcast_to(arms, residuals.shape), residuals)
    both = np.concatenate([torques, _MEAN_RESIDUAL_PULL * residuals], axis=-1)
    twins = np.where((halves == mirrored[halves])[:, None], 0.0, both[:, mirrored[halves]])
    paired = both[:, halves] + twins
    return np.swapaxes(paired, 1, 2).reshape(-1, len(halves)) / np.sqrt(len(residuals))


def _as_json(points_cm: Float64Array, weights: Float64Array, mirrored: np.ndarray) -> str:
    lines = {
        "about": "Average face; made by bench/face/canonical.py. Centimetres, x the performer's "
        "left, y up, z out of the face. Licence: CC0-1.0.",
        "points_cm": points_cm.round(3).tolist(),
        "pose_weights": weights.round(3).tolist(),
        "mirrored": mirrored.tolist(),
    }
    return (
        "{\n"
        + ",\n".join(f'"{k}": {json.dumps(v, separators=(",", ":"))}' for k, v in lines.items())
        + "\n}\n"
    )


if __name__ == "__main__":
    main()
