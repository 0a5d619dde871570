"""Stands a whole clip's skeleton on the floor and keeps its feet where they stand.

What ``solve.placement`` does frame by frame, with what only a clip can know: one height of the
floor, one place for each step from its first frame to its last, and feet that begin to settle
before they land.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry.matrix import from_directions, length
from mocapbridge.geometry.quaternion import unit
from mocapbridge.solve import anatomy, proportions
from mocapbridge.solve.build import Build
from mocapbridge.solve.clip_kinematics import STRETCH, positions_m, reach
from mocapbridge.solve.contact_segments import runs
from mocapbridge.solve.zero_phase import smooth_maximum
from mocapbridge.types import Float64Array

_SOLE_M: Final = np.array(((0.0, -0.08, -0.05), (0.0, -0.08, 0.13), (0.0, -0.08, 0.19)))
"""Heel, ball and tip of the sole in the foot joint's axes, standard size [m]."""
_EASE_S: Final = 0.10
"""A foot settles on its place that long before it stands, and leaves it as long afterwards."""
_LEVEL_WITHIN_M: Final = 0.05
"""A foot that would sink in this far is turned quite level."""
_SINK_S: Final = 0.05
"""The hips come down that smoothly where legs are too short."""
_DEEPEST_SINK_M: Final = 0.15
_UP: Final = np.array((0.0, 1.0, 0.0))
_FLAT: Final = np.array((1.0, 0.0, 1.0))
_X_Y_Z: Final = np.array((2, 0, 1))


@dataclass(frozen=True, slots=True)
class Steps:
    """Where and when the feet stand."""

    strength: Float64Array
    """(n, 2) 0 free .. 1 standing."""
    places_m: Float64Array
    """(n, 2, 3) where the ankles belong, world axes."""
    headings: Float64Array
    """(n, 2, 3) level directions in which standing feet point."""


def plan_steps(
    ankles_m: Float64Array,
    forward: Float64Array,
    stands: npt.NDArray[np.bool_],
    ankle_height_m: float,
    times_s: Float64Array,
) -> Steps:
    """One place for each step.

    Args:
        ankles_m: ``(n, 2, 3)`` where the ankles are, world axes.
        forward: ``(n, 2, 3)`` where the feet point.
        stands: ``(n, 2)`` whether each foot stands.
        ankle_height_m: height of a standing ankle.
        times_s: ``(n,)``.
    """
    strength = np.zeros(stands.shape)
    places, headings = ankles_m.copy(), forward * _FLAT
    for foot in (0, 1):
        for begin, end in runs(stands[:, foot]):
            hold = _hold(times_s, begin, end)
            nearer = hold > strength[:, foot]
            strength[nearer, foot] = hold[nearer]
            place = ankles_m[begin:end, foot].mean(axis=0)
            places[nearer, foot] = (place[0], ankle_height_m, place[2])
            headings[nearer, foot] = (forward[begin:end, foot] * _FLAT).mean(axis=0)
    return Steps(strength, places, unit(headings))


def _hold(times_s: Float64Array, begin: int, end: int) -> Float64Array:
    """1 while a step lasts, falling to 0 on both sides ``(n,)``."""
    outside_s = np.maximum(times_s[begin] - times_s, times_s - times_s[end - 1])
    fraction = np.minimum(np.maximum(1.0 - outside_s / _EASE_S, 0.0), 1.0)
    return fraction * fraction * (3.0 - 2.0 * fraction)


def stand(
    world: Float64Array,
    root_m: Float64Array,
    steps: Steps,
    build: Build,
    times_s: Float64Array,
) -> Float64Array:
    """Bring standing feet to their places and keep all feet out of the floor.

    Args:
        world: ``(55, n, 3, 3)`` world rotations; those of the legs change in place.
        root_m: ``(n, 3)`` the hips joint, floor at 0.
        steps: where the feet stand.
        build: the performer's bones.
        times_s: ``(n,)``.

    Returns:
        ``(n, 3)`` how far the hips have to move: legs bend only where the hips alone cannot bring
        both feet to where they stand.
    """
    positions = positions_m(world, build.offsets_m)
    positions += root_m
    ankles = positions[anatomy.FOOT_JOINTS].swapaxes(0, 1)
    hips = positions[anatomy.UPPER_LEG_JOINTS].swapaxes(0, 1)
    del positions  # ten minutes of it are 50 MB
    strength = steps.strength[..., None]
    astray = strength * (steps.places_m - ankles)
    weight = np.maximum(strength.sum(axis=1), 1.0)
    shift = (strength * astray).sum(axis=1) / weight
    ankles = ankles + shift[:, None]
    target = ankles + strength * (steps.places_m - ankles)
    feet = world[anatomy.FOOT_JOINTS].swapaxes(0, 1)
    level = _level(feet, steps.headings, strength)
    if steps.strength.any():
        # Somebody has stood: the height of the floor is known, and nothing can be below it.
        sunk = _sunk(level, target, build.scale)[..., None]
        flat = np.maximum(strength, np.minimum(sunk / _LEVEL_WITHIN_M, 1.0))
        level = _level(feet, steps.headings, flat)
        target[..., 1] += _sunk(level, target, build.scale)
    hips = hips + shift[:, None]
    bones_m = np.stack(
        [
            length(build.offsets_m[joints])
            for joints in (anatomy.LOWER_LEG_JOINTS, anatomy.FOOT_JOINTS)
        ],
        axis=1,
    )
    sink = _sink(hips, target, steps.strength, bones_m.sum(axis=1), times_s)
    shift[:, 1] -= sink
    hips[..., 1] -= sink[:, None]
    target[..., 1] -= (1.0 - steps.strength) * sink[:, None]
    hinges = world[anatomy.LOWER_LEG_JOINTS][..., 0].swapaxes(0, 1)
    upper, lower = reach(hips, target, hinges, bones_m)
    toes = feet.swapaxes(-1, -2) @ world[anatomy.TOE_JOINTS].swapaxes(0, 1)
    world[anatomy.UPPER_LEG_JOINTS] = upper.swapaxes(0, 1)
    world[anatomy.LOWER_LEG_JOINTS] = lower.swapaxes(0, 1)
    world[anatomy.FOOT_JOINTS] = level.swapaxes(0, 1)
    world[anatomy.TOE_JOINTS] = (level @ toes).swapaxes(0, 1)
    return shift


def _sink(
    hips_m: Float64Array,
    ankles_m: Float64Array,
    strength: Float64Array,
    legs_m: Float64Array,
    times_s: Float64Array,
) -> Float64Array:
    """How far the hips must come down ``(n,)`` for straight legs to reach standing feet [m]."""
    aside = length((ankles_m - hips_m) * _FLAT)
    reached = STRETCH * legs_m
    most = np.sqrt(np.maximum(reached**2 - aside**2, 0.0))
    short = strength * np.maximum(hips_m[..., 1] - ankles_m[..., 1] - most, 0.0)
    needed = np.minimum(short.max(axis=1), _DEEPEST_SINK_M)
    return smooth_maximum(needed, times_s, _SINK_S)


def _level(feet: Float64Array, headings: Float64Array, share: Float64Array) -> Float64Array:
    """Foot rotations ``(n, 2, 3, 3)``, by that share flat on the floor and of that heading."""
    up = feet[..., 1] + share * (_UP - feet[..., 1])
    ahead = feet[..., 2] + share * (headings - feet[..., 2])
    # Columns come as (y, z, x).
    return from_directions(up, ahead).take(_X_Y_Z, axis=-1)


def _sunk(feet: Float64Array, ankles_m: Float64Array, scale: float) -> Float64Array:
    """How far each foot's lowest point is in the floor ``(n, 2)`` [m]; 0 above it."""
    soles = _SOLE_M * scale
    lowest = ankles_m[..., 1] + np.einsum("tfj,kj->tfk", feet[..., 1, :], soles).min(axis=-1)
    return np.maximum(-lowest, 0.0)


def hips_height_m(build: Build) -> float:
    """The hips joint over the floor in the rest pose."""
    return float(build.offsets_m[anatomy.HIPS_JOINT, 1])


def ankle_height_m(build: Build) -> float:
    """The foot joint over the sole."""
    return proportions.ANKLE_HEIGHT_M * build.scale
