"""Random poses within what joints can do, whose landmarks determine them."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import Float64Array
from tests.posed_performer import Performer

Situation: TypeAlias = Literal[
    "upright", "facing away", "lying", "arms behind the back", "any way up"
]
SITUATIONS: Final[tuple[Situation, ...]] = (
    "upright", "facing away", "lying", "arms behind the back", "any way up",
)  # fmt: skip
UNDETERMINED: Final = ("jaw", "leftToes", "rightToes")
"""What no landmark determines: the jaw, and the toes' own bend."""
DETERMINED: Final = tuple(name for name in JOINT_NAMES if name not in UNDETERMINED)


def turn(order: str, *degrees: float) -> Rotation:
    return Rotation.from_euler(order, np.array(degrees).squeeze(), degrees=True)


def random_pose(rng: np.random.Generator, situation: Situation) -> Performer:
    """Arms stay below the shoulders: above them, how much the clavicle rises is an assumption."""
    spine = turn("Y", rng.uniform(-12, 12))
    head = np.radians(rng.uniform(-40, 40, 3))
    behind = situation == "arms behind the back"
    rotations = {
        "hips": _hips(rng, situation),
        "spine": spine,
        "chest": spine,
        "upperChest": spine,
        "neck": Rotation.from_rotvec(0.4 * head),
        "head": Rotation.from_rotvec(0.6 * head),
        **_limbs(rng, "left", 1, behind=behind),
        **_limbs(rng, "right", -1, behind=behind),
    }
    return Performer(rotations=rotations, hips_in_world_m=(0.0, 1.0, 0.0))


def errors_deg(situation: Situation, poses: int, seed: int) -> Float64Array:
    """Errors of the local rotations ``(poses, 55)`` of frames solved one by one."""
    rng = np.random.default_rng(seed)
    errors: list[Float64Array] = []
    for _ in range(poses):
        performer = random_pose(rng, situation)
        frame = LiveSolver("p", SolveOptions()).solve(performer.landmarks())
        solved = frame.pose.rotations_wxyz.astype(np.float64)
        errors.append(np.degrees(quaternion.angle_rad(solved, performer.local_wxyz())))
    return np.array(errors)


def _hips(rng: np.random.Generator, situation: Situation) -> Rotation:
    if situation == "any way up":
        return Rotation.random(rng=rng)
    lean = (rng.uniform(-30, 30), rng.uniform(-20, 20))
    if situation == "lying":
        return turn("YXZ", rng.uniform(-180, 180), rng.choice((-90, 90)) + lean[0], lean[1])
    turned = rng.uniform(-180, 180)
    if situation == "facing away":
        turned = 180 + rng.uniform(-45, 45)
    return turn("YXZ", turned, *lean)


def _limbs(rng: np.random.Generator, side: str, sign: int, *, behind: bool) -> dict[str, Rotation]:
    forwards = rng.uniform(20, 55) if behind else rng.uniform(-90, 40)
    turns = {
        "UpperArm": turn(
            "YZX", sign * forwards, sign * rng.uniform(-80, -20 if behind else 0),
            rng.uniform(-60, 60),
        ),
        "LowerArm": turn("Y", -sign * rng.uniform(30, 130)),
        "Hand": turn("Z", rng.uniform(-60, 60)),
        "UpperLeg": turn(
            "XYZ", rng.uniform(-90, 20), rng.uniform(-20, 20), sign * rng.uniform(-10, 35)
        ),
        "LowerLeg": turn("X", rng.uniform(30, 120)),
        "Foot": turn("X", rng.uniform(-20, 40)),
        "ThumbMetacarpal": turn("Y", sign * rng.uniform(-20, 20)),
        "ThumbProximal": turn("Y", sign * rng.uniform(0, 50)),
        "ThumbDistal": turn("Y", sign * rng.uniform(0, 70)),
    }  # fmt: skip
    for finger in ("Index", "Middle", "Ring", "Little"):
        for segment, most in (("Proximal", 80), ("Intermediate", 100), ("Distal", 70)):
            turns[finger + segment] = turn("Z", -sign * rng.uniform(0, most))
    return {side + part: rotation for part, rotation in turns.items()}
