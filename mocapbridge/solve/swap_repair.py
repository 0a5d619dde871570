"""Left and right, exchanged by the detector for some frames, put right over a whole clip.

An exchange shows as a leap: between two frames every landmark is nearer to where its mirror image
was. Which frames are exchanged is the cheapest explanation of the whole clip (A. Viterbi, 1967):
a sequence of frames as they are and frames exchanged, in which landmarks travel the least. Arms
with head and legs are judged apart, because the detector exchanges either alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry.matrix import length
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

_UPPER: Final = np.arange(11, 23)
_LEGS: Final = np.arange(23, 33)
_LEAST_GAIN_M: Final = 0.05
"""An exchange must save each landmark that much way at its beginning and its end: people whose
sides pass one another, as in a turn, are not exchanged."""
_RARE_M_S: Final = 0.15
"""Price of each second of exchanged frames: of two equally good explanations, the one that changes
less of the clip."""


def exchanged(
    points_m: Float64Array, rays: Float64Array, seen: npt.NDArray[np.bool_], times_s: Float64Array
) -> npt.NDArray[np.bool_]:
    """Which frames of a clip have left and right exchanged, ``(n, 2)`` for upper body and legs.

    Args:
        points_m: ``(n, 33, 3)`` world landmarks, relative to the hips.
        rays: ``(n, 33, 2)`` slopes of the landmarks in the picture.
        seen: ``(n,)`` frames that show a body; the others are skipped.
        times_s: ``(n,)``.
    """
    result = np.zeros((len(points_m), 2), dtype=np.bool_)
    frames = np.flatnonzero(seen)
    if len(frames) < 2:  # noqa: PLR2004 - a leap needs two frames
        return result
    durations = np.gradient(times_s[frames])
    for column, group in enumerate((_UPPER, _LEGS)):
        features = _features(points_m[frames], rays[frames], group)
        mirrored = _features(points_m[frames], rays[frames], anatomy.MIRRORED_LANDMARK[group])
        stays = length(features[1:] - features[:-1]).mean(axis=1)
        leaps = length(features[1:] - mirrored[:-1]).mean(axis=1) + _LEAST_GAIN_M
        result[frames, column] = _cheapest(stays, leaps, _RARE_M_S * durations)
    return result


def put_right(values: npt.NDArray[np.float64], swapped: npt.NDArray[np.bool_]) -> Float64Array:
    """Values per landmark ``(n, 33, ...)`` with the exchanged ones put back."""
    mirror = np.arange(33)
    result = values.copy()
    for column, group in enumerate((np.arange(23), _LEGS)):
        mirror = anatomy.MIRRORED_LANDMARK[group]
        frames = np.flatnonzero(swapped[:, column])
        result[np.ix_(frames, group)] = values[np.ix_(frames, mirror)]
    return result


def _features(
    points_m: Float64Array, rays: Float64Array, group: npt.NDArray[np.intp]
) -> Float64Array:
    """Where landmarks are ``(n, group, 5)``, in the world and in the picture, both in metres."""
    spread = np.linalg.norm(
        rays[:, anatomy.SHOULDERS].mean(1) - rays[:, anatomy.HIPS].mean(1), axis=-1
    )
    metres = 0.5 / max(float(np.median(spread)), 1e-6)
    return np.concatenate((points_m[:, group], metres * rays[:, group]), axis=-1)


def _cheapest(
    stays: Float64Array, leaps: Float64Array, price: Float64Array
) -> npt.NDArray[np.bool_]:
    """The cheapest sequence of states, True for exchanged."""
    cost = [0.0, float(price[0])]
    came_from: list[tuple[bool, bool]] = []
    for stay, leap, dear in zip(stays.tolist(), leaps.tolist(), price[1:].tolist(), strict=True):
        plain = (cost[0] + stay, cost[1] + leap)
        crossed = (cost[1] + stay, cost[0] + leap)
        came_from.append((plain[1] < plain[0], crossed[0] < crossed[1]))
        cost = [min(plain), min(crossed) + dear]
    state = cost[1] < cost[0]
    states = [state]
    for from_plain, from_crossed in reversed(came_from):
        state = from_crossed if state else from_plain
        states.append(state)
    return np.array(states[::-1])
