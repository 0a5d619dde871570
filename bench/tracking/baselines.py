# pyright: basic
"""What MediaPipe's users run today: the unified landmarker, and three landmarkers in threads.

Both get the whole picture.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

from mocapbridge.native_noise import quiet_native_stderr
from mocapbridge.tracking.model_store import BundleName, ModelStore


class Holistic:
    """HolisticLandmarker, VIDEO mode."""

    name = "holistic"

    def __init__(self, store: ModelStore) -> None:
        bundle = store.bundle_path("holistic_landmarker")
        with quiet_native_stderr():
            self._task = vision.HolisticLandmarker.create_from_options(
                vision.HolisticLandmarkerOptions(
                    base_options=_base(store, "holistic_landmarker"),
                    running_mode=vision.RunningMode.VIDEO,
                    output_face_blendshapes=bundle.has_blendshapes,
                )
            )

    def detect(self, picture: Any, time_ms: int) -> int:
        """One frame; how many hands it finds."""
        found = self._task.detect_for_video(picture, time_ms)
        return bool(found.left_hand_landmarks) + bool(found.right_hand_landmarks)

    def close(self) -> None:
        """Let the network go."""
        self._task.close()


class ThreeInThreads:
    """Pose, face and hand landmarkers side by side on the whole picture, VIDEO mode."""

    name = "three in threads"

    def __init__(self, store: ModelStore) -> None:
        blendshapes = store.bundle_path("face_landmarker").has_blendshapes
        video = vision.RunningMode.VIDEO
        with quiet_native_stderr():
            self._tasks = (
                vision.PoseLandmarker.create_from_options(
                    vision.PoseLandmarkerOptions(
                        base_options=_base(store, "pose_landmarker_full"), running_mode=video
                    )
                ),
                vision.FaceLandmarker.create_from_options(
                    vision.FaceLandmarkerOptions(
                        base_options=_base(store, "face_landmarker"),
                        running_mode=video,
                        output_face_blendshapes=blendshapes,
                    )
                ),
                vision.HandLandmarker.create_from_options(
                    vision.HandLandmarkerOptions(
                        base_options=_base(store, "hand_landmarker"),
                        running_mode=video,
                        num_hands=2,
                    )
                ),
            )
        self._pool = ThreadPoolExecutor(len(self._tasks))

    def detect(self, picture: Any, time_ms: int) -> int:
        """One frame; how many hands it finds."""
        jobs = [self._pool.submit(t.detect_for_video, picture, time_ms) for t in self._tasks]
        return len([job.result() for job in jobs][-1].hand_landmarks)

    def close(self) -> None:
        """Let the networks go."""
        self._pool.shutdown()
        for task in self._tasks:
            task.close()


@dataclass(slots=True)
class BaselineTimes:
    """What each frame of a clip takes [ms]."""

    detection_ms: list[float] = field(default_factory=list[float])
    """The detection call alone, on a picture that is decoded and converted."""
    frame_ms: list[float] = field(default_factory=list[float])
    """The plain loop that people write: read, convert, detect."""
    cpu_ms: float = 0.0
    """Processor time of that loop per frame, all threads together, after the first frame."""
    hands: int = 0
    """Hands found in all frames."""


def measure(baseline: Holistic | ThreeInThreads, path: Path, frames: int) -> BaselineTimes:
    """Run a baseline over the first frames of a clip."""
    capture = cv2.VideoCapture(str(path))
    fps = capture.get(cv2.CAP_PROP_FPS)
    times = BaselineTimes()
    first_cpu_s = 0.0
    for index in range(frames):
        started_s = time.perf_counter()
        decoded, picture_bgr = capture.read()
        if not decoded:
            break
        rgb = np.ascontiguousarray(cv2.cvtColor(picture_bgr, cv2.COLOR_BGR2RGB))
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
        detecting_s = time.perf_counter()
        times.hands += baseline.detect(picture, round(index * 1000 / fps))
        ended_s = time.perf_counter()
        times.detection_ms.append((ended_s - detecting_s) * 1000)
        times.frame_ms.append((ended_s - started_s) * 1000)
        if index == 0:
            first_cpu_s = time.process_time()
        else:
            times.cpu_ms = (time.process_time() - first_cpu_s) * 1000 / index
    return times


def _base(store: ModelStore, name: BundleName) -> Any:
    return BaseOptions(model_asset_buffer=store.bundle_path(name).path.read_bytes())
