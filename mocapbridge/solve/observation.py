"""The landmarks of one frame as the solver uses them: world axes, bounded, one table of trust."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.geometry import plain
from mocapbridge.geometry.matrix import clamp
from mocapbridge.solve import anatomy, head
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.hand_depth import hands_in_space_m
from mocapbridge.types import Float32Array, Float64Array, HandLandmarks, Landmarks, TrackState

_REACH_M: Final = 5.0
"""No landmark is further from the hips."""
_PICTURES: Final = 10.0
"""Landmarks outside the picture are guesses; beyond ten picture widths they are broken."""
_LEAST_HAND_CONFIDENCE: Final = 0.5
"""A hand is reported only when the task found it: at least its own default threshold."""
_PRESENT: Final = (TrackState.TRACKED, TrackState.HELD)


class Observation(NamedTuple):
    """What one frame shows, finite whatever the landmarks were."""

    points_m: Float64Array
    """(33, 3) body landmarks relative to the hips, world axes."""
    rays: Float64Array
    """(33, 2) slopes x / z and y / z of the body landmarks in the picture, image axes."""
    hand_points_m: Float64Array
    """(2, 21, 3) left and right hand, world axes, any origin."""
    world_from_head: Float64Array | None
    """(3, 3) the face's turn; None when there is no face matrix."""
    blendshapes: Float64Array
    """(52,) 0..1."""
    trust: Float64Array
    """(39,) 0..1 by source, see ``anatomy.JOINT_SOURCES``; the first 33 are visibilities."""
    body_seen: bool
    """Whether this very frame shows a body."""


def observe(landmarks: Landmarks, camera: Camera) -> Observation:
    """Landmarks in world axes, with what to believe of them."""
    pose, face = landmarks.pose, landmarks.face
    turn = camera.world_from_image.T
    world_from_head = None
    if face.matrix_measured and face.state in _PRESENT:
        matrix = _bounded(face.camera_from_face_cm[:3, :3], _PICTURES)
        turn_of_face = camera.face_turn(face.image, landmarks.image_size_px)
        turn_of_head = plain.product(turn_of_face, head.orthonormal(matrix))
        world_from_head = plain.matrices([turn_of_head])[0]
    image = _bounded(pose.image, _PICTURES)
    return Observation(
        points_m=_bounded(pose.world_m, _REACH_M) @ turn,
        rays=camera.rays(image, landmarks.image_size_px),
        hand_points_m=_hands_m(landmarks, camera) @ turn,
        world_from_head=world_from_head,
        blendshapes=_fractions(face.blendshapes),
        trust=_trust(landmarks),
        body_seen=pose.state is TrackState.TRACKED,
    )


def _hands_m(landmarks: Landmarks, camera: Camera) -> Float64Array:
    left, right = landmarks.left_hand, landmarks.right_hand
    in_picture = _bounded(np.array((left.image, right.image)), _PICTURES)
    return hands_in_space_m(
        camera.hand_rays(in_picture, landmarks.image_size_px),
        _bounded(np.array((left.world_m, right.world_m)), _REACH_M),
    )


def _trust(landmarks: Landmarks) -> Float64Array:
    pose, face = landmarks.pose, landmarks.face
    trust = np.zeros(anatomy.SOURCE_COUNT)
    if pose.state in _PRESENT:
        trust[:33] = _fractions(pose.visibility)
    face_there = face.state in _PRESENT
    trust[anatomy.FACE_SOURCE] = float(face_there)
    trust[anatomy.LEFT_HAND_SOURCE] = _hand_trust(landmarks.left_hand)
    trust[anatomy.RIGHT_HAND_SOURCE] = _hand_trust(landmarks.right_hand)
    of_points = max(trust[anatomy.NOSE], trust[anatomy.LEFT_EAR], trust[anatomy.RIGHT_EAR])
    trust[anatomy.HEAD_SOURCE] = 1.0 if face_there and face.matrix_measured else of_points
    trust[anatomy.GAZE_SOURCE] = float(face_there and face.blendshapes_measured)
    return trust


def _hand_trust(hand: HandLandmarks) -> float:
    if hand.state not in _PRESENT:
        return 0.0
    return min(max(hand.confidence, _LEAST_HAND_CONFIDENCE), 1.0)


def _fractions(numbers: Float32Array) -> Float64Array:
    """The numbers as float64 within 0..1, 0 for those that are none."""
    return np.minimum(np.fmax(numbers, 0.0), 1.0).astype(np.float64)


def _bounded(numbers: Float32Array, limit: float) -> Float64Array:
    """The numbers as float64, none beyond the limit, 0 for those that are none."""
    if np.maximum.reduce(np.abs(numbers), axis=None) <= limit:
        return numbers.astype(np.float64)
    return clamp(np.nan_to_num(numbers.astype(np.float64), nan=0.0), -limit, limit)
