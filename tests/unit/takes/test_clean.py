"""Clean-up tools on motion whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np
import pytest

from mocapbridge.errors import TakeUnreadable
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, PARENTS, rest_positions_m
from mocapbridge.skeleton import JOINT_NAMES as NAMES
from mocapbridge.takes.clean.feet import feet_locked
from mocapbridge.takes.clean.gaps import gaps_filled, outliers_repaired
from mocapbridge.takes.clean.loop import find_loop, looped
from mocapbridge.takes.clean.resample import resampled
from mocapbridge.takes.clean.rows import chosen, rows_between
from mocapbridge.takes.clean.skeleton_rows import posed
from mocapbridge.takes.clean.smooth import smoothed
from mocapbridge.takes.columns import MotionColumns
from mocapbridge.types import Float64Array

REST: Final = rest_positions_m()
ARM: Final = JOINT_INDEX["leftUpperArm"]
AXES: Final = np.random.default_rng(7).normal(size=(JOINT_COUNT, 3))


def swinging(times_s: Float64Array, period_s: float = 1.2) -> MotionColumns:
    """Every joint swings by 30 degrees about an axis of its own, the hips walk forward."""
    count = len(times_s)
    axes = AXES / np.linalg.norm(AXES, axis=1, keepdims=True)
    phase = np.arange(JOINT_COUNT) / 7
    angle = np.radians(30) * np.sin(2 * np.pi * times_s[:, None] / period_s + phase)
    rotations = quaternion.exp(angle[..., None] * axes)
    root = np.stack((np.zeros(count), 0.9 + 0.02 * np.sin(times_s), 1.1 * times_s), axis=1)
    seen = np.full((count, JOINT_COUNT), 3, dtype=np.uint8)
    bare = MotionColumns(
        subject="Anna",
        frame_id=np.arange(count),
        capture_time_ns=np.rint(times_s * 1e9).astype(np.int64) + 5,
        state=np.full(count, 3, dtype=np.uint8),
        confidence=np.ones(count, dtype=np.float32),
        root_position_in_world_m=np.zeros((count, 3), dtype=np.float32),
        rotations_wxyz=np.zeros((count, JOINT_COUNT, 4), dtype=np.float32),
        positions_in_world_m=np.zeros((count, JOINT_COUNT, 3), dtype=np.float32),
        joint_state=seen,
        joint_confidence=np.ones((count, JOINT_COUNT), dtype=np.float32),
        feet_planted=np.zeros((count, 2), dtype=np.bool_),
        face_state=np.full(count, 3, dtype=np.uint8),
        face_confidence=np.ones(count, dtype=np.float32),
        blendshapes=np.tile((0.5 + 0.4 * np.sin(times_s))[:, None], 52).astype(np.float32),
        world_from_head=np.zeros((count, 4, 4), dtype=np.float32),
        gaze_rad=np.zeros((count, 2, 2), dtype=np.float32),
        hand_states=np.full((count, 2), 3, dtype=np.uint8),
        gestures=np.zeros((count, 2), dtype=np.int32),
        texts=("",),
    )
    return posed(bare, rotations, root, REST)


def _even(count: int, fps: float = 60.0) -> Float64Array:
    return np.arange(count) / fps


def _turned(motion: MotionColumns, row: slice | int, joint: int, degrees: float) -> MotionColumns:
    """The motion with a joint turned further in some rows."""
    rotations = motion.rotations_wxyz.astype(np.float64)
    more = quaternion.exp(np.array((np.radians(degrees), 0.0, 0.0)))
    rotations[row, joint] = quaternion.multiply(rotations[row, joint], more)
    return posed(motion, rotations, motion.root_position_in_world_m.astype(np.float64), REST)


def _errors_deg(a: MotionColumns, b: MotionColumns) -> Float64Array:
    return np.degrees(
        quaternion.angle_rad(
            a.rotations_wxyz.astype(np.float64), b.rotations_wxyz.astype(np.float64)
        )
    )


def test_smoothing_takes_noise_and_not_the_movement() -> None:
    clean = swinging(_even(240))
    rng = np.random.default_rng(3)
    wobble = quaternion.exp(rng.normal(0, np.radians(3), size=(240, JOINT_COUNT, 3)))
    rotations = quaternion.multiply(clean.rotations_wxyz.astype(np.float64), wobble)
    signs = rng.choice((-1.0, 1.0), size=(240, JOINT_COUNT, 1))  # the same rotations
    noisy = posed(clean, rotations * signs, clean.root_position_in_world_m.astype(float), REST)
    quiet = smoothed(noisy, REST, cutoff_hz=6.0)
    before, after = _errors_deg(noisy, clean), _errors_deg(quiet, clean)
    assert np.median(after) < 0.55 * np.median(before)
    step = np.linalg.norm(np.diff(quiet.positions_in_world_m, n=2, axis=0), axis=-1)
    rough = np.linalg.norm(np.diff(noisy.positions_in_world_m, n=2, axis=0), axis=-1)
    assert np.median(step) < 0.15 * np.median(rough)


@pytest.mark.parametrize("times", [_even(200), np.cumsum(np.tile((0.01, 0.03), 100))])
def test_smoothing_has_no_lag_also_at_variable_rates(times: Float64Array) -> None:
    """Played backwards, the smoothed clip is the smoothed backwards clip."""
    forward = swinging(times)
    backward = chosen(forward, np.arange(len(times))[::-1])
    backward_times = (times[-1] - times[::-1]) * 1e9
    backward = replace_times(backward, np.rint(backward_times).astype(np.int64))
    one, other = smoothed(forward, REST, 3.0), smoothed(backward, REST, 3.0)
    np.testing.assert_allclose(
        one.positions_in_world_m, other.positions_in_world_m[::-1], atol=1e-5
    )


def replace_times(motion: MotionColumns, times_ns: np.typing.NDArray[np.int64]) -> MotionColumns:
    from dataclasses import replace

    return replace(motion, capture_time_ns=times_ns)


def test_the_cutoff_is_where_power_is_halved() -> None:
    times = _even(1200, 120.0)
    for hz in (1.0, 4.0):
        swing = 0.5 + 0.4 * np.sin(2 * np.pi * hz * times)
        motion = swinging(times)
        motion.blendshapes[:, 7] = swing
        kept = smoothed(motion, REST, cutoff_hz=4.0).blendshapes[300:-300, 7]
        share = (kept.max() - kept.min()) / 0.8
        assert share == pytest.approx(2 ** (-0.5 * (hz / 4.0) ** 2), abs=0.01)


def test_bones_keep_their_lengths_and_the_head_its_place() -> None:
    motion = smoothed(_turned(swinging(_even(60)), 20, ARM, 90), REST, 6.0)
    places = motion.positions_in_world_m
    lengths = np.linalg.norm(places[:, 1:] - places[:, list(PARENTS[1:])], axis=-1)
    wanted = np.linalg.norm(REST[1:] - REST[list(PARENTS[1:])], axis=-1)
    np.testing.assert_allclose(lengths, np.tile(wanted, (60, 1)), atol=1e-5)
    np.testing.assert_array_equal(motion.world_from_head[:, :3, 3], places[:, JOINT_INDEX["head"]])


def test_nothing_is_smoothed_or_bridged_across_a_cut() -> None:
    times = np.concatenate((_even(60), 10.0 + _even(60)))
    motion = swinging(times)
    motion = _turned(motion, slice(60, 120), ARM, 120)
    motion.joint_state[59:61, ARM] = 1
    quiet = smoothed(motion, REST, 2.0)
    alone = smoothed(chosen(motion, np.arange(60)), REST, 2.0)
    np.testing.assert_array_equal(quiet.rotations_wxyz[:60], alone.rotations_wxyz)
    filled = gaps_filled(motion, REST, longest_s=60.0)
    np.testing.assert_allclose(_errors_deg(filled, motion), 0, atol=0.05)


def _standing(times_s: Float64Array) -> MotionColumns:
    """Bent knees over hips that sway by 4 cm: the feet slide, and are said to stand in between."""
    motion = swinging(times_s)
    rotations = np.zeros((len(times_s), JOINT_COUNT, 4))
    rotations[..., 0] = 1.0
    for side in ("left", "right"):
        for part, bend_deg in (("UpperLeg", -25.0), ("LowerLeg", 50.0), ("Foot", -25.0)):
            bend = quaternion.exp(np.array((np.radians(bend_deg), 0.0, 0.0)))
            rotations[:, JOINT_INDEX[f"{side}{part}"]] = bend
    sway = 0.04 * np.sin(2.0 * times_s)
    root = np.stack((sway, np.full_like(sway, 0.8), 0.5 * sway), axis=1)
    planted = np.zeros((len(times_s), 2), dtype=np.bool_)
    planted[20:80, 0] = planted[50:110, 1] = True
    return replace(posed(motion, rotations, root, REST), feet_planted=planted)


@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_standing_feet_keep_one_place_and_bones_their_lengths(fps: float) -> None:
    motion = _standing(_even(140, fps))
    locked, steps = feet_locked(motion, REST)
    assert steps == 2
    before, after = motion.positions_in_world_m, locked.positions_in_world_m
    for number, side in enumerate(("left", "right")):
        foot = JOINT_INDEX[f"{side}Foot"]
        stands = motion.feet_planted[:, number]
        assert np.ptp(before[stands, foot], axis=0).max() > 0.02
        assert np.ptp(after[stands, foot], axis=0).max() < 1e-5
        # It leaves its own way gently, and only around the step.
        steps_m = np.linalg.norm(np.diff(after[:, foot], axis=0), axis=1)
        assert steps_m.max() < 0.03 / fps * 24
        far = np.ones(len(stands), dtype=np.bool_)
        far[np.convolve(stands, np.ones(round(0.34 * fps)), "same") > 0] = False
        assert np.abs(after[far, foot] - before[far, foot]).max() < 1e-5
        knee = JOINT_INDEX[f"{side}LowerLeg"]
        assert (after[:, knee, 2] > 0.5 * (after[:, foot, 2] + after[:, knee - 1, 2])).all()
    bones = [(child, parent) for child, parent in enumerate(PARENTS) if parent >= 0]
    for child, parent in bones:
        lengths = np.linalg.norm(after[:, child] - after[:, parent], axis=1)
        assert np.ptp(lengths) < 1e-5
    others = [j for j in range(JOINT_COUNT) if "Leg" not in NAMES[j] and "Foot" not in NAMES[j]]
    np.testing.assert_allclose(
        locked.rotations_wxyz[:, others], motion.rotations_wxyz[:, others], atol=1e-6
    )


def test_without_steps_nothing_is_locked() -> None:
    motion = swinging(_even(40))
    locked, steps = feet_locked(motion, REST)
    assert steps == 0
    assert np.abs(locked.positions_in_world_m - motion.positions_in_world_m).max() < 1e-6


def test_gaps_are_bridged_up_to_the_longest() -> None:
    truth = swinging(_even(300))
    motion = _turned(truth, slice(100, 110), ARM, 80)
    motion = _turned(motion, slice(200, 260), ARM, 80)
    motion.joint_state[100:110, ARM] = 1
    motion.joint_state[200:260, ARM] = 0
    motion.joint_state[295:, ARM] = 0
    motion.joint_state[:5, ARM] = 0
    filled = gaps_filled(motion, REST, longest_s=0.5)
    errors = _errors_deg(filled, truth)
    assert errors[100:110, ARM].max() < 4.0, "it was off by 80 degrees"
    assert errors[200:260, ARM].min() > 70.0, "too long to be made up"
    np.testing.assert_allclose(np.delete(errors, ARM, axis=1), 0, atol=0.05)
    assert (filled.joint_state[100:110, ARM] == 1).all()
    assert (filled.joint_state[200:260, ARM] == 0).all()


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_outliers_are_repaired_and_nothing_else(frames: int) -> None:
    truth = swinging(_even(240), period_s=0.8)
    rng = np.random.default_rng(frames)
    places = [(int(row), int(rng.integers(1, JOINT_COUNT))) for row in range(20, 220, 20)]
    broken = truth
    for row, joint in places:
        broken = _turned(broken, slice(row, row + frames), joint, 100)
    broken.root_position_in_world_m[77] += (0.0, 0.6, 0.0)
    repaired, count = outliers_repaired(broken, REST)
    assert _errors_deg(repaired, truth).max() < 5, "each was off by 100 degrees"
    assert count == len(places) * frames + 1
    assert repaired.root_position_in_world_m[77, 1] == pytest.approx(
        truth.root_position_in_world_m[77, 1], abs=0.01
    )
    # A quick gesture in a still clip is none.
    gesture = chosen(truth, np.arange(240))
    still = np.tile(truth.rotations_wxyz[:1], (240, 1, 1)).astype(np.float64)
    turn = np.radians(90) * np.exp(-0.5 * ((np.arange(240) - 120) / 3.0) ** 2)
    still[:, ARM] = quaternion.exp(turn[:, None] * np.array((1.0, 0.0, 0.0)))
    gesture = posed(gesture, still, truth.root_position_in_world_m.astype(float), REST)
    assert outliers_repaired(gesture, REST)[1] == 0
    same, none = outliers_repaired(truth, REST)
    assert none == 0
    np.testing.assert_allclose(same.positions_in_world_m, truth.positions_in_world_m, atol=1e-5)


RATES: Final = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001)]
RATES_TOO: Final = [Fraction(30), Fraction(50), Fraction(60), Fraction(120)]


@pytest.mark.parametrize("rate", RATES + RATES_TOO)
def test_resampling_is_exact_in_time_and_near_the_truth(rate: Fraction) -> None:
    rng = np.random.default_rng(1)
    times = np.cumsum(rng.uniform(0.008, 0.025, 300)) - 0.008
    times -= times[0]
    even, nearest = resampled(swinging(times), REST, rate)
    assert abs((even.frames - 1) / float(rate) - times[-1]) <= 0.5 / float(rate)
    wanted_ns = np.arange(even.frames) * 1e9 / float(rate)
    assert np.abs(even.capture_time_ns - even.capture_time_ns[0] - wanted_ns).max() <= 1.0
    truth = swinging(np.minimum(wanted_ns / 1e9, times[-1]))
    assert _errors_deg(even, truth).max() < 0.2
    gap = np.linalg.norm(even.positions_in_world_m - truth.positions_in_world_m, axis=-1)
    assert gap.max() < 4e-3
    apart = np.abs(times[nearest] - wanted_ns / 1e9)
    assert apart.max() <= 0.0125 + 0.5 / float(rate)


def test_a_loop_is_found_where_the_movement_repeats() -> None:
    motion = swinging(_even(600), period_s=1.2)
    loop = find_loop(motion, shortest_s=1.0)
    assert (loop.end - loop.first) % 72 == 0, "72 frames are one period"
    assert loop.off_m < 1e-3


def test_a_loop_meets_its_start() -> None:
    motion = _turned(swinging(_even(150), period_s=1.3), slice(70, 150), ARM, 8)
    loop = find_loop(motion, shortest_s=1.0)
    made = looped(motion, REST, loop, blend_s=0.3)
    assert made.frames == loop.end - loop.first
    around = np.concatenate((made.rotations_wxyz[-1:], made.rotations_wxyz[:1])).astype(float)
    seam_deg = np.degrees(quaternion.angle_rad(around[0], around[1])).max()
    steps_deg = np.degrees(
        quaternion.angle_rad(
            made.rotations_wxyz[:-1].astype(float), made.rotations_wxyz[1:].astype(float)
        )
    )
    assert seam_deg <= 1.3 * steps_deg.max()
    assert made.root_position_in_world_m[-1, 2] > made.root_position_in_world_m[0, 2]


def test_a_long_clip_is_searched_for_loops_in_time() -> None:
    motion = swinging(_even(6000), period_s=1.2)
    loop = find_loop(motion, shortest_s=2.0)
    assert (loop.end - loop.first) % 72 == 0


def test_what_does_not_fit_is_said() -> None:
    motion = swinging(_even(30))
    with pytest.raises(TakeUnreadable, match="does not fit"):
        find_loop(motion, shortest_s=5.0)
    with pytest.raises(TakeUnreadable, match="no frame lies between"):
        rows_between(motion, 3.0, None)
    with pytest.raises(TakeUnreadable, match="no frame"):
        smoothed(chosen(motion, np.arange(0)), REST, 6.0)
    with pytest.raises(TakeUnreadable, match="do not rise"):
        smoothed(chosen(motion, np.array((0, 2, 1))), REST, 6.0)
    assert rows_between(motion, 0.1, 0.2).tolist() == list(range(6, 12))


def test_a_single_frame_and_unseen_frames_pass() -> None:
    one = swinging(_even(1))
    smoothed(one, REST, 6.0)
    gaps_filled(one, REST, 1.0)
    outliers_repaired(one, REST)
    assert resampled(one, REST, Fraction(30))[0].frames == 1
    never = chosen(swinging(_even(20)), np.arange(20))
    never.rotations_wxyz[:] = 0.0
    never.joint_state[:] = 0
    for made in (smoothed(never, REST, 6.0), gaps_filled(never, REST, 1.0)):
        assert np.isfinite(made.positions_in_world_m).all()
