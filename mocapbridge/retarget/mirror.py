"""A frame of motion as in a mirror: what the left did, the right does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.types import FaceMotion, Float32Array, MocapFrame, PoseMotion

_SIDE: Final = re.compile("[Ll]eft|[Rr]ight")


def other_side(name: str) -> str:
    """The name of the other side: ``leftHand`` for ``rightHand``, ``jawLeft`` for ``jawRight``."""
    swaps = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}
    return _SIDE.sub(lambda match: swaps[match[0]], name)


def _opposites(names: Sequence[str]) -> list[int]:
    return [names.index(other_side(name)) for name in names]


_JOINTS: Final = _opposites(JOINT_NAMES)
_SHAPES: Final = _opposites(ARKIT_NAMES)
# Reflection in the plane x = 0: of positions, of the axis of a rotation (which is no vector: it
# keeps the component at right angles to the mirror), and of a matrix, both sides.
_POSITION: Final = np.array((-1.0, 1.0, 1.0), dtype=np.float32)
_ROTATION_WXYZ: Final = np.array((1.0, 1.0, -1.0, -1.0), dtype=np.float32)
_MATRIX: Final = np.outer((-1.0, 1.0, 1.0, 1.0), (-1.0, 1.0, 1.0, 1.0)).astype(np.float32)
_GAZE: Final = np.array((-1.0, 1.0), dtype=np.float32)
"""Yaw changes sides, pitch does not."""


def mirrored_positions(positions_m: Float32Array) -> Float32Array:
    """Positions of the 55 joints ``(55, 3)`` as in a mirror, world axes [m]."""
    return positions_m[_JOINTS] * _POSITION


def mirrored(frame: MocapFrame) -> MocapFrame:
    """The frame as in a mirror. Mirrored twice it is what it was."""
    left, right = frame.gestures
    return replace(
        frame,
        pose=_mirrored_pose(frame.pose),
        face=_mirrored_face(frame.face),
        left_hand_state=frame.right_hand_state,
        right_hand_state=frame.left_hand_state,
        gestures=(right, left),
    )


def _mirrored_pose(pose: PoseMotion) -> PoseMotion:
    left_planted, right_planted = pose.feet_planted
    return replace(
        pose,
        root_position_in_world_m=pose.root_position_in_world_m * _POSITION,
        rotations_wxyz=pose.rotations_wxyz[_JOINTS] * _ROTATION_WXYZ,
        positions_in_world_m=mirrored_positions(pose.positions_in_world_m),
        joint_state=pose.joint_state[_JOINTS],
        joint_confidence=pose.joint_confidence[_JOINTS],
        feet_planted=(right_planted, left_planted),
    )


def _mirrored_face(face: FaceMotion) -> FaceMotion:
    return replace(
        face,
        blendshapes=face.blendshapes[_SHAPES],
        world_from_head=face.world_from_head * _MATRIX,
        gaze_rad=face.gaze_rad[::-1] * _GAZE,
    )
