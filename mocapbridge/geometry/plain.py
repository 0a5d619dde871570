"""Vectors and axes as tuples of floats, for the few that a skeleton's trunk and limbs have.

One numpy call on three numbers costs as much as twenty additions of plain floats: a frame of two
directions takes 0.6 us here and 15 us as a chain of array calls. Arrays are for what there is much
of: fingers, all joints, all landmarks.
"""

from __future__ import annotations

import itertools
import math
from typing import Final, TypeAlias

import numpy as np

from mocapbridge.geometry.quaternion import FloatArray
from mocapbridge.types import Float64Array

Vector: TypeAlias = tuple[float, float, float]
Axes: TypeAlias = tuple[Vector, Vector, Vector]
"""The columns x, y, z of a rotation matrix."""

X: Final[Vector] = (1.0, 0.0, 0.0)
Y: Final[Vector] = (0.0, 1.0, 0.0)
Z: Final[Vector] = (0.0, 0.0, 1.0)

_DEGENERATE: Final = 1e-16
"""Squared lengths of normals below this carry no direction."""
_TINY: Final = 1e-24
_HALF_TURN_COSINE: Final = 1e-3
_SMALL_SINE: Final = 1e-9


def vector(numbers: list[float]) -> Vector:
    """Three numbers of a list."""
    x, y, z = numbers
    return x, y, z


def vectors(points: Float64Array) -> list[Vector]:
    """The rows of an array ``(n, 3)``."""
    return [(x, y, z) for x, y, z in points.tolist()]


def axes(matrix: Float64Array) -> Axes:
    """The columns of a rotation matrix ``(3, 3)``."""
    (xx, yx, zx), (xy, yy, zy), (xz, yz, zz) = matrix.tolist()
    return (xx, xy, xz), (yx, yy, yz), (zx, zy, zz)


def frames(rotations: Float64Array) -> list[Axes]:
    """The columns of rotation matrices ``(n, 3, 3)``."""
    return [
        ((xx, xy, xz), (yx, yy, yz), (zx, zy, zz))
        for (xx, yx, zx), (xy, yy, zy), (xz, yz, zz) in rotations.tolist()
    ]


def matrices(rotations: list[Axes]) -> Float64Array:
    """Rotation matrices ``(n, 3, 3)`` of their columns."""
    columns = itertools.chain.from_iterable(rotations)
    numbers = np.fromiter(itertools.chain.from_iterable(columns), np.float64, 9 * len(rotations))
    return numbers.reshape(-1, 3, 3).transpose(0, 2, 1)


def add(a: Vector, b: Vector, weight: float = 1.0) -> Vector:
    """``a + weight * b``."""
    return a[0] + weight * b[0], a[1] + weight * b[1], a[2] + weight * b[2]


def subtract(a: Vector, b: Vector) -> Vector:
    """``a - b``."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def scaled(a: Vector, factor: float) -> Vector:
    """``factor * a``."""
    return factor * a[0], factor * a[1], factor * a[2]


def mix(a: Vector, b: Vector, fraction: float) -> Vector:
    """From ``a`` (fraction 0) to ``b`` (fraction 1), in a straight line."""
    return (
        a[0] + fraction * (b[0] - a[0]),
        a[1] + fraction * (b[1] - a[1]),
        a[2] + fraction * (b[2] - a[2]),
    )


def dot(a: Vector, b: Vector) -> float:
    """Dot product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Cross product."""
    ax, ay, az = a
    bx, by, bz = b
    return ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx


def length(a: Vector) -> float:
    """Length."""
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


def unit(a: Vector) -> Vector:
    """At unit length; what is shorter than 1e-12 stays short."""
    x, y, z = a
    square = x * x + y * y + z * z
    factor = 1.0 / math.sqrt(max(_TINY, square))
    return factor * x, factor * y, factor * z


def direction(start: Vector, end: Vector) -> Vector:
    """Unit vector from one point to another; what is shorter than 1e-12 stays short."""
    x, y, z = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    factor = 1.0 / math.sqrt(max(_TINY, x * x + y * y + z * z))
    return factor * x, factor * y, factor * z


def from_directions(primary: Vector, secondary: Vector) -> Axes:
    """Right-handed orthonormal axes: x along ``primary``, y nearest ``secondary``.

    ``primary`` may have any positive length; of ``secondary`` only the part at right angles counts.
    Where a direction is zero, or the two are parallel, another one at right angles takes its place:
    the answer is a rotation for any finite input.
    """
    ax, ay, az = primary
    bx, by, bz = secondary
    nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    square, normal_square = ax * ax + ay * ay + az * az, nx * nx + ny * ny + nz * nz
    if not (normal_square > _DEGENERATE and square > _TINY):
        (ax, ay, az), (nx, ny, nz) = _repaired(primary, secondary)
        square, normal_square = 1.0, nx * nx + ny * ny + nz * nz
    # Written out: this is what a frame calls most.
    factor = 1.0 / math.sqrt(square)
    ax, ay, az = factor * ax, factor * ay, factor * az
    factor = 1.0 / math.sqrt(normal_square)
    nx, ny, nz = factor * nx, factor * ny, factor * nz
    return (
        (ax, ay, az),
        (ny * az - nz * ay, nz * ax - nx * az, nx * ay - ny * ax),
        (nx, ny, nz),
    )


def _repaired(primary: Vector, secondary: Vector) -> tuple[Vector, Vector]:
    """Directions of unit length and normals, where the given ones fix none."""
    x = unit(primary)
    if not dot(x, x) > 0.5:  # noqa: PLR2004 - between a unit vector and none
        x = X
    normal = cross(x, unit(secondary))
    if dot(normal, normal) > _DEGENERATE:
        return x, normal
    smallest = min(range(3), key=lambda axis: abs(x[axis]))
    return x, cross(x, (X, Y, Z)[smallest])


def carried(frame: Axes, local: Vector) -> Vector:
    """A vector in a frame's own axes, in the axes that the frame is given in."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = frame
    a, b, c = local
    return a * xx + b * yx + c * zx, a * xy + b * yy + c * zy, a * xz + b * yz + c * zz


def product(a: Axes, b: Axes) -> Axes:
    """The rotation ``b`` followed by ``a``: the matrix product."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = a
    (ax, ay, az), (bx, by, bz), (cx, cy, cz) = b
    return (
        (ax * xx + ay * yx + az * zx, ax * xy + ay * yy + az * zy, ax * xz + ay * yz + az * zz),
        (bx * xx + by * yx + bz * zx, bx * xy + by * yy + bz * zy, bx * xz + by * yz + bz * zz),
        (cx * xx + cy * yx + cz * zx, cx * xy + cy * yy + cz * zy, cx * xz + cy * yz + cz * zz),
    )


def inverse(frame: Axes) -> Axes:
    """The inverse rotation: the transpose."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = frame
    return (xx, yx, zx), (xy, yy, zy), (xz, yz, zz)


def mirrored(frame: Axes) -> Axes:
    """The rotation as seen in a mirror that exchanges left and right (x)."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = frame
    return (xx, -xy, -xz), (-yx, yy, yz), (-zx, zy, zz)


def about_x(frame: Axes, angle_rad: float) -> Axes:
    """The frame, turned about its own x axis."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    x, y, z = frame
    y, z = _turned(y, z, c, s)
    return x, y, z


def about_y(frame: Axes, angle_rad: float) -> Axes:
    """The frame, turned about its own y axis."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    x, y, z = frame
    z, x = _turned(z, x, c, s)
    return x, y, z


def about_z(frame: Axes, angle_rad: float) -> Axes:
    """The frame, turned about its own z axis."""
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    x, y, z = frame
    x, y = _turned(x, y, c, s)
    return x, y, z


def _turned(a: Vector, b: Vector, c: float, s: float) -> tuple[Vector, Vector]:
    """Two axes after a turn from the first towards the second, of that cosine and sine."""
    ax, ay, az = a
    bx, by, bz = b
    return (
        (c * ax + s * bx, c * ay + s * by, c * az + s * bz),
        (c * bx - s * ax, c * by - s * ay, c * bz - s * az),
    )


def swung(start: Vector, end: Vector, carried_along: Vector) -> Vector:
    """A vector after the shortest turn that takes unit vector ``start`` to ``end`` (Rodrigues).

    At 180 degrees, where the shortest turn is not unique, the vector shrinks towards the axis.
    """
    ax, ay, az = start
    bx, by, bz = end
    vx, vy, vz = carried_along
    nx, ny, nz = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    c = ax * bx + ay * by + az * bz
    along = (nx * vx + ny * vy + nz * vz) / max(1.0 + c, _HALF_TURN_COSINE)
    return (
        c * vx + ny * vz - nz * vy + along * nx,
        c * vy + nz * vx - nx * vz + along * ny,
        c * vz + nx * vy - ny * vx + along * nz,
    )


def share(frame: Axes, fraction: float) -> Axes:
    """A part of a rotation: the same axis, ``fraction`` of the angle, the short way round."""
    w, x, y, z = _quaternion(frame)
    sine = math.sqrt(x * x + y * y + z * z)
    half_rad = math.atan2(sine, w) * fraction
    factor = math.sin(half_rad) / sine if sine > _SMALL_SINE else fraction
    return _of_quaternion(math.cos(half_rad), factor * x, factor * y, factor * z)


def _quaternion(frame: Axes) -> tuple[float, float, float, float]:
    """The unit quaternion w, x, y, z with w >= 0 (S. W. Shepperd, 1978)."""
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = frame
    squares = (xx + yy + zz, xx, yy, zz)
    pivot = squares.index(max(squares))
    if pivot == 0:
        q = (1.0 + xx + yy + zz, yz - zy, zx - xz, xy - yx)
    elif pivot == 1:
        q = (yz - zy, 1.0 + xx - yy - zz, xy + yx, zx + xz)
    elif pivot == 2:  # noqa: PLR2004 - the second of three axes
        q = (zx - xz, xy + yx, 1.0 - xx + yy - zz, yz + zy)
    else:
        q = (xy - yx, zx + xz, yz + zy, 1.0 - xx - yy + zz)
    w, x, y, z = q
    factor = math.copysign(1.0 / math.sqrt(w * w + x * x + y * y + z * z), w)
    return factor * w, factor * x, factor * y, factor * z


def _of_quaternion(w: float, x: float, y: float, z: float) -> Axes:
    return (
        (1.0 - 2.0 * (y * y + z * z), 2.0 * (x * y + w * z), 2.0 * (x * z - w * y)),
        (2.0 * (x * y - w * z), 1.0 - 2.0 * (x * x + z * z), 2.0 * (y * z + w * x)),
        (2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)),
    )


def ramp(value: float, low: float, high: float) -> float:
    """0 at ``low``, 1 at ``high``, smooth in between and level beyond (smoothstep)."""
    fraction = min(max((value - low) / (high - low), 0.0), 1.0)
    return fraction * fraction * (3.0 - 2.0 * fraction)


def quaternion_wxyz(rotation: FloatArray) -> tuple[float, float, float, float]:
    """The unit quaternion, w >= 0, of one rotation matrix ``(3, 3)``.

    The pivot is the largest component: S. W. Shepperd, "Quaternion from rotation matrix" (1978).
    """
    (xx, xy, xz), (yx, yy, yz), (zx, zy, zz) = rotation.tolist()
    w, x, y, z = max(
        (1 + xx + yy + zz, zy - yz, xz - zx, yx - xy),
        (zy - yz, 1 + xx - yy - zz, yx + xy, xz + zx),
        (xz - zx, yx + xy, 1 - xx + yy - zz, zy + yz),
        (yx - xy, xz + zx, zy + yz, 1 - xx - yy + zz),
        key=_squared_length,
    )
    length = math.copysign(math.sqrt(_squared_length((w, x, y, z))), w)
    return w / length, x / length, y / length, z / length


def _squared_length(q: tuple[float, float, float, float]) -> float:
    w, x, y, z = q
    return w * w + x * x + y * y + z * z
