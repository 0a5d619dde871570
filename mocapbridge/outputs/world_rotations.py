"""From rotations in the parent joint to rotations in the world."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.outputs.frame_vector import FloatArray
from mocapbridge.skeleton import PARENTS


def _levels() -> list[list[int]]:
    """Joints by their distance from the hips, without the hips."""
    depths = [0] * len(PARENTS)
    for joint, parent in enumerate(PARENTS[1:], 1):
        depths[joint] = depths[parent] + 1
    return [
        [joint for joint, depth in enumerate(depths) if depth == level]
        for level in range(1, max(depths) + 1)
    ]


_LEVELS: Final = [(level, [PARENTS[joint] for joint in level]) for level in _levels()]


def world_from_joints(rotations_wxyz: FloatArray) -> FloatArray:
    """Rotation matrices ``(55, 3, 3)`` world_from_joint of local quaternions ``(55, 4)``."""
    local = quaternion.to_matrix(rotations_wxyz)
    world = np.empty_like(local)
    world[0] = local[0]
    for level, parents in _LEVELS:
        world[level] = world[parents] @ local[level]
    return world
