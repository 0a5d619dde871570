"""Head and face of a clip, smoothed without lag, with gaps filled from both sides."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import quaternion
from mocapbridge.solve import head
from mocapbridge.solve.clip import Clip
from mocapbridge.solve.contact_segments import runs
from mocapbridge.solve.zero_phase import smooth, smooth_seen, unwind
from mocapbridge.types import Float64Array

_BLENDSHAPE_WIDTH_S: Final = 0.02
"""Blinks last 0.1 s and must survive."""
_HEAD_WIDTH_S: Final = 0.04
_HAND_OVER_S: Final = 0.15
"""Within about this long the head goes over from the face's turn to that of the body's landmarks
and back: the two differ by several degrees."""
_BRIDGED_S: Final = 1.0
"""An expression that is not seen for longer falls back to rest in between."""
_FADE_S: Final = 0.3


def head_turns(clip: Clip, points_m: Float64Array) -> Float64Array:
    """World rotations of the head ``(n, 3, 3)``.

    Args:
        clip: the frames.
        points_m: ``(n, 33, 3)`` fitted landmarks, world axes.
    """
    face = quaternion.from_matrix(clip.world_from_head)
    share = smooth(clip.head_seen.astype(np.float64), clip.times_s, _HAND_OVER_S)
    share = np.where(clip.head_seen, np.minimum(2.0 * share, 1.0), 0.0)
    turns = face.copy()
    for frame in np.flatnonzero(share < 1.0):
        body = quaternion.from_matrix(head.head_from_points(points_m[frame]))
        near = quaternion.same_hemisphere(face[frame], body)
        turns[frame] = quaternion.normalise(body + share[frame] * (near - body))
    mean = smooth(unwind(turns), clip.times_s, _HEAD_WIDTH_S)
    return quaternion.to_matrix(quaternion.normalise(mean))


def expressions(clip: Clip, seen: npt.NDArray[np.bool_]) -> Float64Array:
    """ARKit weights ``(n, 52)``.

    Args:
        clip: the frames.
        seen: ``(n,)`` whether the face was tracked.
    """
    if not seen.any():
        return np.zeros_like(clip.blendshapes)
    weights = smooth_seen(clip.blendshapes, seen, clip.times_s, _BLENDSHAPE_WIDTH_S)
    for begin, end in runs(~seen):
        _bridge(weights, begin, end, clip.times_s)
    return np.minimum(np.maximum(weights, 0.0), 1.0)


def _bridge(weights: Float64Array, begin: int, end: int, times_s: Float64Array) -> None:
    """Fill a gap in place: straight across a short one, over rest across a long one."""
    last = len(weights) - 1
    first_s, last_s = times_s[max(begin - 1, 0)], times_s[min(end, last)]
    inside = times_s[begin:end, None]
    before = weights[begin - 1] if begin > 0 else np.zeros(weights.shape[1])
    after = weights[end] if end <= last else np.zeros(weights.shape[1])
    if last_s - first_s <= _BRIDGED_S:
        share = (inside - first_s) / max(last_s - first_s, 1e-9)
        weights[begin:end] = before + share * (after - before)
        return
    left = np.maximum(1.0 - (inside - first_s) / _FADE_S, 0.0) * (begin > 0)
    coming = np.maximum(1.0 - (last_s - inside) / _FADE_S, 0.0) * (end <= last)
    weights[begin:end] = left * before + coming * after
