"""Where the joints of a skeleton are for given rotations, worked out by scipy: a judge."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial.transform import Rotation

from mocapbridge.types import Float64Array


def turned(rotations_wxyz: np.typing.ArrayLike) -> list[Rotation]:
    """Rotations of quaternions in the order w, x, y, z."""
    return [Rotation.from_quat((x, y, z, w)) for w, x, y, z in np.asarray(rotations_wxyz).tolist()]


def world_rotations(rotations_wxyz: np.typing.ArrayLike, parents: Sequence[int]) -> list[Rotation]:
    """world_from_joint of every joint, of parent_from_joint."""
    world: list[Rotation] = []
    for local, parent in zip(turned(rotations_wxyz), parents, strict=True):
        world.append(local if parent < 0 else world[parent] * local)
    return world


def positions_m(
    rotations_wxyz: np.typing.ArrayLike,
    parents: Sequence[int],
    rest_positions_m: np.typing.ArrayLike,
    root_m: np.typing.ArrayLike,
) -> Float64Array:
    """Position of every joint in the world [m]."""
    rest = np.asarray(rest_positions_m, dtype=np.float64)
    world = world_rotations(rotations_wxyz, parents)
    positions = np.zeros_like(rest)
    for joint, parent in enumerate(parents):
        if parent < 0:
            positions[joint] = root_m
        else:
            offset = rest[joint] - rest[parent]
            positions[joint] = positions[parent] + world[parent].apply(offset)
    return positions


def apart_deg(a: Sequence[Rotation], b: Sequence[Rotation]) -> float:
    """The largest angle between two lists of rotations [degrees]."""
    return max(np.degrees((one.inv() * other).magnitude()) for one, other in zip(a, b, strict=True))
