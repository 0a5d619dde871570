"""Smoothing without lag, which needs to know what comes after."""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt
from scipy.ndimage import (
    gaussian_filter1d,  # pyright: ignore[reportUnknownVariableType]
    maximum_filter1d,  # pyright: ignore[reportUnknownVariableType]
)

from mocapbridge.types import Float64Array

_NOTHING: Final = 1e-6
"""Weights below that mean that nothing was seen near."""
_HARDLY: Final = 0.1
"""Weights below that are not believed where something better is near."""
_OPPOSITE: Final = 1e-3
"""Mean quaternions shorter than that have no direction."""


def smooth(values: Float64Array, times_s: Float64Array, width_s: float) -> Float64Array:
    """A Gaussian average over the frames before and after.

    Args:
        values: ``(n, ...)`` by frame.
        times_s: ``(n,)``; frames are taken to be evenly spaced.
        width_s: standard deviation; the amplitude at ``0.13 / width_s`` hertz is 0.7.
    """
    if len(values) < 2:  # noqa: PLR2004 - one frame is as smooth as can be
        return values
    sigma = width_s / float(np.median(np.diff(times_s)))
    return cast("Float64Array", gaussian_filter1d(values, sigma, axis=0, mode="nearest"))


def smooth_seen(
    values: Float64Array, weights: npt.NDArray[Any], times_s: Float64Array, width_s: float
) -> Float64Array:
    """The same, where what was not seen counts nothing and is filled from both sides.

    Args:
        values: ``(n, ...)`` by frame.
        weights: ``(n,)`` or of the leading shape of ``values``; 0 for what was not seen.
        times_s: ``(n,)``.
        width_s: standard deviation.
    """
    spread = weights.reshape(weights.shape + (1,) * (values.ndim - weights.ndim))
    total = smooth(weights.astype(np.float64), times_s, width_s).reshape(spread.shape)
    mean = smooth(values * spread, times_s, width_s)
    return np.where(total > _NOTHING, mean / np.maximum(total, _NOTHING), values)


def bridged(values: Float64Array, weights: Float64Array) -> Float64Array:
    """Values ``(n, k, 3)`` that are hardly believed, replaced by straight lines between the others.

    Args:
        values: by frame and point.
        weights: ``(n, k)`` how far to believe them, 0..1.
    """
    result = values.copy()
    frames = np.arange(len(values))
    for point in np.flatnonzero((weights < _HARDLY).any(axis=0)).tolist():
        sure = np.flatnonzero(weights[:, point] >= _HARDLY)
        if len(sure):
            for axis in range(values.shape[2]):
                column = values[:, point, axis]
                result[:, point, axis] = np.interp(frames, sure, column[sure])
    return result


def smooth_maximum(values: Float64Array, times_s: Float64Array, width_s: float) -> Float64Array:
    """A smooth curve ``(n,)`` that lies nowhere below the values by more than a few percent."""
    if len(values) < 2:  # noqa: PLR2004 - one frame is as smooth as can be
        return values
    reach = max(1, round(2.0 * width_s / float(np.median(np.diff(times_s)))))
    highest = cast("Float64Array", maximum_filter1d(values, 2 * reach + 1, mode="nearest"))
    return smooth(highest, times_s, width_s)


def smooth_rotations(
    rotations_wxyz: Float64Array, times_s: Float64Array, width_s: float
) -> Float64Array:
    """Unit quaternions ``(n, ..., 4)``, averaged over the frames around each.

    The average is that of the quaternions on one hemisphere, at unit length again: within a percent
    that of the rotations while they lie within 60 degrees (F. Markley et al., "Averaging
    quaternions", 2007).
    """
    continuous = unwind(rotations_wxyz)
    mean = smooth(continuous, times_s, width_s)
    size = np.sqrt(np.einsum("...i,...i->...", mean, mean))[..., None]
    return np.where(size > _OPPOSITE, mean / np.maximum(size, _OPPOSITE), continuous)


def unwind(rotations_wxyz: Float64Array) -> Float64Array:
    """The same rotations, with signs that do not flip from frame to frame."""
    against = np.einsum("t...i,t...i->t...", rotations_wxyz[1:], rotations_wxyz[:-1]) < 0.0
    signs = np.ones(rotations_wxyz.shape[:-1])
    signs[1:] = np.cumprod(np.where(against, -1.0, 1.0), axis=0)
    return rotations_wxyz * signs[..., None]
