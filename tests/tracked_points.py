"""Landmarks for tests of the filters: a fixed cloud of points for each part, moved as told.

The clouds have the extents of a performer some metres away (body 0.5 m, face 0.056 m, hands
0.045 m); what they look like does not matter to a filter.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
    FaceLandmarks,
    Float32Array,
    Float64Array,
    HandLandmarks,
    Landmarks,
    PoseLandmarks,
    TrackState,
)

IMAGE_SIZE_PX: Final = (1280, 720)
WIDTHS_PER_M: Final = 0.25
"""How large a metre at the performer is in the picture."""
PARTS: Final = ("pose", "face", "left_hand", "right_hand")


def _cloud(seed: int, count: int, extent_m: float) -> Float64Array:
    points = np.random.default_rng(seed).normal(size=(count, 3))
    points -= points.mean(axis=0)
    across = np.sqrt((points[:, :2] ** 2).sum(axis=1).mean())
    return points * (extent_m / across)


_POSE: Final = _cloud(1, POSE_LANDMARK_COUNT, 0.5)
_FACE: Final = _cloud(2, FACE_LANDMARK_COUNT, 0.056)
_HAND: Final = _cloud(3, HAND_LANDMARK_COUNT, 0.045)


@dataclass(frozen=True)
class Moment:
    """What the performer does in one frame."""

    time_s: float = 0.0
    shift_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Everything in the picture, and the body's points in the world, moved by this."""
    blendshape: float = 0.0
    """Every weight."""
    head_yaw_rad: float = 0.0
    noise_m: float = 0.0
    """Standard deviation of independent noise on every coordinate."""
    seed: int = 0
    """Of the noise."""
    unseen: Collection[str] = ()
    """Names of ``PARTS`` that are not tracked."""
    segment: int = 0
    frame_index: int = 0


def landmarks_of(moment: Moment) -> Landmarks:
    """The landmarks a tracker would give."""
    rng = np.random.default_rng(moment.seed)

    def shaken(points: Float64Array) -> Float64Array:
        return points + rng.normal(size=points.shape) * moment.noise_m

    pose_m = shaken(_POSE + moment.shift_m)
    face_m = shaken(_FACE + moment.shift_m)
    landmarks = Landmarks(
        capture_time_ns=round(moment.time_s * 1e9),
        frame_index=moment.frame_index,
        source_id="points",
        segment=moment.segment,
        image_size_px=IMAGE_SIZE_PX,
        pose=PoseLandmarks(
            TrackState.TRACKED,
            confidence=0.9,
            image=in_picture(pose_m),
            world_m=pose_m.astype(np.float32),
            visibility=np.full(POSE_LANDMARK_COUNT, 0.8, np.float32),
            presence=np.full(POSE_LANDMARK_COUNT, 0.7, np.float32),
        ),
        face=FaceLandmarks(
            TrackState.TRACKED,
            confidence=1.0,
            image=in_picture(face_m),
            blendshapes=np.full(BLENDSHAPE_COUNT, moment.blendshape, np.float32),
            blendshapes_measured=True,
            camera_from_face_cm=_head(moment),
            matrix_measured=True,
        ),
        left_hand=_hand(shaken(_HAND), moment.shift_m),
        right_hand=_hand(shaken(_HAND * (-1.0, 1.0, 1.0)), moment.shift_m),
    )
    return without(landmarks, moment.unseen)


def without(landmarks: Landmarks, parts: Collection[str]) -> Landmarks:
    """The same with some parts not tracked."""
    for name in parts:
        part = replace(getattr(landmarks, name), state=TrackState.LOST, confidence=0.0)
        landmarks = replace(landmarks, **{name: part})
    return landmarks


def in_picture(points_m: Float64Array) -> Float32Array:
    """Metres at the performer to fractions of the picture (z in widths)."""
    aspect = IMAGE_SIZE_PX[0] / IMAGE_SIZE_PX[1]
    widths = points_m * WIDTHS_PER_M
    return (widths * (1.0, aspect, 1.0) + (0.5, 0.5, 0.0)).astype(np.float32)


def _head(moment: Moment) -> Float32Array:
    cos, sin = np.cos(moment.head_yaw_rad), np.sin(moment.head_yaw_rad)
    matrix = np.eye(4)
    matrix[:3, :3] = ((cos, 0.0, sin), (0.0, 1.0, 0.0), (-sin, 0.0, cos))
    matrix[:3, 3] = np.add(moment.shift_m, (0.0, 0.0, -0.6)) * 100.0
    return matrix.astype(np.float32)


def _hand(points_m: Float64Array, shift_m: tuple[float, float, float]) -> HandLandmarks:
    return HandLandmarks(
        TrackState.TRACKED,
        confidence=0.95,
        image=in_picture(points_m + shift_m),
        world_m=points_m.astype(np.float32),
        gesture="Open_Palm",
        gesture_score=0.6,
    )
