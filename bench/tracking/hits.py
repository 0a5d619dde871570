"""Counts what tracking found in a clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mocapbridge.types import HandLandmarks, Landmarks, Side, TrackState

_WRIST = {Side.LEFT: 15, Side.RIGHT: 16}
_ELBOW = {Side.LEFT: 13, Side.RIGHT: 14}


@dataclass(slots=True)
class Hits:
    """Counts over frames."""

    frames: int = 0
    bodies: int = 0
    faces: int = 0
    hands: int = 0
    hands_on_right_side: int = 0
    """Hands whose wrist lies within a third of the forearm's length (in the picture) of that
    side's pose wrist."""
    frames_with_two_hands: int = 0

    def count(self, landmarks: Landmarks) -> None:
        """Add one frame."""
        self.frames += 1
        self.bodies += landmarks.pose.state is TrackState.TRACKED
        self.faces += landmarks.face.state is TrackState.TRACKED
        seen = [side for side in Side if landmarks.hand(side).state is TrackState.TRACKED]
        self.hands += len(seen)
        self.frames_with_two_hands += len(seen) == len(Side)
        self.hands_on_right_side += sum(
            on_right_side(landmarks, side, landmarks.hand(side)) for side in seen
        )


def on_right_side(landmarks: Landmarks, side: Side, hand: HandLandmarks) -> bool:
    """Whether a hand is at its side's pose wrist."""
    if landmarks.pose.state is not TrackState.TRACKED:
        return False
    size_px = np.array(landmarks.image_size_px, dtype=np.float32)
    pose_px = landmarks.pose.image[:, :2] * size_px
    forearm_px = np.linalg.norm(pose_px[_WRIST[side]] - pose_px[_ELBOW[side]])
    distance_px = np.linalg.norm(hand.image[0, :2] * size_px - pose_px[_WRIST[side]])
    return bool(distance_px <= forearm_px / 3)
