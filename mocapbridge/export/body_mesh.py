"""A plain body around the skeleton, so that any viewer shows the motion.

Every bone is a tapered rod between its joints; the head is an ellipsoid, the eyes are white balls
with an iris that looks along their +Z. Each vertex follows one joint.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry.quaternion import perpendicular, unit
from mocapbridge.skeleton import JOINT_INDEX, JOINTS, PARENTS
from mocapbridge.types import Float32Array, Float64Array

_SIDES: Final = 8
_TIP_SHARE: Final = 0.8
_RINGS: Final = 8

# Radius at the joint and at the end of the bone, in parts of its length, and the most in metres.
_THICK: Final[dict[str, float]] = {
    "hips": 0.085,
    "spine": 0.095,
    "chest": 0.105,
    "upperChest": 0.085,
    "neck": 0.045,
    "Shoulder": 0.045,
    "UpperArm": 0.042,
    "LowerArm": 0.034,
    "Hand": 0.014,
    "UpperLeg": 0.068,
    "LowerLeg": 0.048,
    "Foot": 0.034,
    "Toes": 0.026,
}
_FINGER_M: Final = 0.008
_TAPER: Final = 0.78
_HEAD_RADII_M: Final = (0.075, 0.1, 0.085)
_HEAD_CENTRE_M: Final = (0.0, 0.078, -0.012)
EYE_M: Final = 0.0105
"""Radius of the eyeballs."""
_EYE_RINGS: Final = 5
"""A cap of an eyeball is then half as wide as the ball, like an iris."""
_NO_AREA: Final = 1e-12

SURFACES: Final = ("Clothes", "Eyes", "Irises")
"""What the body is made of."""
_EYES: Final = SURFACES.index("Eyes")
_IRISES: Final = SURFACES.index("Irises")


@dataclass(frozen=True, slots=True)
class Mesh:
    """Triangles in the rest pose."""

    positions_m: Float32Array
    """(v, 3) world axes."""
    normals: Float32Array
    """(v, 3) unit length."""
    joints: npt.NDArray[np.uint8]
    """(v,) the joint each vertex follows."""
    triangles: npt.NDArray[np.uint16]
    """(t, 3) counter-clockwise seen from outside."""
    surfaces: npt.NDArray[np.uint8]
    """(t,) index of each one's in `SURFACES`."""


def body_mesh(rest_positions_m: Float32Array) -> Mesh:
    """The body of that rest pose."""
    rest = rest_positions_m.astype(np.float64)
    parts = [
        _rod(rest[parent], rest[joint], _radius_m(JOINTS[parent].name), parent)
        for joint, parent in enumerate(PARENTS)
        if parent >= 0 and JOINTS[parent].name != "head"
    ]
    for joint in range(len(PARENTS)):
        name = JOINTS[joint].name
        if joint not in PARENTS and name not in ("leftEye", "rightEye", "jaw"):
            tip = rest[joint] + _TIP_SHARE * (rest[joint] - rest[PARENTS[joint]])
            parts.append(_rod(rest[joint], tip, _radius_m(name), joint))
    head = JOINT_INDEX["head"]
    parts.append(_ball(rest[head] + _HEAD_CENTRE_M, _HEAD_RADII_M, head))
    for name in ("leftEye", "rightEye"):
        eye = JOINT_INDEX[name]
        parts.append(_eyeball(rest[eye], eye))
    return _joined(parts)


def _radius_m(name: str) -> float:
    bare = name.removeprefix("left").removeprefix("right")
    return _THICK.get(bare, _FINGER_M)


def _rod(start: Float64Array, end: Float64Array, radius_m: float, joint: int) -> Mesh:
    """A tapered rod with pointed ends."""
    axis = end - start
    length = float(np.linalg.norm(axis))
    along = axis / length if length > 0.0 else np.array((0.0, 1.0, 0.0))
    across = perpendicular(along)
    around = np.linspace(0.0, 2.0 * np.pi, _SIDES, endpoint=False)
    circle = np.cos(around)[:, None] * across + np.sin(around)[:, None] * np.cross(along, across)
    thick = min(radius_m, 0.5 * length)
    rings = (
        (-0.35 * thick, 0.55 * thick),
        (0.15 * length, thick),
        (0.85 * length, thick * _TAPER),
        (length + 0.25 * thick, 0.5 * thick * _TAPER),
    )
    points = [start - 0.6 * thick * along]
    points += [
        start + distance * along + radius * ray for distance, radius in rings for ray in circle
    ]
    points.append(end + 0.4 * thick * along)
    return _smooth(np.array(points), _lattice(len(rings), _SIDES), joint)


def _eyeball(centre: Float64Array, joint: int) -> Mesh:
    ball = _ball(np.zeros(3), (EYE_M,) * 3, joint, _EYE_RINGS)
    pole = len(ball.positions_m) - 1
    return replace(
        ball,
        positions_m=(_upright_to_front(ball.positions_m) + centre).astype(np.float32),
        normals=_upright_to_front(ball.normals),
        surfaces=np.where((ball.triangles == pole).any(axis=1), _IRISES, _EYES).astype(np.uint8),
    )


def _upright_to_front(vectors: Float32Array) -> Float32Array:
    """Turned by a quarter about +X: what was +Y is +Z."""
    return vectors[:, (0, 2, 1)] * np.array((1.0, -1.0, 1.0), dtype=np.float32)


def _ball(
    centre: Float64Array, radii_m: tuple[float, ...], joint: int, rings: int = _RINGS
) -> Mesh:
    heights = np.linspace(-np.pi / 2, np.pi / 2, rings + 2)[1:-1]
    around = np.linspace(0.0, -2.0 * np.pi, 2 * _SIDES, endpoint=False)
    points = [np.array((0.0, -1.0, 0.0))]
    points += [
        np.array((np.cos(h) * np.cos(a), np.sin(h), np.cos(h) * np.sin(a)))
        for h in heights
        for a in around
    ]
    points.append(np.array((0.0, 1.0, 0.0)))
    return _smooth(centre + np.array(points) * radii_m, _lattice(rings, 2 * _SIDES), joint)


def _lattice(rings: int, sides: int) -> npt.NDArray[np.intp]:
    """Triangles over a first point, rings of points and a last point."""
    last = rings * sides + 1
    triangles: list[tuple[int, int, int]] = []
    for side in range(sides):
        next_side = (side + 1) % sides
        triangles.append((0, 1 + next_side, 1 + side))
        for ring in range(rings - 1):
            low, high = 1 + ring * sides, 1 + (ring + 1) * sides
            triangles.append((low + side, low + next_side, high + next_side))
            triangles.append((low + side, high + next_side, high + side))
        top = 1 + (rings - 1) * sides
        triangles.append((top + side, top + next_side, last))
    return np.array(triangles, dtype=np.intp)


def _smooth(points: Float64Array, triangles: npt.NDArray[np.intp], joint: int) -> Mesh:
    return Mesh(
        positions_m=points.astype(np.float32),
        normals=vertex_normals(points, triangles).astype(np.float32),
        joints=np.full(len(points), joint, dtype=np.uint8),
        triangles=triangles.astype(np.uint16),
        surfaces=np.zeros(len(triangles), dtype=np.uint8),
    )


def vertex_normals(points: Float64Array, triangles: npt.NDArray[np.intp]) -> Float64Array:
    """The mean of the normals around each vertex, by area; straight up where there are none."""
    a, b, c = (points[triangles[:, corner]] for corner in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], faces)
    flat = np.linalg.norm(normals, axis=1) < _NO_AREA
    normals[flat] = (0.0, 1.0, 0.0)
    # Far above what `unit` takes for no direction, however small the mesh.
    return unit(normals / np.abs(normals).max(axis=1, keepdims=True))


def _joined(parts: list[Mesh]) -> Mesh:
    starts = np.cumsum([0] + [len(part.positions_m) for part in parts[:-1]])
    return Mesh(
        positions_m=np.concatenate([part.positions_m for part in parts]),
        normals=np.concatenate([part.normals for part in parts]),
        joints=np.concatenate([part.joints for part in parts]),
        triangles=np.concatenate(
            [part.triangles + np.uint16(start) for part, start in zip(parts, starts, strict=True)]
        ),
        surfaces=np.concatenate([part.surfaces for part in parts]),
    )
