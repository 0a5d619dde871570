"""Left and right stay what they were, and a turning performer is left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.tracking.network_results import PoseResult
from mocapbridge.tracking.swap_guard import MIRRORED, SwapGuard, exchanged
from mocapbridge.types import Float32Array

_FRAME_NS = 33_333_333
_HALF_BREADTH_M = {11: 0.18, 13: 0.25, 15: 0.3, 23: 0.1, 25: 0.12, 27: 0.12}
_HEIGHT_M = {11: -0.5, 13: -0.25, 15: 0.0, 23: 0.0, 25: 0.4, 27: 0.8}


def _standing() -> Float32Array:
    """A standing person facing the camera, arms a little away, left arm forward; MP frame [m]."""
    points = np.zeros((33, 3), dtype=np.float32)
    for left, half_m in _HALF_BREADTH_M.items():
        points[left] = (half_m, _HEIGHT_M[left], 0.0)
        points[left + 1] = (-half_m, _HEIGHT_M[left], 0.0)
    points[15, 2] = -0.3
    return points


def _turned(angle_rad: float) -> Float32Array:
    cos, sin = np.cos(angle_rad), np.sin(angle_rad)
    about_y = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]], dtype=np.float32)
    return _standing() @ about_y.T


def _pose(world_m: Float32Array) -> PoseResult:
    return PoseResult(world_m, world_m, np.ones(33, np.float32), np.ones(33, np.float32), None)


def test_exchanging_twice_changes_nothing() -> None:
    world_m = np.random.default_rng(3).normal(size=(33, 3)).astype(np.float32)
    np.testing.assert_array_equal(exchanged(exchanged(_pose(world_m))).world_m, world_m)
    assert sorted(MIRRORED) == list(range(33))
    assert MIRRORED[0] == 0


@settings(max_examples=40)
@given(turns_per_s=st.floats(-2.0, 2.0), noise_m=st.floats(0.0, 0.02))
def test_a_pirouette_is_not_repaired(turns_per_s: float, noise_m: float) -> None:
    guard, random = SwapGuard(), np.random.default_rng(5)
    for frame in range(90):
        angle_rad = 2 * np.pi * turns_per_s * frame / 30
        world_m = _turned(angle_rad) + random.normal(0, noise_m, (33, 3)).astype(np.float32)
        guard.check(_pose(world_m), frame * _FRAME_NS)
    assert guard.repaired == 0


@settings(max_examples=40)
@given(
    swapped=st.lists(st.booleans(), min_size=30, max_size=40),
    turns_per_s=st.floats(-0.25, 0.25),
)
def test_every_exchanged_frame_is_repaired(swapped: list[bool], turns_per_s: float) -> None:
    guard = SwapGuard()
    for frame, swap in enumerate([False, *swapped]):
        truth_m = _turned(2 * np.pi * turns_per_s * frame / 30)
        pose = exchanged(_pose(truth_m)) if swap else _pose(truth_m)
        repaired = guard.check(pose, frame * _FRAME_NS)
        np.testing.assert_array_equal(repaired.world_m, truth_m)
    assert guard.repaired == sum(swapped)


def test_a_detector_that_insists_is_believed_in_the_end() -> None:
    guard = SwapGuard()
    guard.check(_pose(_standing()), 0)
    seen = exchanged(_pose(_standing()))
    results = [guard.check(seen, frame * _FRAME_NS) for frame in range(1, 70)]
    np.testing.assert_array_equal(results[0].world_m, _standing())
    np.testing.assert_array_equal(results[-1].world_m, seen.world_m)


@pytest.mark.parametrize("gap_ns", [600_000_000, 5_000_000_000])
def test_after_a_gap_nothing_is_compared(gap_ns: int) -> None:
    guard = SwapGuard()
    guard.check(_pose(_standing()), 0)
    guard.check(exchanged(_pose(_standing())), gap_ns)
    assert guard.repaired == 0
