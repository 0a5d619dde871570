"""Joints that are not seen for some frames, when it is known how they come back.

Short gaps go over from one side to the other. Longer ones are held, eased to the relaxed pose, and
left again in time to meet what is seen next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import quaternion
from mocapbridge.solve.contact_segments import runs
from mocapbridge.solve.options import OcclusionOptions
from mocapbridge.solve.relaxed import relaxed_pose_wxyz
from mocapbridge.types import Float64Array, TrackState, UInt8Array

_RETURN_S: Final = 0.3
"""Before a joint is seen again it leaves the relaxed pose so much earlier."""
_LOST_AFTER_EASES: Final = 3.0
"""As in the live solver: after that many ease times a joint is lost."""


def seen_joints(confidence: Float64Array, options: OcclusionOptions) -> npt.NDArray[np.bool_]:
    """Which joints are seen ``(55, n)``, with hysteresis in both directions of time.

    Args:
        confidence: ``(55, n)`` 0..1.
        options: the two thresholds.
    """
    seen = np.zeros(confidence.shape, dtype=np.bool_)
    for joint, values in enumerate(confidence):
        for begin, end in runs(values >= options.hidden_below):
            seen[joint, begin:end] = bool((values[begin:end] >= options.visible_above).any())
    return seen


def fill_gaps(
    local_wxyz: Float64Array,
    seen: npt.NDArray[np.bool_],
    times_s: Float64Array,
    options: OcclusionOptions,
) -> UInt8Array:
    """Fill what is not seen, in place.

    Args:
        local_wxyz: ``(55, n, 4)`` local rotations.
        seen: ``(55, n)``.
        times_s: ``(n,)``.
        options: how long joints are held and eased.

    Returns:
        ``(55, n)`` the state of each joint.
    """
    states = np.full(seen.shape, TrackState.TRACKED, dtype=np.uint8)
    relaxed = relaxed_pose_wxyz()
    for joint, flags in enumerate(seen):
        for begin, end in runs(~flags):
            _fill(local_wxyz[joint], relaxed[joint], (begin, end), times_s, options)
            since_s = times_s[begin:end] - times_s[max(begin - 1, 0)]
            states[joint, begin:end] = _states(since_s, begin > 0, options)
    return states


def _states(
    since_s: Float64Array, was_seen: bool, options: OcclusionOptions
) -> npt.NDArray[np.intp]:
    if not was_seen:
        return np.full(since_s.shape, TrackState.LOST)
    lost = since_s > options.hold_s + _LOST_AFTER_EASES * options.ease_s
    states = np.where(since_s <= options.hold_s, TrackState.HELD, TrackState.PREDICTED)
    return np.where(lost, TrackState.LOST, states)


def _fill(
    rotations: Float64Array,
    relaxed: Float64Array,
    gap: tuple[int, int],
    times_s: Float64Array,
    options: OcclusionOptions,
) -> None:
    begin, end = gap
    before = rotations[begin - 1] if begin > 0 else relaxed
    after = rotations[end] if end < len(rotations) else relaxed
    inside = times_s[begin:end]
    first_s = times_s[max(begin - 1, 0)]
    last_s = times_s[min(end, len(times_s) - 1)]
    length_s = last_s - first_s
    if begin > 0 and end < len(rotations) and length_s <= options.hold_s + options.ease_s:
        share = _ease((inside - first_s) / max(length_s, 1e-9))
        rotations[begin:end] = _mix(before, after, share)
        return
    leaving = _ease((inside - first_s - options.hold_s) / (2.0 * options.ease_s))
    coming = _ease((inside - (last_s - _RETURN_S)) / _RETURN_S)
    if begin == 0:
        leaving = np.ones(len(inside))
    if end == len(rotations):
        coming = np.zeros(len(inside))
    eased = _mix(before, relaxed, leaving)
    rotations[begin:end] = _mix(eased, after, coming)


def _ease(fraction: Float64Array) -> Float64Array:
    """0 to 1, smooth at both ends ``(n,)``."""
    inside = np.minimum(np.maximum(fraction, 0.0), 1.0)
    return inside * inside * (3.0 - 2.0 * inside)


def _mix(start: Float64Array, end: Float64Array, share: Float64Array) -> Float64Array:
    """Rotations between two ``(n, 4)``."""
    near = quaternion.same_hemisphere(np.broadcast_to(end, (len(share), 4)), start)
    return quaternion.normalise(start + share[:, None] * (near - start))
