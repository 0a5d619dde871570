"""From the pipeline's types to the lines of a take: arrays become integers, a part at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.takes.records import (
    IMAGE_STEP,
    INTEGER_LIMIT,
    MATRIX_STEP,
    POSITION_STEP_M,
    ROTATION_STEP,
    WEIGHT_STEP,
    WORLD_STEP_M,
    FaceRecord,
    FrameRecord,
    HandRecord,
    MeshRecord,
    MotionRecord,
    PoseRecord,
)
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
    FaceLandmarks,
    Float32Array,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    TrackState,
)

_INT16_MAX: Final = 32767
_LOST: Final = int(TrackState.LOST)

_POSE: Final = (
    ((POSE_LANDMARK_COUNT, 3), IMAGE_STEP),
    ((POSE_LANDMARK_COUNT, 3), WORLD_STEP_M),
    ((POSE_LANDMARK_COUNT,), WEIGHT_STEP),
    ((POSE_LANDMARK_COUNT,), WEIGHT_STEP),
    ((1,), WEIGHT_STEP),
)
_FACE: Final = (((BLENDSHAPE_COUNT,), WEIGHT_STEP), ((4, 4), MATRIX_STEP), ((1,), WEIGHT_STEP))
_HAND: Final = (
    ((HAND_LANDMARK_COUNT, 3), IMAGE_STEP),
    ((HAND_LANDMARK_COUNT, 3), WORLD_STEP_M),
    ((1,), WEIGHT_STEP),
    ((1,), WEIGHT_STEP),
)
_MOTION: Final = (
    ((3,), POSITION_STEP_M),
    ((JOINT_COUNT, 4), ROTATION_STEP),
    ((JOINT_COUNT, 3), POSITION_STEP_M),
    ((JOINT_COUNT,), WEIGHT_STEP),
    ((1,), WEIGHT_STEP),
    ((1,), WEIGHT_STEP),
    ((BLENDSHAPE_COUNT,), WEIGHT_STEP),
    ((4, 4), MATRIX_STEP),
    ((2, 2), ROTATION_STEP),
)


class _Group:
    """Turns a fixed set of arrays into lists of integers, in one pass over one buffer."""

    def __init__(self, fields: Sequence[tuple[tuple[int, ...], float]]) -> None:
        counts = [int(np.prod(shape)) for shape, _ in fields]
        ends = np.cumsum(counts).tolist()
        self._slices = [slice(end - count, end) for end, count in zip(ends, counts, strict=True)]
        self._numbers = np.zeros(sum(counts), dtype=np.float64)
        self._steps = np.repeat([step for _, step in fields], counts)
        self._views = [
            np.reshape(self._numbers[part], shape)
            for part, (shape, _) in zip(self._slices, fields, strict=True)
        ]

    def integers(self, *arrays: npt.ArrayLike) -> list[list[int]] | None:
        """One list per array; None when a number is not finite or beyond all measure."""
        for view, array in zip(self._views, arrays, strict=True):
            view[...] = array
        numbers = self._numbers
        np.divide(numbers, self._steps, out=numbers)
        np.rint(numbers, out=numbers)
        if not np.abs(numbers).max() <= INTEGER_LIMIT:  # written so that NaN fails as well
            return None
        flat: list[int] = numbers.astype(np.int64).tolist()
        return [flat[part] for part in self._slices]


class FramePacker:
    """Makes the line of a frame. Keeps its buffers: one packer per take, used by one thread."""

    rejected_parts: int
    """Parts whose numbers were not finite or beyond all measure, recorded as lost."""

    def __init__(self) -> None:
        self.rejected_parts = 0
        self._pose = _Group(_POSE)
        self._face = _Group(_FACE)
        self._hand = _Group(_HAND)
        self._motion = _Group(_MOTION)
        self._mesh = np.zeros((FACE_LANDMARK_COUNT, 3), dtype=np.float64)
        self._last_motion = [[0] * int(np.prod(shape)) for shape, _ in _MOTION]

    def pack(self, landmarks: Landmarks, motion: MocapFrame, source: str) -> FrameRecord:
        """The line of one frame.

        Args:
            landmarks: raw landmarks, as tracking gave them.
            motion: what was solved from them.
            source: the header's source.

        Raises:
            ValueError: the two are not of the same frame.
        """
        if (landmarks.frame_index, landmarks.capture_time_ns) != (
            motion.frame_id,
            motion.capture_time_ns,
        ):
            raise ValueError(
                f"landmarks of frame {landmarks.frame_index} and motion of frame "
                f"{motion.frame_id} do not belong together"
            )
        return FrameRecord(
            index=landmarks.frame_index,
            time_ns=landmarks.capture_time_ns,
            size_px=landmarks.image_size_px,
            pose=self._pose_record(landmarks.pose),
            face=self._face_record(landmarks.face),
            left_hand=self._hand_record(landmarks.left_hand),
            right_hand=self._hand_record(landmarks.right_hand),
            motion=self._motion_record(motion),
            segment=landmarks.segment,
            source=None if landmarks.source_id == source else landmarks.source_id,
        )

    def _pose_record(self, pose: PoseLandmarks) -> PoseRecord:
        if pose.state is TrackState.LOST:
            return PoseRecord(state=_LOST)
        numbers = self._pose.integers(
            pose.image, pose.world_m, pose.visibility, pose.presence, pose.confidence
        )
        if numbers is None:
            self.rejected_parts += 1
            return PoseRecord(state=_LOST)
        image, world, visibility, presence, (confidence,) = numbers
        return PoseRecord(int(pose.state), confidence, image, world, visibility, presence)

    def _face_record(self, face: FaceLandmarks) -> FaceRecord:
        if face.state is TrackState.LOST:
            return FaceRecord(state=_LOST)
        numbers = self._face.integers(face.blendshapes, face.camera_from_face_cm, face.confidence)
        mesh = self._mesh_record(face.image)
        if numbers is None or mesh is None:
            self.rejected_parts += 1
            return FaceRecord(state=_LOST)
        blendshapes, matrix, (confidence,) = numbers
        return FaceRecord(
            int(face.state),
            confidence,
            mesh,
            blendshapes if face.blendshapes_measured else None,
            matrix if face.matrix_measured else None,
        )

    def _hand_record(self, hand: HandLandmarks) -> HandRecord:
        if hand.state is TrackState.LOST:
            return HandRecord(state=_LOST)
        numbers = self._hand.integers(hand.image, hand.world_m, hand.confidence, hand.gesture_score)
        if numbers is None:
            self.rejected_parts += 1
            return HandRecord(state=_LOST)
        image, world, (confidence,), (score,) = numbers
        return HandRecord(int(hand.state), confidence, image, world, hand.gesture, score)

    def _mesh_record(self, image: Float32Array) -> MeshRecord | None:
        mesh = self._mesh
        np.divide(image, IMAGE_STEP, out=mesh)
        low, high = np.rint(mesh.min(axis=0)), np.rint(mesh.max(axis=0))
        if not max(high.max(), -low.min()) <= INTEGER_LIMIT:
            return None
        origin = np.floor((low + high) / 2)
        mesh -= origin
        scale = max(1, int(np.ceil((high - origin).max() / _INT16_MAX)))
        mesh /= scale
        np.rint(mesh, out=mesh)
        return MeshRecord(origin.astype(np.int64).tolist(), scale, mesh.astype("<i2").tobytes())

    def _motion_record(self, motion: MocapFrame) -> MotionRecord:
        pose, face = motion.pose, motion.face
        numbers = self._motion.integers(
            pose.root_position_in_world_m,
            pose.rotations_wxyz,
            pose.positions_in_world_m,
            pose.joint_confidence,
            pose.confidence,
            face.confidence,
            face.blendshapes,
            face.world_from_head,
            face.gaze_rad,
        )
        finite = numbers is not None
        if numbers is None:
            self.rejected_parts += 1
            numbers = self._last_motion
        self._last_motion = numbers
        root, rotations, positions, joint_confidence, (sure,), (face_sure,), *rest = numbers
        blendshapes, head, gaze = rest
        return MotionRecord(
            state=int(pose.state) if finite else _LOST,
            confidence=sure if finite else 0,
            root=root,
            rotations=rotations,
            positions=positions,
            joint_state=pose.joint_state.tolist(),
            joint_confidence=joint_confidence,
            face_state=int(face.state) if finite else _LOST,
            face_confidence=face_sure if finite else 0,
            blendshapes=blendshapes,
            head=head,
            gaze=gaze,
            hand_states=(int(motion.left_hand_state), int(motion.right_hand_state)),
            gestures=motion.gestures,
            feet_planted=pose.feet_planted,
        )
