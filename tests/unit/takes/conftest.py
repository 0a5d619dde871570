"""Made-up frames for the tests of takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from mocapbridge.clock import RunAnchor
from mocapbridge.skeleton import JOINT_COUNT, rest_positions_m
from mocapbridge.takes.records import TakeHeader
from mocapbridge.takes.writer import make_header
from mocapbridge.types import (
    FaceLandmarks,
    FaceMotion,
    Float32Array,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    PoseMotion,
    StreamInfo,
    TrackState,
)

MakeFrame: TypeAlias = Callable[[int], tuple[Landmarks, MocapFrame]]

ANCHOR = RunAnchor(monotonic_ns=5_000_000_000, unix_ns=1_700_000_000_000_000_000)


def _random(rng: np.random.Generator, *shape: int) -> Float32Array:
    return rng.random(shape, dtype=np.float32)


def _hand(rng: np.random.Generator) -> HandLandmarks:
    return HandLandmarks(
        state=TrackState.TRACKED,
        confidence=0.9,
        image=_random(rng, 21, 3),
        world_m=_random(rng, 21, 3) - 0.5,
        gesture="Thumb_Up",
        gesture_score=0.5,
    )


def _frame(index: int) -> tuple[Landmarks, MocapFrame]:
    rng = np.random.default_rng(index)
    time_ns = ANCHOR.monotonic_ns + index * 33_333_333
    landmarks = Landmarks(
        capture_time_ns=time_ns,
        frame_index=index,
        source_id="clip.mp4",
        segment=0,
        image_size_px=(1280, 720),
        pose=PoseLandmarks(
            state=TrackState.TRACKED,
            confidence=0.8,
            image=_random(rng, 33, 3),
            world_m=_random(rng, 33, 3) - 0.5,
            visibility=_random(rng, 33),
            presence=_random(rng, 33),
        ),
        face=FaceLandmarks(
            state=TrackState.TRACKED,
            confidence=1.0,
            image=_random(rng, 478, 3) * 0.6 + 0.2,
            blendshapes=_random(rng, 52),
            blendshapes_measured=True,
            camera_from_face_cm=_random(rng, 4, 4),
            matrix_measured=True,
        ),
        left_hand=_hand(rng),
        right_hand=_hand(rng),
    )
    motion = MocapFrame(
        subject="Anna",
        frame_id=index,
        capture_time_ns=time_ns,
        pose=PoseMotion(
            state=TrackState.TRACKED,
            confidence=0.7,
            root_position_in_world_m=_random(rng, 3),
            rotations_wxyz=_random(rng, JOINT_COUNT, 4),
            positions_in_world_m=_random(rng, JOINT_COUNT, 3),
            joint_state=rng.integers(0, 4, JOINT_COUNT, dtype=np.uint8),
            joint_confidence=_random(rng, JOINT_COUNT),
            feet_planted=(True, False),
        ),
        face=FaceMotion(
            state=TrackState.HELD,
            confidence=0.6,
            blendshapes=_random(rng, 52),
            world_from_head=_random(rng, 4, 4),
            gaze_rad=_random(rng, 2, 2),
        ),
        left_hand_state=TrackState.TRACKED,
        right_hand_state=TrackState.PREDICTED,
        gestures=("Thumb_Up", ""),
    )
    return landmarks, motion


@pytest.fixture
def make_frame() -> MakeFrame:
    """A frame with every part tracked; the same for the same index."""
    return _frame


@pytest.fixture
def header() -> TakeHeader:
    """The header that goes with the frames."""
    info = StreamInfo(
        subject="Anna",
        session_id=1,
        frame_rate=(30000, 1001),
        rest_positions_m=rest_positions_m(),
        blendshapes_measured=True,
    )
    return make_header(info, source="clip.mp4", anchor=ANCHOR, config={"subject": "Anna"})
