"""From local rotations to positions and back."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry.matrix import transpose
from mocapbridge.skeleton import JOINT_COUNT, PARENTS
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

_NONE: Final = JOINT_COUNT
"""Stands for the parent of the hips: a joint that is never turned."""
_UNTURNED: Final = np.eye(3)


def _leaps() -> tuple[npt.NDArray[np.intp], ...]:
    """For each round the joints ``(56,)`` whose turns the chains found so far go on with."""
    above = np.array([_NONE if parent < 0 else parent for parent in PARENTS] + [_NONE])
    leaps: list[npt.NDArray[np.intp]] = []
    while (above != _NONE).any():
        leaps.append(above)
        above = above[above]
    return tuple(leaps)


_LEAPS: Final = _leaps()


def world_rotations(local: Float64Array) -> Float64Array:
    """World rotations ``(55, 3, 3)`` of local ones.

    Each round doubles how many joints a chain of rotations spans, up to the hips in four rounds
    (pointer jumping: W. D. Hillis, G. L. Steele, "Data parallel algorithms", 1986).
    """
    world = np.empty((JOINT_COUNT + 1, 3, 3))
    world[:JOINT_COUNT] = local
    world[_NONE] = _UNTURNED
    for above in _LEAPS:
        world = world.take(above, 0) @ world
    return world[:JOINT_COUNT]


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
