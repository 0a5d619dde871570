# pyright: basic
"""Runs a face bundle over footage once and keeps what it said.

mediapipe ships no types, and the daemon's own wrapper leaves out the matrix of the task, which is
the reference here: so this file speaks to mediapipe itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from bench.face.clips import Clip
from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    Float32Array,
    UInt8Array,
)

_CANVAS_PX: Final = 512
_WINDOW_FACES: Final = 2.0


@dataclass(frozen=True, slots=True)
class FaceTrack:
    """What a bundle said of the frames in which it found a face."""

    clip: Clip
    image: Float32Array
    """(n, 478, 3) fractions of the picture (of the window where the clip has one)."""
    camera_from_face_cm: Float32Array
    """(n, 4, 4) the task's own matrix; (0, 4, 4) when the bundle gives none."""
    blendshapes: Float32Array
    """(n, 52) scores in ARKit order; (0, 52) when the bundle gives none."""
    frame: np.ndarray
    """(n,) index of the frame in the clip."""
    image_size_px: tuple[int, int]
    fps: float

    @property
    def name(self) -> str:
        """Of the clip."""
        return self.clip.name


def load_track(clip: Clip, footage: Path, bundle: Path, cache: Path) -> FaceTrack:
    """The track of one clip, made on first use."""
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()[:12]
    kept = cache / f"{clip.name}.{digest}.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _track(clip, footage / f"{clip.name}.mp4", bundle, kept)
    with np.load(kept) as data:
        width, height = (int(value) for value in data["image_size_px"])
        return FaceTrack(
            clip=clip,
            image=data["image"],
            camera_from_face_cm=data["matrix"],
            blendshapes=data["blendshapes"],
            frame=data["frame"],
            image_size_px=(width, height),
            fps=float(data["fps"]),
        )


def _track(clip: Clip, video: Path, bundle: Path, kept: Path) -> None:
    capture = cv2.VideoCapture(str(video))
    if not capture.isOpened():
        raise FileNotFoundError(f"cannot open {video}")
    fps = capture.get(cv2.CAP_PROP_FPS)
    task, vision = _landmarker(bundle)
    images, matrices, scores, frames = [], [], [], []
    window = clip.head_px
    size_px = (0, 0)
    index = 0
    while True:
        read, picture = capture.read()
        if not read:
            break
        if window is not None:
            picture = _cut(picture, window)
        size_px = (picture.shape[1], picture.shape[0])
        result = task.detect_for_video(vision(picture), round(index * 1000.0 / fps))
        if result.face_landmarks:
            points = np.array([(p.x, p.y, p.z) for p in result.face_landmarks[0]], np.float32)
            images.append(points)
            frames.append(index)
            if result.face_blendshapes:
                scores.append(arkit_order(result.face_blendshapes[0]))
                matrices.append(np.array(result.facial_transformation_matrixes[0]))
            if window is not None:
                window = _followed(window, points)
        index += 1
    task.close()
    capture.release()
    np.savez_compressed(
        kept,
        image=np.array(images, np.float32).reshape(-1, FACE_LANDMARK_COUNT, 3),
        matrix=np.array(matrices, np.float32).reshape(-1, 4, 4),
        blendshapes=np.array(scores, np.float32).reshape(-1, BLENDSHAPE_COUNT),
        frame=np.array(frames),
        image_size_px=size_px,
        fps=fps,
    )


def _landmarker(bundle: Path) -> tuple[Any, Callable[[UInt8Array], Any]]:
    import mediapipe as mp
    from mediapipe.tasks.python.core.base_options import BaseOptions
    from mediapipe.tasks.python.vision import (
        FaceLandmarker,
        FaceLandmarkerOptions,
        RunningMode,
    )

    whole = b"face_blendshapes.tflite" in bundle.read_bytes()
    task = FaceLandmarker.create_from_options(
        FaceLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(bundle)),
            running_mode=RunningMode.VIDEO,
            output_face_blendshapes=whole,
            output_facial_transformation_matrixes=whole,
        )
    )

    def picture_of(picture_bgr: UInt8Array) -> Any:
        rgb = cv2.cvtColor(picture_bgr, cv2.COLOR_BGR2RGB)
        return mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)

    return task, picture_of


def arkit_order(categories: Any) -> Float32Array:
    """(52,) the scores of a task's result."""
    scores = np.zeros(BLENDSHAPE_COUNT, np.float32)
    for category in categories:
        if category.category_name in ARKIT_INDEX:  # `_neutral` is not an ARKit shape
            scores[ARKIT_INDEX[category.category_name]] = category.score
    return scores


def _cut(picture_bgr: UInt8Array, window: tuple[int, int, int]) -> UInt8Array:
    x, y, side = window
    scale = _CANVAS_PX / side
    shift = (_CANVAS_PX / 2 - scale * x, _CANVAS_PX / 2 - scale * y)
    canvas_from_picture = np.array(((scale, 0.0, shift[0]), (0.0, scale, shift[1])))
    flags = cv2.INTER_LINEAR if scale > 1.0 else cv2.INTER_AREA
    return cv2.warpAffine(picture_bgr, canvas_from_picture, (_CANVAS_PX, _CANVAS_PX), flags=flags)


def _followed(window: tuple[int, int, int], points: Float32Array) -> tuple[int, int, int]:
    x, y, side = window
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    centre = (low + high) / 2 - 0.5
    wanted = _WINDOW_FACES * side * float((high - low).max())
    side = round(0.8 * side + 0.2 * wanted)
    return round(x + window[2] * centre[0]), round(y + window[2] * centre[1]), side
