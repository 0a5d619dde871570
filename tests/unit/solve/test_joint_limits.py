"""What joints cannot do they never do, and what they can do is left alone."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES
from mocapbridge.solve.limits import RANGES, JointLimits
from mocapbridge.solve.options import JointLimitOptions
from mocapbridge.types import Float64Array


def at_rest() -> Float64Array:
    return np.tile((1.0, 0.0, 0.0, 0.0), (JOINT_COUNT, 1))


def turned(joint: str, axis: str, degrees: float) -> Float64Array:
    pose = at_rest()
    pose[JOINT_INDEX[joint]] = Rotation.from_euler(axis, degrees, degrees=True).as_quat(
        scalar_first=True
    )
    return pose


def degrees_about(pose: Float64Array, joint: str, axis: str) -> float:
    vector = Rotation.from_quat(pose[JOINT_INDEX[joint]], scalar_first=True).as_rotvec(degrees=True)
    return float(vector["xyz".index(axis)])


@pytest.mark.parametrize(
    ("joint", "axis", "allowed", "forbidden", "limit"),
    [
        ("leftLowerArm", "y", -140.0, 40.0, 0.0),
        ("rightLowerArm", "y", 140.0, -40.0, 0.0),
        ("leftLowerLeg", "x", 120.0, -30.0, 0.0),
        ("rightLowerLeg", "x", 120.0, -30.0, 0.0),
        ("rightIndexIntermediate", "z", 100.0, -20.0, 0.0),
        ("leftIndexDistal", "z", -80.0, -150.0, -95.0),
        ("leftHand", "z", -80.0, -150.0, -95.0),
        ("rightThumbDistal", "y", -60.0, -170.0, -95.0),
        ("head", "y", 50.0, 120.0, 60.0),
    ],
)
def test_the_impossible_is_cut_and_the_possible_is_not(
    joint: str, axis: str, allowed: float, forbidden: float, limit: float
) -> None:
    limits = JointLimits()
    possible = turned(joint, axis, allowed)
    assert limits.clamp(possible) is possible
    cut = limits.clamp(turned(joint, axis, forbidden))
    assert degrees_about(cut, joint, axis) == pytest.approx(limit, abs=1e-6)


def test_clamping_twice_changes_nothing_more() -> None:
    limits = JointLimits()
    rng = np.random.default_rng(3)
    for _ in range(50):
        once = limits.clamp(Rotation.random(JOINT_COUNT, rng=rng).as_quat(scalar_first=True))
        assert np.degrees(quaternion.angle_rad(limits.clamp(once), once)).max() < 1e-4


def test_nobody_bends_forwards_and_sideways_as_far_as_possible_at_once() -> None:
    pose = at_rest()
    pose[JOINT_INDEX["spine"]] = Rotation.from_rotvec((40, 0, 25), degrees=True).as_quat(
        scalar_first=True
    )
    cut = JointLimits().clamp(pose)
    assert degrees_about(cut, "spine", "x") == pytest.approx(40.0 / np.sqrt(2.0), abs=0.1)
    assert degrees_about(cut, "spine", "z") == pytest.approx(25.0 / np.sqrt(2.0), abs=0.1)


def test_hips_turn_freely() -> None:
    limits = JointLimits()
    pose = at_rest()
    for rotation in Rotation.random(50, rng=np.random.default_rng(4)):
        pose[0] = rotation.as_quat(scalar_first=True)
        assert limits.clamp(pose) is pose


def test_the_right_side_mirrors_the_left() -> None:
    limits = JointLimits()
    rng = np.random.default_rng(5)
    swap = [
        JOINT_INDEX[
            name.replace("left", "right") if "left" in name else name.replace("right", "left")
        ]
        for name in JOINT_NAMES
    ]
    mirror = np.array((1.0, 1.0, -1.0, -1.0))
    for _ in range(20):
        pose = Rotation.random(JOINT_COUNT, rng=rng).as_quat(scalar_first=True)
        apart = quaternion.angle_rad(
            limits.clamp(pose[swap] * mirror)[swap] * mirror, limits.clamp(pose)
        )
        assert apart.max() < 1e-6


def test_the_configuration_changes_a_limit() -> None:
    limits = JointLimits((JointLimitOptions(joint="head", y_deg=(-10.0, 20.0)),))
    cut = limits.clamp(turned("head", "y", 45.0))
    assert degrees_about(cut, "head", "y") == pytest.approx(20.0, abs=1e-6)


def test_no_joint_turns_faster_than_its_speed() -> None:
    limits = JointLimits((JointLimitOptions(joint="head", speed_deg_s=300.0),))
    slowed = limits.slow_down(at_rest(), turned("head", "y", 50.0), 0.1)
    assert degrees_about(slowed, "head", "y") == pytest.approx(30.0, abs=1e-6)
    within = turned("head", "y", 29.0)
    assert limits.slow_down(at_rest(), within, 0.1) is within


def test_the_table_in_the_documentation_is_that_of_the_code() -> None:
    text = (Path(__file__).parents[3] / "docs" / "solver.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| (.) \| (.+) \| (.+) \| (.+) \| (\d+) \|$", text, re.MULTILINE
    )

    def ends(cell: str) -> tuple[float, ...]:
        return (-360, 360) if cell == "free" else tuple(float(end) for end in cell.split(" .. "))

    documented = {
        name: (twist.replace("-", ""), ends(x), ends(y), ends(z), float(speed))
        for name, twist, x, y, z, speed in rows
    }
    assert documented == {name: tuple(limits) for name, limits in RANGES.items()}
