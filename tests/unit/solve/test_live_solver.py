"""What a pipeline and a rig rely on, on poses whose answer is known."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import Float32Array, MocapFrame, SmoothedLandmarks, TrackState
from tests.posed_performer import Performer

SECOND_NS = 1_000_000_000


def turn(order: str, *degrees: float) -> Rotation:
    return Rotation.from_euler(order, np.array(degrees).squeeze(), degrees=True)


TURNED_AND_BENT = Performer(
    rotations={
        "hips": turn("YXZ", 30, 10, 5),
        "spine": turn("Y", 5),
        "chest": turn("Y", 5),
        "upperChest": turn("Y", 5),
        "neck": turn("Y", 8),
        "head": turn("Y", 12),
        "leftUpperArm": turn("XZY", -40, -50, -20),
        "leftLowerArm": turn("Y", -70),
        "rightUpperArm": turn("XZY", -40, 50, 20),
        "rightLowerArm": turn("Y", 80),
        "leftUpperLeg": turn("XYZ", -60, 10, 10),
        "leftLowerLeg": turn("X", 80),
        "rightUpperLeg": turn("XYZ", -30, 0, -5),
        "rightLowerLeg": turn("X", 50),
        "leftFoot": turn("X", 20),
        "leftIndexProximal": turn("Z", -60),
        "leftIndexIntermediate": turn("Z", -70),
        "leftIndexDistal": turn("Z", -40),
        "rightMiddleProximal": turn("Z", 50),
    }
)


def solve(performer: Performer, options: SolveOptions | None = None) -> MocapFrame:
    return LiveSolver("p", options or SolveOptions()).solve(performer.landmarks())


def error_deg(frame: MocapFrame, performer: Performer) -> dict[str, float]:
    angles = quaternion.angle_rad(
        frame.pose.rotations_wxyz.astype(np.float64), performer.local_wxyz()
    )
    return dict(zip(JOINT_NAMES, np.degrees(angles).tolist(), strict=True))


@pytest.mark.parametrize("performer", [Performer(), TURNED_AND_BENT], ids=["t-pose", "bent"])
def test_exact_landmarks_give_the_pose_back(performer: Performer) -> None:
    errors = error_deg(solve(performer), performer)
    wrong = {name: error for name, error in errors.items() if error > 0.5}
    assert wrong == {}


def test_positions_are_the_forward_kinematics_of_the_rotations() -> None:
    frame = solve(TURNED_AND_BENT)
    _, expected = TURNED_AND_BENT.world()
    moved = frame.pose.root_position_in_world_m - np.array(TURNED_AND_BENT.hips_in_world_m)
    np.testing.assert_allclose(frame.pose.positions_in_world_m, expected + moved, atol=1e-3)


def test_time_and_frame_number_are_untouched() -> None:
    frame = LiveSolver("name", SolveOptions()).solve(Performer().landmarks(123_456_789_012_345, 77))
    assert (frame.subject, frame.frame_id) == ("name", 77)
    assert frame.capture_time_ns == 123_456_789_012_345


def test_standing_feet_are_on_the_floor() -> None:
    frame = solve(Performer(hips_in_world_m=(0.0, 1.4, 0.0)))
    feet = [JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"]]
    assert frame.pose.positions_in_world_m[feet, 1] == pytest.approx(0.08, abs=0.01)


def walk(options: SolveOptions) -> Float32Array:
    """Where the hips are after 0.4 m to the left, then 0.5 m to the camera, in 0.5 s each."""
    solver = LiveSolver("p", options)
    root = np.zeros(3, dtype=np.float32)
    for i in range(60):
        place = (0.4 * min(i / 15.0, 1.0), 0.88, 0.5 * min(max(i / 15.0 - 1.0, 0.0), 1.0))
        landmarks = Performer(hips_in_world_m=place).landmarks(i * SECOND_NS // 30, i)
        root = solver.solve(landmarks).pose.root_position_in_world_m
    return root


def test_relaxed_pose_after_the_performer_left() -> None:
    solver = LiveSolver("p", SolveOptions())
    frame = solver.solve(Performer().landmarks())
    for i in range(1, 200):
        frame = solver.solve(gone(Performer().landmarks(i * SECOND_NS // 30, i)))
    hand = frame.pose.positions_in_world_m[JOINT_INDEX["leftHand"]]
    shoulder = frame.pose.positions_in_world_m[JOINT_INDEX["leftUpperArm"]]
    assert hand[1] < shoulder[1] - 0.4
    assert frame.pose.state is TrackState.LOST
    assert set(frame.pose.joint_state.tolist()) == {TrackState.LOST}


def gone(landmarks: SmoothedLandmarks) -> SmoothedLandmarks:
    nobody = replace(landmarks.pose, state=TrackState.LOST, confidence=0.0)
    no_face = replace(landmarks.face, state=TrackState.LOST, confidence=0.0)
    no_hand = replace(landmarks.left_hand, state=TrackState.LOST, confidence=0.0)
    return SmoothedLandmarks(
        replace(landmarks, pose=nobody, face=no_face, left_hand=no_hand, right_hand=no_hand)
    )


def test_hidden_arm_is_held_and_then_eased() -> None:
    raised = Performer(rotations={"leftUpperArm": turn("Z", 60)})
    solver = LiveSolver("p", SolveOptions())
    heights: list[float] = []
    states: list[int] = []
    for i in range(120):
        landmarks = raised.landmarks(i * SECOND_NS // 30, i)
        if i >= 10:
            visibility = landmarks.pose.visibility.copy()
            visibility[[13, 15, 17, 19, 21]] = 0.0
            hidden = replace(landmarks.pose, visibility=visibility)
            landmarks = SmoothedLandmarks(replace(landmarks, pose=hidden))
        frame = solver.solve(landmarks)
        heights.append(float(frame.pose.positions_in_world_m[JOINT_INDEX["leftLowerArm"], 1]))
        states.append(int(frame.pose.joint_state[JOINT_INDEX["leftUpperArm"]]))
    assert states[9] == TrackState.TRACKED
    assert states[12] == TrackState.HELD
    assert states[30] == TrackState.PREDICTED
    assert states[-1] == TrackState.LOST
    assert heights[18] == pytest.approx(heights[9], abs=1e-3)
    assert heights[-1] < heights[9] - 0.3
    assert np.abs(np.diff(heights)).max() < 0.03


def test_gaze_follows_the_eye_shapes() -> None:
    landmarks = Performer().landmarks()
    weights = landmarks.face.blendshapes.copy()
    weights[[ARKIT_INDEX["eyeLookOutLeft"], ARKIT_INDEX["eyeLookInRight"]]] = 0.5
    weights[[ARKIT_INDEX["eyeLookUpLeft"], ARKIT_INDEX["eyeLookUpRight"]]] = 1.0
    face = replace(landmarks.face, blendshapes=weights)
    frame = LiveSolver("p", SolveOptions()).solve(SmoothedLandmarks(replace(landmarks, face=face)))
    np.testing.assert_allclose(np.degrees(frame.face.gaze_rad), [[15, 25], [15, 25]], atol=1e-3)
    eye = quaternion.to_matrix(frame.pose.rotations_wxyz[JOINT_INDEX["leftEye"]])
    looks_along = eye @ np.array((0.0, 0.0, 1.0))
    assert looks_along[0] > 0.2
    assert looks_along[1] > 0.4


def test_head_matrix_is_the_heads_turn_and_place() -> None:
    performer = Performer(rotations={"neck": turn("Y", 8), "head": turn("Y", 12)})
    frame = solve(performer)
    transform = frame.face.world_from_head
    np.testing.assert_allclose(transform[:3, :3], turn("Y", 20).as_matrix(), atol=1e-3)
    np.testing.assert_allclose(
        transform[:3, 3], frame.pose.positions_in_world_m[JOINT_INDEX["head"]], atol=1e-6
    )


def test_head_turns_without_a_face() -> None:
    landmarks = Performer(rotations={"head": turn("YX", 30, 10)}).landmarks()
    face = replace(landmarks.face, state=TrackState.LOST, matrix_measured=False)
    frame = LiveSolver("p", SolveOptions()).solve(SmoothedLandmarks(replace(landmarks, face=face)))
    turned = frame.face.world_from_head[:3, :3]
    apart = (Rotation.from_matrix(turned).inv() * turn("YX", 30, 10)).magnitude()
    assert np.degrees(apart) < 1.0


def test_given_height_scales_the_skeleton() -> None:
    solver = LiveSolver("p", SolveOptions(height_m=0.85))
    solver.solve(Performer().landmarks())
    half = LiveSolver("p", SolveOptions(height_m=1.7)).rest_positions_m * 0.5
    np.testing.assert_allclose(solver.rest_positions_m, half, atol=1e-6)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("full", (0.4, 0.5)), ("lateral", (0.4, 0.0)), ("locked", (0.0, 0.0))],
)
def test_root_modes(mode: str, expected: tuple[float, float]) -> None:
    options = SolveOptions(root=mode)  # pyright: ignore[reportArgumentType]
    np.testing.assert_allclose(walk(options)[[0, 2]], expected, atol=0.02)
