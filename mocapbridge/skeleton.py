"""The skeleton: the 55 joints of the VRM 1.0 humanoid, their parents and a rest pose.

World axes (+Y up, +Z forward, the performer's left +X). The rest pose is a T-pose in which every
joint's axes are parallel to the world's, so identity rotations everywhere are the T-pose.
Names and hierarchy: VRM 1.0 specification, ``VRMC_vrm-1.0/humanoid.md``. The rest offsets are our
own proportions of a 1.70 m tall adult; a calibration profile replaces them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.types import Float32Array


class Joint(NamedTuple):
    """One joint of the humanoid."""

    name: str
    """VRM 1.0 bone name, verbatim."""
    parent: str | None
    """Name of the parent joint; None for the hips."""
    offset_m: tuple[float, float, float]
    """From the parent joint in the rest pose, world axes [m]; for the hips from the floor."""
    required: bool
    """Whether VRM 1.0 requires it."""


JOINTS: Final[tuple[Joint, ...]] = (
    Joint("hips", None, (0.0, 0.93, 0.0), required=True),
    Joint("spine", "hips", (0.0, 0.1, 0.0), required=True),
    Joint("chest", "spine", (0.0, 0.12, 0.0), required=False),
    Joint("upperChest", "chest", (0.0, 0.12, 0.0), required=False),
    Joint("neck", "upperChest", (0.0, 0.13, 0.0), required=False),
    Joint("head", "neck", (0.0, 0.09, 0.0), required=True),
    Joint("leftEye", "head", (0.032, 0.06, 0.08), required=False),
    Joint("rightEye", "head", (-0.032, 0.06, 0.08), required=False),
    Joint("jaw", "head", (0.0, 0.01, 0.02), required=False),
    Joint("leftShoulder", "upperChest", (0.03, 0.09, 0.0), required=False),
    Joint("leftUpperArm", "leftShoulder", (0.13, 0.0, 0.0), required=True),
    Joint("leftLowerArm", "leftUpperArm", (0.27, 0.0, 0.0), required=True),
    Joint("leftHand", "leftLowerArm", (0.25, 0.0, 0.0), required=True),
    Joint("rightShoulder", "upperChest", (-0.03, 0.09, 0.0), required=False),
    Joint("rightUpperArm", "rightShoulder", (-0.13, 0.0, 0.0), required=True),
    Joint("rightLowerArm", "rightUpperArm", (-0.27, 0.0, 0.0), required=True),
    Joint("rightHand", "rightLowerArm", (-0.25, 0.0, 0.0), required=True),
    Joint("leftUpperLeg", "hips", (0.09, -0.03, 0.0), required=True),
    Joint("leftLowerLeg", "leftUpperLeg", (0.0, -0.41, 0.0), required=True),
    Joint("leftFoot", "leftLowerLeg", (0.0, -0.41, 0.0), required=True),
    Joint("leftToes", "leftFoot", (0.0, -0.07, 0.13), required=False),
    Joint("rightUpperLeg", "hips", (-0.09, -0.03, 0.0), required=True),
    Joint("rightLowerLeg", "rightUpperLeg", (0.0, -0.41, 0.0), required=True),
    Joint("rightFoot", "rightLowerLeg", (0.0, -0.41, 0.0), required=True),
    Joint("rightToes", "rightFoot", (0.0, -0.07, 0.13), required=False),
    Joint("leftThumbMetacarpal", "leftHand", (0.03, -0.01, 0.03), required=False),
    Joint("leftThumbProximal", "leftThumbMetacarpal", (0.0247, 0.0, 0.0247), required=False),
    Joint("leftThumbDistal", "leftThumbProximal", (0.0247, 0.0, 0.0247), required=False),
    Joint("leftIndexProximal", "leftHand", (0.09, 0.0, 0.03), required=False),
    Joint("leftIndexIntermediate", "leftIndexProximal", (0.04, 0.0, 0.0), required=False),
    Joint("leftIndexDistal", "leftIndexIntermediate", (0.025, 0.0, 0.0), required=False),
    Joint("leftMiddleProximal", "leftHand", (0.09, 0.0, 0.01), required=False),
    Joint("leftMiddleIntermediate", "leftMiddleProximal", (0.04, 0.0, 0.0), required=False),
    Joint("leftMiddleDistal", "leftMiddleIntermediate", (0.025, 0.0, 0.0), required=False),
    Joint("leftRingProximal", "leftHand", (0.09, 0.0, -0.01), required=False),
    Joint("leftRingIntermediate", "leftRingProximal", (0.04, 0.0, 0.0), required=False),
    Joint("leftRingDistal", "leftRingIntermediate", (0.025, 0.0, 0.0), required=False),
    Joint("leftLittleProximal", "leftHand", (0.09, 0.0, -0.03), required=False),
    Joint("leftLittleIntermediate", "leftLittleProximal", (0.04, 0.0, 0.0), required=False),
    Joint("leftLittleDistal", "leftLittleIntermediate", (0.025, 0.0, 0.0), required=False),
    Joint("rightThumbMetacarpal", "rightHand", (-0.03, -0.01, 0.03), required=False),
    Joint("rightThumbProximal", "rightThumbMetacarpal", (-0.0247, 0.0, 0.0247), required=False),
    Joint("rightThumbDistal", "rightThumbProximal", (-0.0247, 0.0, 0.0247), required=False),
    Joint("rightIndexProximal", "rightHand", (-0.09, 0.0, 0.03), required=False),
    Joint("rightIndexIntermediate", "rightIndexProximal", (-0.04, 0.0, 0.0), required=False),
    Joint("rightIndexDistal", "rightIndexIntermediate", (-0.025, 0.0, 0.0), required=False),
    Joint("rightMiddleProximal", "rightHand", (-0.09, 0.0, 0.01), required=False),
    Joint("rightMiddleIntermediate", "rightMiddleProximal", (-0.04, 0.0, 0.0), required=False),
    Joint("rightMiddleDistal", "rightMiddleIntermediate", (-0.025, 0.0, 0.0), required=False),
    Joint("rightRingProximal", "rightHand", (-0.09, 0.0, -0.01), required=False),
    Joint("rightRingIntermediate", "rightRingProximal", (-0.04, 0.0, 0.0), required=False),
    Joint("rightRingDistal", "rightRingIntermediate", (-0.025, 0.0, 0.0), required=False),
    Joint("rightLittleProximal", "rightHand", (-0.09, 0.0, -0.03), required=False),
    Joint("rightLittleIntermediate", "rightLittleProximal", (-0.04, 0.0, 0.0), required=False),
    Joint("rightLittleDistal", "rightLittleIntermediate", (-0.025, 0.0, 0.0), required=False),
)

JOINT_NAMES: Final[tuple[str, ...]] = tuple(joint.name for joint in JOINTS)
JOINT_COUNT: Final = len(JOINTS)
JOINT_INDEX: Final[dict[str, int]] = {name: index for index, name in enumerate(JOINT_NAMES)}
PARENTS: Final[tuple[int, ...]] = tuple(
    -1 if joint.parent is None else JOINT_INDEX[joint.parent] for joint in JOINTS
)
"""Index of each joint's parent, -1 for the hips; parents precede their children."""


def rest_positions_m() -> Float32Array:
    """Joint positions of the rest pose, (55, 3), world frame [m], feet on the floor."""
    positions = np.zeros((JOINT_COUNT, 3), dtype=np.float32)
    for index, joint in enumerate(JOINTS):
        offset = np.asarray(joint.offset_m, dtype=np.float32)
        positions[index] = offset if joint.parent is None else positions[PARENTS[index]] + offset
    return positions
