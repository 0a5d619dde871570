"""Frames of motion, and a clock, for tests and benches of what comes after the solver."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from mocapbridge.skeleton import JOINT_COUNT, rest_positions_m
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FaceMotion,
    Float32Array,
    MocapFrame,
    PoseMotion,
    StreamInfo,
    TrackState,
)


class SteppedClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000_000

    def monotonic_ns(self) -> int:
        return self.now_ns

    def sleep(self, duration_s: float) -> None:
        self.now_ns += round(duration_s * 1e9)


def stream_info(subject: str = "performer", session_id: int = 0x0123456789ABCDEF) -> StreamInfo:
    """A stream at 30000/1001 frames a second."""
    return StreamInfo(
        subject=subject,
        session_id=session_id,
        frame_rate=(30000, 1001),
        rest_positions_m=rest_positions_m(),
        blendshapes_measured=True,
    )


def random_frame(seed: int, frame_id: int | None = None) -> MocapFrame:
    """A frame with every number, state and text drawn at random, captured now."""
    rng = np.random.default_rng(seed)
    world_from_head = np.eye(4)
    world_from_head[:3, :3] = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    world_from_head[:3, :3] *= np.sign(np.linalg.det(world_from_head[:3, :3]))
    world_from_head[:3, 3] = rng.normal(size=3)
    rotations = rng.normal(size=(JOINT_COUNT, 4))
    rotations /= np.linalg.norm(rotations, axis=1, keepdims=True)
    states = [TrackState(value) for value in rng.integers(0, 4, size=4).tolist()]
    gestures = rng.choice(["", "Victory", "Thumb_Up", "Open_Palm"], size=2).tolist()
    return MocapFrame(
        subject="performer",
        frame_id=seed if frame_id is None else frame_id,
        capture_time_ns=time.monotonic_ns(),
        pose=PoseMotion(
            state=states[0],
            confidence=float(rng.random()),
            root_position_in_world_m=_f32(rng.normal(size=3)),
            rotations_wxyz=_f32(rotations),
            positions_in_world_m=_f32(rng.normal(size=(JOINT_COUNT, 3))),
            joint_state=rng.integers(0, 4, size=JOINT_COUNT).astype(np.uint8),
            joint_confidence=_f32(rng.random(JOINT_COUNT)),
            feet_planted=(bool(rng.integers(2)), bool(rng.integers(2))),
        ),
        face=FaceMotion(
            state=states[1],
            confidence=float(rng.random()),
            blendshapes=_f32(rng.random(BLENDSHAPE_COUNT)),
            world_from_head=_f32(world_from_head),
            gaze_rad=_f32(rng.uniform(-1, 1, size=(2, 2))),
        ),
        left_hand_state=states[2],
        right_hand_state=states[3],
        gestures=(gestures[0], gestures[1]),
    )


def seen_frame(seed: int) -> MocapFrame:
    """A random frame in which body, face and hands are tracked."""
    frame, tracked = random_frame(seed), TrackState.TRACKED
    return replace(
        frame,
        pose=replace(frame.pose, state=tracked),
        face=replace(frame.face, state=tracked),
        left_hand_state=tracked,
        right_hand_state=tracked,
    )


def unseen_frame(frame_id: int = 0) -> MocapFrame:
    """A frame of a performer who was never seen: everything lost, all numbers zero."""
    return MocapFrame(
        subject="performer",
        frame_id=frame_id,
        capture_time_ns=time.monotonic_ns(),
        pose=PoseMotion(
            state=TrackState.LOST,
            confidence=0.0,
            root_position_in_world_m=_f32(np.zeros(3)),
            rotations_wxyz=_f32(np.zeros((JOINT_COUNT, 4))),
            positions_in_world_m=_f32(np.zeros((JOINT_COUNT, 3))),
            joint_state=np.zeros(JOINT_COUNT, dtype=np.uint8),
            joint_confidence=_f32(np.zeros(JOINT_COUNT)),
        ),
        face=FaceMotion(
            state=TrackState.LOST,
            confidence=0.0,
            blendshapes=_f32(np.zeros(BLENDSHAPE_COUNT)),
            world_from_head=_f32(np.zeros((4, 4))),
            gaze_rad=_f32(np.zeros((2, 2))),
        ),
        left_hand_state=TrackState.LOST,
        right_hand_state=TrackState.LOST,
        gestures=("", ""),
    )


def _f32(values: np.typing.ArrayLike) -> Float32Array:
    return np.asarray(values, dtype=np.float32)
