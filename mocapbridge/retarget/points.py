"""Points between which a mapping can measure: landmarks of body, hands and face, and joints."""

from __future__ import annotations

import json
from functools import cache
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from mocapbridge.bundled import bundled_path
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import FACE_LANDMARK_COUNT, Float64Array, Landmarks, MocapFrame

PointSet: TypeAlias = Literal["body", "left_hand", "right_hand", "face", "joint"]


class Point(NamedTuple):
    """One point."""

    where: PointSet
    number: int


_BODY: Final = [
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
]
"""MediaPipe's names, in its order."""
_HAND: Final = [
    "wrist",
    "thumb_cmc",
    "thumb_mcp",
    "thumb_ip",
    "thumb_tip",
    "index_mcp",
    "index_pip",
    "index_dip",
    "index_tip",
    "middle_mcp",
    "middle_pip",
    "middle_dip",
    "middle_tip",
    "ring_mcp",
    "ring_pip",
    "ring_dip",
    "ring_tip",
    "pinky_mcp",
    "pinky_pip",
    "pinky_dip",
    "pinky_tip",
]
_FACE: Final = {
    "upper_lip": 13,
    "lower_lip": 14,
    "nose_tip": 1,
    "chin": 152,
    "forehead": 10,
    "left_mouth_corner": 291,
    "right_mouth_corner": 61,
    "left_eye_outer": 263,
    "left_eye_inner": 362,
    "left_upper_lid": 386,
    "left_lower_lid": 374,
    "right_eye_outer": 33,
    "right_eye_inner": 133,
    "right_upper_lid": 159,
    "right_lower_lid": 145,
}
"""Points of the 478-point mesh that have a plain name; all can be had as ``face_<number>``."""
_NEAREST_ZERO: Final = 1e-9


def _named_points() -> dict[str, Point]:
    points = {name: Point("joint", index) for name, index in JOINT_INDEX.items()}
    points |= {name: Point("body", index) for index, name in enumerate(_BODY)}
    for side in ("left_hand", "right_hand"):
        for index, name in enumerate(_HAND):
            points[f"{side}_{name}"] = Point(side, index)
    points |= {f"face_{name}": Point("face", index) for name, index in _FACE.items()}
    return points


POINTS: Final = _named_points()
"""Every point that has a name."""


def find_point(name: str) -> Point | None:
    """The point of that name; None when there is none."""
    if name in POINTS:
        return POINTS[name]
    number = name.removeprefix("face_")
    if number != name and number.isdecimal() and int(number) < FACE_LANDMARK_COUNT:
        return Point("face", int(number))
    return None


def mirrored_point(point: Point) -> Point:
    """The same point of the other side, for a landmark; joints are mirrored with the frame."""
    if point.where == "joint":
        return point
    if point.where == "face":
        return Point("face", _opposite_face_points()[point.number])
    if point.where == "body":
        name = _BODY[point.number]
        other = name.replace("left", "?").replace("right", "left").replace("?", "right")
        return Point("body", _BODY.index(other))
    return Point("left_hand" if point.where == "right_hand" else "right_hand", point.number)


def positions(where: PointSet, landmarks: Landmarks, motion: MocapFrame) -> Float64Array:
    """All points of a set, ``(n, 3)``.

    Body, hands and joints in metres. The face in units of the distance between the outer corners
    of its eyes: the mesh is known in the picture only, where everything shrinks with distance.
    """
    if where == "joint":
        return motion.pose.positions_in_world_m.astype(np.float64)
    if where == "body":
        return landmarks.pose.world_m.astype(np.float64)
    if where == "left_hand":
        return landmarks.left_hand.world_m.astype(np.float64)
    if where == "right_hand":
        return landmarks.right_hand.world_m.astype(np.float64)
    width_px, height_px = landmarks.image_size_px
    mesh = landmarks.face.image * np.array((width_px, height_px, width_px), dtype=np.float64)
    across = mesh[_FACE["left_eye_outer"]] - mesh[_FACE["right_eye_outer"]]
    return mesh / max(float(np.sqrt(across @ across)), _NEAREST_ZERO)


@cache
def _opposite_face_points() -> tuple[int, ...]:
    """For each point of the mesh the one that a mirror puts in its place."""
    content = bundled_path("models/face_canonical.json").read_text(encoding="utf-8")
    return tuple(json.loads(content)["mirrored"])
