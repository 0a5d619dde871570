"""The networks' finds as parts of ``Landmarks``, in full-picture coordinates."""

from __future__ import annotations

import cv2
import numpy as np

from mocapbridge.tracking.hand_sides import HandCandidate
from mocapbridge.tracking.lost_parts import LOST_HAND
from mocapbridge.tracking.network_results import PoseResult
from mocapbridge.types import Float32Array, HandLandmarks, PoseLandmarks, TrackState

_TORSO = (11, 12, 23, 24)


def pose_part(result: PoseResult) -> PoseLandmarks:
    """A pose found in (a reduced copy of) the full picture."""
    return PoseLandmarks(
        state=TrackState.TRACKED,
        confidence=float(result.visibility[list(_TORSO)].mean()),
        image=result.image,
        world_m=result.world_m,
        visibility=result.visibility,
        presence=result.presence,
    )


def hand_part(hand: HandCandidate | None) -> HandLandmarks:
    """A hand whose side is decided, or a lost one."""
    if hand is None:
        return LOST_HAND
    return HandLandmarks(
        state=TrackState.TRACKED,
        confidence=hand.score,
        image=hand.image,
        world_m=hand.world_m,
        gesture=hand.gesture,
        gesture_score=hand.gesture_score,
    )


def full_mask(result: PoseResult, image_size_px: tuple[int, int]) -> Float32Array | None:
    """The segmentation mask at the full picture's size, (h, w) 0..1."""
    if result.mask is None:
        return None
    mask = cv2.resize(result.mask, image_size_px, interpolation=cv2.INTER_LINEAR)
    return np.asarray(mask, dtype=np.float32)
