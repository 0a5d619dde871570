"""The surface of the average face: triangles between neighbours, and what each is part of."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay

from mocapbridge.export.face_points import (
    BROW,
    EYE_CORNERS,
    LEFT_CORNER,
    LOWER_LID,
    LOWER_LIP_LINES,
    OUTLINE,
    RIGHT_CORNER,
    UPPER_LID,
    UPPER_LIP_LINES,
)
from mocapbridge.types import Float64Array

SURFACES: Final = ("Skin", "Lips", "Brows", "Mouth")
"""What the face is made of; the mouth is what is seen between the lips."""

Triangles: TypeAlias = npt.NDArray[np.intp]
_Edge: TypeAlias = tuple[int, int]
"""Two points, the lower one first."""
_Owners: TypeAlias = dict[_Edge, list[int]]

_LIPS: Final = tuple(
    (right, *upper, left, *lower[::-1])
    for right, upper, left, lower in zip(
        RIGHT_CORNER, UPPER_LIP_LINES, LEFT_CORNER, LOWER_LIP_LINES, strict=True
    )
)
"""Around the mouth, outermost first."""
_LEFT_EYE: Final = (EYE_CORNERS[0], *UPPER_LID, EYE_CORNERS[1], *LOWER_LID[::-1])


def face_triangles(
    parted_cm: Float64Array, mirrored: npt.NDArray[np.intp]
) -> tuple[Triangles, npt.NDArray[np.uint8]]:
    """Triangles between neighbours, without the eyes; counter-clockwise seen from outside.

    Args:
        parted_cm: (468, 3) the face with its lips apart.
        mirrored: (468,) each point's counterpart on the other side.

    Returns:
        (t, 3) points, and (t,) index of each triangle's part in `SURFACES`.
    """
    # Unrolled about the vertical axis, where no two points lie one behind the other.
    flat = np.stack(
        (
            8.0 * np.arctan2(parted_cm[:, 0], np.maximum(parted_cm[:, 2] + 6.0, 0.5)),
            parted_cm[:, 1],
        ),
        axis=1,
    )
    triangles: Triangles = np.asarray(Delaunay(flat).simplices, dtype=np.intp)
    brows = [BROW, tuple(mirrored[list(BROW)].tolist())]
    eyes = [_LEFT_EYE, tuple(mirrored[list(_LEFT_EYE)].tolist())]
    for loop in (OUTLINE, *_LIPS, *brows, *eyes):
        for edge in pairwise((*loop, loop[0])):
            triangles = with_edge(triangles, flat, edge)
    middles = flat[triangles].mean(axis=1)
    surfaces = np.zeros(len(triangles), dtype=np.uint8)
    for name, loops in (("Brows", brows), ("Lips", _LIPS[:1]), ("Mouth", _LIPS[-1:])):
        for loop in loops:
            surfaces[_inside(flat, loop, middles)] = SURFACES.index(name)
    kept = _inside(flat, OUTLINE, middles)
    for eye in eyes:
        kept &= ~_inside(flat, eye, middles)
    triangles, surfaces = triangles[kept], surfaces[kept]
    a, b, c = (flat[triangles[:, corner]] for corner in range(3))
    clockwise = (b - a)[:, 0] * (c - a)[:, 1] < (b - a)[:, 1] * (c - a)[:, 0]
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return triangles, surfaces


def with_edge(triangles: Triangles, flat: Float64Array, edge: tuple[int, int]) -> Triangles:
    """The triangulation with an edge between two of its points.

    Edges in the way are flipped within the two triangles at each, as long as these make a convex
    quadrangle: S. W. Sloan, "A fast algorithm for generating constrained Delaunay triangulations",
    Computers & Structures 47 (1993).

    Args:
        triangles: (t, 3).
        flat: (n, 2) the points.
        edge: two points.

    Raises:
        ValueError: it cannot be put in: a point lies on it.
    """
    triangles = triangles.copy()
    wanted = min(edge), max(edge)
    while wanted not in (owners := _owners(triangles)):
        flip = _flip(triangles, owners, flat, wanted)
        if flip is None:
            raise ValueError(f"no edge can join the points {edge[0]} and {edge[1]}")
        (start, end), (one, other) = flip
        first, second = owners[start, end]
        triangles[first] = one, other, start
        triangles[second] = one, other, end
    return triangles


def _flip(
    triangles: Triangles, owners: _Owners, flat: Float64Array, wanted: _Edge
) -> tuple[_Edge, _Edge] | None:
    """An edge that is in the way and can be flipped, and what it becomes."""
    blocked: tuple[_Edge, _Edge] | None = None
    for edge, at in owners.items():
        if len(at) == 1 or not _cross(flat, wanted, edge):
            continue
        one, other = (int(triangles[number].sum()) - sum(edge) for number in at)
        if not _cross(flat, (one, other), edge):
            continue
        if not _cross(flat, (one, other), wanted):
            return edge, (one, other)
        blocked = edge, (one, other)
    return blocked


def _owners(triangles: Triangles) -> _Owners:
    """The triangles at each edge."""
    owners: _Owners = {}
    for number, (a, b, c) in enumerate(triangles.tolist()):
        for one, other in ((a, b), (b, c), (c, a)):
            owners.setdefault((min(one, other), max(one, other)), []).append(number)
    return owners


def _cross(flat: Float64Array, one: _Edge, other: _Edge) -> bool:
    """Whether two segments cross between their ends."""
    if set(one) & set(other):
        return False
    a, b, c, d = (flat[point].tolist() for point in (*one, *other))
    return _turn(a, b, c) * _turn(a, b, d) < 0.0 and _turn(c, d, a) * _turn(c, d, b) < 0.0


def _turn(a: list[float], b: list[float], c: list[float]) -> float:
    """Positive when a, b, c go around counter-clockwise."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _inside(
    flat: Float64Array, loop: tuple[int, ...], wanted: Float64Array
) -> npt.NDArray[np.bool_]:
    """Which points lie within a closed line: a ray from them meets it an odd number of times."""
    inside = np.zeros(len(wanted), dtype=np.bool_)
    for start, end in pairwise((*loop, loop[0])):
        (x0, y0), (x1, y1) = flat[start], flat[end]
        spans = (wanted[:, 1] < y0) != (wanted[:, 1] < y1)
        if y0 != y1:
            inside ^= spans & (wanted[:, 0] < x0 + (wanted[:, 1] - y0) * (x1 - x0) / (y1 - y0))
    return inside
