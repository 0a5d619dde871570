"""From blocks of integers to columns in units."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, TypeAlias

import numpy as np

from mocapbridge.takes.columns import (
    FaceColumns,
    HandColumns,
    LandmarkColumns,
    MotionColumns,
    PoseColumns,
)
from mocapbridge.takes.layout import COLUMNS, TABLE_TYPES, Column, IntArray, step_size
from mocapbridge.takes.records import StepSizes, TakeHeader
from mocapbridge.types import Float32Array, TrackState

Columns: TypeAlias = dict[str, IntArray]
"""Integers of a block by name of their column, each ``(columns, frames)``."""
Arrays: TypeAlias = dict[str, Any]
"""Values by name of their column, each ``(frames, *shape)``, in units."""

_LOST: Final = int(TrackState.LOST)

_EXACT_IN_FLOAT32: Final = 2**24
_ROOM_FOR_OFFSETS: Final = 2**31 - 2**16
_CACHE_LINE: Final = 16
"""Numbers of 4 bytes in 64."""

_FLAGS: Final = frozenset({"face_measured", "motion_feet_planted"})
# What a lost part does not have, by the state that says so.
_PARTS: Final = {
    "pose_state": ("pose_image", "pose_world", "pose_visibility", "pose_presence"),
    "face_state": ("face_mesh", "face_blendshapes", "face_matrix"),
    "left_hand_state": ("left_hand_image", "left_hand_world", "left_hand_gesture_score"),
    "right_hand_state": ("right_hand_image", "right_hand_world", "right_hand_gesture_score"),
}
# They make the mesh and are nothing by themselves.
_MESH_PLACE: Final = ("face_mesh_origin", "face_mesh_scale")


class Gathering:
    """Columns of a take that are being filled, block by block, with room for what is there."""

    def __init__(self, names: Collection[str], steps: StepSizes) -> None:
        """No frames yet.

        Args:
            names: the columns.
            steps: what the integers count.
        """
        self._steps = steps
        self.arrays: Arrays = {
            name: np.empty((0, *COLUMNS[name].shape), dtype=_value_type(COLUMNS[name]))
            for name in names
            if name not in _MESH_PLACE
        }

    def grow(self, frames: int) -> None:
        """Make room for so many frames in all; those that are filled in stay."""
        for array in self.arrays.values():
            # In place: nobody else has these arrays yet, and only the new part costs memory.
            array.resize((frames, *array.shape[1:]), refcheck=False)

    def fill(self, first: int, block: Columns) -> None:
        """Fill in a block. Several threads may, each its own.

        Args:
            first: row of the block's first frame.
            block: ``(columns, frames)`` integers by name.
        """
        for name, integers in block.items():
            if name in _MESH_PLACE:
                continue
            column = COLUMNS[name]
            rows = self.arrays[name][first : first + integers.shape[1]]
            flat = rows.reshape(len(rows), -1)
            if column.table == "mesh":
                self._fill_mesh(flat, block)
            elif column.step is None:
                flat[...] = integers.T
            else:
                _copy_transposed(_scaled(integers, step_size(column, self._steps)), flat)
        self._blank_lost(first, block)

    def _fill_mesh(self, flat: Any, block: Columns) -> None:  # noqa: ANN401
        points = block["face_mesh"]
        by_axis = points.reshape(-1, 3, points.shape[1])
        scale, origin = block["face_mesh_scale"], block["face_mesh_origin"]
        if (scale != 1).any() or np.abs(origin, dtype=np.int64).max() > _ROOM_FOR_OFFSETS:
            sums = by_axis.astype(np.int64) * scale + origin
        else:
            sums = np.add(by_axis, origin, dtype=np.int32)
        _copy_transposed(_scaled(sums.reshape(points.shape), self._steps.image), flat)

    def _blank_lost(self, first: int, block: Columns) -> None:
        for state_name, names in _PARTS.items():
            if state_name not in block:
                continue
            lost = np.flatnonzero(block[state_name][0] == _LOST) + first
            part = state_name.removesuffix("state")
            for name in (*names, f"{part}confidence"):
                self.arrays[name][lost] = 0
        if "face_measured" in block:
            blendshapes, matrix = block["face_measured"] == 0
            self.arrays["face_blendshapes"][np.flatnonzero(blendshapes) + first] = 0
            self.arrays["face_matrix"][np.flatnonzero(matrix) + first] = np.eye(4)


def _copy_transposed(values: Float32Array, out: Float32Array) -> None:
    # A cache line of each row at a time: three times as quick as all at once.
    for first in range(0, len(values), _CACHE_LINE):
        out[:, first : first + _CACHE_LINE] = values[first : first + _CACHE_LINE].T


def _scaled(integers: IntArray, step: float) -> Float32Array:
    """Integers times their step; through float32 where it holds them exactly, which is quicker."""
    if max(integers.max(initial=0), -integers.min(initial=0)) < _EXACT_IN_FLOAT32:
        values = integers.astype(np.float32)
        values *= np.float32(step)
        return values
    return (integers * step).astype(np.float32)


def _value_type(column: Column) -> type[np.generic]:
    if column.table == "states":
        return np.bool_ if column.name in _FLAGS else np.uint8
    if column.table in {"clock", "texts"}:
        return TABLE_TYPES[column.table]
    return np.float32


def values_of(block: Columns, steps: StepSizes) -> Arrays:
    """The values of one block."""
    gathering = Gathering(tuple(block), steps)
    gathering.grow(frames_of(block))
    gathering.fill(0, block)
    return gathering.arrays


def frames_of(block: Columns) -> int:
    """How many frames a block has."""
    return block["index"].shape[1]


def bytes_per_frame(names: Collection[str]) -> int:
    """How much room a row of these columns takes."""
    return sum(
        np.dtype(_value_type(COLUMNS[name])).itemsize
        * (COLUMNS[name].place.stop - COLUMNS[name].place.start)
        for name in names
    )


def motion_columns(arrays: Arrays, header: TakeHeader, texts: tuple[str, ...]) -> MotionColumns:
    """The gathered ``MOTION_COLUMNS``."""
    return MotionColumns(
        subject=header.subject,
        frame_id=arrays["index"],
        capture_time_ns=arrays["time_ns"],
        state=arrays["motion_state"],
        confidence=arrays["motion_confidence"],
        root_position_in_world_m=arrays["motion_root"],
        rotations_wxyz=arrays["motion_rotations"],
        positions_in_world_m=arrays["motion_positions"],
        joint_state=arrays["motion_joint_state"],
        joint_confidence=arrays["motion_joint_confidence"],
        feet_planted=arrays["motion_feet_planted"],
        face_state=arrays["motion_face_state"],
        face_confidence=arrays["motion_face_confidence"],
        blendshapes=arrays["motion_blendshapes"],
        world_from_head=arrays["motion_head"],
        gaze_rad=arrays["motion_gaze"],
        hand_states=arrays["motion_hand_states"],
        gestures=arrays["motion_gestures"],
        texts=texts,
    )


def landmark_columns(arrays: Arrays, texts: tuple[str, ...]) -> LandmarkColumns:
    """The gathered ``LANDMARK_COLUMNS``."""
    return LandmarkColumns(
        capture_time_ns=arrays["time_ns"],
        frame_index=arrays["index"],
        segment=arrays["segment"],
        image_size_px=arrays["size_px"],
        source=arrays["source"],
        pose=PoseColumns(
            state=arrays["pose_state"],
            confidence=arrays["pose_confidence"],
            image=arrays["pose_image"],
            world_m=arrays["pose_world"],
            visibility=arrays["pose_visibility"],
            presence=arrays["pose_presence"],
        ),
        face=FaceColumns(
            state=arrays["face_state"],
            confidence=arrays["face_confidence"],
            image=arrays["face_mesh"],
            blendshapes=arrays["face_blendshapes"],
            camera_from_face_cm=arrays["face_matrix"],
            measured=arrays["face_measured"],
        ),
        left_hand=_hand_columns("left", arrays),
        right_hand=_hand_columns("right", arrays),
        texts=texts,
    )


def _hand_columns(side: str, arrays: Arrays) -> HandColumns:
    return HandColumns(
        state=arrays[f"{side}_hand_state"],
        confidence=arrays[f"{side}_hand_confidence"],
        image=arrays[f"{side}_hand_image"],
        world_m=arrays[f"{side}_hand_world"],
        gesture=arrays[f"{side}_hand_gesture"],
        gesture_score=arrays[f"{side}_hand_gesture_score"],
    )
