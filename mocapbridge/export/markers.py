"""Joints as markers, for biomechanics: TRC and C3D."""

from __future__ import annotations

import numpy as np

from mocapbridge.export.clip import Clip
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES
from mocapbridge.types import Float32Array, TrackState

# Biomechanics measures no eyes and jaws; they turn with the head alone.
MARKER_NAMES: tuple[str, ...] = tuple(
    name for name in JOINT_NAMES if name not in ("leftEye", "rightEye", "jaw")
)
"""The joints that are written, by their VRM names."""

_JOINTS = [JOINT_INDEX[name] for name in MARKER_NAMES]


def marker_positions_m(clip: Clip) -> Float32Array:
    """`(n, markers, 3)` positions in the world [m]; NaN where the joint is lost."""
    positions = clip.positions_in_world_m[:, _JOINTS].copy()
    positions[clip.joint_states[:, _JOINTS] == TrackState.LOST] = np.nan
    return positions
