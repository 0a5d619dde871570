"""Hands placed by where the picture shows them."""

from __future__ import annotations

import numpy as np
import pytest

from mocapbridge.solve.hand_depth import hands_in_space_m
from mocapbridge.types import Float64Array

SHAPE_M = np.random.default_rng(3).normal(scale=(0.06, 0.08, 0.03), size=(2, 21, 3))
"""A left and a right hand around their middles."""
PLACES_M = np.array(((-0.8, 0.3, 1.6), (0.4, -0.2, 0.7)))


def seen(from_camera_m: Float64Array) -> Float64Array:
    """Slopes, and depth in multiples of the middle's distance."""
    distance_m = from_camera_m[..., 2].mean(axis=1)[:, None, None]
    slopes = from_camera_m[..., :2] / from_camera_m[..., 2:]
    return np.concatenate((slopes, from_camera_m[..., 2:] / distance_m - 1.0), axis=-1)


def centred(points_m: Float64Array) -> Float64Array:
    return points_m - points_m.mean(axis=1, keepdims=True)


@pytest.fixture
def true_m() -> Float64Array:
    return centred(SHAPE_M) + PLACES_M[:, None]


def test_exact_landmarks_are_placed_exactly(true_m: Float64Array) -> None:
    world_m = centred(true_m)
    np.testing.assert_allclose(hands_in_space_m(seen(true_m), world_m), true_m, atol=1e-9)


def test_across_the_line_of_sight_the_picture_counts(true_m: Float64Array) -> None:
    """World landmarks whose fingers are bent aside do not bend them; only the size is theirs."""
    world_m = centred(true_m)
    world_m[:, 6:9, 0] += 0.03
    placed = hands_in_space_m(seen(true_m), world_m)
    np.testing.assert_allclose(placed[..., :2] / placed[..., 2:], seen(true_m)[..., :2])
    ratio = placed[..., 2] / true_m[..., 2]
    assert np.ptp(ratio, axis=1).max() < 0.02


def test_depth_is_the_mean_of_both_ideas_of_it(true_m: Float64Array) -> None:
    flat = seen(true_m)
    flat[..., 2] = 0.0
    depth_m = hands_in_space_m(flat, centred(true_m))[..., 2]
    np.testing.assert_allclose(depth_m - PLACES_M[:, 2:], 0.5 * centred(true_m)[..., 2], atol=1e-9)


@pytest.mark.parametrize("fault", ["no size", "mirrored"])
def test_a_hand_that_cannot_be_placed_stays_and_leaves_the_other_alone(
    true_m: Float64Array, fault: str
) -> None:
    picture, world_m = seen(true_m), centred(true_m)
    picture[0] = 0.0 if fault == "no size" else -picture[0]
    placed = hands_in_space_m(picture, world_m)
    np.testing.assert_array_equal(placed[0], world_m[0])
    np.testing.assert_allclose(placed[1], true_m[1], atol=1e-9)
