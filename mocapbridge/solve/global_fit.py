"""Fits the stick figure to a whole clip at once: every frame knows what comes after it.

The terms are those of the frame by frame fit (``solve.fit``): joints on their rays, bones of their
lengths, MediaPipe's depths as a weak prior. In place of the frame before stands smoothness in both
directions (accelerations are bounded), and feet that stand do not move. All frames are solved
together by Gauss-Newton with robust weights. Ordered by frame the system is banded, because only
the same coordinate of the next two frames couples: a banded Cholesky factorisation solves it in
time proportional to the clip. Long clips are cut into windows that overlap.

Costs are integrals over time, so that a clip of 60 frames a second is solved like the same clip of
30: what MediaPipe gets wrong lasts for longer than a frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, cast

import numpy as np
import numpy.typing as npt
from scipy.linalg import (
    cho_solve_banded,  # pyright: ignore[reportUnknownVariableType]
    cholesky_banded,  # pyright: ignore[reportUnknownVariableType]
)

from mocapbridge.geometry.matrix import clamp, length
from mocapbridge.solve import bones
from mocapbridge.types import Float64Array

_RATE_HZ: Final = 30.0
"""Spreads below are those of independent errors at that rate."""
_RAY_SPREAD: Final = 0.008
"""A landmark strays from its ray by that part of the distance."""
_DEPTH_SPREAD_M: Final = 0.10
_ACROSS_SPREAD_M: Final = 0.30
"""World landmarks are wrong by that much along and across the line of sight."""
_ROBUST: Final = 2.5
"""Residuals beyond that many spreads lose weight (Cauchy)."""
_LEAST_TRUST: Final = 1e-3
_LEAST_VISIBLE: Final = 2e-2
_SPEED_SPREAD_M_S: Final = 3.0
"""Keeps a part that is not seen for long from flying away."""
_FOOT_SPEED_M_S: Final = 0.01
"""A foot that stands moves no faster than that."""
_FLOOR_SPREAD_M: Final = 0.05
_LONGEST_STEP_M: Final = 0.3
_NEAREST_M: Final = 0.2
_FARTHEST_M: Final = 30.0
_WINDOW: Final = 1500
"""Frames solved together: 37 MB of matrix."""
_MARGIN: Final = 120
"""Windows reach so many frames into one another, and go over from one to the next there."""
_SIZE: Final = 3 * bones.POINT_COUNT
_BAND: Final = 2 * _SIZE
_ROWS, _COLUMNS = np.tril_indices(_SIZE)
_ACCELERATION_M_S2: Final = np.array(
    (14.0, 10.0, 10.0, 20.0, 20.0, 30.0, 30.0, 8.0, 8.0, 18.0, 18.0, 25.0, 25.0)
)
"""(13,) accelerations of nose, shoulders, elbows, wrists, hips, knees and ankles, a few times their
usual ones: what is slower passes, what is quicker is noise."""


@dataclass(frozen=True, slots=True)
class ClipEvidence:
    """What all frames say, image axes."""

    times_s: Float64Array
    """(n,) strictly rising."""
    points_m: Float64Array
    """(n, 13, 3) world landmarks, relative to the hips, of the performer's size."""
    rays: Float64Array
    """(n, 13, 2) slopes x / z and y / z."""
    trust: Float64Array
    """(n, 13) 0..1; 0 where nothing was seen."""
    depth_trust: Float64Array
    """(n,) 0..1, how far to believe the world landmarks' depths of each frame."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which feet stand, and the floor they stand on."""

    feet: npt.NDArray[np.bool_]
    """(n, 2) whether left and right foot stand."""
    up: Float64Array
    """(3,) the world's up in image axes."""
    ankle_height_m: float
    """Where standing ankles are along ``up``, from the camera."""


def fit_clip(
    evidence: ClipEvidence,
    lengths_m: Float64Array,
    begin: Float64Array,
    standing: Standing | None = None,
    iterations: int = 5,
) -> Float64Array:
    """The figure of every frame ``(n, 13, 3)``, image axes, from the camera [m].

    Args:
        evidence: what is seen.
        lengths_m: ``(16,)`` the bones.
        begin: ``(n, 13, 3)`` where to begin.
        standing: feet that are known to stand.
        iterations: Gauss-Newton steps.
    """
    count = len(evidence.times_s)
    fitted = np.zeros_like(begin)
    total = np.zeros(count)
    for first in range(0, count, _WINDOW):
        begins, ends = max(first - _MARGIN, 0), min(first + _WINDOW + _MARGIN, count)
        window = slice(begins, ends)
        part = _Window(_cut(evidence, window), lengths_m, _cut_standing(standing, window))
        points = part.solve(begin[window], iterations)
        weight = _fade(begins, ends, count)
        fitted[window] += weight[:, None, None] * points
        total[window] += weight
    return fitted / total[:, None, None]


def _fade(begins: int, ends: int, count: int) -> Float64Array:
    """How much a window counts in each of its frames: one window goes over into the next."""
    frames = np.arange(begins, ends, dtype=np.float64)
    since = frames - begins + 1.0 if begins > 0 else np.full(len(frames), np.inf)
    until = ends - frames if ends < count else np.full(len(frames), np.inf)
    return np.minimum(np.minimum(since, until) / (2.0 * _MARGIN), 1.0)


def _cut(evidence: ClipEvidence, window: slice) -> ClipEvidence:
    return ClipEvidence(
        evidence.times_s[window],
        evidence.points_m[window],
        evidence.rays[window],
        evidence.trust[window],
        evidence.depth_trust[window],
    )


def _cut_standing(standing: Standing | None, window: slice) -> Standing | None:
    return None if standing is None else replace(standing, feet=standing.feet[window])


class _Window:
    """The frames that are solved together."""

    def __init__(
        self, evidence: ClipEvidence, lengths_m: Float64Array, standing: Standing | None
    ) -> None:
        self._evidence = evidence
        self._lengths_m = lengths_m
        self._standing = standing
        self._count = len(evidence.times_s)
        self._steps_s = np.diff(evidence.times_s)
        self._share = _RATE_HZ * np.gradient(evidence.times_s) if self._count > 1 else np.ones(1)
        trust = np.maximum(evidence.trust, _LEAST_VISIBLE * (evidence.trust > 0.0))
        self._trust = np.maximum(trust, _LEAST_TRUST) * self._share[:, None]
        self._measured_m = bones.INCIDENCE @ evidence.points_m
        bone_trust = np.minimum(self._trust[:, bones.STARTS], self._trust[:, bones.ENDS])
        self._pull = bone_trust[..., None] / np.array(
            (_ACROSS_SPREAD_M**2, _ACROSS_SPREAD_M**2, _DEPTH_SPREAD_M**2)
        )
        self._pull[..., 2] *= evidence.depth_trust[:, None]
        self._coupling = self._smoothness()

    def solve(self, points: Float64Array, iterations: int) -> Float64Array:
        """The best figures ``(n, 13, 3)``."""
        for _ in range(iterations):
            points = points + self._step(points)
            points[..., 2] = clamp(points[..., 2], _NEAREST_M, _FARTHEST_M)
        return points

    def _step(self, points: Float64Array) -> Float64Array:
        blocks, gradient = self._bone_terms(points)
        diagonal = np.einsum("tiaib->tiab", blocks)
        self._add_rays(points, diagonal, gradient)
        self._add_floor(points, diagonal, gradient)
        banded = np.zeros((self._count, _SIZE, _BAND + 1))
        flat = blocks.reshape(self._count, _SIZE, _SIZE)
        banded[:, _COLUMNS, _ROWS - _COLUMNS] = flat[:, _ROWS, _COLUMNS]
        here, next_one, one_after = self._coupling
        banded[:, :, 0] += here
        banded[:-1, :, _SIZE] += next_one
        banded[:-2, :, _BAND] += one_after
        rows = points.reshape(self._count, _SIZE)
        force = gradient.reshape(self._count, _SIZE) + here * rows
        force[:-1] += next_one * rows[1:]
        force[1:] += next_one * rows[:-1]
        force[:-2] += one_after * rows[2:]
        force[2:] += one_after * rows[:-2]
        # LAPACK wants the columns of the band one after another: the transpose is that.
        matrix = banded.reshape(self._count * _SIZE, _BAND + 1).T
        step = _solve_banded(matrix, force.ravel()).reshape(points.shape)
        return -clamp(step, -_LONGEST_STEP_M, _LONGEST_STEP_M)

    def _bone_terms(self, points: Float64Array) -> tuple[Float64Array, Float64Array]:
        """What lengths and world landmarks ask for: ``(n, 13, 3, 13, 3)`` and ``(n, 13, 3)``."""
        bone = bones.INCIDENCE @ points
        long = length(bone)
        direction = bone / np.maximum(long, 1e-6)[..., None]
        missed = bone - self._measured_m
        spreads = np.array((_ACROSS_SPREAD_M, _ACROSS_SPREAD_M, _DEPTH_SPREAD_M))
        pull = self._pull / (1.0 + (missed / (spreads * _ROBUST)) ** 2)
        rigid = self._share[:, None] / bones.SPREADS_M**2
        weighted = direction * rigid[..., None]
        block = weighted[..., :, None] * direction[..., None, :]
        block.reshape(self._count, bones.BONE_COUNT, 9)[..., ::4] += pull
        force = weighted * (long - self._lengths_m)[..., None] + pull * missed
        count = bones.POINT_COUNT
        summed = bones.PAIRS @ block.reshape(self._count, bones.BONE_COUNT, 9)
        summed = summed.reshape(self._count, count, count, 3, 3).transpose(0, 1, 3, 2, 4)
        return np.ascontiguousarray(summed), bones.INCIDENCE.T @ force

    def _add_rays(
        self, points: Float64Array, diagonal: Float64Array, gradient: Float64Array
    ) -> None:
        """What the picture asks for: ``x - u z = 0`` and ``y - v z = 0``."""
        rays = self._evidence.rays
        spread = _RAY_SPREAD * np.maximum(points[..., 2].mean(axis=1), _NEAREST_M)[:, None]
        residual = points[..., :2] - rays * points[..., 2:]
        square = (residual**2).sum(axis=-1) / spread**2
        weight = self._trust / (spread**2 * (1.0 + square / _ROBUST**2))
        slopes = np.zeros((*rays.shape, 3))
        slopes[..., (0, 1), (0, 1)] = 1.0
        slopes[..., 2] = -rays
        weighted = slopes * weight[..., None, None]
        diagonal += weighted.swapaxes(-1, -2) @ slopes
        gradient += np.einsum("tiab,tia->tib", weighted, residual)

    def _add_floor(
        self, points: Float64Array, diagonal: Float64Array, gradient: Float64Array
    ) -> None:
        """Standing ankles are at one height."""
        standing = self._standing
        if standing is None:
            return
        ankles = bones.ANKLE_POINTS
        weight = standing.feet * self._share[:, None] / _FLOOR_SPREAD_M**2
        over = points[:, ankles] @ standing.up - standing.ankle_height_m
        diagonal[:, ankles] += weight[..., None, None] * np.outer(standing.up, standing.up)
        gradient[:, ankles] += (weight * over)[..., None] * standing.up

    def _smoothness(self) -> tuple[Float64Array, Float64Array, Float64Array]:
        """Coupling of each coordinate with itself in this frame, the next and the one after."""
        count, steps = self._count, self._steps_s
        here = np.full((count, bones.POINT_COUNT), 1e-6)
        next_one = np.zeros((max(count - 1, 0), bones.POINT_COUNT))
        one_after = np.zeros((max(count - 2, 0), bones.POINT_COUNT))
        slow = np.full((len(steps), bones.POINT_COUNT), 1.0 / _SPEED_SPREAD_M_S**2)
        if self._standing is not None:
            both = self._standing.feet[1:] & self._standing.feet[:-1]
            slow[:, bones.ANKLE_POINTS] += both / _FOOT_SPEED_M_S**2
        if count > 1:
            slow *= (_RATE_HZ / steps)[:, None]
            here[1:] += slow
            here[:-1] += slow
            next_one -= slow
        if count > 2:  # noqa: PLR2004 - an acceleration needs three frames
            h, k = steps[:-1], steps[1:]
            before, at, after = 2.0 / (h * (h + k)), -2.0 / (h * k), 2.0 / (k * (h + k))
            weight = _RATE_HZ * 0.5 * (h + k)[:, None] / _ACCELERATION_M_S2**2
            here[:-2] += weight * (before**2)[:, None]
            here[1:-1] += weight * (at**2)[:, None]
            here[2:] += weight * (after**2)[:, None]
            next_one[:-1] += weight * (before * at)[:, None]
            next_one[1:] += weight * (at * after)[:, None]
            one_after += weight * (before * after)[:, None]
        here, next_one, one_after = (np.repeat(x, 3, axis=1) for x in (here, next_one, one_after))
        return here, next_one, one_after


def _solve_banded(matrix: Float64Array, force: Float64Array) -> Float64Array:
    """Solve a positive definite banded system (its lower half, which is overwritten)."""
    factor = cast(
        "Float64Array", cholesky_banded(matrix, overwrite_ab=True, lower=True, check_finite=False)
    )
    return cast("Float64Array", cho_solve_banded((factor, True), force, check_finite=False))


def begin_clip(evidence: ClipEvidence) -> Float64Array:
    """Where to begin ``(n, 13, 3)``: the world landmarks, put where the picture is.

    The formula is that of ``fit.start``, for all frames; the distance is then the running median of
    a second, because single frames are off by a tenth of it.
    """
    weight = np.maximum(evidence.trust, _LEAST_TRUST)[..., None]
    total = weight.sum(axis=1)
    offset = evidence.rays * evidence.points_m[..., 2:] - evidence.points_m[..., :2]
    mean_ray = (weight * evidence.rays).sum(axis=1) / total
    mean_offset = (weight * offset).sum(axis=1) / total
    centred = evidence.rays - mean_ray[:, None]
    spread = (weight * centred * centred).sum(axis=(1, 2)) + 1e-9
    depth = -(weight * centred * (offset - mean_offset[:, None])).sum(axis=(1, 2)) / spread
    depth = clamp(depth, _NEAREST_M, _FARTHEST_M)
    place = np.concatenate((mean_offset + mean_ray * depth[:, None], depth[:, None]), axis=1)
    points = evidence.points_m + place[:, None]
    points[..., 2] = clamp(points[..., 2], _NEAREST_M, _FARTHEST_M)
    return points
