"""Which of the two ends that the picture allows a hanging forearm is at, for a whole clip.

As in ``depth_side`` a forearm's end may be on either of two points of its ray, and the fit of a
clip stays with the one that it begins near. World landmarks tell which, with two errors that are
known: their depth strays by a tenth of a metre, and they bend elbows too much. Of arms that hang
before a camera which sees the upper body, the depth is about half way between both ends; the bend
decides.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.geometry.matrix import length
from mocapbridge.solve import bones
from mocapbridge.solve.zero_phase import smooth
from mocapbridge.types import Float64Array

_SPREAD_M: Final = 0.10
"""World landmarks are wrong in depth by about that much (89 mm measured)."""
_BENT_TOO_FAR_RAD: Final = np.radians(20.0)
"""World landmarks bend elbows by so much too far, and err by as much from there: on four balancing
clips the unsolved landmarks' elbows are wrong by 18 to 27 degrees."""
_BENT_RAD: Final = np.radians(60.0)
"""Elbows that the world landmarks bend further stay as they were fitted: what they say of such a
bend strays by more than the two ends differ."""
_WINDOW_S: Final = 0.15
"""Width of the Gaussian that neighbouring frames are weighed with: errors last about as long."""
_NEAREST_M: Final = 0.2
_LEAST_STRETCH: Final = 0.1
_UPPER_ARMS: Final = slice(0, 2)
_FOREARMS: Final = slice(2, 4)


def sided(
    fitted_m: Float64Array, measured_points_m: Float64Array, times_s: Float64Array
) -> Float64Array:
    """The figures with those hanging forearms mirrored whose ray's other point is more likely.

    Where there are none, they are what was given.

    Args:
        fitted_m: ``(n, 13, 3)`` figures in image axes, from the camera.
        measured_points_m: ``(n, 13, 3)`` world landmarks, image axes.
        times_s: ``(n,)``.
    """
    shoulders = fitted_m[:, bones.STARTS[_UPPER_ARMS]]
    elbows, wrists = fitted_m[:, bones.STARTS[_FOREARMS]], fitted_m[:, bones.ENDS[_FOREARMS]]
    middle = np.vecdot(elbows, wrists) / np.maximum(np.vecdot(wrists, wrists), _NEAREST_M**2)
    others = np.maximum(2.0 * middle - 1.0, _LEAST_STRETCH)[..., None] * wrists
    measured = _Arms(
        measured_points_m[:, bones.STARTS[_UPPER_ARMS]],
        measured_points_m[:, bones.STARTS[_FOREARMS]],
        measured_points_m[:, bones.ENDS[_FOREARMS]],
    )
    for_fitted = _likelihood(_Arms(shoulders, elbows, wrists), measured)
    for_other = _likelihood(_Arms(shoulders, elbows, others), measured)
    other_likelier = smooth(for_fitted - for_other, times_s, _WINDOW_S) < 0.0
    other_likelier &= smooth(_bend_rad(measured), times_s, _WINDOW_S) < _BENT_RAD
    if not other_likelier.any():
        return fitted_m
    moved = fitted_m.copy()
    moved[:, bones.ENDS[_FOREARMS]] = np.where(other_likelier[..., None], others, wrists)
    return moved


class _Arms(NamedTuple):
    """Both arms in every frame, ``(n, 2, 3)`` each, image axes [m]."""

    shoulders: Float64Array
    elbows: Float64Array
    wrists: Float64Array


def _likelihood(arms: _Arms, measured: _Arms) -> Float64Array:
    """Logarithm of how likely the forearms are ``(n, 2)``, up to a constant."""
    depth_m, measured_depth_m = (
        one.wrists[..., 2] - one.elbows[..., 2] for one in (arms, measured)
    )
    expected_rad = np.maximum(_bend_rad(measured) - _BENT_TOO_FAR_RAD, 0.0)
    bend = (_bend_rad(arms) - expected_rad) / _BENT_TOO_FAR_RAD
    depth = (depth_m - measured_depth_m) / _SPREAD_M
    return -0.5 * (depth * depth + bend * bend)


def _bend_rad(arms: _Arms) -> Float64Array:
    upper, lower = arms.elbows - arms.shoulders, arms.wrists - arms.elbows
    cosine = np.vecdot(upper, lower) / np.maximum(length(upper) * length(lower), 1e-9)
    return np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0))
