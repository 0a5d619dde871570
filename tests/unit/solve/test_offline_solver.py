"""The offline solver on motion that is known exactly, and on what detectors do to it."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import Float32Array, Landmarks, MocapFrame, TrackState
from tests.posed_performer import Performer, mirrored

FEET = [JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"]]
RATE_HZ = 30.0


def turn(axis: str, degrees: float) -> Rotation:
    return Rotation.from_euler(axis, degrees, degrees=True)


def waving_at(time_s: float) -> Performer:
    """Stands, waves the left forearm, leans a little from side to side."""
    swing = float(np.sin(2.0 * np.pi * time_s / 1.5))
    turns = {
        "leftUpperArm": turn("Z", -30.0),
        "leftLowerArm": turn("Y", -60.0 + 30.0 * swing),
        "rightUpperArm": turn("Z", 60.0),
        "rightLowerArm": turn("Y", 40.0),
        "spine": turn("Z", 5.0 * swing),
    }
    return Performer(rotations=turns, hips_in_world_m=(0.0, 0.88, 0.0))


def stepping_at(time_s: float) -> Performer:
    """Stands for a second, steps 0.4 m to the left, stands for a second."""
    way = float(np.clip((time_s - 1.0) / 0.6, 0.0, 1.0))
    way = way * way * (3.0 - 2.0 * way)
    return Performer(hips_in_world_m=(0.4 * way, 0.88 + 0.05 * np.sin(np.pi * way), 0.0))


def sampled(pose_at: Callable[[float], Performer], seconds: float) -> list[Landmarks]:
    count = round(seconds * RATE_HZ)
    return [pose_at(i / RATE_HZ).landmarks(round(i * 1e9 / RATE_HZ), i) for i in range(count)]


def solve(frames: Iterable[Landmarks], options: SolveOptions | None = None) -> list[MocapFrame]:
    return OfflineSolver("p", options or SolveOptions()).solve(frames)


def positions_of(frames: list[MocapFrame]) -> Float32Array:
    return np.array([frame.pose.positions_in_world_m for frame in frames])


def with_noise(frames: list[Landmarks], seed: int) -> list[Landmarks]:
    """Errors from frame to frame like the detector's: 10 mm across, 40 mm in depth."""
    rng = np.random.default_rng(seed)
    noisy: list[Landmarks] = []
    for landmarks in frames:
        error = rng.normal(size=(33, 3)) * np.array((0.01, 0.01, 0.04))
        image = landmarks.pose.image + (error * (0.2, 0.3, 0.0)).astype(np.float32)
        world = (landmarks.pose.world_m + error).astype(np.float32)
        noisy.append(replace(landmarks, pose=replace(landmarks.pose, image=image, world_m=world)))
    return noisy


def errors_deg(frames: list[MocapFrame], pose_at: Callable[[float], Performer]) -> Float32Array:
    solved = np.array([frame.pose.rotations_wxyz for frame in frames], dtype=np.float64)
    truth = np.array([pose_at(i / RATE_HZ).local_wxyz() for i in range(len(frames))])
    return np.degrees(quaternion.angle_rad(solved, truth)).astype(np.float32)


def test_known_motion_comes_back() -> None:
    errors = errors_deg(solve(sampled(waving_at, 3.0)), waving_at)
    body = [JOINT_INDEX[name] for name in ("hips", "leftUpperArm", "leftLowerArm")]
    assert np.median(errors[:, body], axis=0).max() < 2.0


def test_noise_from_frame_to_frame_is_taken_out() -> None:
    noisy = positions_of(solve(with_noise(sampled(waving_at, 3.0), seed=1)))
    clean = positions_of(solve(sampled(waving_at, 3.0)))
    wrist = JOINT_INDEX["leftHand"]
    assert np.linalg.norm(noisy - clean, axis=-1)[5:-5, wrist].mean() < 0.03
    shaking = np.linalg.norm(np.diff(noisy[:, wrist], 2, axis=0), axis=-1).mean()
    moving = np.linalg.norm(np.diff(clean[:, wrist], 2, axis=0), axis=-1).mean()
    assert shaking < moving + 0.004


def test_every_frame_is_answered_and_labelled() -> None:
    frames = sampled(waving_at, 1.0)
    solved = solve(frames)
    assert [x.frame_id for x in solved] == [x.frame_index for x in frames]
    assert [x.capture_time_ns for x in solved] == [x.capture_time_ns for x in frames]
    assert solve([]) == []
    assert len(solve(frames[:1])) == 1


def test_standing_feet_do_not_move_at_all() -> None:
    solved = solve(with_noise(sampled(waving_at, 3.0), seed=2))
    assert all(frame.pose.feet_planted == (True, True) for frame in solved[3:-3])
    feet = positions_of(solved)[3:-3, FEET]
    assert np.ptp(feet, axis=0).max() < 0.002


def test_a_step_has_two_places_and_a_way_between() -> None:
    solved = solve(with_noise(sampled(stepping_at, 2.6), seed=3))
    feet = positions_of(solved)[:, FEET, 0]
    assert np.ptp(feet[:27], axis=0).max() < 0.002
    assert np.ptp(feet[-27:], axis=0).max() < 0.002
    assert feet[-1] - feet[0] == pytest.approx(np.full(2, 0.4), abs=0.06)
    assert np.abs(np.diff(feet, axis=0)).max() < 0.06
    assert positions_of(solved)[:, FEET, 1].min() > 0.07


def test_exchanged_sides_are_put_right() -> None:
    frames = sampled(waving_at, 2.0)
    swapped = list(frames)
    for index in (*range(20, 32), 40):
        pose = frames[index].pose
        order = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9]
        order.extend(other for left in range(11, 33, 2) for other in (left + 1, left))
        pose = replace(pose, image=pose.image[order], world_m=pose.world_m[order])
        swapped[index] = replace(frames[index], pose=pose)
    apart = positions_of(solve(swapped)) - positions_of(solve(frames))
    assert np.abs(apart).max() < 0.005


def test_front_taken_for_back_leaves_the_feet_where_they_point() -> None:
    frames = sampled(waving_at, 2.0)
    mistaken = list(frames)
    for index in range(22, 34):
        pose = frames[index].pose
        world = pose.world_m * np.array((1.0, 1.0, -1.0), dtype=np.float32)
        mistaken[index] = replace(frames[index], pose=replace(pose, world_m=world))
    apart = positions_of(solve(mistaken)) - positions_of(solve(frames))
    toes = [JOINT_INDEX["leftToes"], JOINT_INDEX["rightToes"]]
    assert np.abs(apart[:, toes]).max() < 0.05
    assert np.median(np.linalg.norm(apart[22:34], axis=-1)) < 0.08


def test_a_turn_on_the_spot_is_no_exchange() -> None:
    def turning_at(time_s: float) -> Performer:
        return Performer(rotations={"hips": turn("Y", 120.0 * time_s)})

    solved = solve(sampled(turning_at, 3.0))
    assert np.median(errors_deg(solved, turning_at)[:, 0]) < 5.0


def test_a_short_gap_is_bridged() -> None:
    frames = sampled(waving_at, 3.0)
    gone = [
        replace(x, pose=replace(x.pose, state=TrackState.LOST)) if 40 <= i < 48 else x
        for i, x in enumerate(frames)
    ]
    wrist = JOINT_INDEX["leftHand"]
    apart = (positions_of(solve(gone)) - positions_of(solve(frames)))[:, wrist]
    assert np.linalg.norm(apart, axis=-1).max() < 0.15
    assert np.linalg.norm(np.diff(positions_of(solve(gone))[:, wrist], axis=0), axis=-1).max() < 0.1


def test_somebody_who_leaves_and_comes_back_elsewhere_glides() -> None:
    there = sampled(lambda _: Performer(), 1.0)
    gone = [replace(x, pose=replace(x.pose, state=TrackState.LOST)) for x in there]
    back = sampled(lambda _: Performer(hips_in_world_m=(0.8, 0.88, 0.3)), 1.0)
    order = [
        replace(x, capture_time_ns=i * 33_333_333, frame_index=i)
        for i, x in enumerate([*there, *gone, *back])
    ]
    hips = positions_of(solve(order))[:, 0]
    assert np.linalg.norm(np.diff(hips, axis=0), axis=-1).max() < 0.1
    assert hips[-1, 0] == pytest.approx(0.8, abs=0.1)


def test_a_new_segment_knows_nothing_of_the_one_before() -> None:
    first = sampled(waving_at, 1.0)
    second = [
        replace(x, segment=1, capture_time_ns=x.capture_time_ns + 5_000_000_000)
        for x in sampled(lambda _: Performer(hips_in_world_m=(0.5, 0.88, 0.0)), 1.0)
    ]
    together = solve([*first, *second])
    np.testing.assert_allclose(positions_of(together[:30]), positions_of(solve(first)), atol=1e-6)
    assert positions_of(together)[-1, 0, 0] == pytest.approx(0.5, abs=0.05)


def test_windows_of_long_clips_fit_together(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = with_noise(sampled(waving_at, 10.0), seed=4)
    whole = positions_of(solve(frames))
    monkeypatch.setattr("mocapbridge.solve.global_fit._WINDOW", 70)
    monkeypatch.setattr("mocapbridge.solve.global_fit._MARGIN", 60)
    windowed = positions_of(solve(frames))
    assert np.abs(windowed - whole).max() < 0.03
    assert np.abs(np.diff(windowed - whole, axis=0)).max() < 0.002


def test_root_modes() -> None:
    frames = sampled(stepping_at, 2.6)
    lateral = positions_of(solve(frames, SolveOptions(root="lateral")))[:, 0]
    assert np.ptp(lateral[:, 2]) < 1e-6
    assert np.ptp(lateral[:, 0]) == pytest.approx(0.4, abs=0.05)
    locked = positions_of(solve(frames, SolveOptions(root="locked")))[:, 0]
    assert np.ptp(locked[:, (0, 2)], axis=0).max() < 1e-6


def test_left_is_treated_like_right() -> None:
    frames = sampled(waving_at, 1.0)
    solved = positions_of(solve(frames))
    other = positions_of(solve([mirrored(x) for x in frames]))  # type: ignore[arg-type]
    wrist, opposite = JOINT_INDEX["leftHand"], JOINT_INDEX["rightHand"]
    reflected = other[:, opposite] * np.array((-1.0, 1.0, 1.0))
    np.testing.assert_allclose(solved[:, wrist], reflected, atol=5e-3)
