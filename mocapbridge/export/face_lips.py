"""How the lips of the average face move: each with all its lines, and the skin around it softly."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.export.face_points import (
    LEFT_CORNER,
    LOWER_INNER_LIP,
    LOWER_LIP,
    LOWER_LIP_LINES,
    MOUTH_CORNERS,
    RIGHT_CORNER,
    UPPER_INNER_LIP,
    UPPER_LIP,
    UPPER_LIP_LINES,
)
from mocapbridge.types import Float64Array

_LIP_CM: Final = 0.5
"""Where the skin around a lip goes along by 0.6."""
_LIPS_TOUCH: Final = 0.96
_JAW_CM: Final = 1.5
"""So far below the mouth everything goes with the jaw."""


def mouth_closed(points_cm: Float64Array) -> Float64Array:
    """The average face parts its lips; at rest they nearly touch, half way between.

    Args:
        points_cm: (468, 3).
    """
    gap = points_cm[list(LOWER_INNER_LIP)] - points_cm[list(UPPER_INNER_LIP)]
    gap[:, 0] = 0.0
    gaps = np.tile(gap, (len(UPPER_LIP_LINES), 1))
    closed = points_cm.copy()
    for lip, share in ((UPPER_LIP, 0.5), (LOWER_LIP, -0.5)):
        weights = lip_falloff(points_cm, lip)
        weights[[*LEFT_CORNER, *RIGHT_CORNER]] = 0.0
        closed += _LIPS_TOUCH * share * weights[:, None] * gaps[_nearest(points_cm, lip)]
    return closed


def lip_falloff(points_cm: Float64Array, lip: tuple[int, ...]) -> Float64Array:
    """(468,) 1 on all of a lip, less around it, 0 on the other lip.

    Args:
        points_cm: (468, 3).
        lip: `UPPER_LIP` or `LOWER_LIP`.
    """
    apart = _apart(points_cm, lip).min(axis=1)
    weights = np.exp(-0.5 * (apart / _LIP_CM) ** 2)
    weights[list(_other(lip))] = 0.0
    return weights


def lip_weights(points_cm: Float64Array, lip: tuple[int, ...]) -> Float64Array:
    """(468,) how much each point goes with a lip: that in the middle, less towards the corners.

    Args:
        points_cm: (468, 3) the mouth closed.
        lip: `UPPER_LIP` or `LOWER_LIP`.
    """
    columns = _from_corner(points_cm, lip)
    around = np.exp(-0.5 * (_apart(points_cm, lip) / _LIP_CM) ** 2)
    weights = (columns * around).max(axis=1)
    weights[list(lip)] = columns
    weights[list(_other(lip))] = 0.0
    return weights


def lip_thinned(points_cm: Float64Array, lip: tuple[int, ...]) -> Float64Array:
    """(468, 3) where a lip goes when all its lines go to the innermost [cm]."""
    inner = np.tile(points_cm[list(lip[-len(UPPER_INNER_LIP) :])], (len(UPPER_LIP_LINES), 1))
    thinned = inner - points_cm[list(lip)]
    thinned[:, (0, 2)] = 0.0
    return lip_falloff(points_cm, lip)[:, None] * thinned[_nearest(points_cm, lip)]


def jaw_weights(points_cm: Float64Array) -> Float64Array:
    """(468,) how much each point goes with the jaw: the more, the lower; the upper lip stays.

    Args:
        points_cm: (468, 3) the mouth closed.
    """
    # Nowhere less than above it: what goes down never overtakes what lies below.
    depth = points_cm[list(MOUTH_CORNERS), 1].mean() - points_cm[:, 1]
    deep = np.clip(depth / _JAW_CM, 0.0, 1.0)
    deep = deep * deep * (3.0 - 2.0 * deep)
    under = np.where(depth > 0.0, _under_mouth(points_cm, points_cm[:, 0]), 0.0)
    under[list(LOWER_LIP)] = _from_corner(points_cm, LOWER_LIP)
    weights = under + (1.0 - under) * deep
    weights[list(UPPER_LIP)] = 0.0
    return weights


def _other(lip: tuple[int, ...]) -> tuple[int, ...]:
    return LOWER_LIP if lip == UPPER_LIP else UPPER_LIP


def _apart(points_cm: Float64Array, lip: tuple[int, ...]) -> Float64Array:
    """(468, points of the lip) how far each point is from each of a lip."""
    return np.linalg.norm(points_cm[:, None] - points_cm[list(lip)], axis=-1)


def _nearest(points_cm: Float64Array, lip: tuple[int, ...]) -> npt.NDArray[np.intp]:
    """(468,) the nearest point of a lip, counted in it."""
    return np.argmin(_apart(points_cm, lip), axis=1)


def _from_corner(points_cm: Float64Array, lip: tuple[int, ...]) -> Float64Array:
    """0 at the corners of the mouth, 1 in the middle, the same in all lines of a lip."""
    inner = points_cm[list(lip[-len(UPPER_INNER_LIP) :]), 0]
    return np.tile(_under_mouth(points_cm, inner), len(LOWER_LIP_LINES))


def _under_mouth(points_cm: Float64Array, across_cm: Float64Array) -> Float64Array:
    """0 beside the mouth, 1 in its middle."""
    half_cm = abs(points_cm[MOUTH_CORNERS[0], 0])
    return np.sqrt(np.clip(1.0 - (across_cm / half_cm) ** 2, 0.0, 1.0))
