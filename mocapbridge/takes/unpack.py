"""From the lines of a take back to the pipeline's types.

A lost part comes back as zeros (the matrix as identity), which is what tracking reports for it.
"""

from __future__ import annotations

import numpy as np

from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.takes.records import (
    FaceRecord,
    FrameRecord,
    HandRecord,
    MeshRecord,
    PoseRecord,
    StepSizes,
    TakeHeader,
)
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
    FaceLandmarks,
    FaceMotion,
    Float32Array,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    PoseMotion,
    TrackState,
)

_POSE_SHAPE = (POSE_LANDMARK_COUNT, 3)
_HAND_SHAPE = (HAND_LANDMARK_COUNT, 3)


def landmarks_from(record: FrameRecord, header: TakeHeader) -> Landmarks:
    """The raw landmarks of a line.

    Raises:
        ValueError: an array does not have the size it must have.
    """
    steps = header.steps
    return Landmarks(
        capture_time_ns=record.time_ns,
        frame_index=record.index,
        source_id=header.source if record.source is None else record.source,
        segment=record.segment,
        image_size_px=record.size_px,
        pose=_pose(record.pose, steps),
        face=_face(record.face, steps),
        left_hand=_hand(record.left_hand, steps),
        right_hand=_hand(record.right_hand, steps),
    )


def motion_from(record: FrameRecord, header: TakeHeader) -> MocapFrame:
    """The solved frame of a line.

    Raises:
        ValueError: an array does not have the size it must have.
    """
    motion, steps = record.motion, header.steps
    joint_state = np.reshape(np.array(motion.joint_state, dtype=np.uint8), JOINT_COUNT)
    pose = PoseMotion(
        state=TrackState(motion.state),
        confidence=motion.confidence * steps.weight,
        root_position_in_world_m=_numbers(motion.root, steps.position, (3,)),
        rotations_wxyz=_numbers(motion.rotations, steps.rotation, (JOINT_COUNT, 4)),
        positions_in_world_m=_numbers(motion.positions, steps.position, (JOINT_COUNT, 3)),
        joint_state=joint_state,
        joint_confidence=_numbers(motion.joint_confidence, steps.weight, (JOINT_COUNT,)),
        feet_planted=motion.feet_planted,
    )
    face = FaceMotion(
        state=TrackState(motion.face_state),
        confidence=motion.face_confidence * steps.weight,
        blendshapes=_numbers(motion.blendshapes, steps.weight, (BLENDSHAPE_COUNT,)),
        world_from_head=_numbers(motion.head, steps.matrix, (4, 4)),
        gaze_rad=_numbers(motion.gaze, steps.rotation, (2, 2)),
    )
    return MocapFrame(
        subject=header.subject,
        frame_id=record.index,
        capture_time_ns=record.time_ns,
        pose=pose,
        face=face,
        left_hand_state=TrackState(motion.hand_states[0]),
        right_hand_state=TrackState(motion.hand_states[1]),
        gestures=motion.gestures,
    )


def _numbers(integers: list[int] | None, step: float, shape: tuple[int, ...]) -> Float32Array:
    if integers is None:
        return np.zeros(shape, dtype=np.float32)
    numbers = np.array(integers, dtype=np.float64) * step
    return np.reshape(numbers, shape).astype(np.float32)


def _pose(record: PoseRecord, steps: StepSizes) -> PoseLandmarks:
    return PoseLandmarks(
        state=TrackState(record.state),
        confidence=record.confidence * steps.weight,
        image=_numbers(record.image, steps.image, _POSE_SHAPE),
        world_m=_numbers(record.world, steps.world, _POSE_SHAPE),
        visibility=_numbers(record.visibility, steps.weight, (POSE_LANDMARK_COUNT,)),
        presence=_numbers(record.presence, steps.weight, (POSE_LANDMARK_COUNT,)),
    )


def _hand(record: HandRecord, steps: StepSizes) -> HandLandmarks:
    return HandLandmarks(
        state=TrackState(record.state),
        confidence=record.confidence * steps.weight,
        image=_numbers(record.image, steps.image, _HAND_SHAPE),
        world_m=_numbers(record.world, steps.world, _HAND_SHAPE),
        gesture=record.gesture,
        gesture_score=record.gesture_score * steps.weight,
    )


def _face(record: FaceRecord, steps: StepSizes) -> FaceLandmarks:
    return FaceLandmarks(
        state=TrackState(record.state),
        confidence=record.confidence * steps.weight,
        image=_mesh(record.mesh, steps.image),
        blendshapes=_numbers(record.blendshapes, steps.weight, (BLENDSHAPE_COUNT,)),
        blendshapes_measured=record.blendshapes is not None,
        camera_from_face_cm=(
            np.eye(4, dtype=np.float32)
            if record.matrix is None
            else _numbers(record.matrix, steps.matrix, (4, 4))
        ),
        matrix_measured=record.matrix is not None,
    )


def _mesh(record: MeshRecord | None, step: float) -> Float32Array:
    shape = (FACE_LANDMARK_COUNT, 3)
    if record is None:
        return np.zeros(shape, dtype=np.float32)
    offsets = np.reshape(np.frombuffer(record.points, dtype="<i2"), shape)
    origin = np.reshape(np.array(record.origin, dtype=np.float64), 3)
    return ((offsets.astype(np.float64) * record.scale + origin) * step).astype(np.float32)
