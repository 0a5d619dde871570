"""From local rotations to positions and back."""

from __future__ import annotations

import numpy as np

from mocapbridge.geometry.matrix import transpose
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array


def world_rotations(local: Float64Array) -> Float64Array:
    """World rotations ``(55, 3, 3)`` of local ones, level by level from the hips."""
    world = np.empty_like(local)
    world[0] = local[0]
    for level in anatomy.LEVELS[1:]:
        world[level] = world[anatomy.PARENT_OR_SELF[level]] @ local[level]
    return world


def local_rotations(world: Float64Array) -> Float64Array:
    """Local rotations ``(55, 3, 3)`` of world ones; the hips' stay in the world."""
    local = transpose(world[anatomy.PARENT_OR_SELF]) @ world
    local[0] = world[0]
    return local


def positions_from_hips_m(world: Float64Array, offsets_m: Float64Array) -> Float64Array:
    """Joint positions ``(55, 3)`` relative to the hips, world axes [m].

    Args:
        world: ``(55, 3, 3)`` world rotations.
        offsets_m: ``(55, 3)`` each joint in its parent's axes.
    """
    bones = np.einsum("nij,nj->ni", world[anatomy.PARENT_OR_SELF], offsets_m)
    return anatomy.ANCESTORS @ bones
