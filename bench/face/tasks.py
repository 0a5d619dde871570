# pyright: basic
"""MediaPipe's face task with everything it says.

mediapipe ships no types, and the daemon's own wrapper leaves out the matrix of the task, which is
the reference here: so this file speaks to mediapipe itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python.core.base_options import BaseOptions
from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions, RunningMode

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, UInt8Array


class FaceFind(NamedTuple):
    """A face in a picture."""

    image: Float32Array
    """(478, 3) fractions of the picture."""
    camera_from_face_cm: Float32Array | None
    """(4, 4) the task's own matrix; None when the bundle gives none."""
    blendshapes: Float32Array | None
    """(52,) in ARKit order; None when the bundle gives none."""


class FaceTask:
    """One face bundle at work."""

    def __init__(self, bundle: Path, *, video: bool) -> None:
        whole = b"face_blendshapes.tflite" in bundle.read_bytes()
        self._video = video
        self._task = FaceLandmarker.create_from_options(
            FaceLandmarkerOptions(
                base_options=BaseOptions(model_asset_path=str(bundle)),
                running_mode=RunningMode.VIDEO if video else RunningMode.IMAGE,
                output_face_blendshapes=whole,
                output_facial_transformation_matrixes=whole,
            )
        )

    def find(self, picture_bgr: UInt8Array, time_ms: int = 0) -> FaceFind | None:
        """The face in a picture; `time_ms` must rise from picture to picture of a video."""
        rgb = cv2.cvtColor(picture_bgr, cv2.COLOR_BGR2RGB)
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
        if self._video:
            result = self._task.detect_for_video(picture, time_ms)
        else:
            result = self._task.detect(picture)
        if not result.face_landmarks:
            return None
        image = np.array([(p.x, p.y, p.z) for p in result.face_landmarks[0]], np.float32)
        if not result.face_blendshapes:
            return FaceFind(image, None, None)
        matrix = np.array(result.facial_transformation_matrixes[0], np.float32)
        return FaceFind(image, matrix, _arkit_order(result.face_blendshapes[0]))

    def close(self) -> None:
        """Let the networks go."""
        self._task.close()


def _arkit_order(categories: Any) -> Float32Array:  # noqa: ANN401 - mediapipe has no types
    scores = np.zeros(BLENDSHAPE_COUNT, np.float32)
    for category in categories:
        if category.category_name in ARKIT_INDEX:  # `_neutral` is not an ARKit shape
            scores[ARKIT_INDEX[category.category_name]] = category.score
    return scores
