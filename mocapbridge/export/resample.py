"""A clip on an even grid of times: what formats without times of their own need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.errors import TakeError
from mocapbridge.export.clip import Clip
from mocapbridge.export.kinematics import positions_in_world_m
from mocapbridge.geometry import quaternion
from mocapbridge.types import Float32Array, Float64Array

MOST_FRAMES: Final = 1_000_000
"""4.6 hours at 60 frames a second."""

_FREE_FRAMES: Final = 20_000
_MOST_TIMES_AS_MANY: Final = 40
"""A file of a few frames with hours between them must not fill the memory: beyond the first 20,000
frames there may be 40 times as many as were captured, which makes 1000 a second of 25."""

_ON_GRID: Final = 1e-4
"""Parts of a frame: at 1000 degrees a second and 30 frames a second a rotation is off by 0.003
degrees."""

_ROWS_AT_ONCE: Final = 4096
_HALF: Final = 0.5
_SMALL_RAD: Final = 1e-4
"""Below, the weights are 1 - t and t to all digits that float32 has."""


def resampled(clip: Clip, frame_rate: Fraction) -> Clip:
    """The clip at exactly that rate, its length kept to half a frame.

    Between two captured frames rotations are interpolated on the sphere, numbers on a line;
    states are those of the nearer frame. Raw landmarks do not come along.

    Raises:
        TakeError: it would have more than `MOST_FRAMES`, or far more than were captured.
    """
    rate = float(frame_rate)
    count = round(clip.duration_s * rate) + 1
    most = min(MOST_FRAMES, _FREE_FRAMES + _MOST_TIMES_AS_MANY * clip.frames)
    if count > most:
        raise TakeError(
            f"{clip.duration_s:.0f} s at {rate:.6g} frames a second are {count} frames; at most "
            f"{most} can be made of {clip.frames}: trim the take or choose a lower --fps"
        )
    grid_s = np.arange(count) / rate
    on_grid = (
        count == clip.frames and float(np.max(np.abs(clip.times_s - grid_s))) * rate < _ON_GRID
    )
    if on_grid:
        return replace(clip, frame_rate=frame_rate, times_s=grid_s, landmarks=None)
    between = _Between(clip.times_s, grid_s)
    rotations = between.rotations(clip.rotations_wxyz)
    root = between.numbers(clip.root_in_world_m)
    heads = between.numbers(clip.world_from_head)
    turns = quaternion.from_matrix(clip.world_from_head[:, :3, :3].astype(np.float64))
    heads[:, :3, :3] = quaternion.to_matrix(between.rotations(turns[:, None].astype(np.float32)))[
        :, 0
    ]
    return replace(
        clip,
        frame_rate=frame_rate,
        times_s=grid_s,
        rotations_wxyz=rotations,
        root_in_world_m=root,
        positions_in_world_m=positions_in_world_m(rotations, root, clip.rest_positions_m),
        joint_states=clip.joint_states[between.nearest],
        joint_confidences=between.numbers(clip.joint_confidences),
        blendshapes=between.numbers(clip.blendshapes),
        world_from_head=heads,
        gaze_rad=between.numbers(clip.gaze_rad),
        part_states=clip.part_states[between.nearest],
        feet_planted=clip.feet_planted[between.nearest],
        landmarks=None,
    )


class _Between:
    """For each wanted time the rows around it, and how far it is from one to the other."""

    def __init__(self, times_s: Float64Array, wanted_s: Float64Array) -> None:
        last = len(times_s) - 1
        self._before: npt.NDArray[np.intp] = np.clip(
            np.searchsorted(times_s, wanted_s, side="right") - 1, 0, max(last - 1, 0)
        )
        self._after = np.minimum(self._before + 1, last)
        span = np.maximum(times_s[self._after] - times_s[self._before], 1e-12)
        self._fraction = np.clip((wanted_s - times_s[self._before]) / span, 0.0, 1.0)
        self.nearest: npt.NDArray[np.intp] = np.where(
            self._fraction < _HALF, self._before, self._after
        )

    def numbers(self, column: Float32Array) -> Float32Array:
        """`(n, ...)` at the wanted times."""
        weight = self._fraction.reshape(-1, *(1,) * (column.ndim - 1)).astype(np.float32)
        before = column[self._before]
        return (before + (column[self._after] - before) * weight).astype(np.float32)

    def rotations(self, column: Float32Array) -> Float32Array:
        """Unit quaternions `(n, joints, 4)` at the wanted times."""
        result = np.empty((len(self._before), *column.shape[1:]), dtype=np.float32)
        for rows in _chunks(len(result)):
            result[rows] = _slerp(
                column[self._before[rows]].astype(np.float64),
                column[self._after[rows]].astype(np.float64),
                self._fraction[rows, None],
            )
        return result


def _chunks(count: int) -> Iterator[slice]:
    """A few thousand rows at a time: what is between lives in the processor's cache."""
    return (slice(start, start + _ROWS_AT_ONCE) for start in range(0, count, _ROWS_AT_ONCE))


def _slerp(a: Float64Array, b: Float64Array, fraction: Float64Array) -> Float64Array:
    """K. Shoemake (1985): weights sin((1-t) w) / sin w and sin(t w) / sin w.

    A third of the time of `quaternion.slerp`, which goes through logarithms and serves any array.
    """
    cosine = np.einsum("...i,...i->...", a, b)
    sign = np.where(cosine < 0.0, -1.0, 1.0)
    angle = np.arccos(np.minimum(cosine * sign, 1.0))
    near = angle < _SMALL_RAD
    sine = np.where(near, 1.0, np.sin(angle))
    before = np.where(near, 1.0 - fraction, np.sin((1.0 - fraction) * angle) / sine)
    after = np.where(near, fraction, np.sin(fraction * angle) / sine) * sign
    mixed = a * before[..., None] + b * after[..., None]
    return mixed / np.sqrt(np.einsum("...i,...i->...", mixed, mixed))[..., None]
