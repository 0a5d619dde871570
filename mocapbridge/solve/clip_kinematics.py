"""Kinematics of a whole clip: arrays by joint and frame, ``(55, n, ...)``."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import clamp, cross, dot, from_directions, transpose
from mocapbridge.geometry.quaternion import to_matrix
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

STRETCH: Final = 0.9995
"""A leg is never pulled quite straight: there the knee would jump."""
_Y_X_Z: Final = np.array((1, 0, 2))
_DOWN: Final = np.array((1.0, -1.0, 1.0))


def world_rotations(local_wxyz: Float64Array) -> Float64Array:
    """World rotations ``(55, n, 3, 3)`` of local ones, joint by joint from the hips.

    Args:
        local_wxyz: ``(55, n, 4)``.
    """
    world = np.empty((*local_wxyz.shape[:2], 3, 3))
    world[0] = to_matrix(local_wxyz[0])
    for joint in range(1, len(world)):  # a level at once would need far more memory
        np.matmul(
            world[anatomy.PARENT_OR_SELF[joint]], to_matrix(local_wxyz[joint]), out=world[joint]
        )
    return world


def local_rotations(world: Float64Array, joint: int) -> Float64Array:
    """Local rotations ``(n, 3, 3)`` of a joint that is not the hips.

    Args:
        world: ``(55, n, 3, 3)`` world rotations.
        joint: which one.
    """
    return transpose(world[anatomy.PARENT_OR_SELF[joint]]) @ world[joint]


def positions_m(world: Float64Array, offsets_m: Float64Array) -> Float64Array:
    """Joint positions ``(55, n, 3)`` relative to the hips, world axes [m].

    Args:
        world: ``(55, n, 3, 3)`` world rotations.
        offsets_m: ``(55, 3)`` each joint in its parent's axes.
    """
    positions = np.zeros(world.shape[:3])
    for joint, parent in enumerate(anatomy.PARENT_OR_SELF[1:], start=1):
        np.matmul(world[parent], offsets_m[joint], out=positions[joint])
        positions[joint] += positions[parent]
    return positions


def reach(
    hips_m: Float64Array, ankles_m: Float64Array, hinges: Float64Array, bones_m: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """World rotations of thigh and shin that bring the ankles where they should be.

    Args:
        hips_m: ``(n, 2, 3)`` hip joints.
        ankles_m: ``(n, 2, 3)`` where the ankles should be; a leg too short reaches towards it.
        hinges: ``(n, 2, 3)`` knee axes to stay near.
        bones_m: ``(2, 2)`` lengths of thigh and shin by leg.

    Returns:
        ``(n, 2, 3, 3)`` of the thighs and of the shins. Knees bend forwards, never backwards.
    """
    thigh, shin = bones_m[:, :1], bones_m[:, 1:]
    way = ankles_m - hips_m
    distance = np.sqrt(dot(way, way))
    along = way / np.maximum(distance, 1e-9)
    hinge = hinges - dot(hinges, along) * along
    hinge = hinge / np.maximum(np.sqrt(dot(hinge, hinge)), 1e-9)
    distance = clamp(distance, np.abs(thigh - shin) + 1e-3, STRETCH * (thigh + shin))
    # Law of cosines at the hip.
    cosine = clamp((thigh**2 + distance**2 - shin**2) / (2.0 * thigh * distance), -1.0, 1.0)
    sine = np.sqrt(1.0 - cosine * cosine)
    upper = along * cosine - cross(hinge, along) * sine
    lower = along * distance - upper * thigh
    return _leg_axes(upper, hinge), _leg_axes(lower, hinge)


def _leg_axes(along: Float64Array, hinge: Float64Array) -> Float64Array:
    """Rotations of leg bones that point along their -Y and bend about their X."""
    # Columns come as (along, hinge, rest): that is (-y, x, z).
    return from_directions(along, hinge).take(_Y_X_Z, axis=-1) * _DOWN
