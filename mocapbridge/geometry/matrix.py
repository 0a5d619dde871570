"""Rotation matrices built from directions.

Inside the solver rotations are matrices ``(..., 3, 3)`` where there are many: one matrix product is
a single call where a quaternion product is a dozen. Few of them are ``plain`` axes.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.geometry.quaternion import FloatArray

_NEXT: Final = np.array((1, 2, 0))
_DEGENERATE: Final = 1e-16
"""Squared lengths of normals below this carry no direction."""
_HALF: Final = 0.5
"""Between the squared lengths of a unit vector and of none."""


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Cross product along the last axis; half the time of ``numpy.cross`` on few rows."""
    return (a * b.take(_NEXT, -1) - a.take(_NEXT, -1) * b).take(_NEXT, -1)


def dot(a: FloatArray, b: FloatArray) -> FloatArray:
    """Dot product along the last axis, which stays with length 1."""
    return np.vecdot(a, b)[..., None]


def length(vector: FloatArray) -> FloatArray:
    """Lengths along the last axis, which goes."""
    return np.sqrt(np.vecdot(vector, vector))


def from_directions(primary: FloatArray, secondary: FloatArray) -> FloatArray:
    """Right-handed orthonormal frames: column 0 along ``primary``, column 1 nearest ``secondary``.

    Args:
        primary: ``(..., 3)`` directions of any positive length.
        secondary: ``(..., 3)`` directions; only the part at right angles to ``primary`` counts.

    Returns:
        ``(..., 3, 3)``. Where a direction is zero, or the two are parallel, another one at right
        angles takes its place: the answer is a rotation for any finite input.
    """
    normal = cross(primary, secondary)
    normal_square = dot(normal, normal)
    if not normal_square.min() > _DEGENERATE:
        primary, normal = _repaired(primary, secondary)
        normal_square = dot(normal, normal)
    frame = np.empty((*normal.shape, 3), dtype=normal.dtype)
    x = primary / np.sqrt(dot(primary, primary))
    z = normal / np.sqrt(normal_square)
    frame[..., 0] = x
    frame[..., 1] = cross(z, x)
    frame[..., 2] = z
    return frame


def _repaired(primary: FloatArray, secondary: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Directions of unit length and normals, with the degenerate ones replaced."""
    forward = np.array((1.0, 0.0, 0.0), dtype=primary.dtype)
    x, y = quaternion.unit(primary), quaternion.unit(secondary)
    x = np.where(dot(x, x) > _HALF, x, forward)
    normal = cross(x, y)
    parallel = dot(normal, normal) <= _DEGENERATE
    smallest = np.eye(3, dtype=primary.dtype)[np.argmin(np.abs(x), axis=-1)]
    return x, np.where(parallel, cross(x, smallest), normal)


def clamp(value: FloatArray, low: FloatArray | float, high: FloatArray | float) -> FloatArray:
    """Values held between two bounds; several times quicker than ``numpy.clip`` on few rows."""
    return np.minimum(np.maximum(value, low), high)


def transpose(rotation: FloatArray) -> FloatArray:
    """The inverse rotations."""
    return np.swapaxes(rotation, -1, -2)
