"""Unit quaternions as arrays ``(..., 4)`` in the order w, x, y, z.

Every function works on whole arrays with broadcasting and keeps the precision it is given
(float32 in, float32 out). A unit quaternion turns vectors as ``q v q*``; ``multiply(a, b)`` turns
by ``b`` first. Formulas: K. Shoemake, "Animating rotation with quaternion curves" (1985), and
F. Grassia, "Practical parameterization of rotations using the exponential map" (1998).
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[Any]

IDENTITY_WXYZ: Final[tuple[float, float, float, float]] = (1.0, 0.0, 0.0, 0.0)

_TINY: Final = 1e-24
"""Squared lengths below this carry no direction."""
_NEARLY_OPPOSITE: Final = 1e-4
"""Cosine of half the angle below which two directions count as opposite."""
_SMALL_SINE: Final = 1e-6
"""Sine of half an angle below which the angle is taken by its series."""


def _sums(*entries: str) -> npt.NDArray[np.float64]:
    """A matrix ``(16, n)`` that adds up signed products of components, entry by entry."""
    table = np.zeros((4, 4, len(entries)))
    for number, entry in enumerate(entries):
        for sign, first, second in zip(entry[::3], entry[1::3], entry[2::3], strict=True):
            table["wxyz".index(first), "wxyz".index(second), number] = float(f"{sign}1")
    return table.reshape(16, len(entries))


_MATRIX_FROM_OUTER: Final = _sums(
    "+ww+xx-yy-zz", "+xy+yx-wz-zw", "+xz+zx+wy+yw",
    "+xy+yx+wz+zw", "+ww-xx+yy-zz", "+yz+zy-wx-xw",
    "+xz+zx-wy-yw", "+yz+zy+wx+xw", "+ww-xx-yy+zz",
)  # fmt: skip
"""(16, 9) the matrix of a unit quaternion is linear in the products of its components ..."""
_OUTER_FROM_MATRIX: Final = _MATRIX_FROM_OUTER.T.copy()
"""(9, 16) ... and four times the products are the same sums of the matrix' entries ..."""
_OUTER_OF_NONE: Final = np.eye(4).reshape(16)
"""(16,) ... with one added to each square."""


_HAMILTON: Final = _sums("+ww-xx-yy-zz", "+wx+xw+yz-zy", "+wy-xz+yw+zx", "+wz+xy-yx+zw")
"""(16, 4) the product of two quaternions, of the products of their components."""


def multiply(a: FloatArray, b: FloatArray) -> FloatArray:
    """The rotation ``b`` followed by ``a``: Hamilton product, ``(..., 4)``."""
    outer = a[..., :, None] * b[..., None, :]
    product: FloatArray = outer.reshape(-1, 16) @ _HAMILTON.astype(outer.dtype, copy=False)
    return product.reshape(outer.shape[:-1])


def conjugate(q: FloatArray) -> FloatArray:
    """The inverse of unit quaternions."""
    return q * np.array((1.0, -1.0, -1.0, -1.0), dtype=q.dtype)


def normalise(q: FloatArray) -> FloatArray:
    """Unit length; identity where there is no finite direction."""
    finite = np.where(np.isfinite(q), q, 0.0).astype(q.dtype)
    largest = np.max(np.abs(finite), axis=-1, keepdims=True)
    usable = largest > np.finfo(q.dtype).tiny
    scaled = finite / np.where(usable, largest, 1.0).astype(q.dtype)
    length = np.sqrt(np.sum(scaled * scaled, axis=-1, keepdims=True))
    identity = np.array(IDENTITY_WXYZ, dtype=q.dtype)
    return np.where(usable, scaled / np.where(usable, length, 1.0), identity).astype(q.dtype)


def rotate(q: FloatArray, vector: FloatArray) -> FloatArray:
    """Turn vectors ``(..., 3)`` by unit quaternions."""
    imaginary = q[..., 1:]
    twice = 2.0 * np.cross(imaginary, vector)
    return vector + q[..., :1] * twice + np.cross(imaginary, twice)


def from_two_vectors(start: FloatArray, end: FloatArray) -> FloatArray:
    """The shortest rotation that turns the direction of ``start`` into that of ``end``.

    At 180 degrees every perpendicular axis is as short: one that does not depend on the lengths is
    chosen. Where one of the vectors is zero the answer is the identity.
    """
    a, b = unit(start), unit(end)
    a, b = np.broadcast_arrays(a, b)
    # The half-way vector loses all digits near 180 degrees; |a - b| and |a + b| do not.
    cosine = 0.5 * np.linalg.norm(a + b, axis=-1, keepdims=True)
    sine = 0.5 * np.linalg.norm(a - b, axis=-1, keepdims=True)
    axis = np.cross(a, b)
    opposite = (cosine < _NEARLY_OPPOSITE)[..., 0]
    if np.any(opposite):
        axis[opposite] = perpendicular(a[opposite])
    q = np.concatenate((cosine, unit(axis) * sine), axis=-1)
    return normalise(q).astype(np.result_type(start, end))


def perpendicular(vector: FloatArray) -> FloatArray:
    """A unit vector at right angles to each, ``(..., 3)``: away from its smallest component."""
    smallest = np.argmin(np.abs(vector), axis=-1)
    return unit(np.cross(vector, np.eye(3, dtype=vector.dtype)[smallest]))


def unit(vector: FloatArray) -> FloatArray:
    """Vectors at unit length along the last axis; what is shorter than 1e-12 stays short."""
    square = np.vecdot(vector, vector)
    return vector / np.sqrt(np.maximum(square, _TINY))[..., None]


def from_matrix(rotation: FloatArray) -> FloatArray:
    """Unit quaternions of rotation matrices ``(..., 3, 3)``, w >= 0 (up to rounding).

    Picks the largest of the four components as pivot: S. W. Shepperd, "Quaternion from rotation
    matrix" (1978).
    """
    dtype = rotation.dtype
    flat = rotation.reshape(-1, 9)
    # Row i is 4 q_i q: the outer product of the quaternion with itself, times four.
    outer: FloatArray = flat @ _OUTER_FROM_MATRIX.astype(dtype, copy=False) + _OUTER_OF_NONE.astype(
        dtype, copy=False
    )
    pivot = outer[:, ::5].argmax(axis=1)
    pivot += np.arange(0, 4 * len(flat), 4)
    row: FloatArray = outer.reshape(-1, 4).take(pivot, 0)
    size = np.copysign(np.sqrt(np.vecdot(row, row)), row[:, 0])
    q: FloatArray = np.divide(row, size[:, None])
    return q.reshape(*rotation.shape[:-2], 4)


def to_matrix(q: FloatArray) -> FloatArray:
    """Rotation matrices ``(..., 3, 3)`` of unit quaternions."""
    outer = (q[..., :, None] * q[..., None, :]).reshape(-1, 16)
    return (outer @ _MATRIX_FROM_OUTER.astype(q.dtype, copy=False)).reshape(*q.shape[:-1], 3, 3)


def canonical(q: FloatArray) -> FloatArray:
    """The same rotations with w >= 0."""
    return np.where(q[..., :1] < 0.0, -q, q).astype(q.dtype)


def same_hemisphere(q: FloatArray, reference: FloatArray) -> FloatArray:
    """The same rotations with the sign nearest to the reference: no flip from frame to frame."""
    along = np.vecdot(q, reference)[..., None]
    return q * np.copysign(q.dtype.type(1.0), along)


def angle_rad(a: FloatArray, b: FloatArray) -> FloatArray:
    """Geodesic angle between rotations, 0..pi [rad]; exact down to the last digits near zero."""
    nearest = same_hemisphere(b, a)
    apart = np.linalg.norm(a - nearest, axis=-1)
    together = np.linalg.norm(a + nearest, axis=-1)
    return 4.0 * np.arctan2(apart, together)


def exp(rotation_vector_rad: FloatArray) -> FloatArray:
    """Unit quaternions of rotation vectors ``(..., 3)``: axis times angle [rad]."""
    return exp_half(0.5 * rotation_vector_rad)


def exp_half(half_vector_rad: FloatArray) -> FloatArray:
    """Unit quaternions of halved rotation vectors ``(..., 3)``: axis times half the angle [rad]."""
    half = np.sqrt(np.add.reduce(half_vector_rad * half_vector_rad, axis=-1, keepdims=True))
    q = np.empty((*half_vector_rad.shape[:-1], 4), dtype=half_vector_rad.dtype)
    q[..., :1] = np.cos(half)
    # Vectors too short to have a length are their own sine.
    scale = np.where(half > _SMALL_SINE, np.sin(half) / np.maximum(half, _SMALL_SINE), 1.0)
    q[..., 1:] = half_vector_rad * scale
    return q


def log(q: FloatArray) -> FloatArray:
    """Rotation vectors ``(..., 3)`` of unit quaternions, length 0..pi [rad]."""
    nearest = canonical(q)
    imaginary = nearest[..., 1:]
    sine = np.linalg.norm(imaginary, axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, nearest[..., :1])
    near = sine < _SMALL_SINE
    # For small angles angle / sine tends to 2 / w.
    scale = np.where(near, 2.0, angle / np.where(near, 1.0, sine))
    return (imaginary * scale).astype(q.dtype)


def slerp(a: FloatArray, b: FloatArray, fraction: FloatArray | float) -> FloatArray:
    """Rotations on the shortest way from ``a`` (fraction 0) to ``b`` (fraction 1)."""
    weight = np.asarray(fraction, dtype=a.dtype)[..., None]
    step = exp(log(multiply(conjugate(a), b)) * weight)
    return normalise(multiply(a, step))


def swing_twist(q: FloatArray, axis: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Split rotations into ``swing`` after ``twist`` about a unit axis: ``q = swing * twist``.

    Args:
        q: ``(..., 4)`` unit quaternions.
        axis: ``(..., 3)`` unit axes, in the frame that ``q`` turns from.

    Returns:
        ``(swing, twist)``. Where the axis is turned to its opposite the twist is not defined and
        comes out as the identity.
    """
    along = np.sum(q[..., 1:] * axis, axis=-1, keepdims=True)
    twist = normalise(np.concatenate((q[..., :1], along * axis), axis=-1))
    return multiply(q, conjugate(twist)), twist
