"""What goes out while a live source delivers nothing: the last pose, held, then let go."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mocapbridge.types import HandLandmarks, Landmarks, TrackState

SHORTEST_SILENCE_S: Final = 0.25
"""No source is silent before this long: receivers call a subject lost after 0.5 s."""
MISSED_FRAMES: Final = 2.5
"""A slow camera is silent only after this many of its frame times."""


def silence_after_s(nominal_fps: float) -> float:
    """How long without a frame counts as silence [s].

    Args:
        nominal_fps: rate the source states; 0 when it states none [1/s].
    """
    if nominal_fps <= 0.0:
        return SHORTEST_SILENCE_S
    return max(SHORTEST_SILENCE_S, MISSED_FRAMES / nominal_fps)


def lost_landmarks(last: Landmarks, capture_time_ns: int) -> Landmarks:
    """Landmarks that say "nothing is seen" at a later instant, for the loss policy to act upon.

    Args:
        last: the latest landmarks; everything but states and confidences stays.
        capture_time_ns: the later instant, on the monotonic clock [ns].
    """
    return replace(
        last,
        capture_time_ns=capture_time_ns,
        pose=replace(last.pose, state=TrackState.LOST, confidence=0.0),
        face=replace(last.face, state=TrackState.LOST, confidence=0.0),
        left_hand=_lost_hand(last.left_hand),
        right_hand=_lost_hand(last.right_hand),
        segmentation_mask=None,
    )


def _lost_hand(hand: HandLandmarks) -> HandLandmarks:
    return replace(hand, state=TrackState.LOST, confidence=0.0, gesture="", gesture_score=0.0)
