"""Bones of performers who are clearly built otherwise than the usual adult."""

from dataclasses import dataclass
from dataclasses import replace as retimed
from functools import cache

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.spatial.transform import Rotation

from mocapbridge.geometry.matrix import length
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.solve import proportions
from mocapbridge.solve.base import BoneChange
from mocapbridge.solve.build import scaled
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import BoneLengths, SolveOptions
from mocapbridge.solve.running_bones import SETTLES_S
from mocapbridge.types import Float64Array, MocapFrame, SmoothedLandmarks
from tests.posed_performer import Performer

RATE_HZ = 20
SECONDS = 3.5
NOISE_M = 0.008
USUAL = proportions.STANDARD_BONES
SMALL = scaled(USUAL, 1.2 / 1.7)
TALL = scaled(USUAL, 2.0 / 1.7)
LONG_ARMS = replace(USUAL, upper_arm_m=0.30, forearm_m=0.29)


@dataclass
class Run:
    solver: LiveSolver
    frames: list[MocapFrame]
    rests_m: list[Float64Array]
    """Rest poses that the frames were solved with."""
    changes: list[BoneChange]


def rest_m(bones: BoneLengths) -> Float64Array:
    long = bones.thigh_m + bones.shin_m + bones.torso_m
    scale = long / (USUAL.thigh_m + USUAL.shin_m + USUAL.torso_m)
    return proportions.rest_positions_m(proportions.offsets_m(bones, scale))


def performer(bones: BoneLengths, time_s: float) -> Performer:
    """Somebody who lets the arms hang, sways and turns a little."""
    sway = np.sin(2.0 * np.pi * 0.7 * time_s)
    rest = rest_m(bones)
    arms = {
        f"{side}UpperArm": Rotation.from_euler("z", sign * (-60.0 + 15.0 * sway), degrees=True)
        for side, sign in (("left", 1.0), ("right", -1.0))
    }
    return Performer(
        rotations={**arms, "spine": Rotation.from_euler("y", 8.0 * sway, degrees=True)},
        hips_in_world_m=(0.05 * sway, float(rest[0, 1]), 0.0),
        rest_m=rest,
    )


@cache
def seen(bones: BoneLengths) -> tuple[list[SmoothedLandmarks], Float64Array]:
    """Landmarks with noise, and where the joints truly are."""
    rng = np.random.default_rng(3)
    landmarks: list[SmoothedLandmarks] = []
    truth: list[Float64Array] = []
    for index in range(round(SECONDS * RATE_HZ)):
        someone = performer(bones, index / RATE_HZ)
        landmarks.append(someone.landmarks(round(index * 1e9 / RATE_HZ), index))
        landmarks[-1].pose.world_m[:] += rng.normal(0.0, NOISE_M, (33, 3))
        truth.append(someone.world()[1])
    return landmarks, np.array(truth)


def run(bones: BoneLengths, options: SolveOptions | None = None, *, adopts: bool = True) -> Run:
    solver = LiveSolver("p", options or SolveOptions())
    done = Run(solver, [], [], [])
    for landmarks in seen(bones)[0]:
        done.rests_m.append(solver.rest_positions_m.astype(np.float64))
        done.frames.append(solver.solve(landmarks))
        if adopts:
            done.changes.append(solver.adopt_bones())
    return done


def lengths_m(rest: Float64Array) -> Float64Array:
    """(2, 4) upper arms, forearms, thighs and shins of the left and right side."""
    pairs = (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"),
             ("LowerLeg", "Foot"))  # fmt: skip
    return np.array(
        [
            [
                length(rest[JOINT_INDEX[side + end]] - rest[JOINT_INDEX[side + start]])
                for start, end in pairs
            ]
            for side in ("left", "right")
        ]
    )


def error_m(done: Run, truth_m: Float64Array) -> float:
    """Mean distance of the body's joints from the truth, from the hips, at the end."""
    solved = done.frames[-1].pose.positions_in_world_m.astype(np.float64)
    apart = (solved - solved[0]) - (truth_m[-1] - truth_m[-1][0])
    return float(np.linalg.norm(apart, axis=1)[:22].mean())


@pytest.mark.parametrize("bones", [SMALL, TALL, LONG_ARMS], ids=["small", "tall", "long arms"])
def test_unusual_bones_are_found_within_three_seconds_and_nothing_jumps(
    bones: BoneLengths,
) -> None:
    watched, truth_m = run(bones), seen(bones)[1]
    found, true_m = lengths_m(watched.rests_m[-1]), lengths_m(rest_m(bones))
    np.testing.assert_allclose(found, true_m, rtol=0.05)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-6)
    settled = watched.changes.index(BoneChange.SETTLED)
    assert settled <= SETTLES_S * RATE_HZ + 1
    assert set(watched.changes[settled + 1 :]) == {BoneChange.NONE}
    # Nearer to the truth than with the bones of the usual adult.
    assert error_m(watched, truth_m) < 0.5 * error_m(run(bones, adopts=False), truth_m)

    steps = np.abs(np.diff([lengths_m(rest) for rest in watched.rests_m], axis=0))
    assert steps.max() * RATE_HZ < 0.1
    places = np.array([frame.pose.positions_in_world_m for frame in watched.frames])
    moved, true = (np.linalg.norm(np.diff(x, axis=0), axis=-1) for x in (places, truth_m))
    assert moved[RATE_HZ // 2 :].max() < true.max() + 0.04


def test_the_usual_adult_stays() -> None:
    ordinary = replace(USUAL, upper_arm_m=0.26, thigh_m=0.385, shoulder_width_m=0.35)
    watched = run(ordinary)
    assert set(watched.changes) == {BoneChange.NONE}
    np.testing.assert_array_equal(watched.rests_m[-1], watched.rests_m[0])


def test_of_a_known_height_only_proportions_are_measured() -> None:
    watched = run(LONG_ARMS, SolveOptions(height_m=1.5))
    rest, begun = watched.rests_m[-1], watched.rests_m[0]
    np.testing.assert_allclose(np.ptp(rest[:, 1]), np.ptp(begun[:, 1]), rtol=0.01)
    arms = lengths_m(rest)[0, :2] / lengths_m(begun)[0, :2]
    assert (arms > 1.12).all()


def test_given_bones_stay() -> None:
    watched = run(TALL, SolveOptions(bones=USUAL))
    assert set(watched.changes) == {BoneChange.NONE}


def test_bent_arms_and_hidden_legs_say_nothing() -> None:
    """MediaPipe's bent arms are a quarter too short."""
    solver = LiveSolver("p", SolveOptions())
    bent = {
        f"{side}LowerArm": Rotation.from_euler("y", -sign * 80.0, degrees=True)
        for side, sign in (("left", 1.0), ("right", -1.0))
    }
    odd = replace(USUAL, upper_arm_m=0.15, forearm_m=0.15, thigh_m=0.25, shin_m=0.25)
    scale = proportions.rest_positions_m(proportions.offsets_m(odd, 1.0))
    landmarks = Performer(rotations=bent, rest_m=scale).landmarks()
    landmarks.pose.visibility[25:] = 0.1
    for index in range(round(SECONDS * RATE_HZ)):
        time_ns = round(index * 1e9 / RATE_HZ)
        solver.solve(SmoothedLandmarks(retimed(landmarks, capture_time_ns=time_ns)))
        assert solver.adopt_bones() is BoneChange.NONE


def test_another_solver_goes_on_with_the_bones() -> None:
    watched = run(TALL)
    other = LiveSolver("p", SolveOptions(smoothing="crisp"))
    other.go_on_from(watched.solver)
    np.testing.assert_array_equal(other.rest_positions_m, watched.solver.rest_positions_m)
    given = LiveSolver("p", SolveOptions(height_m=1.6))
    begun = given.rest_positions_m
    given.go_on_from(watched.solver)
    np.testing.assert_array_equal(given.rest_positions_m, begun)
