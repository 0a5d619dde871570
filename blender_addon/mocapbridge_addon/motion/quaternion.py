# SPDX-License-Identifier: GPL-3.0-or-later
"""Quaternions (w, x, y, z) and vectors as plain tuples.

Tuples, because the add-on needs nothing but Python then; what is done per frame was kept down to
one matrix product per bone (see ``bone_formula``), so they are fast enough.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

Quaternion: TypeAlias = tuple[float, float, float, float]
Vector: TypeAlias = tuple[float, float, float]
Matrix4: TypeAlias = tuple[Quaternion, Quaternion, Quaternion, Quaternion]

IDENTITY: Final[Quaternion] = (1.0, 0.0, 0.0, 0.0)
_PARALLEL: Final = 1e-9


def multiply(a: Quaternion, b: Quaternion) -> Quaternion:
    """The rotation that turns by ``b`` first, then by ``a``."""
    aw, ax, ay, az = a
    bw, bx, by, bz = b
    return (
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def conjugate(a: Quaternion) -> Quaternion:
    """The rotation back, of a unit quaternion."""
    return (a[0], -a[1], -a[2], -a[3])


def normalised(a: Quaternion) -> Quaternion:
    """At unit length; identity when there is nothing to go by."""
    length = math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2] + a[3] * a[3])
    if length < _PARALLEL:
        return IDENTITY
    return (a[0] / length, a[1] / length, a[2] / length, a[3] / length)


def rotate(a: Quaternion, v: Vector) -> Vector:
    """``v`` turned by ``a``: v + 2w(u x v) + 2u x (u x v), with u the vector part."""
    w, x, y, z = a
    vx, vy, vz = v
    tx = 2.0 * (y * vz - z * vy)
    ty = 2.0 * (z * vx - x * vz)
    tz = 2.0 * (x * vy - y * vx)
    return (
        vx + w * tx + y * tz - z * ty,
        vy + w * ty + z * tx - x * tz,
        vz + w * tz + x * ty - y * tx,
    )


def power(a: Quaternion, share: float) -> Quaternion:
    """That share of the way from identity to ``a``, the short way round."""
    w, x, y, z = a if a[0] >= 0.0 else (-a[0], -a[1], -a[2], -a[3])
    sine = math.sqrt(x * x + y * y + z * z)
    if sine < _PARALLEL:
        return IDENTITY
    half = math.atan2(sine, w) * share
    scale = math.sin(half) / sine
    return (math.cos(half), x * scale, y * scale, z * scale)


def about(axis: Vector, angle_rad: float) -> Quaternion:
    """The turn by an angle about a unit axis."""
    sine = math.sin(angle_rad / 2.0)
    return (math.cos(angle_rad / 2.0), axis[0] * sine, axis[1] * sine, axis[2] * sine)


def between(start: Vector, end: Vector) -> Quaternion:
    """The shortest turn that brings one direction onto another; identity for zero vectors."""
    a, b = unit(start), unit(end)
    if a is None or b is None:
        return IDENTITY
    cosine = dot(a, b)
    if cosine < -1.0 + _PARALLEL:
        # Opposite: half a turn about any axis at right angles.
        axis = unit(cross(a, (1.0, 0.0, 0.0))) or unit(cross(a, (0.0, 1.0, 0.0)))
        return about(axis or (0.0, 0.0, 1.0), math.pi)
    x, y, z = cross(a, b)
    return normalised((1.0 + cosine, x, y, z))


def from_axes(x_axis: Vector, y_axis: Vector, z_axis: Vector) -> Quaternion:
    """The rotation whose matrix has these orthonormal columns (Shepperd, 1978)."""
    xx, yx, zx = x_axis
    xy, yy, zy = y_axis
    xz, yz, zz = z_axis
    trace = xx + yy + zz
    if trace >= max(xx, yy, zz):
        return normalised((1.0 + trace, zy - yz, xz - zx, yx - xy))
    if xx >= max(yy, zz):
        return normalised((zy - yz, 1.0 + xx - yy - zz, yx + xy, xz + zx))
    if yy >= zz:
        return normalised((xz - zx, yx + xy, 1.0 + yy - xx - zz, zy + yz))
    return normalised((yx - xy, xz + zx, zy + yz, 1.0 + zz - xx - yy))


def sandwich(before: Quaternion, after: Quaternion) -> Matrix4:
    """The 4 x 4 matrix of q -> before * q * after, which is linear in q."""
    columns = [
        multiply(multiply(before, basis), after)
        for basis in (IDENTITY, (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))
    ]
    first, second, third, fourth = (
        (columns[0][i], columns[1][i], columns[2][i], columns[3][i]) for i in range(4)
    )
    return (first, second, third, fourth)


def applied(matrix: Matrix4, q: Quaternion) -> Quaternion:
    """The product of a matrix of ``sandwich`` and a quaternion."""
    w, x, y, z = q
    first, second, third, fourth = (
        row[0] * w + row[1] * x + row[2] * y + row[3] * z for row in matrix
    )
    return (first, second, third, fourth)


def add(a: Vector, b: Vector) -> Vector:
    """Sum."""
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2])


def subtract(a: Vector, b: Vector) -> Vector:
    """From ``b`` to ``a``."""
    return (a[0] - b[0], a[1] - b[1], a[2] - b[2])


def scaled(a: Vector, factor: float) -> Vector:
    """``a`` times a number."""
    return (a[0] * factor, a[1] * factor, a[2] * factor)


def dot(a: Vector, b: Vector) -> float:
    """Scalar product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Vector product."""
    return (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )


def length(a: Vector) -> float:
    """Euclidean length."""
    return math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2])


def unit(a: Vector) -> Vector | None:
    """The direction of ``a``; None when it has none."""
    size = length(a)
    return None if size < _PARALLEL else (a[0] / size, a[1] / size, a[2] / size)


def middle(a: Vector, b: Vector) -> Vector:
    """Half way between two points."""
    return ((a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0, (a[2] + b[2]) / 2.0)
