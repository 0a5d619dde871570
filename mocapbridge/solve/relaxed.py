"""The relaxed pose: what a performer nobody sees does."""

from __future__ import annotations

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX
from mocapbridge.types import Float64Array

_LEFT_DEGREES: dict[str, tuple[float, float, float]] = {
    "UpperArm": (10.0, -10.0, -75.0),
    "LowerArm": (0.0, -15.0, 0.0),
    "ThumbProximal": (0.0, 10.0, 0.0),
    "ThumbDistal": (0.0, 15.0, 0.0),
}
"""Rotation vectors of the left side [degrees]: arms hanging with slightly bent elbows. Own values,
by eye."""
_FINGER_CURL_DEGREES = (15.0, 20.0, 12.0)


def relaxed_pose_wxyz() -> Float64Array:
    """Local rotations ``(55, 4)`` of somebody standing at ease: arms down, fingers half curled."""
    vectors = np.zeros((JOINT_COUNT, 3))
    turns = dict(_LEFT_DEGREES)
    for finger in ("Index", "Middle", "Ring", "Little"):
        for segment, curl in zip(
            ("Proximal", "Intermediate", "Distal"), _FINGER_CURL_DEGREES, strict=True
        ):
            turns[f"{finger}{segment}"] = (0.0, 0.0, -curl)
    for part, (x, y, z) in turns.items():
        vectors[JOINT_INDEX[f"left{part}"]] = (x, y, z)
        # A rotation vector is mirrored like an axis: what lies in the mirror plane turns round.
        vectors[JOINT_INDEX[f"right{part}"]] = (x, -y, -z)
    return quaternion.exp(np.radians(vectors))
