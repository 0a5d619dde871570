"""Between a frame's integers and its line in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from mocapbridge.takes.layout import COLUMNS
from mocapbridge.takes.packed_frame import PackedFrame
from mocapbridge.takes.records import (
    FaceRecord,
    FrameRecord,
    HandRecord,
    MeshRecord,
    MotionRecord,
    PoseRecord,
)
from mocapbridge.types import TrackState

_LOST: Final = int(TrackState.LOST)
_PLACES: Final = {name: column.place for name, column in COLUMNS.items()}


def record_of(packed: PackedFrame, header_source: str) -> FrameRecord:
    """The line of a frame.

    Args:
        packed: the frame.
        header_source: the header's source, which a line only repeats when it differs.
    """
    numbers: list[int] = packed.tables["numbers"].tolist()
    states: list[int] = packed.tables["states"].tolist()
    time_ns, index, segment, width, height = packed.tables["clock"].tolist()
    source, left_gesture, right_gesture, *_ = packed.texts
    return FrameRecord(
        index=index,
        time_ns=time_ns,
        size_px=(width, height),
        pose=_pose_record(numbers, states),
        face=_face_record(packed, numbers, states),
        left_hand=_hand_record("left", left_gesture, numbers, states),
        right_hand=_hand_record("right", right_gesture, numbers, states),
        motion=_motion_record(packed, numbers, states),
        segment=segment,
        source=None if source == header_source else source,
    )


def _of(values: list[int], name: str) -> list[int]:
    return values[_PLACES[name]]


def _one(values: list[int], name: str) -> int:
    place: int = _PLACES[name].start
    return values[place]


def _pose_record(numbers: list[int], states: list[int]) -> PoseRecord:
    state = _one(states, "pose_state")
    if state == _LOST:
        return PoseRecord(state)
    return PoseRecord(
        state,
        _one(numbers, "pose_confidence"),
        _of(numbers, "pose_image"),
        _of(numbers, "pose_world"),
        _of(numbers, "pose_visibility"),
        _of(numbers, "pose_presence"),
    )


def _face_record(packed: PackedFrame, numbers: list[int], states: list[int]) -> FaceRecord:
    state = _one(states, "face_state")
    if state == _LOST:
        return FaceRecord(state)
    blendshapes_measured, matrix_measured = _of(states, "face_measured")
    return FaceRecord(
        state,
        _one(numbers, "face_confidence"),
        MeshRecord(
            _of(numbers, "face_mesh_origin"),
            _one(numbers, "face_mesh_scale"),
            packed.tables["mesh"].astype("<i2").tobytes(),
        ),
        _of(numbers, "face_blendshapes") if blendshapes_measured else None,
        _of(numbers, "face_matrix") if matrix_measured else None,
    )


def _hand_record(side: str, gesture: str, numbers: list[int], states: list[int]) -> HandRecord:
    state = _one(states, f"{side}_hand_state")
    if state == _LOST:
        return HandRecord(state)
    return HandRecord(
        state,
        _one(numbers, f"{side}_hand_confidence"),
        _of(numbers, f"{side}_hand_image"),
        _of(numbers, f"{side}_hand_world"),
        gesture,
        _one(numbers, f"{side}_hand_gesture_score"),
    )


def _motion_record(packed: PackedFrame, numbers: list[int], states: list[int]) -> MotionRecord:
    left_state, right_state = _of(states, "motion_hand_states")
    left_planted, right_planted = _of(states, "motion_feet_planted")
    return MotionRecord(
        state=_one(states, "motion_state"),
        confidence=_one(numbers, "motion_confidence"),
        root=_of(numbers, "motion_root"),
        rotations=_of(numbers, "motion_rotations"),
        positions=_of(numbers, "motion_positions"),
        joint_state=_of(states, "motion_joint_state"),
        joint_confidence=_of(numbers, "motion_joint_confidence"),
        face_state=_one(states, "motion_face_state"),
        face_confidence=_one(numbers, "motion_face_confidence"),
        blendshapes=_of(numbers, "motion_blendshapes"),
        head=_of(numbers, "motion_head"),
        gaze=_of(numbers, "motion_gaze"),
        hand_states=(left_state, right_state),
        gestures=packed.texts[3:],
        feet_planted=(bool(left_planted), bool(right_planted)),
    )


class LineUnpacker:
    """Makes integers of lines. Keeps its buffer: one for each reading of a take."""

    def __init__(self, header_source: str) -> None:
        self._header_source = header_source
        self._packed = PackedFrame()
        self._packed.numbers("face_mesh_scale")[:] = 1

    def unpack(self, record: FrameRecord) -> PackedFrame:
        """The integers of a line. The result is good until the next call.

        Raises:
            ValueError: an array does not have the size it must have.
        """
        self._packed.tables["clock"][:] = (
            record.time_ns,
            record.index,
            record.segment,
            *record.size_px,
        )
        self._take_pose(record.pose)
        self._take_face(record.face)
        self._take_hand("left", record.left_hand)
        self._take_hand("right", record.right_hand)
        self._take_motion(record.motion)
        self._packed.texts = (
            self._header_source if record.source is None else record.source,
            record.left_hand.gesture,
            record.right_hand.gesture,
            *record.motion.gestures,
        )
        return self._packed

    def _set(self, name: str, values: Sequence[int] | None) -> None:
        """Put integers in their place; None, what an old or foreign writer left out, is zeros."""
        column = COLUMNS[name]
        size = column.place.stop - column.place.start
        if values is not None and len(values) != size:
            raise ValueError(f"{name} has {len(values)} numbers instead of {size}")
        self._packed.tables[column.table][column.place] = 0 if values is None else values

    def _take_pose(self, pose: PoseRecord) -> None:
        self._set("pose_state", (pose.state,))
        if pose.state == _LOST:
            return
        self._set("pose_confidence", (pose.confidence,))
        self._set("pose_image", pose.image)
        self._set("pose_world", pose.world)
        self._set("pose_visibility", pose.visibility)
        self._set("pose_presence", pose.presence)

    def _take_face(self, face: FaceRecord) -> None:
        self._set("face_state", (face.state,))
        measured = face.blendshapes is not None, face.matrix is not None
        self._set("face_measured", measured if face.state != _LOST else (0, 0))
        if face.state == _LOST:
            return
        self._set("face_confidence", (face.confidence,))
        self._set("face_blendshapes", face.blendshapes)
        self._set("face_matrix", face.matrix)
        mesh = face.mesh
        self._set("face_mesh_origin", None if mesh is None else mesh.origin)
        self._set("face_mesh_scale", (1 if mesh is None else mesh.scale,))
        points = self._packed.tables["mesh"]
        if mesh is not None and len(mesh.points) != points.nbytes:
            raise ValueError(f"mesh has {len(mesh.points)} bytes instead of {points.nbytes}")
        points[:] = 0 if mesh is None else np.frombuffer(mesh.points, dtype="<i2")

    def _take_hand(self, side: str, hand: HandRecord) -> None:
        self._set(f"{side}_hand_state", (hand.state,))
        if hand.state == _LOST:
            return
        self._set(f"{side}_hand_confidence", (hand.confidence,))
        self._set(f"{side}_hand_gesture_score", (hand.gesture_score,))
        self._set(f"{side}_hand_image", hand.image)
        self._set(f"{side}_hand_world", hand.world)

    def _take_motion(self, motion: MotionRecord) -> None:
        self._set("motion_state", (motion.state,))
        self._set("motion_face_state", (motion.face_state,))
        self._set("motion_hand_states", motion.hand_states)
        self._set("motion_feet_planted", motion.feet_planted)
        self._set("motion_joint_state", motion.joint_state)
        self._set("motion_root", motion.root)
        self._set("motion_rotations", motion.rotations)
        self._set("motion_positions", motion.positions)
        self._set("motion_joint_confidence", motion.joint_confidence)
        self._set("motion_confidence", (motion.confidence,))
        self._set("motion_face_confidence", (motion.face_confidence,))
        self._set("motion_blendshapes", motion.blendshapes)
        self._set("motion_head", motion.head)
        self._set("motion_gaze", motion.gaze)
