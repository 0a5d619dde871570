"""What every exporter starts from: a take as columns, one row per frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.clock import RunAnchor
from mocapbridge.errors import TakeUnreadable
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
    Float32Array,
    Float64Array,
    UInt8Array,
)

BoolArray: TypeAlias = npt.NDArray[np.bool_]

FARTHEST_M: Final = 100_000.0
"""Positions beyond are no motion capture; within, every format holds a tenth of a millimetre."""

_LIMITS: Final = {
    "times_s": 1e10,
    "root_in_world_m": FARTHEST_M,
    "positions_in_world_m": FARTHEST_M,
    "rest_positions_m": FARTHEST_M,
    "rotations_wxyz": 1000.0,
    "joint_confidences": 1000.0,
    "blendshapes": 1000.0,
    "world_from_head": FARTHEST_M,
    "gaze_rad": 10.0,
}
"""Far beyond what can be meant, and within what every format can write."""
_SHORTEST_QUATERNION: Final = 0.5
_LARGEST_IN_ROTATION: Final = 1.01


@dataclass(frozen=True, slots=True)
class RawLandmarks:
    """What tracking saw in each frame, as `types.Landmarks` has it. A lost part holds zeros."""

    image_size_px: npt.NDArray[np.int64]
    """(n, 2) width and height."""
    pose_image: Float32Array
    """(n, 33, 3) fractions of the picture."""
    pose_world_m: Float32Array
    """(n, 33, 3) MP frame [m]."""
    pose_visibility: Float32Array
    """(n, 33) 0..1."""
    face_image: Float32Array
    """(n, 478, 3) fractions of the picture."""
    hands_image: Float32Array
    """(n, 2, 21, 3) left, right; fractions of the picture."""
    hands_world_m: Float32Array
    """(n, 2, 21, 3) left, right; MP axes [m]."""
    states: UInt8Array
    """(n, 4) `TrackState` of body, face, left hand, right hand."""


@dataclass(frozen=True, slots=True)
class Clip:
    """The motion of a whole take, world frame (glTF axes, metres)."""

    subject: str
    source: str
    frame_rate: Fraction
    """Frames a second: the nominal rate of the source, or exactly that of the rows."""
    anchor: RunAnchor
    start_time_ns: int
    """Capture time of the first row, on the clock of the anchor [ns]."""
    times_s: Float64Array
    """(n,) since the first row, strictly increasing from 0."""
    rest_positions_m: Float32Array
    """(55, 3) joints of the T-pose."""
    root_in_world_m: Float32Array
    """(n, 3) the hips joint."""
    rotations_wxyz: Float32Array
    """(n, 55, 4) unit quaternions, parent from joint; the hips' are world from hips."""
    positions_in_world_m: Float32Array
    """(n, 55, 3) joints."""
    joint_states: UInt8Array
    """(n, 55) values of `TrackState`."""
    joint_confidences: Float32Array
    """(n, 55) 0..1."""
    blendshapes: Float32Array
    """(n, 52) ARKit weights 0..1."""
    world_from_head: Float32Array
    """(n, 4, 4)."""
    gaze_rad: Float32Array
    """(n, 2, 2) left and right eye: yaw to the performer's left, pitch up."""
    part_states: UInt8Array
    """(n, 4) `TrackState` of body, face, left hand, right hand."""
    feet_planted: BoolArray
    """(n, 2) left, right."""
    landmarks: RawLandmarks | None = None
    """Only where asked for, and only for the frames as they were captured."""

    @property
    def frames(self) -> int:
        """How many rows there are."""
        return len(self.times_s)

    @property
    def duration_s(self) -> float:
        """From the first frame to the last [s]."""
        return float(self.times_s[-1])


def rest_offsets_m(rest_positions_m: Float32Array, parents: tuple[int, ...]) -> Float64Array:
    """Each joint from its parent in the rest pose `(joints, 3)`; the first from the floor [m]."""
    rest = rest_positions_m.astype(np.float64)
    offsets = rest.copy()
    offsets[1:] -= rest[list(parents[1:])]
    return offsets


def mended(clip: Clip) -> Clip:
    """The clip as exporters may rely on it.

    Rotations have unit length and do not change sign from row to row. Rows before the performer
    was first seen, which hold zeros, show the first pose that was.

    Raises:
        TakeUnreadable: no frames, an array of the wrong shape, a number that is not finite or
            beyond all measure, or times that do not increase.
    """
    _check_shapes(clip)
    _check_numbers(clip)
    lengths = np.linalg.norm(clip.rotations_wxyz, axis=-1)
    seen = np.all(lengths > _SHORTEST_QUATERNION, axis=1)
    source_rows = _nearest_true(seen)
    rotations = clip.rotations_wxyz
    root, positions = clip.root_in_world_m, clip.positions_in_world_m
    if not seen.all():
        if seen.any():
            rotations, root, positions = (
                column[source_rows] for column in (rotations, root, positions)
            )
        else:
            identity = np.array(quaternion.IDENTITY_WXYZ, dtype=np.float32)
            rotations = np.tile(identity, (clip.frames, JOINT_COUNT, 1))
            positions = np.tile(clip.rest_positions_m, (clip.frames, 1, 1))
            root = positions[:, 0]
    return _with(
        clip,
        rotations_wxyz=continuous(quaternion.normalise(rotations)),
        root_in_world_m=root,
        positions_in_world_m=positions,
        world_from_head=_mended_heads(clip.world_from_head),
        blendshapes=np.clip(clip.blendshapes, 0.0, 1.0),
    )


def continuous(rotations_wxyz: Float32Array) -> Float32Array:
    """The same rotations `(n, ..., 4)`, with the sign that is nearest to the row before."""
    against = np.einsum("n...i,n...i->n...", rotations_wxyz[1:], rotations_wxyz[:-1]) < 0.0
    odd = np.logical_xor.accumulate(against, axis=0)
    signed = rotations_wxyz.copy()
    signed[1:][odd] *= -1.0
    return signed


def _with(clip: Clip, **changes: Float32Array) -> Clip:
    from dataclasses import replace

    return replace(clip, **changes)


def _mended_heads(world_from_head: Float32Array) -> Float32Array:
    """A head that was never seen has a matrix of zeros: it becomes the identity."""
    unseen = ~world_from_head.any(axis=(1, 2))
    if not unseen.any():
        return world_from_head
    heads = world_from_head.copy()
    heads[unseen] = np.eye(4, dtype=np.float32)
    return heads


def _nearest_true(flags: BoolArray) -> npt.NDArray[np.intp]:
    """For each row the row of the last true flag; before the first one, that of the first."""
    rows = np.where(flags, np.arange(len(flags)), -1)
    last = np.maximum.accumulate(rows)
    first = int(np.argmax(flags))
    return np.where(last < 0, first, last)


def _check_shapes(clip: Clip) -> None:
    n = clip.frames
    if n == 0:
        raise TakeUnreadable("the take holds no frame: there is nothing to export")
    shapes = {
        "rest_positions_m": (JOINT_COUNT, 3),
        "root_in_world_m": (n, 3),
        "rotations_wxyz": (n, JOINT_COUNT, 4),
        "positions_in_world_m": (n, JOINT_COUNT, 3),
        "joint_states": (n, JOINT_COUNT),
        "joint_confidences": (n, JOINT_COUNT),
        "blendshapes": (n, BLENDSHAPE_COUNT),
        "world_from_head": (n, 4, 4),
        "gaze_rad": (n, 2, 2),
        "part_states": (n, 4),
        "feet_planted": (n, 2),
    }
    _require_shapes(clip, shapes)
    if clip.landmarks is not None:
        hands = (n, 2, HAND_LANDMARK_COUNT, 3)
        _require_shapes(
            clip.landmarks,
            {
                "image_size_px": (n, 2),
                "pose_image": (n, POSE_LANDMARK_COUNT, 3),
                "pose_world_m": (n, POSE_LANDMARK_COUNT, 3),
                "pose_visibility": (n, POSE_LANDMARK_COUNT),
                "face_image": (n, FACE_LANDMARK_COUNT, 3),
                "hands_image": hands,
                "hands_world_m": hands,
                "states": (n, 4),
            },
        )


def _require_shapes(holder: object, shapes: dict[str, tuple[int, ...]]) -> None:
    for name, shape in shapes.items():
        found = np.shape(getattr(holder, name))
        if found != shape:
            raise TakeUnreadable(f"{name} of the take has the shape {found}, not {shape}")


def _check_numbers(clip: Clip) -> None:
    for name, limit in _LIMITS.items():
        column = getattr(clip, name)
        # min and max are NaN where any number is, and cost no copy of the column.
        largest = max(abs(float(np.min(column))), abs(float(np.max(column))))
        if not np.isfinite(largest):
            raise TakeUnreadable(f"{name} of the take holds a number that is not finite")
        if largest > limit:
            raise TakeUnreadable(
                f"{name} of the take reaches {largest:.3g}; at most {limit:.6g} can be exported: "
                "solve the take again"
            )
    if np.max(np.abs(clip.world_from_head[:, :3, :3])) > _LARGEST_IN_ROTATION:
        raise TakeUnreadable("world_from_head of the take holds what is no rotation")
    steps = np.diff(clip.times_s)
    if clip.times_s[0] != 0.0 or not np.all(steps > 0.0):
        raise TakeUnreadable(
            f"the times of the take do not increase at frame {int(np.argmin(steps)) + 1}"
            if len(steps)
            else "the times of the take do not begin at 0"
        )
