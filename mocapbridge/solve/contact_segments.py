"""When feet stand, judged over a whole clip.

As in the live solver (``solve.contacts``) a foot stands while it is still in the picture, which is
measured ten times better than its distance, and low: not far over the lower foot of the same frame,
because an error in distance moves both. Segments that are too short to be steps go, and so do gaps
too short to be lifts.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.solve import anatomy, bones
from mocapbridge.solve.zero_phase import smooth
from mocapbridge.types import Float64Array

BoolArray = npt.NDArray[np.bool_]

_STILL_M_S: Final = 0.15
_MOVING_M_S: Final = 0.35
"""Speeds of ankle and toe: a foot stands from below the first up to the second."""
_LOW_M: Final = 0.09
_HIGH_M: Final = 0.14
"""Heights over the lower foot, likewise."""
_FAR_FROM_FLOOR_M: Final = 0.35
"""An ankle so far over the floor does not stand on it, however still."""
_SEEN: Final = 0.3
"""Visibility below which a foot stands only by what is known before and after."""
_SMOOTH_S: Final = 0.03
"""Width of the Gaussian that takes the detector's noise out of speeds."""
_SHORTEST_S: Final = 0.10
_SHORTEST_GAP_S: Final = 0.08
_FOOT_LANDMARKS: Final = np.stack((anatomy.ANKLES, anatomy.TOES))


def standing_feet(
    points_m: Float64Array,
    rays: Float64Array,
    trust: Float64Array,
    up: Float64Array,
    times_s: Float64Array,
) -> BoolArray:
    """Whether each foot stands ``(n, 2)``.

    Args:
        points_m: ``(n, 13, 3)`` the fitted figures, image axes, from the camera.
        rays: ``(n, 33, 2)`` slopes of the landmarks.
        trust: ``(n, 33)`` their visibility.
        up: ``(3,)`` the world's up in image axes.
        times_s: ``(n,)``.
    """
    if len(times_s) < 3:  # noqa: PLR2004 - no speed without frames before and after
        return np.zeros((len(times_s), 2), dtype=np.bool_)
    speed = _speeds(rays, points_m[..., 2].mean(axis=1), times_s)
    height = points_m[:, bones.ANKLE_POINTS] @ up
    over = height - height.min(axis=1, keepdims=True)
    seen = trust[:, _FOOT_LANDMARKS].min(axis=1) > _SEEN
    sure = (speed < _STILL_M_S) & (over < _LOW_M) & seen
    floor = _floor(height, sure)
    near = height - floor < _FAR_FROM_FLOOR_M
    maybe = (speed < _MOVING_M_S) & (over < _HIGH_M) & seen & near
    steps_s = np.gradient(times_s)
    return np.stack(
        [_segments(sure[:, foot] & near[:, foot], maybe[:, foot], steps_s) for foot in (0, 1)],
        axis=1,
    )


def _speeds(rays: Float64Array, distance_m: Float64Array, times_s: Float64Array) -> Float64Array:
    """How fast ankle or toe of each foot moves in the picture ``(n, 2)`` [m/s]."""
    way = smooth(rays[:, _FOOT_LANDMARKS], times_s, _SMOOTH_S)
    velocity = np.gradient(way, times_s, axis=0)
    return np.linalg.norm(velocity, axis=-1).max(axis=1) * distance_m[:, None]


def _floor(height: Float64Array, sure: BoolArray) -> Float64Array:
    """Height of a standing ankle in each frame ``(n, 1)``; any height without standing feet."""
    standing = np.where(sure, height, np.nan)
    frames = np.flatnonzero(sure.any(axis=1))
    if not len(frames):
        return np.full((len(height), 1), np.inf)
    lowest: Float64Array = np.nanmin(standing[frames], axis=1)
    return np.interp(np.arange(len(height)), frames, lowest)[:, None]


def _segments(sure: BoolArray, maybe: BoolArray, steps_s: Float64Array) -> BoolArray:
    """Runs of ``maybe`` that hold a ``sure`` frame, without gaps and runs too short to be real."""
    stands = np.zeros_like(maybe)
    for begin, end in runs(maybe):
        stands[begin:end] = sure[begin:end].any()
    for begin, end in runs(~stands):
        inside = begin > 0 and end < len(stands)
        if inside and steps_s[begin:end].sum() < _SHORTEST_GAP_S:
            stands[begin:end] = True
    for begin, end in runs(stands):
        if steps_s[begin:end].sum() < _SHORTEST_S:
            stands[begin:end] = False
    return stands


def runs(flags: BoolArray) -> list[tuple[int, int]]:
    """First frame and frame after the last of each run of True ``(n,)``."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
