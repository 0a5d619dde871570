"""The rendered performer seen by a camera that is turned about itself: heads beside the middle.

Turning a pinhole camera about its own centre moves the picture by a homography, whatever is in it,
so the exact head of the rendered clip stays exact for every turn.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, cast

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from bench.face.rendered import RenderedTruth, read_truth
from bench.face.tasks import FaceTask
from bench.face.tracks import pictures_of
from mocapbridge.bundled import bundled_path
from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.geometry.head_pose import HeadPoseFit
from mocapbridge.types import Float32Array, Float64Array, UInt8Array

_CLIP: Final = "performer_upper"
_EVERY: Final = 10
_SIZE_PX: Final = (1280, 960)
_FOCAL_PX: Final = 640.0
FOV_DEG: Final = 90.0
"""Horizontal field of view of the turned camera."""
_VERTICAL_FOV_DEG: Final = math.degrees(2.0 * math.atan(_SIZE_PX[1] / 2.0 / _FOCAL_PX))
TURNS_DEG: Final = ((0, 0), (15, 0), (30, 0), (-30, 0), (0, 20), (0, -20), (30, 20), (-30, -20))
"""To the left and upwards: the face moves to the right and downwards."""
_WINDOW_PX: Final = 420
_Y_UP: Final = np.diag((1.0, -1.0, -1.0))


class TurnedHead(NamedTuple):
    """Errors of one turn of the camera, per frame."""

    turn_deg: tuple[int, int]
    seen_deg: tuple[float, float]
    """Where the face is seen: right of the camera's direction, above it."""
    as_official_deg: Float64Array
    """(n,) of the fit that repeats MediaPipe's, with the camera's true angle."""
    ours_deg: Float64Array
    """(n,) of ours."""


def turned_heads(bundle: Path) -> Iterator[TurnedHead]:
    """Errors of the head's rotation for every turn."""
    truth = read_truth(bundled_path(f"samples/{_CLIP}.json"))
    video = bundled_path(f"samples/{_CLIP}.mp4")
    pictures = [one for index, one in enumerate(pictures_of(video)) if index % _EVERY == 0]
    task = FaceTask(bundle, video=False)
    as_official, ours = FacePoseFit(_VERTICAL_FOV_DEG), HeadPoseFit(FOV_DEG)
    for turn_deg in TURNS_DEG:
        turned = Rotation.from_euler("YX", turn_deg, degrees=True).as_matrix()
        true = _Y_UP @ turned @ _camera_from_head(truth, len(pictures))
        found = [_face(task, picture, turned, truth) for picture in pictures]
        images = [(image, row) for row, image in enumerate(found) if image is not None]
        rows = [row for _, row in images]
        errors = [
            _angles_deg(true[rows], [fit.fit(image, _SIZE_PX) for image, _ in images])
            for fit in (as_official, ours)
        ]
        x, y = np.mean([image[:, :2].mean(axis=0) for image, _ in images], axis=0) - 0.5
        seen_deg = (
            math.degrees(math.atan(x * _SIZE_PX[0] / _FOCAL_PX)),
            math.degrees(math.atan(-y * _SIZE_PX[1] / _FOCAL_PX)),
        )
        yield TurnedHead(turn_deg, seen_deg, errors[0], errors[1])
    task.close()


def _camera_from_head(truth: RenderedTruth, count: int) -> Float64Array:
    frames = np.arange(count) * _EVERY
    head = Rotation.from_quat(truth.head_wxyz[frames][:, (1, 2, 3, 0)]).as_matrix()
    return np.asarray(truth.world_from_camera[:3, :3].T @ head, dtype=np.float64)


def _face(
    task: FaceTask, picture: UInt8Array, turned: Float64Array, truth: RenderedTruth
) -> Float32Array | None:
    """Landmarks in the turned camera's picture, found in a window of it."""
    height, width = picture.shape[:2]
    old = np.array(((truth.focal_px, 0, width / 2), (0, truth.focal_px, height / 2), (0, 0, 1)))
    new = np.array(((_FOCAL_PX, 0, _SIZE_PX[0] / 2), (0, _FOCAL_PX, _SIZE_PX[1] / 2), (0, 0, 1)))
    homography: Float64Array = new @ turned @ np.linalg.inv(old)
    x, y, depth = (homography @ (width / 2, height * 0.31, 1.0)).tolist()  # about where the face is
    corner = np.rint(np.array((x, y)) / depth - _WINDOW_PX / 2)
    shift = np.array(((1, 0, -corner[0]), (0, 1, -corner[1]), (0, 0, 1)))
    window = cv2.warpPerspective(picture, shift @ homography, (_WINDOW_PX, _WINDOW_PX))
    find = task.find(cast("UInt8Array", window))
    if find is None:
        return None
    image = find.image * np.float32(_WINDOW_PX)
    image[:, :2] += corner.astype(np.float32)
    return image / np.array((*_SIZE_PX, _SIZE_PX[0]), dtype=np.float32)


def _angles_deg(true: Float64Array, matrices: list[Float32Array | None]) -> Float64Array:
    found = np.array([matrix[:3, :3] for matrix in matrices if matrix is not None], np.float64)
    between = Rotation.from_matrix(np.swapaxes(true, 1, 2) @ found)
    return np.degrees(np.asarray(between.magnitude(), dtype=np.float64))
