"""Smoothing without lag: every frame is a mean of what came before and after it alike."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.takes.clean.rows import stretches, times_s
from mocapbridge.takes.clean.skeleton_rows import continuous, posed
from mocapbridge.takes.columns import MotionColumns
from mocapbridge.types import Float32Array, Float64Array

_WIDTH_AT_1_HZ_S: Final = math.sqrt(math.log(2.0)) / (2.0 * math.pi)
"""Standard deviation of the Gaussian that halves the power of 1 Hz: its response is
exp(-2 (pi sigma f)^2)."""
_REACH: Final = 3.0
"""Standard deviations at which the bell is cut off: 0.3 percent lie beyond."""


def smoothed(
    motion: MotionColumns, rest_positions_m: Float32Array, cutoff_hz: float
) -> MotionColumns:
    """Body, face and gaze, smoothed.

    A Gaussian in time, so that frames that came late count as what they are; nothing is smoothed
    across a break.

    Args:
        motion: the clip.
        rest_positions_m: ``(55, 3)`` of the take's header.
        cutoff_hz: where the power of a movement is halved: 6 Hz is usual for walking.

    Raises:
        TakeUnreadable: no frames, or times that do not rise.
    """
    times = times_s(motion)
    width_s = _WIDTH_AT_1_HZ_S / cutoff_hz
    signed = continuous(motion.rotations_wxyz)
    mean = weighted_mean(signed.reshape(len(times), -1), times, width_s)
    rotations = quaternion.normalise(mean.reshape(signed.shape))
    root = weighted_mean(motion.root_position_in_world_m, times, width_s)
    blendshapes = weighted_mean(motion.blendshapes, times, width_s)
    gaze = weighted_mean(motion.gaze_rad.reshape(len(times), -1), times, width_s)
    return replace(
        posed(motion, rotations, root, rest_positions_m),
        blendshapes=np.clip(blendshapes, 0.0, 1.0).astype(np.float32),
        gaze_rad=gaze.reshape(motion.gaze_rad.shape).astype(np.float32),
    )


def weighted_mean(
    values: Float32Array | Float64Array, times: Float64Array, width_s: float
) -> Float64Array:
    """Means under a Gaussian of what lies around each row.

    Args:
        values: ``(n, columns)``.
        times: ``(n,)`` rising [s].
        width_s: standard deviation of the Gaussian [s].
    """
    result = np.empty(values.shape)
    for rows in stretches(times):
        result[rows] = _mean_of_stretch(values[rows].astype(np.float64), times[rows], width_s)
    return result


def _mean_of_stretch(values: Float64Array, times: Float64Array, width_s: float) -> Float64Array:
    total, weight = values.copy(), np.ones(len(times))
    for distance in range(1, len(times)):
        apart_s = times[distance:] - times[:-distance]
        if apart_s.min() > _REACH * width_s:
            break
        bell = np.exp(-0.5 * (apart_s / width_s) ** 2)
        bell[apart_s > _REACH * width_s] = 0.0
        total[distance:] += bell[:, None] * values[:-distance]
        total[:-distance] += bell[:, None] * values[distance:]
        weight[distance:] += bell
        weight[:-distance] += bell
    return total / weight[:, None]
