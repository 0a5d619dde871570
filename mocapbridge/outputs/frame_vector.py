"""All numbers of a frame in one vector, checked once for every output."""

from __future__ import annotations

import math
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.outputs.naming import OWN_NAMES
from mocapbridge.types import MocapFrame, StreamNames

FloatArray: TypeAlias = npt.NDArray[np.floating[Any]]

_IDENTITY_WXYZ: Final = np.array((1.0, 0.0, 0.0, 0.0), dtype=np.float32)


def _shapes(names: StreamNames) -> tuple[tuple[int, ...], ...]:
    joints, blendshapes = len(names.joints), len(names.blendshapes)
    return (2,), (joints,), (blendshapes,), (3,), (joints, 3), (joints, 4), (4, 4), (2, 2)


def frame_size(names: StreamNames) -> int:
    """How many numbers a frame has."""
    return sum(math.prod(shape) for shape in _shapes(names))


class FrameVector:
    """A vector of ``frame_size`` numbers and views on its parts, which share its memory.

    Parts that were never seen hold zeros in a frame; where a rotation is due receivers get the
    identity instead, since a quaternion or matrix of zeros is none.
    """

    def __init__(self, names: StreamNames = OWN_NAMES, values: FloatArray | None = None) -> None:
        shapes = _shapes(names)
        sizes = [math.prod(shape) for shape in shapes]
        self.values: FloatArray = (
            np.zeros(sum(sizes), dtype=np.float32) if values is None else values
        )
        pieces = np.split(self.values, np.cumsum(sizes)[:-1])
        views = [np.reshape(piece, shape) for piece, shape in zip(pieces, shapes, strict=True)]
        self.part_confidences, self.joint_confidences, self.blendshapes = views[:3]
        self.root_position_in_world_m, self.positions_in_world_m, self.rotations_wxyz = views[3:6]
        self.world_from_head, self.gaze_rad = views[6:]
        self.shares = self.values[: sum(sizes[:3])]
        """All that lies between 0 and 1: confidences of parts and joints, and blendshapes."""

    def load(self, frame: MocapFrame) -> None:
        """Take over the numbers of a frame.

        Raises:
            ValueError: a number is not finite, or the frame is not of these names.
        """
        pose, face = frame.pose, frame.face
        self.part_confidences[:] = (pose.confidence, face.confidence)
        self.root_position_in_world_m[:] = pose.root_position_in_world_m
        self.positions_in_world_m[:] = pose.positions_in_world_m
        self.rotations_wxyz[:] = pose.rotations_wxyz
        self.joint_confidences[:] = pose.joint_confidence
        self.blendshapes[:] = face.blendshapes
        self.world_from_head[:] = face.world_from_head
        self.gaze_rad[:] = face.gaze_rad
        # A sum is finite if and only if all float32 numbers are: it is taken in float64.
        if not math.isfinite(np.add.reduce(self.values, dtype=np.float64)):
            raise ValueError(f"frame {frame.frame_id} holds a number that is not finite")
        if not self.rotations_wxyz[:, 0].all():  # seldom: only then look at whole rotations
            self.rotations_wxyz[~self.rotations_wxyz.any(axis=1)] = _IDENTITY_WXYZ
        if not self.world_from_head.any():
            np.fill_diagonal(self.world_from_head, 1.0)
