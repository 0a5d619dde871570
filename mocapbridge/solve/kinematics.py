"""From local rotations to positions and back."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import transpose
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

_STEPS: Final = tuple((level, anatomy.PARENT_OR_SELF[level]) for level in anatomy.LEVELS[1:])


def world_rotations(local: Float64Array) -> Float64Array:
    """World rotations ``(55, 3, 3)`` of local ones, level by level from the hips."""
    world = np.empty_like(local)
    world[0] = local[0]
    for joints, parents in _STEPS:
        world[joints] = world[parents] @ local[joints]
    return world


def leg_rotations(world: Float64Array) -> Float64Array:
    """Local rotations ``(8, 3, 3)`` of ``anatomy.LEG_JOINTS`` in world ones ``(55, 3, 3)``."""
    return transpose(world[anatomy.LEG_PARENTS]) @ world[anatomy.LEG_JOINTS]


def positions_from_hips_m(world: Float64Array, offsets_m: Float64Array) -> Float64Array:
    """Joint positions ``(55, 3)`` relative to the hips, world axes [m].

    Args:
        world: ``(55, 3, 3)`` world rotations.
        offsets_m: ``(55, 3)`` each joint in its parent's axes.
    """
    bones = world[anatomy.PARENT_OR_SELF] @ offsets_m[:, :, None]
    return anatomy.ANCESTORS @ bones[:, :, 0]
