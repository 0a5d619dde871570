from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.tracking.face_channels import FaceChannels
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, Float64Array

SIZE_PX = (640, 480)
LEFT_BROW = (276, 283, 282, 295, 285, 300, 293, 334, 296, 336)
RIGHT_BROW = (46, 53, 52, 65, 55, 70, 63, 105, 66, 107)
LEFT_CORNER = (291, 308)
RIGHT_CORNER = (61, 78)


def seen(points_cm: Float64Array, yaw_deg: float = 0.0, pitch_deg: float = 0.0) -> Float32Array:
    """A face seen by the camera of the official matrix, 60 cm away."""
    face = load_canonical_face()
    turn = Rotation.from_euler("YX", (yaw_deg, pitch_deg), degrees=True)
    in_camera = turn.apply(points_cm) + np.array((3.0, -2.0, -60.0))
    depth_cm = -in_camera[:, 2]
    middle_cm = face.pose_weights @ depth_cm
    height = 2.0 * np.tan(np.radians(63.0) / 2.0)
    width = height * SIZE_PX[0] / SIZE_PX[1]
    columns = (
        0.5 + in_camera[:, 0] / depth_cm / width,
        0.5 - in_camera[:, 1] / depth_cm / height,
        (depth_cm - middle_cm) / middle_cm / width,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def raised(points: tuple[int, ...], by_cm: float) -> Float64Array:
    points_cm = load_canonical_face().points_cm.copy()
    points_cm[list(points), 1] += by_cm
    return points_cm


class Performer:
    """Shows faces to the channels at 30 pictures a second."""

    def __init__(self) -> None:
        self.fit = FacePoseFit()
        self.channels = FaceChannels(self.fit)
        self.time_s = 0.0

    def show(self, image: Float32Array, smile: float = 0.0, pictures: int = 1) -> Float32Array:
        scores = np.zeros(BLENDSHAPE_COUNT, dtype=np.float32)
        scores[ARKIT_INDEX["mouthSmileLeft"]] = smile
        scores[ARKIT_INDEX["mouthSmileRight"]] = smile
        measured = scores
        for _ in range(pictures):
            matrix = self.fit.fit(image, SIZE_PX)
            assert matrix is not None
            self.time_s += 1 / 30
            measured = self.channels.measure(scores, image, SIZE_PX, matrix, self.time_s)
        return measured

    def rest(self) -> None:
        self.show(seen(load_canonical_face().points_cm), pictures=45)


def value(scores: Float32Array, name: str) -> float:
    return float(scores[ARKIT_INDEX[name]])


def test_a_resting_face_raises_nothing() -> None:
    performer = Performer()
    performer.rest()
    assert not performer.show(seen(load_canonical_face().points_cm)).any()


def test_one_raised_brow_is_that_brow() -> None:
    performer = Performer()
    performer.rest()
    left = performer.show(seen(raised(LEFT_BROW, 0.5)))
    assert value(left, "browOuterUpLeft") > 0.4
    assert value(left, "browOuterUpRight") < 0.05
    right = performer.show(seen(raised(RIGHT_BROW, 0.5)))
    assert value(right, "browOuterUpRight") > 0.4
    assert value(right, "browOuterUpLeft") < 0.05


def test_lowered_brows_are_down_and_not_up() -> None:
    performer = Performer()
    performer.rest()
    lowered = performer.show(seen(raised(LEFT_BROW + RIGHT_BROW, -0.4)))
    assert value(lowered, "browDownLeft") > 0.5
    assert value(lowered, "browDownRight") > 0.5
    assert value(lowered, "browInnerUp") == 0.0
    assert value(lowered, "browOuterUpLeft") == 0.0


def test_turning_and_nodding_do_not_move_the_brows_of_a_rigid_face() -> None:
    performer = Performer()
    performer.rest()
    for yaw_deg, pitch_deg in ((30.0, 0.0), (-30.0, 10.0), (0.0, 25.0), (0.0, -25.0)):
        image = seen(load_canonical_face().points_cm, yaw_deg, pitch_deg)
        assert not performer.show(image).any()


def test_the_rest_is_the_performers_own() -> None:
    """Brows that are always low are not lowered."""
    performer = Performer()
    performer.show(seen(raised(LEFT_BROW + RIGHT_BROW, -0.5)), pictures=45)
    assert value(performer.show(seen(raised(LEFT_BROW + RIGHT_BROW, -0.5))), "browDownLeft") == 0.0
    assert value(performer.show(seen(load_canonical_face().points_cm)), "browInnerUp") > 0.3


def test_a_short_expression_does_not_become_the_rest_but_a_lasting_one_does() -> None:
    performer = Performer()
    performer.rest()
    raised_image = seen(raised(LEFT_BROW + RIGHT_BROW, 0.5))
    first = value(performer.show(raised_image), "browInnerUp")
    held = value(performer.show(raised_image, pictures=90), "browInnerUp")
    assert held > 0.75 * first
    assert value(performer.show(raised_image, pictures=1200), "browInnerUp") < 0.05


def test_a_known_rest_needs_no_first_look() -> None:
    performer = Performer()
    performer.rest()
    rest_cm = performer.channels.rest_cm
    assert rest_cm is not None
    again = Performer()
    again.channels = FaceChannels(again.fit, rest_cm)
    assert value(again.show(seen(raised(LEFT_BROW + RIGHT_BROW, 0.5))), "browInnerUp") > 0.3
    again.channels.reset()
    kept_cm = again.channels.rest_cm
    assert kept_cm is not None
    assert np.array_equal(kept_cm, rest_cm)


def test_a_one_sided_smile_keeps_its_sum_and_finds_its_side() -> None:
    performer = Performer()
    performer.rest()
    smiling = performer.show(seen(raised(LEFT_CORNER, 0.6)), smile=0.4)
    left, right = value(smiling, "mouthSmileLeft"), value(smiling, "mouthSmileRight")
    assert left > right + 0.4
    assert abs(left + right - 0.8) < 1e-5
    smiling = performer.show(seen(raised(RIGHT_CORNER, 0.6)), smile=0.4)
    assert value(smiling, "mouthSmileRight") > value(smiling, "mouthSmileLeft") + 0.4


def test_an_even_smile_stays_even() -> None:
    performer = Performer()
    performer.rest()
    smiling = performer.show(seen(raised(LEFT_CORNER + RIGHT_CORNER, 0.6)), smile=0.7)
    assert abs(value(smiling, "mouthSmileLeft") - 0.7) < 1e-6
    assert abs(value(smiling, "mouthSmileRight") - 0.7) < 1e-6


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.parametrize("point", [285, 0, 263])
def test_damaged_landmarks_leave_scores_and_rest_alone(value: float, point: int) -> None:
    performer = Performer()
    performer.rest()
    before_cm = performer.channels.rest_cm
    image = seen(load_canonical_face().points_cm)
    matrix = performer.fit.fit(image, SIZE_PX)
    assert matrix is not None
    image[point] = value
    scores = np.full(BLENDSHAPE_COUNT, 0.25, dtype=np.float32)
    measured = performer.channels.measure(scores, image, SIZE_PX, matrix, 99.0)
    assert np.array_equal(measured, scores)
    after_cm = performer.channels.rest_cm
    assert before_cm is not None
    assert after_cm is not None
    assert np.array_equal(before_cm, after_cm)
