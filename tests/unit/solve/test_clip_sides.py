"""On which of the two points of its ray a forearm ends, when the landmarks hardly tell."""

import numpy as np

from mocapbridge.solve import bones
from mocapbridge.solve.clip_sides import sided
from mocapbridge.types import Float64Array

TIMES_S = np.arange(30) / 30.0
FOREARM = 2
ELBOW, WRIST = int(bones.STARTS[FOREARM]), int(bones.ENDS[FOREARM])
SHOULDER = int(bones.STARTS[0])


def figures(forearm_m: Float64Array) -> Float64Array:
    """A clip of somebody 1.2 m away whose left upper arm hangs, and whose forearm is that."""
    figure = np.tile(np.array((0.2, -0.1, 1.2)), (bones.POINT_COUNT, 1))
    figure[ELBOW] = figure[SHOULDER] + (0.03, 0.24, 0.0)
    figure[WRIST] = figure[ELBOW] + forearm_m
    # The other arm is bent and clearly seen.
    figure[int(bones.ENDS[1])] = figure[int(bones.STARTS[1])] + (-0.03, 0.24, 0.0)
    figure[int(bones.ENDS[3])] = figure[int(bones.ENDS[1])] + (0.05, -0.1, -0.21)
    return np.tile(figure, (len(TIMES_S), 1, 1))


def other_end(figure: Float64Array) -> Float64Array:
    """The wrist's ray's other point as far from the elbow."""
    elbow, wrist = figure[ELBOW], figure[WRIST]
    along = wrist / np.linalg.norm(wrist)
    return (2.0 * float(elbow @ along) - float(np.linalg.norm(wrist))) * along


HANGING = figures(np.array((0.02, 0.24, 0.0)))
POINTING = HANGING.copy()
POINTING[:, WRIST] = other_end(HANGING[0])


def half_way() -> Float64Array:
    landmarks = HANGING.copy()
    landmarks[:, WRIST] = landmarks[:, ELBOW] + (0.02, 0.21, -0.10)
    return landmarks


def test_an_arm_that_hangs_does_not_point_at_the_camera() -> None:
    assert POINTING[0, WRIST, 2] < HANGING[0, WRIST, 2] - 0.1
    np.testing.assert_allclose(sided(POINTING, half_way(), TIMES_S), HANGING, atol=1e-9)
    np.testing.assert_allclose(sided(HANGING, half_way(), TIMES_S), HANGING, atol=1e-9)


def test_an_arm_that_points_at_the_camera_still_does() -> None:
    np.testing.assert_array_equal(sided(POINTING, POINTING, TIMES_S), POINTING)


def test_a_frame_that_says_otherwise_is_overruled_by_its_neighbours() -> None:
    landmarks = half_way()
    landmarks[15] = POINTING[15]
    np.testing.assert_allclose(sided(HANGING, landmarks, TIMES_S), HANGING, atol=1e-9)


def test_a_bent_elbow_stays_as_it_was_fitted() -> None:
    figure = figures(np.array((0.0, -0.2, -0.13)))
    landmarks = figure.copy()
    landmarks[:, WRIST] = landmarks[:, ELBOW] + (0.0, -0.2, 0.13)
    np.testing.assert_array_equal(sided(figure, landmarks, TIMES_S), figure)
