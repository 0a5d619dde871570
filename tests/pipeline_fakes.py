"""Stages without pictures, networks or sockets, to drive the pipeline's threads in tests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from mocapbridge.clock import SystemClock
from mocapbridge.errors import MocapBridgeError, TakeUnwritable
from mocapbridge.pipeline.recording import OpenTake, cannot_record
from mocapbridge.pipeline.runner import Pipeline, PipelineParts
from mocapbridge.pipeline.stages import StreamDescription, Take
from mocapbridge.skeleton import rest_positions_m
from mocapbridge.solve.base import BoneChange, Solver
from mocapbridge.types import (
    FaceLandmarks,
    FaceMotion,
    FaceSource,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    PoseMotion,
    SmoothedLandmarks,
    TrackState,
    VideoFrame,
)

NO_PICTURE = np.zeros((0, 0, 3), dtype=np.uint8)


def landmarks_of(frame: VideoFrame) -> Landmarks:
    """Everything tracked, all points at zero."""
    hand = HandLandmarks(
        TrackState.TRACKED,
        1.0,
        np.zeros((21, 3), np.float32),
        np.zeros((21, 3), np.float32),
        "",
        0.0,
    )
    return Landmarks(
        capture_time_ns=frame.capture_time_ns,
        frame_index=frame.frame_index,
        source_id=frame.source_id,
        segment=frame.segment,
        image_size_px=(640, 480),
        pose=PoseLandmarks(
            TrackState.TRACKED,
            1.0,
            np.zeros((33, 3), np.float32),
            np.zeros((33, 3), np.float32),
            np.ones(33, np.float32),
            np.ones(33, np.float32),
        ),
        face=FaceLandmarks(
            TrackState.TRACKED,
            1.0,
            np.zeros((478, 3), np.float32),
            np.zeros(52, np.float32),
            blendshapes_measured=False,
            camera_from_face_cm=np.eye(4, dtype=np.float32),
            matrix_measured=False,
        ),
        left_hand=hand,
        right_hand=hand,
    )


class ScriptedSource:
    """Delivers ``frames`` frames; before frame ``n`` it does what ``before[n]`` says.

    Before each, ``missed_each`` pictures came that nobody took, as cameras count them.
    """

    source_id = "scripted"
    nominal_fps = 100.0
    corrupt_frames = 0

    def __init__(
        self,
        frames: int | None,
        *,
        live: bool = False,
        interval_s: float = 0.0,
        before: dict[int, Callable[[], None]] | None = None,
        missed_each: int = 0,
    ) -> None:
        self.live = live
        self.frame_count = frames
        self.opened = 0
        self.closed = 0
        self.refuse_to_open: list[MocapBridgeError] = []
        self._frames = frames
        self._interval_s = interval_s
        self._before = before or {}
        self._missed_each = missed_each
        self._index = 0

    def open(self) -> None:
        if self.refuse_to_open:
            raise self.refuse_to_open.pop(0)
        self.opened += 1

    def read(self) -> VideoFrame | None:
        self._before.pop(self._index, lambda: None)()
        if self._index == self._frames:
            return None
        time.sleep(self._interval_s)
        number = self._index * (1 + self._missed_each) + self._missed_each
        frame = VideoFrame(NO_PICTURE, time.monotonic_ns(), number, self.source_id)
        self._index += 1
        return frame

    def close(self) -> None:
        self.closed += 1


class PlainTracker:
    """Landmarks at zero, after ``on_track`` was asked."""

    inference_s = 0.0
    face_source: FaceSource = "none"

    def __init__(self, on_track: Callable[[VideoFrame], None] = lambda _frame: None) -> None:
        self._on_track = on_track
        self.closed = 0
        self.indices: list[int] = []
        self.announced: list[int] = []

    def track(self, frame: VideoFrame, following: Sequence[VideoFrame] = ()) -> Landmarks:
        self.announced += [ahead.frame_index for ahead in following]
        self._on_track(frame)
        self.indices.append(frame.frame_index)
        return landmarks_of(frame)

    def close(self) -> None:
        self.closed += 1


class PlainSmoother:
    """Passes everything on."""

    def filter(self, landmarks: Landmarks) -> SmoothedLandmarks:
        return SmoothedLandmarks(landmarks)


class PlainSolver:
    """The rest pose with the states of the landmarks."""

    rest_positions_m = rest_positions_m()

    def solve(self, landmarks: SmoothedLandmarks) -> MocapFrame:
        state = landmarks.pose.state
        return MocapFrame(
            subject="tester",
            frame_id=landmarks.frame_index,
            capture_time_ns=landmarks.capture_time_ns,
            pose=PoseMotion(
                state,
                landmarks.pose.confidence,
                self.rest_positions_m[0],
                np.tile(np.array((1, 0, 0, 0), np.float32), (55, 1)),
                self.rest_positions_m,
                np.full(55, int(state), np.uint8),
                np.ones(55, np.float32),
            ),
            face=FaceMotion(
                landmarks.face.state,
                landmarks.face.confidence,
                np.zeros(52, np.float32),
                np.eye(4, dtype=np.float32),
                np.zeros((2, 2), np.float32),
            ),
            left_hand_state=landmarks.left_hand.state,
            right_hand_state=landmarks.right_hand.state,
            gestures=("", ""),
        )

    def adopt_bones(self) -> BoneChange:
        """The bones stay."""
        return BoneChange.NONE

    def go_on_from(self, before: Solver) -> None:
        """The bones stay."""

    def recentre(self) -> None:
        """The rest pose stands at the origin."""


class CollectingOutput:
    """Keeps what it is sent, after ``on_send`` was asked."""

    def __init__(
        self, name: str = "collect", on_send: Callable[[MocapFrame], None] = lambda _frame: None
    ) -> None:
        self.name = name
        self.target = f"memory://{name}"
        self.sent: list[MocapFrame] = []
        self.idles = 0
        self.closed = 0
        self._on_send = on_send

    def open(self) -> None:
        pass

    def send(self, frame: MocapFrame) -> int:
        self._on_send(frame)
        self.sent.append(frame)
        return 1

    def idle(self) -> int:
        self.idles += 1
        return 0

    def close(self) -> None:
        self.closed += 1


class MemoryTake:
    """A take that ends up in a list; fails from frame ``full_after`` on."""

    path = Path("memory.take")

    def __init__(self, full_after: int | None = None) -> None:
        self.indices: list[int] = []
        self.closed = 0
        self._full_after = full_after

    def write(self, landmarks: Landmarks, motion: MocapFrame) -> None:
        assert landmarks.frame_index == motion.frame_id
        if len(self.indices) == self._full_after:
            raise TakeUnwritable("disk full")
        self.indices.append(landmarks.frame_index)

    def flush_if_due(self, now_ns: int) -> bool:
        return now_ns < 0

    def close(self) -> None:
        self.closed += 1


def plain_pipeline(
    source: ScriptedSource,
    outputs: Iterable[CollectingOutput] = (),
    *,
    tracker: PlainTracker | None = None,
    take: Take | None = None,
    solver: Solver | None = None,
    description: StreamDescription | None = None,
    native_pace: bool = False,
    open_take: OpenTake = cannot_record,
    pre_roll_s: float = 0.0,
) -> Pipeline:
    """A pipeline over these stages; a lost source is opened again after 10 ms.

    With a take, it is recorded from the first frame on.
    """
    parts = PipelineParts(
        source=source,
        tracker=tracker or PlainTracker(),
        smoother=PlainSmoother(),
        solver=solver or PlainSolver(),
        description=description,
        outputs=tuple(outputs),
        open_take=open_take if take is None else lambda _slate: take,
        pre_roll_s=pre_roll_s,
        native_pace=native_pace,
        reopen_delays_s=(0.01,),
    )
    pipeline = Pipeline(parts, SystemClock())
    if take is not None:
        pipeline.recording.start()
    return pipeline


def never() -> threading.Event:
    """A stop that nobody asks for."""
    return threading.Event()
