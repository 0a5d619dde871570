"""Which landmark determines which joint: index tables, all literal.

Landmark numbers are MediaPipe's (pose_landmarker and hand_landmarker guides), joint names VRM's.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES, PARENTS

NOSE: Final = 0
LEFT_EAR: Final = 7
RIGHT_EAR: Final = 8
LEFT_SHOULDER: Final = 11
RIGHT_SHOULDER: Final = 12
LEFT_HIP: Final = 23
RIGHT_HIP: Final = 24

SHOULDERS: Final = np.array((11, 12))
ELBOWS: Final = np.array((13, 14))
WRISTS: Final = np.array((15, 16))
PINKIES: Final = np.array((17, 18))
INDEXES: Final = np.array((19, 20))
HIPS: Final = np.array((23, 24))
KNEES: Final = np.array((25, 26))
ANKLES: Final = np.array((27, 28))
HEELS: Final = np.array((29, 30))
TOES: Final = np.array((31, 32))

MIRRORED_LANDMARK: Final = np.array(
    (0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 - 2 * ((i + 1) % 2) for i in range(11, 33)))
)
"""(33,) the landmark of the other side."""

SIDES: Final = ("left", "right")
FINGERS: Final = ("Index", "Middle", "Ring", "Little")
FINGER_SEGMENTS: Final = ("Proximal", "Intermediate", "Distal")
THUMB_SEGMENTS: Final = ("Metacarpal", "Proximal", "Distal")


def joints(*names: str) -> npt.NDArray[np.intp]:
    """Indices of joints by name."""
    return np.array([JOINT_INDEX[name] for name in names], dtype=np.intp)


HIPS_JOINT: Final = JOINT_INDEX["hips"]
SPINE_JOINT: Final = JOINT_INDEX["spine"]
CHEST_JOINT: Final = JOINT_INDEX["chest"]
UPPER_CHEST_JOINT: Final = JOINT_INDEX["upperChest"]
NECK_JOINT: Final = JOINT_INDEX["neck"]
HEAD_JOINT: Final = JOINT_INDEX["head"]
JAW_JOINT: Final = JOINT_INDEX["jaw"]
EYE_JOINTS: Final = joints("leftEye", "rightEye")
SHOULDER_JOINTS: Final = joints("leftShoulder", "rightShoulder")
UPPER_ARM_JOINTS: Final = joints("leftUpperArm", "rightUpperArm")
LOWER_ARM_JOINTS: Final = joints("leftLowerArm", "rightLowerArm")
HAND_JOINTS: Final = joints("leftHand", "rightHand")
UPPER_LEG_JOINTS: Final = joints("leftUpperLeg", "rightUpperLeg")
LOWER_LEG_JOINTS: Final = joints("leftLowerLeg", "rightLowerLeg")
FOOT_JOINTS: Final = joints("leftFoot", "rightFoot")
TOE_JOINTS: Final = joints("leftToes", "rightToes")
LEG_JOINTS: Final = np.concatenate((UPPER_LEG_JOINTS, LOWER_LEG_JOINTS, FOOT_JOINTS, TOE_JOINTS))
FINGER_JOINTS: Final = np.array(
    [
        [
            [JOINT_INDEX[f"{side}{finger}{segment}"] for segment in FINGER_SEGMENTS]
            for finger in FINGERS
        ]
        for side in SIDES
    ]
)
"""(2, 4, 3) by side, finger and segment."""
THUMB_JOINTS: Final = np.array(
    [[JOINT_INDEX[f"{side}Thumb{segment}"] for segment in THUMB_SEGMENTS] for side in SIDES]
)
"""(2, 3) by side and segment."""

PARENT_OR_SELF: Final = np.array([max(parent, 0) for parent in PARENTS], dtype=np.intp)
"""(55,) parents, with the hips as their own."""
LEG_PARENTS: Final = PARENT_OR_SELF[LEG_JOINTS]


def _levels() -> tuple[npt.NDArray[np.intp], ...]:
    depth = [0] * JOINT_COUNT
    for index, parent in enumerate(PARENTS):
        depth[index] = 0 if parent < 0 else depth[parent] + 1
    return tuple(
        np.flatnonzero(np.array(depth) == level).astype(np.intp) for level in range(max(depth) + 1)
    )


LEVELS: Final = _levels()
"""Joints by their distance from the hips: a level needs only the level above it."""


def _ancestors() -> npt.NDArray[np.float64]:
    matrix = np.zeros((JOINT_COUNT, JOINT_COUNT))
    for index in range(JOINT_COUNT):
        ancestor = index
        while ancestor > 0:
            matrix[index, ancestor] = 1.0
            ancestor = PARENTS[ancestor]
    return matrix


ANCESTORS: Final = _ancestors()
"""(55, 55) row i sums the bones from the hips to joint i: positions relative to the hips are
``ANCESTORS @ bones``."""

# Where a joint's confidence comes from: rows of visibility, extended by what is not a pose
# landmark. A joint is as sure as the least sure of its sources.
FACE_SOURCE: Final = 33
LEFT_HAND_SOURCE: Final = 34
RIGHT_HAND_SOURCE: Final = 35
HEAD_SOURCE: Final = 36
GAZE_SOURCE: Final = 37
NOTHING_SOURCE: Final = 38
SOURCE_COUNT: Final = 39


def _sources_of(name: str) -> tuple[int, ...]:
    side = int(name.startswith("right"))
    part = name.removeprefix("left").removeprefix("right")
    by_part: dict[str, tuple[int, ...]] = {
        "hips": (LEFT_HIP, RIGHT_HIP),
        "spine": (LEFT_SHOULDER, RIGHT_SHOULDER),
        "chest": (LEFT_SHOULDER, RIGHT_SHOULDER),
        "upperChest": (LEFT_SHOULDER, RIGHT_SHOULDER),
        "neck": (HEAD_SOURCE,),
        "head": (HEAD_SOURCE,),
        "jaw": (NOTHING_SOURCE,),
        "Eye": (GAZE_SOURCE,),
        "Shoulder": (LEFT_SHOULDER + side,),
        "UpperArm": (11 + side, 13 + side),
        "LowerArm": (13 + side, 15 + side),
        "Hand": (15 + side, 17 + side, 19 + side),
        "UpperLeg": (23 + side, 25 + side),
        "LowerLeg": (25 + side, 27 + side),
        "Foot": (27 + side, 29 + side, 31 + side),
        "Toes": (27 + side, 29 + side, 31 + side),
    }
    return by_part.get(part, (LEFT_HAND_SOURCE + side,))


def _source_table() -> npt.NDArray[np.intp]:
    rows = [_sources_of(name) for name in JOINT_NAMES]
    widest = max(len(row) for row in rows)
    filled = np.array([row + row[-1:] * (widest - len(row)) for row in rows], dtype=np.intp)
    return filled.T.copy()


JOINT_SOURCES: Final = _source_table()
"""(3, 55) rows of the extended visibility that each joint depends on."""
