"""Rotations of many frames: signs, spherical interpolation, and the joints that follow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX, PARENTS
from mocapbridge.takes.columns import MotionColumns
from mocapbridge.types import Float32Array, Float64Array


def continuous(rotations: Float32Array | Float64Array) -> Float64Array:
    """Unit quaternions ``(n, joints, 4)`` without a change of sign from row to row.

    What has no length, as before the performer was first seen, becomes identity.
    """
    unit = quaternion.normalise(rotations.astype(np.float64))
    against = np.sum(unit[1:] * unit[:-1], axis=-1) < 0.0
    signs = np.ones(unit.shape[:2])
    signs[1:] = np.cumprod(np.where(against, -1.0, 1.0), axis=0)
    return unit * signs[..., None]


def slerp(start: Float64Array, end: Float64Array, share: Float64Array) -> Float64Array:
    """Rotations between others, along the shortest way (K. Shoemake, SIGGRAPH 1985).

    Args:
        start: ``(..., 4)``.
        end: ``(..., 4)``.
        share: ``(...)`` 0 at the start, 1 at the end.
    """
    end = quaternion.same_hemisphere(end, start)
    half = np.arctan2(np.linalg.norm(end - start, axis=-1), np.linalg.norm(end + start, axis=-1))
    angle = 2.0 * half
    sine = np.sin(angle)
    small = sine < 1e-6  # noqa: PLR2004 - there, weights on a line differ by less than rounding
    safe = np.where(small, 1.0, sine)
    first = np.where(small, 1.0 - share, np.sin((1.0 - share) * angle) / safe)
    second = np.where(small, share, np.sin(share * angle) / safe)
    return quaternion.normalise(first[..., None] * start + second[..., None] * end)


def posed(
    motion: MotionColumns,
    rotations: Float64Array,
    root_m: Float64Array,
    rest_positions_m: Float32Array,
) -> MotionColumns:
    """The motion with other rotations and hips; joints and head follow.

    Args:
        motion: everything else.
        rotations: ``(n, 55, 4)`` unit quaternions, parent from joint.
        root_m: ``(n, 3)`` places of the hips [m].
        rest_positions_m: ``(55, 3)`` of the take's header.
    """
    rest = rest_positions_m.astype(np.float64)
    world = np.empty_like(rotations)
    positions = np.empty((*rotations.shape[:2], 3))
    world[:, 0], positions[:, 0] = rotations[:, 0], root_m
    for joint, parent in enumerate(PARENTS[1:], start=1):
        world[:, joint] = quaternion.multiply(world[:, parent], rotations[:, joint])
        bone = quaternion.rotate(world[:, parent], rest[joint] - rest[parent])
        positions[:, joint] = positions[:, parent] + bone
    heads = np.zeros((len(rotations), 4, 4))
    heads[:, :3, :3] = quaternion.to_matrix(world[:, JOINT_INDEX["head"]])
    heads[:, :3, 3] = positions[:, JOINT_INDEX["head"]]
    heads[:, 3, 3] = 1.0
    return replace(
        motion,
        rotations_wxyz=rotations.astype(np.float32),
        root_position_in_world_m=root_m.astype(np.float32),
        positions_in_world_m=positions.astype(np.float32),
        world_from_head=heads.astype(np.float32),
    )
