"""Which of the two ends that the picture allows a bone is at."""

import numpy as np
import pytest

from mocapbridge.solve import bones
from mocapbridge.solve.depth_side import DepthSides
from mocapbridge.types import Float64Array

THIGH = 4
HIP, KNEE = int(bones.STARTS[THIGH]), int(bones.ENDS[THIGH])
STEP_S = 1.0 / 30.0


def standing(knee_m: tuple[float, float, float]) -> Float64Array:
    """A figure 2 m away with its hips in the picture's middle, that leg below."""
    points = np.tile(np.array((0.0, -0.2, 2.0)), (bones.POINT_COUNT, 1))
    points[HIP] = (0.0, 0.0, 2.0)
    points[KNEE] = knee_m
    for point in bones.BEYOND[THIGH]:
        points[point] = np.add(knee_m, (0.0, 0.37, 0.0))
    return points


def watched(points_m: Float64Array, seen_depth_m: float, seconds: float) -> Float64Array:
    """What is left after a leg was seen that deep for so long."""
    sides = DepthSides()
    measured = bones.INCIDENCE @ points_m
    measured[THIGH, 2] = seen_depth_m
    trust = np.zeros(bones.LIMB_COUNT)
    trust[THIGH] = 1.0
    for _ in range(round(seconds / STEP_S)):
        points_m = sides.check(points_m, measured, trust, STEP_S)
    return points_m


def bent_knee_m() -> tuple[float, float, float]:
    """A knee that hides a straight leg's: on its ray, as far from the hips, nearer."""
    straight = np.array((0.0, 0.4, 2.0))
    hips = np.array((0.0, 0.0, 2.0))
    along = straight / np.linalg.norm(straight)
    _, y, z = ((2.0 * float(hips @ along) - float(np.linalg.norm(straight))) * along).tolist()
    return 0.0, y, z


def test_a_leg_seen_straight_is_not_left_bent() -> None:
    knee = bent_knee_m()
    assert knee[2] < 1.9
    shown = watched(standing(knee), 0.0, 2.0)
    np.testing.assert_allclose(shown[KNEE], (0.0, 0.4, 2.0), atol=1e-9)


def test_an_error_that_lasts_does_not_turn_a_leg_over() -> None:
    # Half way between both sides, and a little beyond.
    points = standing(bent_knee_m())
    half_m = 0.5 * (points[KNEE, 2] - 2.0)
    np.testing.assert_array_equal(watched(points, half_m + 0.02, 20.0), points)


def test_a_leg_seen_bent_stays_bent() -> None:
    points = standing(bent_knee_m())
    shown = watched(points, -0.15, 5.0)
    np.testing.assert_array_equal(shown, points)


@pytest.mark.parametrize("depth_m", [-0.2, -0.05, 0.1, 0.3])
def test_the_other_end_is_on_the_same_ray_and_as_far_from_the_start(depth_m: float) -> None:
    points = standing((0.15, 0.33, 2.0 + depth_m))
    shown = watched(points, -4.0 * depth_m - 0.15, 1.0)
    assert np.linalg.norm(shown[KNEE] - shown[HIP]) == pytest.approx(
        float(np.linalg.norm(points[KNEE] - points[HIP]))
    )
    slopes = shown[:, :2] / shown[:, 2:]
    np.testing.assert_allclose(slopes, points[:, :2] / points[:, 2:], atol=1e-12)
