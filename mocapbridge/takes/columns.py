"""A take as arrays with a row for each frame: what is quick to load, clean up and export."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.types import (
    FaceLandmarks,
    FaceMotion,
    Float32Array,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    PoseMotion,
    TrackState,
    UInt8Array,
)

BoolArray: TypeAlias = npt.NDArray[np.bool_]
Int32Array: TypeAlias = npt.NDArray[np.int32]
Int64Array: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class MotionColumns:
    """The solved motion of ``n`` frames; fields as in ``MocapFrame`` and what it holds."""

    subject: str
    frame_id: Int64Array
    """(n,)"""
    capture_time_ns: Int64Array
    """(n,)"""
    state: UInt8Array
    """(n,) of the body."""
    confidence: Float32Array
    """(n,) of the body."""
    root_position_in_world_m: Float32Array
    """(n, 3)"""
    rotations_wxyz: Float32Array
    """(n, 55, 4)"""
    positions_in_world_m: Float32Array
    """(n, 55, 3)"""
    joint_state: UInt8Array
    """(n, 55)"""
    joint_confidence: Float32Array
    """(n, 55)"""
    feet_planted: BoolArray
    """(n, 2) left, right."""
    face_state: UInt8Array
    """(n,)"""
    face_confidence: Float32Array
    """(n,)"""
    blendshapes: Float32Array
    """(n, 52)"""
    world_from_head: Float32Array
    """(n, 4, 4)"""
    gaze_rad: Float32Array
    """(n, 2, 2)"""
    hand_states: UInt8Array
    """(n, 2) left, right."""
    gestures: Int32Array
    """(n, 2) left, right: which of ``texts``."""
    texts: tuple[str, ...]

    @property
    def frames(self) -> int:
        """How many rows there are."""
        return len(self.frame_id)

    def frame(self, row: int) -> MocapFrame:
        """One row as the pipeline has it. Its arrays are views."""
        left_planted, right_planted = self.feet_planted[row].tolist()
        left_gesture, right_gesture = self.gestures[row].tolist()
        left_state, right_state = self.hand_states[row].tolist()
        return MocapFrame(
            subject=self.subject,
            frame_id=int(self.frame_id[row]),
            capture_time_ns=int(self.capture_time_ns[row]),
            pose=PoseMotion(
                state=TrackState(int(self.state[row])),
                confidence=float(self.confidence[row]),
                root_position_in_world_m=self.root_position_in_world_m[row],
                rotations_wxyz=self.rotations_wxyz[row],
                positions_in_world_m=self.positions_in_world_m[row],
                joint_state=self.joint_state[row],
                joint_confidence=self.joint_confidence[row],
                feet_planted=(left_planted, right_planted),
            ),
            face=FaceMotion(
                state=TrackState(int(self.face_state[row])),
                confidence=float(self.face_confidence[row]),
                blendshapes=self.blendshapes[row],
                world_from_head=self.world_from_head[row],
                gaze_rad=self.gaze_rad[row],
            ),
            left_hand_state=TrackState(left_state),
            right_hand_state=TrackState(right_state),
            gestures=(self.texts[int(left_gesture)], self.texts[int(right_gesture)]),
        )


def columns_of(frames: Sequence[MocapFrame]) -> MotionColumns:
    """Frames of motion as columns.

    Args:
        frames: in order; at least one.
    """
    texts = sorted({gesture for frame in frames for gesture in frame.gestures})
    number = {text: index for index, text in enumerate(texts)}
    return MotionColumns(
        subject=frames[0].subject,
        frame_id=np.array([frame.frame_id for frame in frames], dtype=np.int64),
        capture_time_ns=np.array([frame.capture_time_ns for frame in frames], dtype=np.int64),
        state=np.array([frame.pose.state for frame in frames], dtype=np.uint8),
        confidence=np.array([frame.pose.confidence for frame in frames], dtype=np.float32),
        root_position_in_world_m=np.stack([f.pose.root_position_in_world_m for f in frames]),
        rotations_wxyz=np.stack([frame.pose.rotations_wxyz for frame in frames]),
        positions_in_world_m=np.stack([frame.pose.positions_in_world_m for frame in frames]),
        joint_state=np.stack([frame.pose.joint_state for frame in frames]),
        joint_confidence=np.stack([frame.pose.joint_confidence for frame in frames]),
        feet_planted=np.array([frame.pose.feet_planted for frame in frames], dtype=np.bool_),
        face_state=np.array([frame.face.state for frame in frames], dtype=np.uint8),
        face_confidence=np.array([frame.face.confidence for frame in frames], dtype=np.float32),
        blendshapes=np.stack([frame.face.blendshapes for frame in frames]),
        world_from_head=np.stack([frame.face.world_from_head for frame in frames]),
        gaze_rad=np.stack([frame.face.gaze_rad for frame in frames]),
        hand_states=np.array(
            [(frame.left_hand_state, frame.right_hand_state) for frame in frames], dtype=np.uint8
        ),
        gestures=np.array(
            [[number[gesture] for gesture in frame.gestures] for frame in frames], dtype=np.int32
        ),
        texts=tuple(texts),
    )


@dataclass(frozen=True, slots=True)
class PoseColumns:
    """``PoseLandmarks`` of ``n`` frames; zeros where it is lost."""

    state: UInt8Array
    confidence: Float32Array
    image: Float32Array
    """(n, 33, 3)"""
    world_m: Float32Array
    """(n, 33, 3)"""
    visibility: Float32Array
    """(n, 33)"""
    presence: Float32Array
    """(n, 33)"""

    def frame(self, row: int) -> PoseLandmarks:
        """One row as the pipeline has it."""
        return PoseLandmarks(
            state=TrackState(int(self.state[row])),
            confidence=float(self.confidence[row]),
            image=self.image[row],
            world_m=self.world_m[row],
            visibility=self.visibility[row],
            presence=self.presence[row],
        )


@dataclass(frozen=True, slots=True)
class FaceColumns:
    """``FaceLandmarks`` of ``n`` frames; zeros where it is lost, identities for the matrix."""

    state: UInt8Array
    confidence: Float32Array
    image: Float32Array
    """(n, 478, 3)"""
    blendshapes: Float32Array
    """(n, 52)"""
    camera_from_face_cm: Float32Array
    """(n, 4, 4)"""
    measured: BoolArray
    """(n, 2) blendshapes, matrix."""

    def frame(self, row: int) -> FaceLandmarks:
        """One row as the pipeline has it."""
        blendshapes_measured, matrix_measured = self.measured[row].tolist()
        return FaceLandmarks(
            state=TrackState(int(self.state[row])),
            confidence=float(self.confidence[row]),
            image=self.image[row],
            blendshapes=self.blendshapes[row],
            blendshapes_measured=blendshapes_measured,
            camera_from_face_cm=self.camera_from_face_cm[row],
            matrix_measured=matrix_measured,
        )


@dataclass(frozen=True, slots=True)
class HandColumns:
    """``HandLandmarks`` of ``n`` frames; zeros where it is lost."""

    state: UInt8Array
    confidence: Float32Array
    image: Float32Array
    """(n, 21, 3)"""
    world_m: Float32Array
    """(n, 21, 3)"""
    gesture: Int32Array
    """(n,) which of the texts."""
    gesture_score: Float32Array

    def frame(self, row: int, texts: tuple[str, ...]) -> HandLandmarks:
        """One row as the pipeline has it."""
        return HandLandmarks(
            state=TrackState(int(self.state[row])),
            confidence=float(self.confidence[row]),
            image=self.image[row],
            world_m=self.world_m[row],
            gesture=texts[int(self.gesture[row])],
            gesture_score=float(self.gesture_score[row]),
        )


@dataclass(frozen=True, slots=True)
class LandmarkColumns:
    """The raw landmarks of ``n`` frames; fields as in ``Landmarks`` and what it holds."""

    capture_time_ns: Int64Array
    """(n,)"""
    frame_index: Int64Array
    """(n,)"""
    segment: Int64Array
    """(n,)"""
    image_size_px: Int64Array
    """(n, 2) width, height."""
    source: Int32Array
    """(n,) which of ``texts``."""
    pose: PoseColumns
    face: FaceColumns
    left_hand: HandColumns
    right_hand: HandColumns
    texts: tuple[str, ...]

    @property
    def frames(self) -> int:
        """How many rows there are."""
        return len(self.frame_index)

    def frame(self, row: int) -> Landmarks:
        """One row as the pipeline has it. Its arrays are views."""
        width, height = self.image_size_px[row].tolist()
        return Landmarks(
            capture_time_ns=int(self.capture_time_ns[row]),
            frame_index=int(self.frame_index[row]),
            source_id=self.texts[int(self.source[row])],
            segment=int(self.segment[row]),
            image_size_px=(width, height),
            pose=self.pose.frame(row),
            face=self.face.frame(row),
            left_hand=self.left_hand.frame(row, self.texts),
            right_hand=self.right_hand.frame(row, self.texts),
        )
