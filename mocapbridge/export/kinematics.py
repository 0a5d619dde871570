"""Joints of many frames at once, joint by joint down the skeleton."""

from __future__ import annotations

import numpy as np

from mocapbridge.export.clip import rest_offsets_m
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import PARENTS
from mocapbridge.types import Float32Array, Float64Array


def world_rotations_wxyz(local_wxyz: Float32Array) -> Float64Array:
    """World rotations `(n, 55, 4)` of the local ones."""
    local = local_wxyz.astype(np.float64)
    world = np.empty_like(local)
    for joint, parent in enumerate(PARENTS):
        world[:, joint] = (
            local[:, joint]
            if parent < 0
            else quaternion.multiply(world[:, parent], local[:, joint])
        )
    return world


def positions_in_world_m(
    local_wxyz: Float32Array, root_in_world_m: Float32Array, rest_positions_m: Float32Array
) -> Float32Array:
    """Joint positions `(n, 55, 3)` [m].

    Args:
        local_wxyz: `(n, 55, 4)` rotations, parent from joint.
        root_in_world_m: `(n, 3)` positions of the hips.
        rest_positions_m: `(55, 3)` joints of the T-pose.
    """
    world = world_rotations_wxyz(local_wxyz)
    offsets = rest_offsets_m(rest_positions_m, PARENTS)
    positions = np.empty((*local_wxyz.shape[:2], 3))
    for joint, parent in enumerate(PARENTS):
        positions[:, joint] = (
            root_in_world_m
            if parent < 0
            else positions[:, parent] + quaternion.rotate(world[:, parent], offsets[joint])
        )
    return positions.astype(np.float32)
