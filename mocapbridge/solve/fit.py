"""Fits a stick figure of constant bones to the picture, in camera axes, frame by frame.

MediaPipe sees well where a joint is in the picture (a few centimetres at the performer) and badly
how far away it is: against multi-view truth the depth is wrong by 89 mm on average, three times as
much as the other two directions. So the figure is found where four things agree best, in the least
squares sense, each weighted by how far it can be wrong:

* every joint lies on its ray through the picture (reprojection),
* bones keep their lengths,
* along the line of sight, bones reach as far as MediaPipe's world landmarks say, averaged with
  where they were in the frame before (the average is that of a Kalman filter with a random walk),
* feet on the floor stay where they are.

One frame is one or two Gauss-Newton steps from the frame before: causal, of constant cost,
anchored in depth by the world landmarks, so that it cannot drift away. Large residuals lose weight
(Cauchy), bones of impossible lengths hardly count, and of frames in which MediaPipe's own figure
has collapsed (many such bones, as when it exchanges left and right) nothing does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple, cast

import numpy as np
from scipy.linalg.lapack import dposv  # pyright: ignore[reportUnknownVariableType,reportAttributeAccessIssue]

from mocapbridge.geometry.matrix import clamp, length
from mocapbridge.solve import bones
from mocapbridge.solve.belief import Belief, Plausibility, mean_depth_m
from mocapbridge.solve.depth_side import DepthSides
from mocapbridge.types import Float64Array

_solve_positive: Final = cast(
    "Callable[[Float64Array, Float64Array, int, int, int], tuple[Float64Array, Float64Array, int]]",
    dposv,
)
"""LAPACK's solver of symmetric, positive definite equations: a factor, the solution, and 0 unless
there is none. Asked for the matrix, the right side, whether the lower half counts, and whether each
of the two may be overwritten."""
_RAY_SPREAD: Final = 0.01
"""A landmark strays from its ray by that part of the distance: 8 pixels of 1280 at 60 degrees."""
_DEPTH_SPREAD_M: Final = 0.10
"""World landmarks are wrong in depth by about that much (89 mm measured)."""
_ACROSS_SPREAD_M: Final = 0.30
"""World landmarks across the line of sight, where the picture knows better."""
_DEPTH_WALK: Final = 0.5
"""How quickly a bone's reach in depth changes [m/sqrt(s)]: a tenth of a metre in 40 ms."""
_ROOT_WALK: Final = 0.35
"""How quickly the whole figure's distance changes [m/sqrt(s)]."""
_ANCHOR_SPREAD_M: Final = 0.01
"""How exactly a planted foot stays."""
_STEP_SPREAD_M: Final = 0.40
"""How far a joint moves from frame to frame when nothing else says where it is."""
_ROBUST_RAYS: Final = 3.0
"""Residuals beyond that many spreads lose weight."""
_LEAST_STRETCH: Final = 0.7
_MOST_STRETCH: Final = 1.4
"""How far such bones are brought to their length: beyond, they are not that bone."""
_DEPTH_PATIENCE_M_S: Final = 1.0
"""Depths that leap lose weight, but the longer they insist, the further they may have leapt."""
_LIKELY: Final = 0.5
_LEAST_VISIBLE: Final = 2e-2
_LEAST_TRUST: Final = 1e-3
_LONGEST_STEP_M: Final = 0.3
_FIRST_ITERATIONS: Final = 4
"""Gauss-Newton steps of a first frame."""
_ITERATIONS: Final = 2
_FAR_STEP_M: Final = 0.04
"""Later frames take a second step where the first one moved a joint further than that. An arm that
hangs and swings towards the camera has nothing in the picture that tells of its depth before it has
some: a single step shows it 40 ms later."""
_SHORTEST_M: Final = 1e-3
_NEAREST_M: Final = 0.2
_FARTHEST_M: Final = 30.0
_STIFFNESS: Final = 1e-2


class FitInput(NamedTuple):
    """One frame for the fit."""

    points_m: Float64Array
    """(13, 3) world landmarks, image axes, relative to the hips, of the performer's size."""
    rays: Float64Array
    """(13, 2) slopes x / z and y / z."""
    trust: Float64Array
    """(13,) visibility 0..1."""
    dt_s: float
    """Time since the last frame [s]."""


class Anchors(NamedTuple):
    """Where planted ankles stay."""

    points_m: Float64Array
    """(2, 3) image axes, from the camera."""
    strength: Float64Array
    """(2,) 0 free .. 1 planted."""


class _Evidence(NamedTuple):
    """What the steps of one frame agree on."""

    across: Float64Array
    """(13, 3, 3) what ``_across`` gives for the rays."""
    trust: Float64Array
    measured_m: Float64Array
    """(16, 3) bones of the world landmarks, in depth averaged with the frame before."""
    pull: Float64Array
    """(16, 3) how much each counts [1/m^2]."""
    anchors: Anchors
    dt_s: float


class BodyFit:
    """The fitted figure of one performer.

    Args:
        lengths_m: ``(16,)`` the performer's bones.
    """

    def __init__(self, lengths_m: Float64Array) -> None:
        self._lengths_m = lengths_m
        self._length_weight = 1.0 / bones.SPREADS_M**2
        self._points_m: Float64Array | None = None
        self._plausibility = Plausibility()
        self._odd_s = np.zeros(bones.BONE_COUNT)
        self._sides = DepthSides()
        self._ties = _Ties()

    @property
    def points_m(self) -> Float64Array | None:
        """(13, 3) the last frame's figure in image axes, from the camera [m]; None at the start."""
        return self._points_m

    def reset(self) -> None:
        """Forget the last frame: continuity is broken."""
        self._points_m = None
        self._plausibility.reset()
        self._odd_s[:] = 0.0
        self._sides.reset()

    def take_on(self, lengths_m: Float64Array, grown: float) -> None:
        """Go on with other bones, ``(16,)``, of a performer who is that much larger."""
        self._lengths_m = lengths_m
        if self._points_m is not None:
            self._points_m = self._points_m * grown

    def step(self, frame: FitInput, belief: Belief, anchors: Anchors) -> Float64Array:
        """The figure ``(13, 3)`` of this frame in image axes, from the camera [m].

        Args:
            frame: what is seen.
            belief: what ``believe`` says of it.
            anchors: where feet are planted.
        """
        before = self._points_m
        trust = np.maximum(frame.trust, _LEAST_VISIBLE) * belief.points
        trust = np.maximum(trust, _LEAST_TRUST)
        measured = self._at_length(bones.INCIDENCE @ frame.points_m)
        pull = np.empty((bones.BONE_COUNT, 3))
        bone_trust = np.minimum(trust.take(bones.STARTS), trust.take(bones.ENDS)) * belief.bones
        pull[:, :2] = bone_trust[:, None] / _ACROSS_SPREAD_M**2
        pull[:, 2] = bone_trust / _DEPTH_SPREAD_M**2
        if before is not None:
            free = bone_trust[: bones.LIMB_COUNT].copy()
            free[bones.LEGS] *= np.tile(1.0 - anchors.strength, 2)
            before = self._sides.check(before, measured, free, frame.dt_s)
            self._blend_depth(measured, pull, (bones.INCIDENCE @ before)[:, 2], frame.dt_s)
        evidence = _Evidence(_across(frame.rays), trust, measured, pull, anchors, frame.dt_s)
        points = start(frame) if before is None else before
        for _ in range(_FIRST_ITERATIONS if before is None else _ITERATIONS):
            step = self._gauss_newton(points, before, evidence)
            points = points + step
            if before is not None and np.maximum.reduce(np.abs(step), axis=None) < _FAR_STEP_M:
                break
        points = _in_reach(points)
        self._points_m = points if np.isfinite(points).all() else start(frame)
        return self._points_m

    def believe(self, frame: FitInput) -> Belief:
        """How plausible a frame's landmarks and their bones are. Once per frame."""
        stretch = length(bones.INCIDENCE @ frame.points_m) / self._lengths_m
        return self._plausibility.of(stretch, frame.rays, self._points_m, frame.dt_s)

    def _at_length(self, measured: Float64Array) -> Float64Array:
        """The world landmarks' bones ``(16, 3)``, as long as they are but for the neck's."""
        stretch = self._lengths_m / np.maximum(length(measured), _SHORTEST_M)
        stretch = clamp(stretch, _LEAST_STRETCH, _MOST_STRETCH)
        return measured * np.where(bones.KEEPS_LENGTH, stretch, 1.0)[:, None]

    def _blend_depth(
        self, measured: Float64Array, pull: Float64Array, before: Float64Array, dt_s: float
    ) -> None:
        """Average the bones' reach in depth with that of the frame before, in place."""
        innovation = measured[:, 2] - before
        self._odd_s += dt_s
        spread = _DEPTH_SPREAD_M + _DEPTH_PATIENCE_M_S * self._odd_s
        belief = 1.0 / (1.0 + (innovation / spread) ** 2)
        self._odd_s[belief > _LIKELY] = 0.0
        now = pull[:, 2] * belief
        then = 1.0 / (_DEPTH_WALK**2 * max(dt_s, 1e-3))
        pull[:, 2] = now + then
        measured[:, 2] = before + innovation * now / (now + then)

    def _gauss_newton(
        self,
        points: Float64Array,
        before: Float64Array | None,
        evidence: _Evidence,
    ) -> Float64Array:
        """One step ``(13, 3)`` towards the best agreement."""
        self._add_bones(points, evidence)
        self._add_points(points, evidence)
        count = bones.POINT_COUNT
        ties, walk = self._ties, 0.0
        if before is not None:
            stay = 1.0 / _STEP_SPREAD_M**2
            ties.point_blocks[:, ::4] += stay
            ties.point_forces += stay * (points - before)
            # Single joints are held, the distance of the whole figure is free to walk.
            walk = 1.0 / (_ROOT_WALK**2 * max(evidence.dt_s, 1e-3)) / count - stay
            ties.point_forces[:, 2] += walk * (mean_depth_m(points) - mean_depth_m(before))
        summed: Float64Array = (bones.TIE_PAIRS @ ties.blocks).reshape(count, count, 3, 3)
        flat: Float64Array = summed.transpose(0, 2, 1, 3).reshape(3 * count, 3 * count)
        flat[2::3, 2::3] += walk / count
        gradient: Float64Array = bones.TIES.T @ ties.forces
        # Symmetric and positive definite: half the work of a general solver, none of its checks.
        # Transposed it is stored as LAPACK wants it, and may be overwritten: nothing is copied.
        _, step, broken = _solve_positive(flat.T, gradient.ravel(), 0, 1, 1)
        if broken:
            return np.zeros_like(points)
        return -clamp(step.reshape(count, 3), -_LONGEST_STEP_M, _LONGEST_STEP_M)

    def _add_bones(self, points: Float64Array, evidence: _Evidence) -> None:
        """What lengths and world landmarks ask for."""
        bone = bones.INCIDENCE @ points
        long = length(bone)
        direction = bone / np.maximum(long, 1e-6)[:, None]
        weighted = direction * self._length_weight[:, None]
        ties, pull = self._ties, evidence.pull
        np.multiply(weighted[:, :, None], direction[:, None, :], out=ties.bone_tensors)
        ties.bone_blocks[:, ::4] += pull
        np.multiply(weighted, (long - self._lengths_m)[:, None], out=ties.bone_forces)
        ties.bone_forces += pull * (bone - evidence.measured_m)

    def _add_points(self, points: Float64Array, evidence: _Evidence) -> None:
        """What the picture asks for, ``x - u z = 0`` and ``y - v z = 0``, and planted feet.

        With ``S = (1 0 -u; 0 1 -v)`` the residual is ``S p``, its square ``p . S'S p``.
        """
        ties, anchors = self._ties, evidence.anchors
        spread = _RAY_SPREAD * max(mean_depth_m(points), _NEAREST_M)
        towards = (evidence.across @ points[:, :, None])[:, :, 0]
        square = np.vecdot(points, towards)
        weight = evidence.trust / (spread**2 + square / _ROBUST_RAYS**2)
        np.multiply(evidence.across.reshape(-1, 9), weight[:, None], out=ties.point_blocks)
        np.multiply(towards, weight[:, None], out=ties.point_forces)
        ties.point_blocks[:, ::4] += _STIFFNESS
        ankles = bones.ANKLE_POINTS
        firm = (anchors.strength / _ANCHOR_SPREAD_M**2)[:, None]
        ties.point_blocks[ankles, ::4] += firm
        ties.point_forces[ankles] += firm * (points[ankles] - anchors.points_m)


class _Ties:
    """Room for what each bone and each point asks for, allocated once."""

    def __init__(self) -> None:
        count = bones.BONE_COUNT
        self.blocks = np.zeros((count + bones.POINT_COUNT, 9))
        """(29, 9) second derivatives: 3 x 3 for each bone, then for each point."""
        self.bone_blocks, self.point_blocks = self.blocks[:count], self.blocks[count:]
        self.bone_tensors = self.bone_blocks.reshape(count, 3, 3)
        self.forces = np.zeros((count + bones.POINT_COUNT, 3))
        """(29, 3) first derivatives."""
        self.bone_forces, self.point_forces = self.forces[:count], self.forces[count:]


def _across(rays: Float64Array) -> Float64Array:
    """Matrices ``(n, 3, 3)`` that measure how far points lie beside their rays."""
    measure = np.zeros((len(rays), 3, 3))
    measure[:, 0, 0] = measure[:, 1, 1] = 1.0
    measure[:, :2, 2] = measure[:, 2, :2] = -rays
    measure[:, 2, 2] = np.vecdot(rays, rays)
    return measure


def start(frame: FitInput) -> Float64Array:
    """The figure ``(13, 3)`` of a first frame: the world landmarks, put where the picture is.

    For a landmark ``p`` relative to the hips, seen along the ray ``(u, v, 1)``, the hips ``t``
    satisfy ``t_x - u t_z = u p_z - p_x`` and the same with ``v`` and y: linear least squares, with
    ``t_x`` and ``t_y`` eliminated.
    """
    weight = np.maximum(frame.trust, _LEAST_TRUST)[:, None]
    total = float(weight.sum())
    offset = frame.rays * frame.points_m[:, 2:] - frame.points_m[:, :2]
    mean_ray = (weight * frame.rays).sum(axis=0) / total
    mean_offset = (weight * offset).sum(axis=0) / total
    centred = frame.rays - mean_ray
    spread = float((weight * centred * centred).sum()) + 1e-9
    depth = -float((weight * centred * (offset - mean_offset)).sum()) / spread
    depth = min(max(depth, _NEAREST_M), _FARTHEST_M)
    return _in_reach(frame.points_m + np.array((*(mean_offset + mean_ray * depth), depth)))


def _in_reach(points: Float64Array) -> Float64Array:
    """The figure, pushed in front of the camera where part of it is behind."""
    nearest, middle = float(points[:, 2].min()), mean_depth_m(points)
    shift = max(_NEAREST_M - nearest, 0.0) - max(middle - _FARTHEST_M, 0.0)
    if shift:
        points = points + np.array((0.0, 0.0, shift))
    return points
