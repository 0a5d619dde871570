"""The numbers of a frame that a mapping is fed with, in one vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import quaternion
from mocapbridge.retarget.points import PointSet, find_point, positions
from mocapbridge.retarget.sources import PARTS, Channel
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import Float64Array, Landmarks, MocapFrame


class Scene(NamedTuple):
    """What is known of a frame."""

    landmarks: Landmarks
    motion: MocapFrame
    """Mirrored where the mapping mirrors; the landmarks are as they were seen."""


Asked: TypeAlias = list[tuple[Any, ...]]
Reading: TypeAlias = Callable[[Scene], "npt.ArrayLike"]
_TINY: Final = 1e-12


class ChannelReader:
    """Reads chosen channels of a scene into one vector, whatever is of one kind at once."""

    def __init__(self, channels: Sequence[Channel]) -> None:
        """Set up.

        Args:
            channels: what to read; the vector has them in the order of ``index``.
        """
        by_kind: dict[str, list[Channel]] = {}
        for channel in dict.fromkeys(channels):
            by_kind.setdefault(channel.kind, []).append(channel)
        ordered = [channel for group in by_kind.values() for channel in group]
        self.index = {channel: place for place, channel in enumerate(ordered)}
        """Where each channel stands in the vector."""
        self._values = np.zeros(len(ordered), dtype=np.float64)
        self._readings: list[tuple[slice, Reading]] = []
        start = 0
        for kind, group in by_kind.items():
            place = slice(start, start + len(group))
            self._readings.append((place, _READINGS[kind]([c.what for c in group])))
            start += len(group)

    def read(self, scene: Scene) -> Float64Array:
        """The channels of a scene, in a vector that the next call overwrites."""
        for place, reading in self._readings:
            self._values[place] = reading(scene)
        return self._values


def head_angles_rad(world_from_head: npt.NDArray[Any]) -> tuple[float, float, float]:
    """Yaw to the performer's left, pitch up, roll towards the right shoulder [rad].

    Yaw about +Y, then pitch about the turned -X, then roll about the turned +Z.
    """
    rotation = world_from_head[:3, :3].tolist()
    (_, _, xz), (yx, yy, yz), (_, _, zz) = rotation
    return (
        float(np.arctan2(xz, zz)),
        float(np.arcsin(min(1.0, max(-1.0, yz)))),
        float(np.arctan2(yx, yy)),
    )


def _shapes(asked: Asked) -> Reading:
    shapes = np.array([shape for (shape,) in asked], dtype=np.intp)
    return lambda scene: scene.motion.face.blendshapes[shapes]


def _gaze(asked: Asked) -> Reading:
    # Means of the two eyes' angles; one eye alone is such a mean, too.
    shares = {"left": (1.0, 0.0), "right": (0.0, 1.0), "both": (0.5, 0.5)}
    weights = np.zeros((len(asked), 2, 2))
    for row, (eye, angle) in enumerate(asked):
        weights[row, :, 0 if angle == "yaw" else 1] = shares[eye]
    flat = np.degrees(weights.reshape(len(asked), 4))
    return lambda scene: flat @ scene.motion.face.gaze_rad.ravel()


def _head(asked: Asked) -> Reading:
    angles = np.array([angle for (angle,) in asked], dtype=np.intp)
    return lambda scene: np.degrees(head_angles_rad(scene.motion.face.world_from_head))[angles]


def _root(asked: Asked) -> Reading:
    axes = np.array([axis for (axis,) in asked], dtype=np.intp)
    return lambda scene: scene.motion.pose.root_position_in_world_m[axes]


def _joint_positions(asked: Asked) -> Reading:
    joints, axes = (np.array(column, dtype=np.intp) for column in zip(*asked, strict=True))
    return lambda scene: scene.motion.pose.positions_in_world_m[joints, axes]


def _twists(asked: Asked) -> Reading:
    joints, axes = (np.array(column, dtype=np.intp) for column in zip(*asked, strict=True))

    def read(scene: Scene) -> npt.NDArray[Any]:
        rotations = scene.motion.pose.rotations_wxyz
        # Half the turn, between -90 and 90 degrees whatever the sign of the quaternion.
        w, along = rotations[joints, 0], rotations[joints, axes + 1]
        sign = np.where(w < 0.0, -1.0, 1.0)
        return np.degrees(2.0 * np.arctan2(along * sign, np.abs(w)))

    return read


def _turns(asked: Asked) -> Reading:
    joints = np.array([joint for (joint,) in asked], dtype=np.intp)

    def read(scene: Scene) -> npt.NDArray[Any]:
        rotations = scene.motion.pose.rotations_wxyz[joints]
        sine = np.sqrt(np.einsum("ij,ij->i", rotations[:, 1:], rotations[:, 1:]))
        return np.degrees(2.0 * np.arctan2(sine, np.abs(rotations[:, 0])))

    return read


def _eulers(asked: Asked) -> Reading:
    joints = np.array([joint for joint, _, _ in asked], dtype=np.intp)
    entries = np.array([_euler_entries(order, axis) for _, order, axis in asked])
    sine_row, sine_column, sine_sign, cosine_row, cosine_column = entries.T
    rows = np.arange(len(asked))
    middle = np.array([order[1] == "xyz"[axis] for _, order, axis in asked])

    def read(scene: Scene) -> npt.NDArray[Any]:
        turned = quaternion.to_matrix(scene.motion.pose.rotations_wxyz[joints].astype(np.float64))
        sine = sine_sign * turned[rows, sine_row, sine_column]
        cosine = turned[rows, cosine_row, cosine_column]
        beyond = np.arcsin(np.minimum(np.maximum(sine, -1.0), 1.0))
        return np.degrees(np.where(middle, beyond, np.arctan2(sine, cosine)))

    return read


def _euler_entries(order: str, axis: int) -> tuple[int, int, int, int, int]:
    """Where sine and cosine of an Euler angle stand in the matrix R_i R_j R_k.

    With e = 1 for even orders and -1 for odd ones: sin j = e R_ik; tan i = -e R_jk / R_kk;
    tan k = -e R_ij / R_ii. G. G. Slabaugh, "Computing Euler angles from a rotation matrix" (1999).
    """
    i, j, k = ("xyz".index(letter) for letter in order)
    even = 1 if order in {"xyz", "yzx", "zxy"} else -1
    if axis == j:
        return i, k, even, k, k
    return (j, k, -even, k, k) if axis == i else (i, j, -even, i, i)


def _distances(asked: Asked) -> Reading:
    groups, order = _by_set(asked)

    def read(scene: Scene) -> npt.NDArray[Any]:
        parts = [
            _length(points[first] - points[second])
            for points, (first, second) in _places(groups, scene)
        ]
        return np.concatenate(parts)[order]

    return read


def _angles(asked: Asked) -> Reading:
    groups, order = _by_set(asked)

    def read(scene: Scene) -> npt.NDArray[Any]:
        parts: list[Float64Array] = []
        for points, (first, corner, last) in _places(groups, scene):
            a, b = points[first] - points[corner], points[last] - points[corner]
            cosine = np.einsum("ij,ij->i", a, b) / np.maximum(_length(a) * _length(b), _TINY)
            parts.append(np.degrees(np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0))))
        return np.concatenate(parts)[order]

    return read


_Groups: TypeAlias = list[tuple[PointSet, list[npt.NDArray[np.intp]]]]


def _by_set(asked: Asked) -> tuple[_Groups, npt.NDArray[np.intp]]:
    """Indices of first, second, ... points for every set, and the way back to the given order."""
    grouped: dict[PointSet, list[int]] = {}
    points = [[found for name in names if (found := find_point(name))] for names in asked]
    for row, of_row in enumerate(points):
        grouped.setdefault(of_row[0].where, []).append(row)
    groups: _Groups = []
    for where, rows in grouped.items():
        columns = zip(*([point.number for point in points[row]] for row in rows), strict=True)
        groups.append((where, [np.array(column, dtype=np.intp) for column in columns]))
    given = np.array([row for rows in grouped.values() for row in rows], dtype=np.intp)
    return groups, np.argsort(given)


def _places(groups: _Groups, scene: Scene) -> list[tuple[Float64Array, list[npt.NDArray[np.intp]]]]:
    landmarks, motion = scene
    return [(positions(where, landmarks, motion), columns) for where, columns in groups]


def _length(vectors: Float64Array) -> Float64Array:
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def _gestures(asked: Asked) -> Reading:
    def read(scene: Scene) -> npt.ArrayLike:
        hands = {"left": scene.landmarks.left_hand, "right": scene.landmarks.right_hand}
        return [
            hands[side].gesture_score if hands[side].gesture == name else 0.0
            for side, name in asked
        ]

    return read


def _confidences(asked: Asked) -> Reading:
    def read(scene: Scene) -> npt.ArrayLike:
        landmarks, motion = scene
        of_parts = {
            "body": motion.pose.confidence,
            "face": motion.face.confidence,
            "left_hand": landmarks.left_hand.confidence,
            "right_hand": landmarks.right_hand.confidence,
        }
        of_joints = motion.pose.joint_confidence
        return [of_parts[n] if n in PARTS else of_joints[JOINT_INDEX[n]] for (n,) in asked]

    return read


def _states(asked: Asked) -> Reading:
    def read(scene: Scene) -> npt.ArrayLike:
        landmarks, motion = scene
        of_parts = {
            "body": motion.pose.state,
            "face": motion.face.state,
            "left_hand": landmarks.left_hand.state,
            "right_hand": landmarks.right_hand.state,
        }
        of_joints = motion.pose.joint_state
        return [of_parts[n] if n in PARTS else of_joints[JOINT_INDEX[n]] for (n,) in asked]

    return read


_READINGS: Final[dict[str, Callable[[Asked], Reading]]] = {
    "shape": _shapes,
    "gaze": _gaze,
    "head": _head,
    "root": _root,
    "position": _joint_positions,
    "twist": _twists,
    "turn": _turns,
    "euler": _eulers,
    "distance": _distances,
    "angle": _angles,
    "gesture": _gestures,
    "confidence": _confidences,
    "state": _states,
}
