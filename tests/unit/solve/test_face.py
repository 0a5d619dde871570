"""A face made of the average one, shown to the solver at 30 pictures a second."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.solve.face import FaceSolution, FaceSolver
from mocapbridge.solve.options import FaceSolveOptions
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FaceLandmarks,
    Float32Array,
    Float64Array,
    TrackState,
)

SIZE_PX = (640, 480)
LEFT_BROW = (276, 283, 282, 295, 285, 300, 293, 334, 296, 336)
RIGHT_BROW = (46, 53, 52, 65, 55, 70, 63, 105, 66, 107)
LEFT_CORNER = (291, 308)
RIGHT_CORNER = (61, 78)
UPPER_LIDS = (386, 385, 387, 159, 158, 160)
LOWER_LIDS = (374, 380, 373, 145, 153, 144)
IRISES = (468, 473)
CAMERA_CM = np.array((3.0, -2.0, -60.0))


def seen(points_cm: Float64Array, yaw_deg: float = 0.0, pitch_deg: float = 0.0) -> Float32Array:
    """A face seen by the camera of the official matrix, 60 cm away."""
    face = load_canonical_face()
    turn = Rotation.from_euler("YX", (yaw_deg, pitch_deg), degrees=True)
    in_camera = turn.apply(points_cm) + CAMERA_CM
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


def resting() -> Float64Array:
    return load_canonical_face().points_cm.copy()


def raised(points: tuple[int, ...], by_cm: float) -> Float64Array:
    points_cm = resting()
    points_cm[list(points), 1] += by_cm
    return points_cm


def looking(left_cm: float, up_cm: float) -> Float64Array:
    points_cm = resting()
    points_cm[list(IRISES), :2] += (left_cm, up_cm)
    return points_cm


def closing(closed: float) -> Float64Array:
    """Lids that close, and irises that the mesh lets sink with them."""
    points_cm = resting()
    gap_cm = points_cm[list(UPPER_LIDS), 1] - points_cm[list(LOWER_LIDS), 1]
    points_cm[list(UPPER_LIDS), 1] -= closed * gap_cm
    points_cm[list(IRISES), 1] -= 0.25 * closed
    return points_cm


def landmarks(image: Float32Array, state: TrackState = TrackState.TRACKED) -> FaceLandmarks:
    return FaceLandmarks(
        state=state,
        confidence=1.0,
        image=image,
        blendshapes=np.zeros(BLENDSHAPE_COUNT, dtype=np.float32),
        blendshapes_measured=True,
        camera_from_face_cm=np.eye(4, dtype=np.float32),
        matrix_measured=True,
    )


class Performer:
    """Shows faces to the solver."""

    def __init__(self, options: FaceSolveOptions | None = None) -> None:
        self.solver = FaceSolver(options or FaceSolveOptions())

    def show(
        self,
        points_cm: Float64Array | Float32Array,
        pictures: int = 1,
        state: TrackState = TrackState.TRACKED,
        scores: dict[str, float] | None = None,
    ) -> FaceSolution:
        image = points_cm if points_cm.dtype == np.float32 else seen(points_cm.astype(np.float64))
        weights = np.zeros(BLENDSHAPE_COUNT, dtype=np.float32)
        for name, score in (scores or {}).items():
            weights[ARKIT_INDEX[name]] = score
        face = landmarks(image.astype(np.float32), state)
        solved = self.solver.solve(face, SIZE_PX, weights, 1 / 30)
        for _ in range(pictures - 1):
            solved = self.solver.solve(face, SIZE_PX, weights, 1 / 30)
        return solved

    def rest(self, scores: dict[str, float] | None = None) -> Performer:
        self.show(resting(), pictures=45, scores=scores)
        return self


def value(solved: FaceSolution, name: str) -> float:
    return float(solved.weights[ARKIT_INDEX[name]])


def test_a_resting_face_raises_nothing() -> None:
    solved = Performer().rest().show(resting())
    assert not solved.weights.any()
    assert np.abs(np.degrees(solved.gaze_rad)).max() < 0.5


def test_one_raised_brow_is_that_brow() -> None:
    performer = Performer().rest()
    left = performer.show(raised(LEFT_BROW, 0.5))
    assert value(left, "browOuterUpLeft") > 0.4
    assert value(left, "browOuterUpRight") < 0.05
    right = performer.show(raised(RIGHT_BROW, 0.5))
    assert value(right, "browOuterUpRight") > 0.4
    assert value(right, "browOuterUpLeft") < 0.05


def test_lowered_brows_are_down_and_not_up() -> None:
    lowered = Performer().rest().show(raised(LEFT_BROW + RIGHT_BROW, -0.4))
    assert value(lowered, "browDownLeft") > 0.5
    assert value(lowered, "browDownRight") > 0.5
    assert value(lowered, "browInnerUp") == 0.0
    assert value(lowered, "browOuterUpLeft") == 0.0


def test_turning_and_nodding_do_not_move_the_brows_of_a_rigid_face() -> None:
    performer = Performer().rest()
    brows = [ARKIT_INDEX[name] for name in ARKIT_INDEX if name.startswith("brow")]
    for yaw_deg, pitch_deg in ((30.0, 0.0), (-30.0, 10.0), (0.0, 25.0), (0.0, -25.0)):
        solved = performer.show(seen(resting(), yaw_deg, pitch_deg))
        assert not solved.weights[brows].any()


def test_the_rest_is_the_performers_own() -> None:
    """Brows that are always low are not lowered."""
    performer = Performer()
    low = raised(LEFT_BROW + RIGHT_BROW, -0.5)
    performer.show(low, pictures=45)
    assert value(performer.show(low), "browDownLeft") == 0.0
    assert value(performer.show(resting()), "browInnerUp") > 0.3


def test_a_short_expression_does_not_become_the_rest_but_a_lasting_one_does() -> None:
    performer = Performer().rest()
    up = raised(LEFT_BROW + RIGHT_BROW, 0.5)
    first = value(performer.show(up), "browInnerUp")
    held = value(performer.show(up, pictures=90), "browInnerUp")
    assert held > 0.75 * first
    assert value(performer.show(up, pictures=1200), "browInnerUp") < 0.05


def test_a_known_performer_needs_no_first_look() -> None:
    known = Performer().rest().solver.resting_mesh
    again = Performer(FaceSolveOptions(resting_mesh=known))
    assert value(again.show(raised(LEFT_BROW + RIGHT_BROW, 0.5)), "browInnerUp") > 0.3


def test_nothing_is_learnt_when_that_is_not_wanted() -> None:
    known = Performer().rest().solver.resting_mesh
    fixed = Performer(FaceSolveOptions(calibrate=False, resting_mesh=known))
    fixed.show(raised(LEFT_BROW + RIGHT_BROW, 0.5), pictures=300, scores={"eyeSquintLeft": 0.4})
    assert fixed.solver.resting_mesh == known
    assert value(fixed.show(resting(), scores={"eyeSquintLeft": 0.4}), "eyeSquintLeft") > 0.3


def test_a_one_sided_smile_keeps_its_sum_and_finds_its_side() -> None:
    both = {"mouthSmileLeft": 0.4, "mouthSmileRight": 0.4}
    performer = Performer().rest()
    even = performer.show(resting(), scores=both)
    left = performer.show(raised(LEFT_CORNER, 0.6), scores=both)
    assert value(left, "mouthSmileLeft") > value(left, "mouthSmileRight") + 0.4
    sides = value(left, "mouthSmileLeft") + value(left, "mouthSmileRight")
    assert abs(sides - 2.0 * value(even, "mouthSmileLeft")) < 0.02
    right = performer.show(raised(RIGHT_CORNER, 0.6), scores=both)
    assert value(right, "mouthSmileRight") > value(right, "mouthSmileLeft") + 0.4


def test_an_even_smile_stays_even() -> None:
    both = {"mouthSmileLeft": 0.7, "mouthSmileRight": 0.7}
    smiling = Performer().rest().show(raised(LEFT_CORNER + RIGHT_CORNER, 0.6), scores=both)
    assert abs(value(smiling, "mouthSmileLeft") - value(smiling, "mouthSmileRight")) < 1e-6
    assert value(smiling, "mouthSmileLeft") > 0.7


def test_a_squint_that_the_score_always_shows_is_no_squint() -> None:
    performer = Performer().rest(scores={"eyeSquintLeft": 0.35, "eyeSquintRight": 0.35})
    assert value(performer.show(resting(), scores={"eyeSquintLeft": 0.35}), "eyeSquintLeft") < 0.05
    assert value(performer.show(resting(), scores={"eyeSquintLeft": 0.7}), "eyeSquintLeft") > 0.7


def test_a_blink_whose_score_stays_low_closes_the_eye_once_it_is_known() -> None:
    performer = Performer().rest(scores={"eyeBlinkLeft": 0.05})
    first = value(
        performer.show(resting(), pictures=3, scores={"eyeBlinkLeft": 0.55}), "eyeBlinkLeft"
    )
    for _ in range(8):
        performer.show(resting(), pictures=30, scores={"eyeBlinkLeft": 0.05})
        performer.show(resting(), pictures=3, scores={"eyeBlinkLeft": 0.55})
    performer.show(resting(), pictures=30, scores={"eyeBlinkLeft": 0.05})
    known = value(performer.show(resting(), scores={"eyeBlinkLeft": 0.55}), "eyeBlinkLeft")
    assert first < 0.9
    assert known > 0.97
    assert value(performer.show(resting(), scores={"eyeBlinkLeft": 0.05}), "eyeBlinkLeft") == 0.0


def test_eyes_that_stay_closed_are_not_taken_for_open() -> None:
    performer = Performer().rest()
    asleep = performer.show(closing(1.0), pictures=3600, scores={"eyeBlinkLeft": 0.7})
    assert value(asleep, "eyeBlinkLeft") > 0.95


def test_a_wink_is_one_eye_unless_the_lids_are_coupled() -> None:
    wink = Performer().rest().show(resting(), scores={"eyeBlinkLeft": 0.7, "eyeBlinkRight": 0.05})
    assert value(wink, "eyeBlinkLeft") > 0.95
    assert value(wink, "eyeBlinkRight") < 0.1
    coupled = Performer(FaceSolveOptions(blink_coupling=1.0)).rest()
    both = coupled.show(resting(), scores={"eyeBlinkLeft": 0.7, "eyeBlinkRight": 0.05})
    assert value(both, "eyeBlinkLeft") == value(both, "eyeBlinkRight")


@pytest.mark.parametrize(
    ("left_cm", "shapes"),
    [
        (0.45, ("eyeLookOutLeft", "eyeLookInRight")),
        (-0.45, ("eyeLookInLeft", "eyeLookOutRight")),
    ],
)
def test_irises_say_where_the_eyes_look(left_cm: float, shapes: tuple[str, str]) -> None:
    solved = Performer().rest().show(looking(left_cm, 0.0), pictures=5)
    yaw_deg = np.degrees(solved.gaze_rad[:, 0])
    expected_deg = np.degrees(np.arcsin(left_cm / 1.2))
    assert np.abs(yaw_deg - expected_deg).max() < 2.0
    for shape in shapes:
        assert abs(value(solved, shape) - abs(yaw_deg[0]) / 30.0) < 1e-5
    others = [name for name in ARKIT_INDEX if name.startswith("eyeLook") and name not in shapes]
    assert max(value(solved, name) for name in others if "Up" not in name) < 0.05


def test_the_first_look_is_taken_for_straight_ahead() -> None:
    first = Performer().show(looking(0.12, 0.03))
    assert np.abs(np.degrees(first.gaze_rad)).max() < 0.5


def test_irises_turn_with_the_head_when_the_gaze_does_not() -> None:
    """An eyeball that is fixed to the head: its iris is where the rotated ball shows it."""
    points_cm = resting()
    performer = Performer().rest()
    for yaw_deg in (-20.0, 20.0):
        solved = performer.show(seen(points_cm, yaw_deg), pictures=5)
        assert np.abs(np.degrees(solved.gaze_rad[:, 0])).max() < 5.0


def test_raised_and_lowered_irises_look_up_and_down() -> None:
    performer = Performer().rest()
    up = performer.show(looking(0.0, 0.2), pictures=5)
    assert np.degrees(up.gaze_rad[:, 1]).min() > 10.0
    assert value(up, "eyeLookUpLeft") > 0.4
    assert value(up, "eyeLookDownLeft") == 0.0
    down = performer.show(looking(0.0, -0.2), pictures=5)
    assert np.degrees(down.gaze_rad[:, 1]).max() < -10.0


def test_closing_eyes_do_not_look_down() -> None:
    performer = Performer().rest()
    lowest_deg = 0.0
    for closed in (0.3, 0.7, 1.0, 1.0, 0.7, 0.3, 0.0, 0.0):
        solved = performer.show(closing(closed))
        lowest_deg = min(lowest_deg, float(np.degrees(solved.gaze_rad[:, 1]).min()))
    assert lowest_deg > -3.0


def test_a_lost_face_goes_to_rest_and_comes_back_without_a_jump() -> None:
    performer = Performer().rest()
    up = raised(LEFT_BROW + RIGHT_BROW, 0.5)
    shown = value(performer.show(up), "browInnerUp")
    held = value(performer.show(up, state=TrackState.HELD, pictures=5), "browInnerUp")
    assert held == shown
    going = [
        value(performer.show(up, state=TrackState.PREDICTED), "browInnerUp") for _ in range(60)
    ]
    assert max(np.diff([shown, *going])) < 0.0
    assert going[0] > 0.8 * shown
    assert going[-1] < 0.01
    coming = [value(performer.show(up), "browInnerUp") for _ in range(6)]
    assert max(np.diff([going[-1], *coming])) < 0.5 * shown
    assert abs(coming[-1] - shown) < 0.02


def test_a_face_never_seen_is_neutral() -> None:
    nowhere = np.zeros((478, 3), dtype=np.float32)
    solved = Performer().show(nowhere, state=TrackState.LOST, scores={"jawOpen": 0.5})
    assert not solved.weights.any()
    assert not solved.gaze_rad.any()


def test_without_a_mesh_the_scores_and_their_gaze_stay() -> None:
    nowhere = np.zeros((478, 3), dtype=np.float32)
    solved = Performer().show(
        nowhere, scores={"eyeLookOutLeft": 0.5, "eyeLookInRight": 0.5, "jawOpen": 0.8}
    )
    assert np.abs(np.degrees(solved.gaze_rad[:, 0]) - 15.0).max() < 1e-3
    assert value(solved, "jawOpen") > 0.95


@pytest.mark.parametrize("damage", [np.nan, np.inf, -np.inf, 1e30])
@pytest.mark.parametrize("point", [285, 473, 263])
def test_damaged_landmarks_leave_the_calibration_alone(damage: float, point: int) -> None:
    performer = Performer().rest()
    before = performer.solver.resting_mesh
    image = seen(resting())
    image[point] = damage
    solved = performer.show(image)
    assert np.isfinite(solved.weights).all()
    assert np.isfinite(solved.gaze_rad).all()
    assert performer.solver.resting_mesh == before


@given(
    scores=st.lists(st.floats(0.0, 1.0, width=32), min_size=52, max_size=52),
    shift_cm=st.floats(-3.0, 3.0),
    later=st.lists(st.floats(0.0, 1.0, width=32), min_size=52, max_size=52),
)
def test_weights_stay_between_0_and_1(
    scores: list[float], shift_cm: float, later: list[float]
) -> None:
    solver = FaceSolver(FaceSolveOptions())
    rng = np.random.default_rng(0)
    for numbers, size_cm in ((scores, 0.0), (later, shift_cm)):
        points_cm = resting() + size_cm * rng.normal(size=(478, 3))
        face = landmarks(seen(points_cm))
        solved = solver.solve(face, SIZE_PX, np.array(numbers, dtype=np.float32), 1 / 30)
        assert np.isfinite(solved.gaze_rad).all()
        assert solved.weights.min() >= 0.0
        assert solved.weights.max() <= 1.0
