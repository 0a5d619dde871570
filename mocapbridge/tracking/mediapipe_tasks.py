# pyright: basic
"""The one file that imports mediapipe: its tasks in, plain numpy arrays out.

mediapipe ships no types; untyped values exist in here only. Only its public API is used, so that a
new release has little to break. Every network runs in VIDEO or IMAGE mode; LIVE_STREAM has open
bugs upstream and is not needed, because callers bring their own threads.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.errors import TrackerUnavailable
from mocapbridge.native_noise import quiet_native_stderr
from mocapbridge.tracking.network_results import (
    FaceResult,
    HandResult,
    HolisticResult,
    PoseResult,
)
from mocapbridge.tracking.options import FaceOptions, HandOptions, PoseOptions
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, UInt8Array

os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

try:
    import mediapipe as mp
    from mediapipe.tasks.python.core.base_options import BaseOptions
    from mediapipe.tasks.python.vision import (
        FaceLandmarker,
        FaceLandmarkerOptions,
        GestureRecognizer,
        GestureRecognizerOptions,
        HandLandmarker,
        HandLandmarkerOptions,
        HolisticLandmarker,
        HolisticLandmarkerOptions,
        PoseLandmarker,
        PoseLandmarkerOptions,
        RunningMode,
    )
except (ImportError, OSError) as error:
    raise TrackerUnavailable(
        f"mediapipe cannot be loaded ({error}); `mocapbridge doctor` says what is missing"
    ) from error

_log = logging.getLogger(__name__)
_xyz = attrgetter("x", "y", "z")
_Task = TypeVar("_Task")
_DETECT = ("detect_for_video", "detect")
_NOTHING = np.zeros((16, 16, 3), dtype=np.uint8)


def metadata_schemas() -> tuple[ModuleType, ModuleType]:
    """The flatbuffer object APIs that mediapipe ships: (TFLite model, TFLite metadata)."""
    from mediapipe.tasks.metadata import metadata_schema_py_generated, schema_py_generated

    return schema_py_generated, metadata_schema_py_generated


class _Network:
    """A landmarker with strictly increasing timestamps that searches again when it loses."""

    def __init__(self, create: Callable[[Any], Any], *, video: bool) -> None:
        self._task = create(RunningMode.VIDEO if video else RunningMode.IMAGE)
        self._video = video
        self._last_ms = -1
        self._follows = False
        self.cpu_s = 0.0
        """Processor time that calls took on the caller's thread since this was last set to 0 [s].
        The networks themselves compute on threads of mediapipe's own."""

    def _run(
        self,
        picture_rgb: UInt8Array,
        time_ms: int,
        methods: tuple[str, str],
        found: Callable[[Any], bool],
    ) -> Any:
        started_s = time.thread_time()
        picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=picture_rgb)
        if self._video:
            result = self._follow(picture, time_ms, methods[0])
            if self._follows and not found(result):
                # VIDEO mode gives up on what it follows without searching the frame again.
                result = self._follow(picture, time_ms, methods[0])
            self._follows = found(result)
        else:
            result = getattr(self._task, methods[1])(picture)
        self.cpu_s += time.thread_time() - started_s
        return result

    def _follow(self, picture: Any, time_ms: int, method: str) -> Any:
        # Two captures within a millisecond, or a second look at one frame, still move on.
        self._last_ms = max(time_ms, self._last_ms + 1)
        return getattr(self._task, method)(picture, self._last_ms)

    def close(self) -> None:
        """Let the network go."""
        if self._task is not None:
            self._task.close()
            self._task = None


class PoseNetwork(_Network):
    """PoseLandmarker for one person."""

    def __init__(
        self, bundle: Path, options: PoseOptions, *, video: bool, gpu: bool, mask: bool
    ) -> None:
        def create(mode: Any) -> Any:
            return _create(
                bundle,
                gpu,
                lambda base: PoseLandmarker.create_from_options(
                    PoseLandmarkerOptions(
                        base_options=base,
                        running_mode=mode,
                        num_poses=1,
                        min_pose_detection_confidence=options.min_pose_detection_confidence,
                        min_pose_presence_confidence=options.min_pose_presence_confidence,
                        min_tracking_confidence=options.min_tracking_confidence,
                        output_segmentation_masks=mask,
                    )
                ),
            )

        super().__init__(create, video=video)

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> PoseResult | None:
        """The person in an RGB picture, or None."""
        result = self._run(picture_rgb, time_ms, _DETECT, lambda found: bool(found.pose_landmarks))
        if not result.pose_landmarks:
            return None
        masks = result.segmentation_masks
        mask = np.squeeze(masks[0].numpy_view()).copy() if masks else None
        return _pose(result.pose_landmarks[0], result.pose_world_landmarks[0], mask)


class FaceNetwork(_Network):
    """FaceLandmarker for one face; its own transformation matrix is not asked for."""

    def __init__(
        self, bundle: Path, options: FaceOptions, *, video: bool, gpu: bool, blendshapes: bool
    ) -> None:
        def create(mode: Any) -> Any:
            return _create(
                bundle,
                gpu,
                lambda base: FaceLandmarker.create_from_options(
                    FaceLandmarkerOptions(
                        base_options=base,
                        running_mode=mode,
                        num_faces=1,
                        min_face_detection_confidence=options.min_face_detection_confidence,
                        min_face_presence_confidence=options.min_face_presence_confidence,
                        min_tracking_confidence=options.min_tracking_confidence,
                        output_face_blendshapes=blendshapes,
                    )
                ),
            )

        super().__init__(create, video=video)
        self.gives_blendshapes = blendshapes
        """Whether the bundle has a network for blendshapes."""

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> FaceResult | None:
        """The face in an RGB picture, or None."""
        result = self._run(picture_rgb, time_ms, _DETECT, lambda found: bool(found.face_landmarks))
        if not result.face_landmarks:
            return None
        shapes = result.face_blendshapes
        return FaceResult(
            _points(result.face_landmarks[0]), _blendshapes(shapes[0]) if shapes else None
        )

    def forget(self) -> None:
        """Make the next picture be searched, not followed from where the last find lay.

        mediapipe has no call for it; a picture with nothing in it has that effect, for the time of
        one look.
        """
        if self._follows:
            started_s = time.thread_time()
            nothing = mp.Image(image_format=mp.ImageFormat.SRGB, data=_NOTHING)
            self._follow(nothing, self._last_ms + 1, _DETECT[0])
            self._follows = False
            self.cpu_s += time.thread_time() - started_s


class HandNetwork(_Network):
    """HandLandmarker, or GestureRecognizer (which contains one) when given its bundle."""

    def __init__(
        self,
        bundle: Path,
        options: HandOptions,
        *,
        video: bool,
        gpu: bool,
        hands: int,
        gestures: bool,
    ) -> None:
        def create(mode: Any) -> Any:
            settings = {
                "running_mode": mode,
                "num_hands": hands,
                "min_hand_detection_confidence": options.min_hand_detection_confidence,
                "min_hand_presence_confidence": options.min_hand_presence_confidence,
                "min_tracking_confidence": options.min_tracking_confidence,
            }
            if gestures:
                return _create(
                    bundle,
                    gpu,
                    lambda base: GestureRecognizer.create_from_options(
                        GestureRecognizerOptions(base_options=base, **settings)
                    ),
                )
            return _create(
                bundle,
                gpu,
                lambda base: HandLandmarker.create_from_options(
                    HandLandmarkerOptions(base_options=base, **settings)
                ),
            )

        super().__init__(create, video=video)
        self._methods = ("recognize_for_video", "recognize") if gestures else _DETECT

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> list[HandResult]:
        """The hands in an RGB picture."""
        result = self._run(
            picture_rgb, time_ms, self._methods, lambda found: bool(found.hand_landmarks)
        )
        gestures = getattr(result, "gestures", None) or [[]] * len(result.hand_landmarks)
        return [
            _hand(points, world, handedness[0], gesture)
            for points, world, handedness, gesture in zip(
                result.hand_landmarks,
                result.hand_world_landmarks,
                result.handedness,
                gestures,
                strict=True,
            )
        ]


class HolisticNetwork(_Network):
    """The unified HolisticLandmarker, for comparison."""

    def __init__(self, bundle: Path, *, video: bool, gpu: bool, blendshapes: bool) -> None:
        def create(mode: Any) -> Any:
            return _create(
                bundle,
                gpu,
                lambda base: HolisticLandmarker.create_from_options(
                    HolisticLandmarkerOptions(
                        base_options=base, running_mode=mode, output_face_blendshapes=blendshapes
                    )
                ),
            )

        super().__init__(create, video=video)

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> HolisticResult:
        """Everything in an RGB picture."""
        result = self._run(picture_rgb, time_ms, _DETECT, lambda _: True)
        face = None
        if result.face_landmarks:
            shapes = result.face_blendshapes
            face = FaceResult(
                _points(result.face_landmarks), _blendshapes(shapes) if shapes else None
            )
        pose = None
        if result.pose_landmarks:
            pose = _pose(result.pose_landmarks, result.pose_world_landmarks, None)
        left = _holistic_hand(
            result.left_hand_landmarks, result.left_hand_world_landmarks, left=True
        )
        right = _holistic_hand(
            result.right_hand_landmarks, result.right_hand_world_landmarks, left=False
        )
        return HolisticResult(pose, face, left, right)


def _create(bundle: Path, gpu: bool, create: Callable[[Any], _Task]) -> _Task:
    """Make a task, on the GPU if asked for and there is one.

    Raises:
        TrackerUnavailable: mediapipe refuses the bundle.
    """
    # Read here rather than by mediapipe: its own file access fails on non-ASCII Windows paths.
    content = bundle.read_bytes()
    if gpu:
        try:
            with quiet_native_stderr():
                return create(
                    BaseOptions(model_asset_buffer=content, delegate=BaseOptions.Delegate.GPU)
                )
        except (RuntimeError, ValueError, NotImplementedError) as error:
            # The end of the line says why; before it mediapipe lists its graph's inner names.
            _warn_no_gpu(str(error).splitlines()[0].rpartition(": ")[2])
    try:
        with quiet_native_stderr():
            return create(BaseOptions(model_asset_buffer=content))
    except (RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise TrackerUnavailable(
            f"mediapipe {mp.__version__} refuses the model {bundle.name} ({reason}); "
            "`mocapbridge models verify` checks the file"
        ) from error


_warned: set[str] = set()


def _warn_no_gpu(reason: str) -> None:
    if "gpu" not in _warned:
        _warned.add("gpu")
        _log.warning("no GPU can be used for tracking (%s); going on with the CPU", reason)


def _points(landmarks: Iterable[Any]) -> Float32Array:
    return np.array(list(map(_xyz, landmarks)), dtype=np.float32)


def _pose(landmarks: list[Any], world: list[Any], mask: Float32Array | None) -> PoseResult:
    scores = np.array([(p.visibility, p.presence) for p in landmarks], dtype=np.float32)
    return PoseResult(_points(landmarks), _points(world), scores[:, 0], scores[:, 1], mask)


def _hand(points: list[Any], world: list[Any], handedness: Any, gesture: list[Any]) -> HandResult:
    # "None" is the recogniser's name for a hand without a gesture it knows.
    named = bool(gesture) and gesture[0].category_name not in ("", "None")
    return HandResult(
        image=_points(points),
        world_m=_points(world),
        labelled_left=handedness.category_name == "Left",
        score=float(handedness.score),
        gesture=gesture[0].category_name if named else "",
        gesture_score=float(gesture[0].score) if named else 0.0,
    )


def _holistic_hand(points: list[Any], world: list[Any], *, left: bool) -> HandResult | None:
    if not points:
        return None
    return HandResult(_points(points), _points(world), left, 1.0, "", 0.0)


def _blendshapes(categories: list[Any]) -> Float32Array:
    weights = np.zeros(BLENDSHAPE_COUNT, dtype=np.float32)
    for category in categories:
        index = ARKIT_INDEX.get(category.category_name)
        if index is not None:
            weights[index] = category.score
    return weights
