"""The performer's bones: default proportions, scaled to the performer's size."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.skeleton import JOINTS
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

DEFAULT_HEIGHT_M: Final = 1.70
"""Height of the performer that ``skeleton.JOINTS`` describes."""
_SIZE_PATHS: Final = np.array(
    ((11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27), (24, 26), (26, 28))
)
"""Bones whose lengths together measure the size: arms and legs."""
_DEFAULT_SUM_M: Final = 2.0 * (0.27 + 0.25 + 0.41 + 0.41)
_SCALE_RANGE: Final = (0.4, 1.5)
"""From a child of 0.7 m to a giant of 2.5 m: beyond that the landmarks are wrong."""


def default_offsets_m() -> Float64Array:
    """(55, 3) each joint in its parent's axes, for a performer of ``DEFAULT_HEIGHT_M``."""
    return np.array([joint.offset_m for joint in JOINTS], dtype=np.float64)


def body_scale(points_m: Float64Array) -> float:
    """Size of the performer against the default one, from landmarks ``(33, 3)`` [m]."""
    bones = points_m[_SIZE_PATHS[:, 1]] - points_m[_SIZE_PATHS[:, 0]]
    total_m = float(np.sqrt(np.einsum("ij,ij->i", bones, bones)).sum())
    return min(max(total_m / _DEFAULT_SUM_M, _SCALE_RANGE[0]), _SCALE_RANGE[1])


def rest_positions_m(offsets_m: Float64Array) -> Float64Array:
    """(55, 3) joint positions of the T-pose with these offsets, world frame [m]."""
    return anatomy.ANCESTORS @ offsets_m + offsets_m[0]
