"""The motion of frames that nobody has solved yet: a take always has both."""

from __future__ import annotations

import numpy as np

from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FaceMotion,
    Landmarks,
    MocapFrame,
    PoseMotion,
    TrackState,
)


def unsolved(landmarks: Landmarks, subject: str) -> MocapFrame:
    """A frame in which everything is lost, for landmarks that are to be solved later.

    Args:
        landmarks: whose number and time it gets.
        subject: name of the performer.
    """
    lost = TrackState.LOST
    body = PoseMotion(
        state=lost,
        confidence=0.0,
        root_position_in_world_m=np.zeros(3, dtype=np.float32),
        rotations_wxyz=np.zeros((JOINT_COUNT, 4), dtype=np.float32),
        positions_in_world_m=np.zeros((JOINT_COUNT, 3), dtype=np.float32),
        joint_state=np.zeros(JOINT_COUNT, dtype=np.uint8),
        joint_confidence=np.zeros(JOINT_COUNT, dtype=np.float32),
    )
    face = FaceMotion(
        state=lost,
        confidence=0.0,
        blendshapes=np.zeros(BLENDSHAPE_COUNT, dtype=np.float32),
        world_from_head=np.zeros((4, 4), dtype=np.float32),
        gaze_rad=np.zeros((2, 2), dtype=np.float32),
    )
    return MocapFrame(
        subject=subject,
        frame_id=landmarks.frame_index,
        capture_time_ns=landmarks.capture_time_ns,
        pose=body,
        face=face,
        left_hand_state=lost,
        right_hand_state=lost,
        gestures=("", ""),
    )
