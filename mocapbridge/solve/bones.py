"""The stick figure that is fitted to the picture: thirteen points and the bones between them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.solve import proportions
from mocapbridge.solve.options import BoneLengths
from mocapbridge.types import Float64Array

POINTS: Final = np.array((0, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28))
"""(13,) the landmarks that are fitted: nose, shoulders, elbows, wrists, hips, knees, ankles."""
POINT_COUNT: Final = len(POINTS)
_POINT_OF: Final = {int(landmark): point for point, landmark in enumerate(POINTS)}
HIP_POINTS: Final = np.array((_POINT_OF[23], _POINT_OF[24]))
ANKLE_POINTS: Final = np.array((_POINT_OF[27], _POINT_OF[28]))


class _Bone(NamedTuple):
    start: int
    """Landmark at one end."""
    end: int
    length_m: float
    spread_m: float
    """How far the length may stray: limbs are rigid, the trunk bends, and between
    shoulder and nose the neck moves freely."""


_RIGID_M: Final = 0.01
_TRUNK_M: Final = 0.03
_NECK_M: Final = 1.0
_BONES: Final = (
    *(_Bone(11 + side, 13 + side, proportions.UPPER_ARM_M, _RIGID_M) for side in (0, 1)),
    *(_Bone(13 + side, 15 + side, proportions.FOREARM_M, _RIGID_M) for side in (0, 1)),
    *(_Bone(23 + side, 25 + side, proportions.THIGH_M, _RIGID_M) for side in (0, 1)),
    *(_Bone(25 + side, 27 + side, proportions.SHIN_M, _RIGID_M) for side in (0, 1)),
    _Bone(11, 12, proportions.SHOULDER_WIDTH_M, 1.5 * _RIGID_M),
    _Bone(23, 24, proportions.HIP_WIDTH_M, _RIGID_M),
    _Bone(11, 23, proportions.TORSO_SIDE_M, _TRUNK_M),
    _Bone(12, 24, proportions.TORSO_SIDE_M, _TRUNK_M),
    _Bone(11, 24, proportions.TORSO_DIAGONAL_M, _TRUNK_M),
    _Bone(12, 23, proportions.TORSO_DIAGONAL_M, _TRUNK_M),
    _Bone(0, 11, proportions.NOSE_M, _NECK_M),
    _Bone(0, 12, proportions.NOSE_M, _NECK_M),
)
BONE_COUNT: Final = len(_BONES)
LIMB_COUNT: Final = 8
"""The first bones are those of the limbs: upper arms, forearms, thighs, shins."""
LEGS: Final = slice(4, 8)
"""Thighs and shins, left and right of each."""
STARTS: Final = np.array([_POINT_OF[bone.start] for bone in _BONES])
ENDS: Final = np.array([_POINT_OF[bone.end] for bone in _BONES])
BEYOND: Final = tuple(
    tuple(_POINT_OF[other.end] for other in _BONES[:LIMB_COUNT] if other.start == bone.end)
    for bone in _BONES[:LIMB_COUNT]
)
"""For each limb's bone the points that hang on its end."""
LENGTHS_M: Final = np.array([bone.length_m for bone in _BONES])
"""(16,) of an adult of ``proportions.STANDARD_HEIGHT_M``."""


def lengths_m(bones: BoneLengths, scale: float) -> Float64Array:
    """(16,) the lengths for a performer with these bones; the neck goes with the size."""
    lengths = LENGTHS_M * scale
    pairs = (bones.upper_arm_m, bones.forearm_m, bones.thigh_m, bones.shin_m)
    lengths[:8] = np.repeat(pairs, 2)
    wide, narrow, long = bones.shoulder_width_m, bones.hip_width_m, bones.torso_m
    lengths[8:10] = wide, narrow
    lengths[10:12] = np.hypot(long, 0.5 * (wide - narrow))
    lengths[12:14] = np.hypot(long, 0.5 * (wide + narrow))
    return lengths


SPREADS_M: Final = np.array([bone.spread_m for bone in _BONES])


def _incidence() -> Float64Array:
    incidence = np.zeros((BONE_COUNT, POINT_COUNT))
    incidence[np.arange(BONE_COUNT), ENDS] = 1.0
    incidence[np.arange(BONE_COUNT), STARTS] = -1.0
    return incidence


INCIDENCE: Final = _incidence()
"""(16, 13) bones are ``INCIDENCE @ points``."""
PAIRS: Final = np.einsum("ei,ej->ije", INCIDENCE, INCIDENCE).reshape(-1, BONE_COUNT)
"""(169, 16) sums what each bone adds to the block of each pair of points."""
TIES: Final = np.concatenate((INCIDENCE, np.eye(POINT_COUNT)))
"""(29, 13) the bones, then the points themselves."""
TIE_PAIRS: Final = np.einsum("ei,ej->ije", TIES, TIES).reshape(POINT_COUNT**2, -1)
"""(169, 29) sums what each of them adds to the block of each pair of points."""
KEEPS_LENGTH: Final = SPREADS_M < _NECK_M
"""(16,) all but those to the nose."""
TOUCHING: Final = np.abs(INCIDENCE).T * KEEPS_LENGTH / np.abs(INCIDENCE).sum(axis=0)[:, None]
"""(13, 16) averages over the bones at a point, but for those of no fixed length."""
