"""Parts of which nothing is known: right shape, state ``LOST``, zeros."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
    FaceLandmarks,
    Float32Array,
    HandLandmarks,
    PoseLandmarks,
    TrackState,
)


def _zeros(*shape: int) -> Float32Array:
    array = np.zeros(shape, dtype=np.float32)
    array.flags.writeable = False
    return array


def _identity() -> Float32Array:
    array = np.eye(4, dtype=np.float32)
    array.flags.writeable = False
    return array


LOST_POSE: Final = PoseLandmarks(
    state=TrackState.LOST,
    confidence=0.0,
    image=_zeros(POSE_LANDMARK_COUNT, 3),
    world_m=_zeros(POSE_LANDMARK_COUNT, 3),
    visibility=_zeros(POSE_LANDMARK_COUNT),
    presence=_zeros(POSE_LANDMARK_COUNT),
)
LOST_FACE: Final = FaceLandmarks(
    state=TrackState.LOST,
    confidence=0.0,
    image=_zeros(FACE_LANDMARK_COUNT, 3),
    blendshapes=_zeros(BLENDSHAPE_COUNT),
    blendshapes_measured=False,
    camera_from_face_cm=_identity(),
    matrix_measured=False,
)
LOST_HAND: Final = HandLandmarks(
    state=TrackState.LOST,
    confidence=0.0,
    image=_zeros(HAND_LANDMARK_COUNT, 3),
    world_m=_zeros(HAND_LANDMARK_COUNT, 3),
    gesture="",
    gesture_score=0.0,
)
