"""The performer's bones: constant lengths, those of the usual adult until they are known better.

MediaPipe's world landmarks describe about the same adult, whoever stands before the camera: over
three clips of two performers (one rendered and 1.60 m tall, one real) the medians of its bones lie
within 5 % of the numbers below. Solving two of the clips with these numbers, with each clip's own
medians or with the true lengths gives position errors (MPJPE) of 94, 95 and 90 mm and knee errors
of 10.9, 11.1 and 10.6 degrees: hardly a difference. So these lengths are kept, which keeps the
skeleton rigid, unless the height scales them, a profile gives others, or the performer is clearly
built otherwise (``running_bones``).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.skeleton import JOINTS
from mocapbridge.solve import anatomy
from mocapbridge.solve.options import BoneLengths
from mocapbridge.types import Float64Array

STANDARD_HEIGHT_M: Final = 1.70
"""Height of the adult that MediaPipe's world landmarks describe, and ``skeleton.JOINTS`` too."""

UPPER_ARM_M: Final = 0.245
FOREARM_M: Final = 0.240
THIGH_M: Final = 0.400
SHIN_M: Final = 0.370
SHOULDER_WIDTH_M: Final = 0.335
HIP_WIDTH_M: Final = 0.220
TORSO_M: Final = 0.492
"""Middle of the hips to middle of the shoulders."""
TORSO_SIDE_M: Final = float(np.hypot(TORSO_M, 0.5 * (SHOULDER_WIDTH_M - HIP_WIDTH_M)))
"""Shoulder to hip of the same side."""
TORSO_DIAGONAL_M: Final = float(np.hypot(TORSO_M, 0.5 * (SHOULDER_WIDTH_M + HIP_WIDTH_M)))
"""Shoulder to hip of the other side."""
NOSE_M: Final = 0.285
"""Shoulder to nose, head upright."""
HIP_DROP_M: Final = -JOINTS[int(anatomy.UPPER_LEG_JOINTS[0])].offset_m[1]
"""How far the hip joints lie below the ``hips`` joint."""
ANKLE_HEIGHT_M: Final = 0.08
"""Foot joint above the sole."""


STANDARD_BONES: Final = BoneLengths(
    upper_arm_m=UPPER_ARM_M,
    forearm_m=FOREARM_M,
    thigh_m=THIGH_M,
    shin_m=SHIN_M,
    shoulder_width_m=SHOULDER_WIDTH_M,
    hip_width_m=HIP_WIDTH_M,
    torso_m=TORSO_M,
)


def offsets_m(bones: BoneLengths, scale: float) -> Float64Array:
    """(55, 3) each joint in its parent's axes [m].

    Args:
        bones: the performer's.
        scale: size against the adult of ``STANDARD_HEIGHT_M``, for head, hands and feet.
    """
    offsets = np.array([joint.offset_m for joint in JOINTS], dtype=np.float64) * scale
    trunk = [anatomy.SPINE_JOINT, anatomy.CHEST_JOINT, anatomy.UPPER_CHEST_JOINT]
    shoulders = anatomy.SHOULDER_JOINTS
    rise = offsets[trunk, 1].sum() + offsets[shoulders[0], 1]
    stretch = (bones.torso_m - HIP_DROP_M * scale) / rise
    offsets[trunk] *= stretch
    offsets[shoulders, 1] *= stretch
    side = np.array((1.0, -1.0))
    half_m = 0.5 * bones.shoulder_width_m
    narrow = min(1.0, 0.5 * half_m / float(np.abs(offsets[shoulders[0], 0])))
    offsets[shoulders, 0] *= narrow
    offsets[anatomy.UPPER_ARM_JOINTS, 0] = side * (half_m - np.abs(offsets[shoulders, 0]))
    offsets[anatomy.LOWER_ARM_JOINTS, 0] = side * bones.upper_arm_m
    offsets[anatomy.HAND_JOINTS, 0] = side * bones.forearm_m
    offsets[anatomy.UPPER_LEG_JOINTS, 0] = side * 0.5 * bones.hip_width_m
    offsets[anatomy.LOWER_LEG_JOINTS, 1] = -bones.thigh_m
    offsets[anatomy.FOOT_JOINTS, 1] = -bones.shin_m
    offsets[anatomy.HIPS_JOINT, 1] = (
        bones.thigh_m + bones.shin_m + scale * (HIP_DROP_M + ANKLE_HEIGHT_M)
    )
    return offsets


def rest_positions_m(offsets: Float64Array) -> Float64Array:
    """(55, 3) joint positions of the T-pose with these offsets, world frame [m]."""
    return anatomy.ANCESTORS @ offsets + offsets[anatomy.HIPS_JOINT]
