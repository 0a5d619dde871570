"""Lengths of a performer's bones, from the picture.

Where a bone lies across the line of sight, the picture measures it ten times better than depth is
guessed: its length is its length in the picture at the distance of the hips. Both sides count
alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry.matrix import length
from mocapbridge.solve import anatomy, proportions
from mocapbridge.solve.clip import Clip
from mocapbridge.solve.options import BoneLengths
from mocapbridge.types import Float64Array

_ACROSS: Final = 0.4
"""Part of a bone that may point along the line of sight for its length in the picture to count:
8 % of it are lost then."""
_SEEN: Final = 0.5
_LEAST_FRAMES: Final = 5
_MOST_UNUSUAL: Final = 0.10
"""Bones that differ from the usual adult's by more than that part are cut to it: then the picture
is more likely to mislead than the performer to be so unusual."""
_PAIRS: Final = {
    "upper_arm_m": ((11, 13), (12, 14)),
    "forearm_m": ((13, 15), (14, 16)),
    "thigh_m": ((23, 25), (24, 26)),
    "shin_m": ((25, 27), (26, 28)),
    "shoulder_width_m": ((11, 12),),
    "hip_width_m": ((23, 24),),
}
_ARMS: Final = ("upper_arm_m", "forearm_m")
_TRUNK: Final = np.concatenate((anatomy.SHOULDERS, anatomy.HIPS))


def bones_in_picture(
    clip: Clip, distance_m: Float64Array, share: float, *, arms: bool
) -> BoneLengths:
    """Lengths at the size of the usual adult; the usual ones of bones that are hardly seen.

    Args:
        clip: the frames.
        distance_m: ``(n,)`` of the hips from the camera.
        share: weight of what is measured beside the usual adult's, 0..1.
        arms: also those of the arms, which only posing shows: in motion the shoulder goes along
            with the arm, and upper arms come out too long.
    """
    found: dict[str, float] = {}
    for name, pairs in _PAIRS.items():
        if arms or name not in _ARMS:
            sides = [_side(clip, start, end, distance_m) for start, end in pairs]
            found[name] = _blended(float(getattr(proportions.STANDARD_BONES, name)), sides, share)
    trunk_rays, trunk_points = (
        x[:, anatomy.SHOULDERS].mean(axis=1) - x[:, anatomy.HIPS].mean(axis=1)
        for x in (clip.rays, clip.points_m)
    )
    seen = clip.trust[:, _TRUNK].min(axis=1) > _SEEN
    trunk = _across(trunk_rays, trunk_points, distance_m, seen & clip.body_seen)
    found["torso_m"] = _blended(proportions.STANDARD_BONES.torso_m, [trunk], share)
    usual = {name: getattr(proportions.STANDARD_BONES, name) for name in _PAIRS}
    return BoneLengths(**{**usual, **found})


def _side(clip: Clip, start: int, end: int, distance_m: Float64Array) -> Float64Array:
    seen = clip.trust[:, (start, end)].min(axis=1) > _SEEN
    return _across(
        clip.rays[:, end] - clip.rays[:, start],
        clip.points_m[:, end] - clip.points_m[:, start],
        distance_m,
        seen & clip.body_seen,
    )


def _across(
    rays: Float64Array, bone_m: Float64Array, distance_m: Float64Array, seen: npt.NDArray[np.bool_]
) -> Float64Array:
    """A bone's length in the picture, of the frames in which it lies across the line of sight."""
    flat = np.abs(bone_m[:, 2]) < _ACROSS * length(bone_m)
    return (length(rays) * distance_m)[flat & seen]


def _blended(usual_m: float, sides: list[Float64Array], share: float) -> float:
    """The usual length and the measured ones of both sides."""
    enough = [float(np.median(side)) for side in sides if len(side) >= _LEAST_FRAMES]
    if not enough:
        return usual_m
    measured = float(np.mean(enough))
    bounded = min(max(measured, (1.0 - _MOST_UNUSUAL) * usual_m), (1.0 + _MOST_UNUSUAL) * usual_m)
    return usual_m + share * (bounded - usual_m)
