# SPDX-License-Identifier: GPL-3.0-or-later
"""A T-pose of an adult 1.70 m tall, for senders that do not describe theirs.

The joints of the VRM 1.0 humanoid in mocapbridge's order, with its proportions; a test holds the
two together.
"""

from __future__ import annotations

from typing import Final

from ..motion.quaternion import Vector

_JOINTS: Final[tuple[tuple[str, int | None, Vector], ...]] = (
    ("hips", None, (0.0, 0.93, 0.0)),
    ("spine", 0, (0.0, 0.1, 0.0)),
    ("chest", 1, (0.0, 0.12, 0.0)),
    ("upperChest", 2, (0.0, 0.12, 0.0)),
    ("neck", 3, (0.0, 0.13, 0.0)),
    ("head", 4, (0.0, 0.09, 0.0)),
    ("leftEye", 5, (0.032, 0.06, 0.08)),
    ("rightEye", 5, (-0.032, 0.06, 0.08)),
    ("jaw", 5, (0.0, 0.01, 0.02)),
    ("leftShoulder", 3, (0.03, 0.09, 0.0)),
    ("leftUpperArm", 9, (0.13, 0.0, 0.0)),
    ("leftLowerArm", 10, (0.27, 0.0, 0.0)),
    ("leftHand", 11, (0.25, 0.0, 0.0)),
    ("rightShoulder", 3, (-0.03, 0.09, 0.0)),
    ("rightUpperArm", 13, (-0.13, 0.0, 0.0)),
    ("rightLowerArm", 14, (-0.27, 0.0, 0.0)),
    ("rightHand", 15, (-0.25, 0.0, 0.0)),
    ("leftUpperLeg", 0, (0.09, -0.03, 0.0)),
    ("leftLowerLeg", 17, (0.0, -0.41, 0.0)),
    ("leftFoot", 18, (0.0, -0.41, 0.0)),
    ("leftToes", 19, (0.0, -0.07, 0.13)),
    ("rightUpperLeg", 0, (-0.09, -0.03, 0.0)),
    ("rightLowerLeg", 21, (0.0, -0.41, 0.0)),
    ("rightFoot", 22, (0.0, -0.41, 0.0)),
    ("rightToes", 23, (0.0, -0.07, 0.13)),
    ("leftThumbMetacarpal", 12, (0.03, -0.01, 0.03)),
    ("leftThumbProximal", 25, (0.0247, 0.0, 0.0247)),
    ("leftThumbDistal", 26, (0.0247, 0.0, 0.0247)),
    ("leftIndexProximal", 12, (0.09, 0.0, 0.03)),
    ("leftIndexIntermediate", 28, (0.04, 0.0, 0.0)),
    ("leftIndexDistal", 29, (0.025, 0.0, 0.0)),
    ("leftMiddleProximal", 12, (0.09, 0.0, 0.01)),
    ("leftMiddleIntermediate", 31, (0.04, 0.0, 0.0)),
    ("leftMiddleDistal", 32, (0.025, 0.0, 0.0)),
    ("leftRingProximal", 12, (0.09, 0.0, -0.01)),
    ("leftRingIntermediate", 34, (0.04, 0.0, 0.0)),
    ("leftRingDistal", 35, (0.025, 0.0, 0.0)),
    ("leftLittleProximal", 12, (0.09, 0.0, -0.03)),
    ("leftLittleIntermediate", 37, (0.04, 0.0, 0.0)),
    ("leftLittleDistal", 38, (0.025, 0.0, 0.0)),
    ("rightThumbMetacarpal", 16, (-0.03, -0.01, 0.03)),
    ("rightThumbProximal", 40, (-0.0247, 0.0, 0.0247)),
    ("rightThumbDistal", 41, (-0.0247, 0.0, 0.0247)),
    ("rightIndexProximal", 16, (-0.09, 0.0, 0.03)),
    ("rightIndexIntermediate", 43, (-0.04, 0.0, 0.0)),
    ("rightIndexDistal", 44, (-0.025, 0.0, 0.0)),
    ("rightMiddleProximal", 16, (-0.09, 0.0, 0.01)),
    ("rightMiddleIntermediate", 46, (-0.04, 0.0, 0.0)),
    ("rightMiddleDistal", 47, (-0.025, 0.0, 0.0)),
    ("rightRingProximal", 16, (-0.09, 0.0, -0.01)),
    ("rightRingIntermediate", 49, (-0.04, 0.0, 0.0)),
    ("rightRingDistal", 50, (-0.025, 0.0, 0.0)),
    ("rightLittleProximal", 16, (-0.09, 0.0, -0.03)),
    ("rightLittleIntermediate", 52, (-0.04, 0.0, 0.0)),
    ("rightLittleDistal", 53, (-0.025, 0.0, 0.0)),
)

NAMES: Final = tuple(name for name, _, _ in _JOINTS)
PARENTS: Final = tuple(parent for _, parent, _ in _JOINTS)
DEFAULT_OFFSETS_M: Final = tuple(offset_m for _, _, offset_m in _JOINTS)
"""From the parent in the T-pose [m]; of the hips from the floor."""
