"""From the pipeline's types to integers: a frame at a time, in one pass over one buffer."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.takes.layout import COLUMNS, MEASURED, place_of, step_size
from mocapbridge.takes.packed_frame import PackedFrame
from mocapbridge.takes.records import IMAGE_STEP, INTEGER_LIMIT, StepSizes
from mocapbridge.types import (
    FaceLandmarks,
    Float32Array,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    Side,
    TrackState,
)

_INT16_MAX: Final = 32767
_LOST: Final = int(TrackState.LOST)

_STATES: Final = {name: COLUMNS[name].place for name in COLUMNS if COLUMNS[name].table == "states"}
_GROUPS: Final = tuple(place_of(group) for group in MEASURED)
_POSE, _FACE, _LEFT, _RIGHT, _MOTION = range(len(_GROUPS))
_GROUP_STARTS: Final = np.array([place.start for place in _GROUPS])


class FramePacker:
    """Makes integers of frames. Keeps its buffers: one packer per take, used by one thread."""

    rejected_parts: int
    """Parts whose numbers were not finite or beyond all measure, recorded as lost."""

    def __init__(self) -> None:
        self.rejected_parts = 0
        self._packed = PackedFrame()
        self._states = self._packed.tables["states"]
        self._raw = np.zeros(_GROUPS[-1].stop, dtype=np.float64)
        self._steps = np.ones_like(self._raw)
        self._views: list[list[npt.NDArray[np.float64]]] = []
        for group in MEASURED:
            columns = [COLUMNS[name] for name, _, _ in group]
            for column in columns:
                self._steps[column.place] = step_size(column, StepSizes())
            self._views.append([self._raw[c.place].reshape(c.shape) for c in columns])
        self._mesh = np.zeros(COLUMNS["face_mesh"].shape, dtype=np.float64)
        self._packed.numbers("face_mesh_scale")[:] = 1

    def pack(self, landmarks: Landmarks, motion: MocapFrame) -> PackedFrame:
        """The integers of one frame. The result is good until the next call.

        Args:
            landmarks: raw landmarks, as tracking gave them.
            motion: what was solved from them.

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
        self._packed.tables["clock"][:] = (
            landmarks.capture_time_ns,
            landmarks.frame_index,
            landmarks.segment,
            *landmarks.image_size_px,
        )
        self._take_pose(landmarks.pose)
        self._take_face(landmarks.face)
        self._take_hand(landmarks.left_hand, Side.LEFT)
        self._take_hand(landmarks.right_hand, Side.RIGHT)
        self._take_motion(motion)
        self._convert(landmarks)
        left, right = landmarks.left_hand, landmarks.right_hand
        self._packed.texts = (
            landmarks.source_id,
            left.gesture if self._state("left_hand_state") else "",
            right.gesture if self._state("right_hand_state") else "",
            *motion.gestures,
        )
        return self._packed

    def _state(self, name: str) -> int:
        return int(self._states[_STATES[name].start])

    def _set_state(self, name: str, *values: int) -> None:
        self._states[_STATES[name]] = values

    def _take_pose(self, pose: PoseLandmarks) -> None:
        self._set_state("pose_state", int(pose.state))
        if pose.state is TrackState.LOST:
            return
        image, world, visibility, presence, confidence = self._views[_POSE]
        image[...] = pose.image
        world[...] = pose.world_m
        visibility[...] = pose.visibility
        presence[...] = pose.presence
        confidence[...] = pose.confidence

    def _take_face(self, face: FaceLandmarks) -> None:
        self._set_state("face_state", int(face.state))
        if face.state is TrackState.LOST:
            self._set_state("face_measured", 0, 0)
            return
        self._set_state("face_measured", face.blendshapes_measured, face.matrix_measured)
        blendshapes, matrix, confidence = self._views[_FACE]
        blendshapes[...] = face.blendshapes
        matrix[...] = face.camera_from_face_cm
        confidence[...] = face.confidence

    def _take_hand(self, hand: HandLandmarks, side: Side) -> None:
        self._set_state(f"{side.name.lower()}_hand_state", int(hand.state))
        if hand.state is TrackState.LOST:
            return
        image, world, confidence, score = self._views[_LEFT if side is Side.LEFT else _RIGHT]
        image[...] = hand.image
        world[...] = hand.world_m
        confidence[...] = hand.confidence
        score[...] = hand.gesture_score

    def _take_motion(self, motion: MocapFrame) -> None:
        pose, face = motion.pose, motion.face
        self._set_state("motion_state", int(pose.state))
        self._set_state("motion_face_state", int(face.state))
        self._set_state(
            "motion_hand_states", int(motion.left_hand_state), int(motion.right_hand_state)
        )
        self._set_state("motion_feet_planted", *pose.feet_planted)
        self._states[_STATES["motion_joint_state"]] = pose.joint_state
        for view, values in zip(
            self._views[_MOTION],
            (
                pose.root_position_in_world_m,
                pose.rotations_wxyz,
                pose.positions_in_world_m,
                pose.joint_confidence,
                pose.confidence,
                face.confidence,
                face.blendshapes,
                face.world_from_head,
                face.gaze_rad,
            ),
            strict=True,
        ):
            view[...] = values

    def _convert(self, landmarks: Landmarks) -> None:
        """Integers of every part that is there; one with a bad number is lost and counted."""
        scaled = np.rint(self._raw / self._steps)
        largest = np.maximum.reduceat(np.abs(scaled), _GROUP_STARTS)
        good = largest <= INTEGER_LIMIT  # false for NaN as well
        numbers = self._packed.tables["numbers"]
        for group, state in enumerate(
            ("pose_state", "face_state", "left_hand_state", "right_hand_state")
        ):
            if self._state(state) == _LOST:
                continue
            if good[group] and (group != _FACE or self._convert_mesh(landmarks.face.image)):
                numbers[_GROUPS[group]] = scaled[_GROUPS[group]]
            else:
                self.rejected_parts += 1
                self._set_state(state, _LOST)
                if group == _FACE:
                    self._set_state("face_measured", 0, 0)
        if good[_MOTION]:
            numbers[_GROUPS[_MOTION]] = scaled[_GROUPS[_MOTION]]
        else:
            self._reject_motion()

    def _reject_motion(self) -> None:
        # The pose before it stays, and says that it is worth nothing.
        self.rejected_parts += 1
        self._set_state("motion_state", _LOST)
        self._set_state("motion_face_state", _LOST)
        for name in ("motion_confidence", "motion_face_confidence"):
            self._packed.numbers(name)[:] = 0

    def _convert_mesh(self, image: Float32Array) -> bool:
        mesh = self._mesh
        np.divide(image, IMAGE_STEP, out=mesh)
        low, high = np.rint(mesh.min(axis=0)), np.rint(mesh.max(axis=0))
        if not max(high.max(), -low.min()) <= INTEGER_LIMIT:
            return False
        origin = np.floor((low + high) / 2)
        mesh -= origin
        scale = max(1, int(np.ceil((high - origin).max() / _INT16_MAX)))
        mesh /= scale
        np.rint(mesh, out=mesh)
        self._packed.numbers("face_mesh_origin")[:] = origin
        self._packed.numbers("face_mesh_scale")[:] = scale
        self._packed.tables["mesh"][:] = mesh.reshape(-1)
        return True
