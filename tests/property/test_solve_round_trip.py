"""Exact landmarks of any pose within human limits give the pose back."""

import numpy as np
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import Float64Array
from tests.posed_performer import Performer

POSES = 60
# What no landmark determines: the jaw, and the toes' own bend.
UNDETERMINED = ("jaw", "leftToes", "rightToes")


def turn(order: str, *degrees: float) -> Rotation:
    return Rotation.from_euler(order, np.array(degrees).squeeze(), degrees=True)


def random_limbs(rng: np.random.Generator, side: str, sign: int) -> dict[str, Rotation]:
    turns = {
        "UpperArm": turn(
            "YZX", sign * rng.uniform(-90, 40), sign * rng.uniform(-80, 0), rng.uniform(-60, 60)
        ),
        "LowerArm": turn("Y", -sign * rng.uniform(30, 130)),
        "Hand": turn("Z", rng.uniform(-60, 60)),
        "UpperLeg": turn(
            "XYZ", rng.uniform(-90, 20), rng.uniform(-20, 20), sign * rng.uniform(-10, 35)
        ),
        "LowerLeg": turn("X", rng.uniform(30, 120)),
        "Foot": turn("X", rng.uniform(-20, 40)),
    }
    for finger in ("Index", "Middle", "Ring", "Little"):
        for segment, most in (("Proximal", 80), ("Intermediate", 100), ("Distal", 70)):
            turns[finger + segment] = turn("Z", -sign * rng.uniform(0, most))
    return {side + part: rotation for part, rotation in turns.items()}


def random_pose(rng: np.random.Generator) -> Performer:
    """Upright and facing anywhere, or lying, or upside down; arms in front or behind.

    Arms stay below the shoulders: above them, how much the clavicle rises is an assumption.
    """
    upright = turn("YXZ", rng.uniform(-180, 180), rng.uniform(-30, 30), rng.uniform(-20, 20))
    hips = upright if rng.random() < 0.5 else Rotation.random(rng=rng)
    spine = turn("Y", rng.uniform(-12, 12))
    head = np.radians(rng.uniform(-40, 40, 3))
    rotations = {
        "hips": hips,
        "spine": spine,
        "chest": spine,
        "upperChest": spine,
        "neck": Rotation.from_rotvec(0.4 * head),
        "head": Rotation.from_rotvec(0.6 * head),
        **random_limbs(rng, "left", 1),
        **random_limbs(rng, "right", -1),
    }
    return Performer(rotations=rotations, hips_in_world_m=(0.0, 1.0, 0.0))


def errors_deg() -> Float64Array:
    rng = np.random.default_rng(20)
    errors: list[Float64Array] = []
    for _ in range(POSES):
        performer = random_pose(rng)
        frame = LiveSolver("p", SolveOptions()).solve(performer.landmarks())
        solved = frame.pose.rotations_wxyz.astype(np.float64)
        errors.append(np.degrees(quaternion.angle_rad(solved, performer.local_wxyz())))
    return np.array(errors)


def test_every_joint_comes_back() -> None:
    errors = errors_deg()
    median = dict(zip(JOINT_NAMES, np.median(errors, axis=0).tolist(), strict=True))
    wrong = {k: v for k, v in median.items() if v > 0.5 and k not in UNDETERMINED}
    assert wrong == {}
    determined = [i for i, name in enumerate(JOINT_NAMES) if name not in UNDETERMINED]
    assert np.percentile(errors[:, determined], 90) < 2.0
