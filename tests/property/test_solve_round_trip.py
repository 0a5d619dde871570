"""Exact landmarks of any pose within human limits give the pose back."""

import numpy as np
import pytest

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.solve.limits import JointLimits
from tests.random_poses import DETERMINED, SITUATIONS, Situation, errors_deg, random_pose

POSES = 40


@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_joint_comes_back(situation: Situation) -> None:
    errors = errors_deg(situation, POSES, seed=20)
    median = {name: float(np.median(errors[:, JOINT_INDEX[name]])) for name in DETERMINED}
    assert {name: error for name, error in median.items() if error > 0.5} == {}
    assert np.percentile(errors[:, [JOINT_INDEX[name] for name in DETERMINED]], 90) < 2.0


def test_the_poses_are_possible() -> None:
    limits = JointLimits()
    rng = np.random.default_rng(21)
    for situation in SITUATIONS:
        for _ in range(20):
            pose = random_pose(rng, situation).local_wxyz()
            assert np.degrees(quaternion.angle_rad(limits.clamp(pose), pose)).max() < 0.01
