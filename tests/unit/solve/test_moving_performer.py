"""Motion over time: feet that stay, hips that travel, and input that is hard."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import Float32Array, MocapFrame, SmoothedLandmarks, TrackState
from tests.posed_performer import Performer

THIGH_M, SHIN_M = 0.40, 0.37
FEET = [JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"]]
HIP_HEIGHT_M = 0.88


def turn(axis: str, degrees: float) -> Rotation:
    return Rotation.from_euler(axis, degrees, degrees=True)


def squatting(depth_deg: float) -> Performer:
    """Both feet flat under the hips, knees bent twice as far as the thighs are raised."""
    shin_deg = np.degrees(np.arcsin(THIGH_M * np.sin(np.radians(depth_deg)) / SHIN_M))
    sunk_m = THIGH_M * (1 - np.cos(np.radians(depth_deg))) + SHIN_M * (
        1 - np.cos(np.radians(shin_deg))
    )
    turns = {"leftLowerArm": turn("Y", -40), "rightLowerArm": turn("Y", 40)}
    for side in ("left", "right"):
        turns[f"{side}UpperLeg"] = turn("X", -depth_deg)
        turns[f"{side}LowerLeg"] = turn("X", depth_deg + shin_deg)
        turns[f"{side}Foot"] = turn("X", -shin_deg)
    return Performer(rotations=turns, hips_in_world_m=(0.0, HIP_HEIGHT_M - sunk_m, 0.0))


def solve_all(
    frames: Iterable[SmoothedLandmarks], options: SolveOptions | None = None
) -> list[MocapFrame]:
    solver = LiveSolver("p", options or SolveOptions())
    return [solver.solve(landmarks) for landmarks in frames]


def sampled(
    pose_at: Callable[[float], Performer], seconds: float, rate_hz: float
) -> list[SmoothedLandmarks]:
    count = round(seconds * rate_hz)
    return [pose_at(i / rate_hz).landmarks(round(i * 1e9 / rate_hz), i) for i in range(count)]


def positions_of(frames: list[MocapFrame]) -> Float32Array:
    return np.array([frame.pose.positions_in_world_m for frame in frames])


def squat_at(time_s: float) -> Performer:
    return squatting(25.0 - 25.0 * float(np.cos(2.0 * np.pi * time_s / 2.0)))


def with_noise(frames: list[SmoothedLandmarks], seed: int) -> list[SmoothedLandmarks]:
    """Slow errors like the detector's: 8 mm across, 25 mm in depth."""
    rng = np.random.default_rng(seed)
    spread = np.array((0.008, 0.008, 0.025))
    error = np.zeros((33, 3))
    noisy: list[SmoothedLandmarks] = []
    for landmarks in frames:
        error = 0.9 * error + rng.normal(size=(33, 3)) * spread * np.sqrt(1 - 0.9**2)
        pose = landmarks.pose
        world = (pose.world_m + error).astype(np.float32)
        noisy.append(SmoothedLandmarks(replace(landmarks, pose=replace(pose, world_m=world))))
    return noisy


def test_feet_stay_while_the_hips_sink() -> None:
    frames = solve_all(with_noise(sampled(squat_at, 4.0, 30.0), seed=1))
    positions = positions_of(frames)[15:]
    moved_mm = np.linalg.norm(np.diff(positions[:, FEET], axis=0), axis=-1) * 1000.0
    assert moved_mm.mean() < 1.0
    hips = positions[:, 0, 1]
    assert hips.max() - hips.min() == pytest.approx(0.27, abs=0.05)


def test_standing_feet_do_not_drift() -> None:
    frames = solve_all(with_noise(sampled(lambda _: squatting(15.0), 10.0, 30.0), seed=2))
    feet = positions_of(frames)[30:, FEET]
    assert np.linalg.norm(feet[-1] - feet[0], axis=-1).max() < 0.005


def test_knees_and_elbows_never_bend_backwards() -> None:
    frames = solve_all(with_noise(sampled(squat_at, 2.0, 30.0), seed=3))
    for name, axis, sign in (
        ("leftLowerLeg", 0, 1), ("rightLowerLeg", 0, 1),
        ("leftLowerArm", 1, -1), ("rightLowerArm", 1, 1),
    ):  # fmt: skip
        joint = JOINT_INDEX[name]
        local = np.array([frame.pose.rotations_wxyz[joint] for frame in frames])
        bend = Rotation.from_quat(local, scalar_first=True).as_rotvec()[:, axis] * sign
        assert np.degrees(bend).min() > -1.0


def test_bones_do_not_change() -> None:
    positions = positions_of(solve_all(with_noise(sampled(squat_at, 2.0, 30.0), seed=4)))
    thigh = positions[:, JOINT_INDEX["leftLowerLeg"]] - positions[:, JOINT_INDEX["leftUpperLeg"]]
    assert np.linalg.norm(thigh, axis=-1).std() < 1e-4


def test_forearm_takes_its_share_of_the_hands_turn() -> None:
    arm = Performer(
        rotations={"leftLowerArm": turn("Y", -70), "leftHand": turn("X", 60)},
    )
    for share in (0.0, 0.5):
        options = SolveOptions(forearm_twist=share)
        frame = LiveSolver("p", options).solve(arm.landmarks())
        hand = frame.pose.rotations_wxyz[JOINT_INDEX["leftHand"]]
        about = Rotation.from_quat(hand, scalar_first=True).as_rotvec(degrees=True)
        assert about[0] == pytest.approx(60.0 * (1.0 - share), abs=1.0)


@pytest.mark.parametrize("rate_hz", [5.0, 15.0, 120.0])
def test_any_frame_rate_gives_the_same_end(rate_hz: float) -> None:
    positions = positions_of(solve_all(sampled(squat_at, 2.0, rate_hz)))
    expected = squat_at(2.0 - 1.0 / rate_hz).world()[1]
    relative = positions[-1] - positions[-1, 0]
    np.testing.assert_allclose(relative[FEET], (expected - expected[0])[FEET], atol=0.05)


def test_the_same_time_twice_changes_nothing() -> None:
    landmarks = squatting(20.0).landmarks(1_000_000_000, 0)
    frames = solve_all([landmarks] * 5)
    np.testing.assert_allclose(
        frames[-1].pose.positions_in_world_m, frames[0].pose.positions_in_world_m, atol=5e-3
    )


def test_legs_of_somebody_at_a_desk_rest() -> None:
    rng = np.random.default_rng(5)
    frames: list[SmoothedLandmarks] = []
    for landmarks in sampled(lambda _: Performer(), 6.0, 30.0):
        visibility = landmarks.pose.visibility.copy()
        visibility[23:] = 0.1
        world = landmarks.pose.world_m.copy()
        world[23:] += rng.normal(size=(10, 3)).astype(np.float32) * 0.3
        pose = replace(landmarks.pose, visibility=visibility, world_m=world)
        frames.append(SmoothedLandmarks(replace(landmarks, pose=pose)))
    positions = positions_of(solve_all(frames))[120:]
    assert np.linalg.norm(np.diff(positions[:, FEET], axis=0), axis=-1).max() < 0.02
    assert positions[-1, FEET, 1].max() < 0.2


def test_nobody_jumps_when_leaving_and_coming_back_elsewhere() -> None:
    there = sampled(lambda _: Performer(), 1.0, 30.0)
    gone = [replace(x, pose=replace(x.pose, state=TrackState.LOST)) for x in there]
    elsewhere = sampled(lambda _: Performer(hips_in_world_m=(0.8, 0.88, 0.3)), 2.0, 30.0)
    order = [*there, *gone, *elsewhere]
    timed = [
        SmoothedLandmarks(replace(x, capture_time_ns=i * 33_333_333, frame_index=i))
        for i, x in enumerate(order)
    ]
    hips = positions_of(solve_all(timed))[:, 0]
    assert np.linalg.norm(np.diff(hips, axis=0), axis=-1).max() < 0.3
    assert hips[-1, 0] == pytest.approx(0.8, abs=0.1)


def test_planted_feet_let_go_when_the_stance_changes() -> None:
    def stance_at(time_s: float) -> Performer:
        spread_deg = 25.0 * min(max((time_s - 1.0) / 0.3, 0.0), 1.0)
        turns = {"leftUpperLeg": turn("Z", spread_deg), "rightUpperLeg": turn("Z", -spread_deg)}
        sunk_m = (THIGH_M + SHIN_M) * (1.0 - float(np.cos(np.radians(spread_deg))))
        return Performer(rotations=turns, hips_in_world_m=(0.0, HIP_HEIGHT_M - sunk_m, 0.0))

    positions = positions_of(solve_all(sampled(stance_at, 2.5, 30.0)))
    width_m = positions[:, FEET[0], 0] - positions[:, FEET[1], 0]
    assert width_m[25] == pytest.approx(0.22, abs=0.03)
    assert width_m[-1] == pytest.approx(0.22 + 2 * 0.77 * np.sin(np.radians(25.0)), abs=0.08)


def crossed(frames: int, rate_hz: float) -> list[SmoothedLandmarks]:
    """The tracker follows somebody, then somebody else who stands and moves elsewhere, and back."""
    one = Performer(hips_in_world_m=(-0.5, 0.88, 0.0), rotations={"leftUpperArm": turn("Z", 60)})
    other = Performer(
        hips_in_world_m=(0.6, 0.88, -0.8),
        rotations={"hips": turn("Y", 50), "leftUpperArm": turn("Z", -70)},
    )
    return [
        (one if (i * 4 // frames) % 2 == 0 else other).landmarks(round(i * 1e9 / rate_hz), i)
        for i in range(frames)
    ]


@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 60.0])
def test_nobody_is_thrown_about_when_two_people_cross(rate_hz: float) -> None:
    positions = positions_of(solve_all(crossed(round(6 * rate_hz), rate_hz)))
    assert np.linalg.norm(np.diff(positions[:, 0], axis=0), axis=-1).max() < 0.3
    arms = positions[:, JOINT_INDEX["leftLowerArm"]] - positions[:, JOINT_INDEX["leftUpperArm"]]
    assert np.linalg.norm(np.diff(arms, axis=0), axis=-1).max() < 0.3
    assert positions[-1, 0, 0] - positions[0, 0, 0] == pytest.approx(1.1, abs=0.3)


def test_one_arm_alone_is_followed_and_the_rest_comes_to_rest() -> None:
    frames: list[SmoothedLandmarks] = []
    for landmarks in sampled(
        lambda t: Performer(rotations={"leftUpperArm": turn("Z", -40 + 60 * float(np.sin(3 * t)))}),
        6.0,
        30.0,
    ):
        visibility = np.zeros(33, dtype=np.float32)
        visibility[[11, 13, 15, 17, 19, 21]] = 1.0
        pose = replace(landmarks.pose, visibility=visibility)
        face = replace(landmarks.face, state=TrackState.LOST, matrix_measured=False)
        hand = replace(landmarks.right_hand, state=TrackState.LOST, confidence=0.0)
        frames.append(SmoothedLandmarks(replace(landmarks, pose=pose, face=face, right_hand=hand)))
    solved = solve_all(frames)
    state = solved[-1].pose.joint_state
    assert state[JOINT_INDEX["leftUpperArm"]] == TrackState.TRACKED
    for name in ("rightUpperArm", "rightHand", "leftUpperLeg", "head"):
        assert state[JOINT_INDEX[name]] == TrackState.LOST
    positions = positions_of(solved)[60:]
    hand = positions[:, JOINT_INDEX["leftHand"], 1]
    assert hand.max() - hand.min() > 0.2
    right = positions[60:, JOINT_INDEX["rightHand"]] - positions[60:, 0]
    assert np.linalg.norm(np.diff(right, axis=0), axis=-1).max() < 0.02


def test_a_hand_that_is_lost_relaxes_without_a_jerk() -> None:
    fist = {f"left{f}{s}": turn("Z", -80) for f in ("Index", "Ring") for s in ("Proximal",)}
    frames: list[SmoothedLandmarks] = []
    for i, landmarks in enumerate(
        sampled(lambda _: Performer(rotations={**fist, "leftHand": turn("X", 40)}), 4.0, 30.0)
    ):
        lost = replace(landmarks.left_hand, state=TrackState.LOST, confidence=0.0)
        hand = landmarks.left_hand if i < 30 else lost
        frames.append(SmoothedLandmarks(replace(landmarks, left_hand=hand)))
    turns = np.array([frame.pose.rotations_wxyz for frame in solve_all(frames)], dtype=np.float64)
    steps = quaternion.angle_rad(turns[1:], turns[:-1])
    assert np.degrees(steps).max() < 15.0
    knuckle = Rotation.from_quat(turns[-1, JOINT_INDEX["leftIndexProximal"]], scalar_first=True)
    assert np.degrees(knuckle.magnitude()) == pytest.approx(15.0, abs=2.0)
