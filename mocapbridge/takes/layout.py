"""What a take holds of every frame, as columns of integers (docs/take-format.md).

A column has a fixed number of integers per frame. Columns of one width stand side by side in a
table, so that a frame is four short rows and a block of frames four matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.takes.records import StepSizes
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
)

IntArray: TypeAlias = npt.NDArray[np.signedinteger]

TableName: TypeAlias = Literal["clock", "states", "texts", "numbers", "mesh"]
StepName: TypeAlias = Literal["image", "world", "weight", "rotation", "position", "matrix"]

TABLE_TYPES: Final[dict[TableName, type[np.signedinteger]]] = {
    "clock": np.int64,
    "states": np.int8,
    "texts": np.int32,
    "numbers": np.int32,
    "mesh": np.int16,
}
"""How wide the integers of each table are; differences wrap around at this width."""


class Column(NamedTuple):
    """One column."""

    name: str
    table: TableName
    shape: tuple[int, ...]
    """Of one frame."""
    step: StepName | None
    """What one counts for; None: the integer itself."""
    place: slice
    """Which integers of the table's row are its own."""


_Field: TypeAlias = tuple[str, tuple[int, ...], StepName | None]

_CLOCK: Final[list[_Field]] = [
    ("time_ns", (), None),
    ("index", (), None),
    ("segment", (), None),
    ("size_px", (2,), None),
]
_STATES: Final[list[_Field]] = [
    ("pose_state", (), None),
    ("face_state", (), None),
    ("left_hand_state", (), None),
    ("right_hand_state", (), None),
    ("face_measured", (2,), None),
    ("motion_state", (), None),
    ("motion_face_state", (), None),
    ("motion_hand_states", (2,), None),
    ("motion_feet_planted", (2,), None),
    ("motion_joint_state", (JOINT_COUNT,), None),
]
_TEXTS: Final[list[_Field]] = [
    ("source", (), None),
    ("left_hand_gesture", (), None),
    ("right_hand_gesture", (), None),
    ("motion_gestures", (2,), None),
]
_POSE: Final[list[_Field]] = [
    ("pose_image", (POSE_LANDMARK_COUNT, 3), "image"),
    ("pose_world", (POSE_LANDMARK_COUNT, 3), "world"),
    ("pose_visibility", (POSE_LANDMARK_COUNT,), "weight"),
    ("pose_presence", (POSE_LANDMARK_COUNT,), "weight"),
    ("pose_confidence", (), "weight"),
]
_FACE: Final[list[_Field]] = [
    ("face_blendshapes", (BLENDSHAPE_COUNT,), "weight"),
    ("face_matrix", (4, 4), "matrix"),
    ("face_confidence", (), "weight"),
]
_MOTION: Final[list[_Field]] = [
    ("motion_root", (3,), "position"),
    ("motion_rotations", (JOINT_COUNT, 4), "rotation"),
    ("motion_positions", (JOINT_COUNT, 3), "position"),
    ("motion_joint_confidence", (JOINT_COUNT,), "weight"),
    ("motion_confidence", (), "weight"),
    ("motion_face_confidence", (), "weight"),
    ("motion_blendshapes", (BLENDSHAPE_COUNT,), "weight"),
    ("motion_head", (4, 4), "matrix"),
    ("motion_gaze", (2, 2), "rotation"),
]
_MESH_PLACE: Final[list[_Field]] = [("face_mesh_origin", (3,), None), ("face_mesh_scale", (), None)]


def _hand(side: str) -> list[_Field]:
    return [
        (f"{side}_hand_image", (HAND_LANDMARK_COUNT, 3), "image"),
        (f"{side}_hand_world", (HAND_LANDMARK_COUNT, 3), "world"),
        (f"{side}_hand_confidence", (), "weight"),
        (f"{side}_hand_gesture_score", (), "weight"),
    ]


MEASURED: Final[tuple[list[_Field], ...]] = (_POSE, _FACE, _hand("left"), _hand("right"), _MOTION)
"""Groups of measured numbers: the parts, each of which is finite as a whole or rejected."""

_TABLES: Final[dict[TableName, list[_Field]]] = {
    "clock": _CLOCK,
    "states": _STATES,
    "texts": _TEXTS,
    "numbers": [field for group in MEASURED for field in group] + _MESH_PLACE,
    "mesh": [("face_mesh", (FACE_LANDMARK_COUNT, 3), None)],
}


def _size(shape: tuple[int, ...]) -> int:
    return int(np.prod(shape, dtype=int))


def _columns() -> Iterator[Column]:
    for table, fields in _TABLES.items():
        start = 0
        for name, shape, step in fields:
            end = start + _size(shape)
            yield Column(name, table, shape, step, slice(start, end))
            start = end


COLUMNS: Final[dict[str, Column]] = {column.name: column for column in _columns()}
"""All columns by name, in the order of their tables."""

TABLE_WIDTHS: Final[dict[TableName, int]] = {
    table: sum(_size(shape) for _, shape, _ in fields) for table, fields in _TABLES.items()
}
"""How many integers a frame has in each table."""

MOTION_COLUMNS: Final = frozenset(
    name for name in COLUMNS if name.startswith("motion_") or name in {"time_ns", "index"}
)
"""What the solved motion needs."""
LANDMARK_COLUMNS: Final = frozenset(name for name in COLUMNS if not name.startswith("motion_"))
"""What the raw landmarks need."""


def place_of(fields: Sequence[_Field]) -> slice:
    """Which numbers of a frame a group of ``MEASURED`` has."""
    return slice(COLUMNS[fields[0][0]].place.start, COLUMNS[fields[-1][0]].place.stop)


def step_size(column: Column, steps: StepSizes) -> float:
    """What one counts for in a column, in its unit."""
    if column.step is None:
        return 1.0
    size: float = getattr(steps, column.step)
    return size
