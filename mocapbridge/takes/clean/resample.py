"""The same motion at an exact rate."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.clock import NS_PER_S
from mocapbridge.errors import TakeUnwritable
from mocapbridge.takes.clean.rows import chosen, times_s
from mocapbridge.takes.clean.skeleton_rows import continuous, posed, slerp
from mocapbridge.takes.columns import MotionColumns
from mocapbridge.types import Float32Array, Float64Array

MOST_FRAMES: Final = 1_000_000
"""4.6 hours at 60 frames/s."""


def resampled(
    motion: MotionColumns, rest_positions_m: Float32Array, rate: Fraction
) -> tuple[MotionColumns, npt.NDArray[np.intp]]:
    """Frames at equal distances from the first one on, as many as the clip is long.

    Rotations are interpolated on the sphere, all other numbers on a line; states and names are
    those of the nearest frame.

    Args:
        motion: the clip.
        rest_positions_m: ``(55, 3)`` of the take's header.
        rate: frames/s.

    Returns:
        The clip, and for each of its rows the nearest row of the old one.

    Raises:
        TakeUnreadable: no frames, or times that do not rise.
        TakeUnwritable: it would have more than ``MOST_FRAMES``.
    """
    times = times_s(motion)
    count = round(times[-1] * float(rate)) + 1
    if count > MOST_FRAMES:
        raise TakeUnwritable(
            f"{times[-1]:.0f} s at {float(rate):g} frames/s are more than the {MOST_FRAMES} frames "
            "a take can be resampled to: trim it, or choose a lower rate"
        )
    ticks = [n * NS_PER_S * rate.denominator // rate.numerator for n in range(count)]
    wanted = np.array(ticks, dtype=np.int64) / NS_PER_S
    after = np.clip(np.searchsorted(times, wanted), 1, max(len(times) - 1, 1))
    before = np.minimum(after - 1, len(times) - 1)
    after = np.minimum(after, len(times) - 1)
    apart = np.where(after > before, times[after] - times[before], 1.0)
    share = np.clip((wanted - times[before]) / apart, 0.0, 1.0)
    nearest = np.where(share > 0.5, after, before)  # noqa: PLR2004 - half way
    signed = continuous(motion.rotations_wxyz)
    ways = np.broadcast_to(share[:, None], (count, signed.shape[1]))
    rotations = slerp(signed[before], signed[after], ways)

    def between(values: Float32Array) -> Float64Array:
        way = share.reshape(-1, *(1,) * (values.ndim - 1))
        return (1.0 - way) * values[before] + way * values[after]

    even = replace(
        chosen(motion, nearest),
        frame_id=np.arange(count, dtype=np.int64),
        capture_time_ns=int(motion.capture_time_ns[0]) + np.array(ticks, dtype=np.int64),
        joint_confidence=between(motion.joint_confidence).astype(np.float32),
        blendshapes=between(motion.blendshapes).astype(np.float32),
        gaze_rad=between(motion.gaze_rad).astype(np.float32),
    )
    root = between(motion.root_position_in_world_m)
    return posed(even, rotations, root, rest_positions_m), nearest
