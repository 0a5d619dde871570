"""From local rotations to positions and back."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import transpose
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

_ORDER: Final = np.concatenate(anatomy.LEVELS)
"""(55,) the joints level by level from the hips ..."""
_PLACE: Final = np.argsort(_ORDER)
"""(55,) ... and where each of them is there."""
_ENDS: Final = np.cumsum([len(level) for level in anatomy.LEVELS]).tolist()
_STEPS: Final = tuple(
    (slice(start, end), _PLACE[anatomy.PARENT_OR_SELF[_ORDER[start:end]]])
    for start, end in pairwise(_ENDS)
)
"""Each level after the first, and where its parents are."""


def world_rotations(local: Float64Array) -> Float64Array:
    """World rotations ``(55, 3, 3)`` of local ones, level by level from the hips."""
    ordered = local.take(_ORDER, 0)
    for level, parents in _STEPS:
        ordered[level] = ordered.take(parents, 0) @ ordered[level]
    return ordered.take(_PLACE, 0)


def leg_rotations(world: Float64Array) -> Float64Array:
    """Local rotations ``(8, 3, 3)`` of ``anatomy.LEG_JOINTS`` in world ones ``(55, 3, 3)``."""
    return transpose(world.take(anatomy.LEG_PARENTS, 0)) @ world.take(anatomy.LEG_JOINTS, 0)


def positions_from_hips_m(world: Float64Array, offsets_m: Float64Array) -> Float64Array:
    """Joint positions ``(55, 3)`` relative to the hips, world axes [m].

    Args:
        world: ``(55, 3, 3)`` world rotations.
        offsets_m: ``(55, 3)`` each joint in its parent's axes.
    """
    bones = world.take(anatomy.PARENT_OR_SELF, 0) @ offsets_m[:, :, None]
    return anatomy.ANCESTORS @ bones[:, :, 0]
