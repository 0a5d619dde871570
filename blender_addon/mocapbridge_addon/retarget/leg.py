# SPDX-License-Identifier: GPL-3.0-or-later
"""One leg: where its ankle is, and how it is bent to have it elsewhere.

All vectors are along the performer's axes and in the armature's units, so that the joints'
rotations turn them as they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..motion.frame import Motion
from ..motion.quaternion import (
    Quaternion,
    Vector,
    about,
    add,
    between,
    conjugate,
    cross,
    dot,
    length,
    multiply,
    rotate,
    scaled,
    subtract,
    unit,
)

_REACH: Final = 0.9995
"""A leg is never stretched to its very end, where a knee snaps."""
_STRAIGHT: Final = 1e-4
_THERE: Final = 1e-6
"""An ankle that is off by less of the leg's length is where it should be."""
_LEFTWARD: Final = (1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of the rig and of the performer."""

    side: int
    places: tuple[int, int, int]
    """Of thigh, shin and foot among the bones of the pose."""
    joints: tuple[int, int, int]
    chains: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]
    """Per joint the joints from the one before it, the first from the root."""
    stands: tuple[Quaternion, Quaternion, Quaternion]
    """Per bone its rotation in the T-pose."""
    hip_from_hips: Vector
    """From the head of the hips' bone to the hip joint, in the T-pose."""
    thigh: Vector
    """From hip joint to knee, in the T-pose."""
    shin: Vector
    ankle_in_t_pose: Vector
    performer_ankle_in_t_pose_m: Vector

    @property
    def length(self) -> float:
        """Of the stretched leg."""
        return length(self.thigh) + length(self.shin)


class Stance(NamedTuple):
    """A leg as the joints' rotations put it."""

    leg: Leg
    turns: tuple[Quaternion, Quaternion, Quaternion]
    """Of thigh, shin and foot from the T-pose, in the performer's world."""
    hip_from_head: Vector
    """From the head of the bone that travels."""
    thigh: Vector
    shin: Vector
    ankle: Vector
    """Where the joints' rotations put the ankle."""
    target: Vector
    """Where it is to be."""
    weight: float
    """How much of the way there it goes, 0..1."""

    def target_from(self, hip: Vector) -> Vector:
        """Where the ankle goes when the hip joint is there."""
        ankle = add(hip, add(self.thigh, self.shin))
        if self.weight == 1.0:
            return self.target
        return add(ankle, scaled(subtract(self.target, ankle), self.weight))


class Bent(NamedTuple):
    """How thigh and shin are turned on, in the performer's world."""

    hip_turn: Quaternion
    shin_turn: Quaternion


def joint_turns(leg: Leg, motion: Motion) -> tuple[Quaternion, Quaternion, Quaternion]:
    """The turns of hip, knee and ankle joint from the T-pose, in the performer's world."""
    rotations = motion.rotations_wxyz
    found: list[Quaternion] = []
    turn = None
    for chain in leg.chains:
        for joint in chain:
            own = rotations[joint]
            turn = own if turn is None else multiply(turn, own)
        found.append(turn or rotations[0])
    return (found[0], found[1], found[2])


def ankle_m(leg: Leg, motion: Motion, turns: tuple[Quaternion, Quaternion, Quaternion]) -> Vector:
    """The performer's ankle [m]."""
    offsets = motion.skeleton.offsets_m
    thigh, shin, foot = leg.joints
    hip_m = add(motion.root_position_m, rotate(motion.rotations_wxyz[0], offsets[thigh]))
    knee_m = add(hip_m, rotate(turns[0], offsets[shin]))
    return add(knee_m, rotate(turns[1], offsets[foot]))


def within_reach(head: Vector, stance: Stance) -> Vector:
    """The root brought so near that the leg reaches its ankle's place."""
    hip = add(head, stance.hip_from_head)
    way = subtract(stance.target_from(hip), hip)
    missing = length(way) - _REACH * stance.leg.length
    direction = unit(way) if missing > 0.0 else None
    return head if direction is None else add(head, scaled(direction, missing))


def bent(head: Vector, stance: Stance) -> Bent | None:
    """What turns the leg so that its ankle is where it should be; None when it is there."""
    hip = add(head, stance.hip_from_head)
    wanted = subtract(stance.target_from(hip), hip)
    thigh, shin = stance.thigh, stance.shin
    if length(subtract(wanted, add(thigh, shin))) < _THERE * stance.leg.length:
        return None
    thigh_length, shin_length = length(thigh), length(shin)
    distance = min(length(wanted), _REACH * (thigh_length + shin_length))
    distance = max(distance, abs(thigh_length - shin_length) * 1.001, 1e-9)
    squares = thigh_length * thigh_length + shin_length * shin_length
    product = thigh_length * shin_length
    new_bend = math.acos(_clamped((distance * distance - squares) / (2.0 * product)))
    bend = math.acos(_clamped(dot(thigh, shin) / product))
    knee_turn = about(_bend_axis(stance), new_bend - bend)
    ankle = add(thigh, rotate(knee_turn, shin))
    hip_turn = between(ankle, wanted)
    return Bent(hip_turn, multiply(hip_turn, knee_turn))


def bend_bones(stance: Stance, bend: Bent, basis: list[Quaternion]) -> None:
    """Turn the leg's bones of a pose; the foot keeps its turn in the world."""
    # Each bone's own change, in its own axes: what is turned above it is taken off.
    changes = (
        bend.hip_turn,
        multiply(conjugate(bend.hip_turn), bend.shin_turn),
        conjugate(bend.shin_turn),
    )
    leg = stance.leg
    for place, stands, turn, change in zip(
        leg.places, leg.stands, stance.turns, changes, strict=True
    ):
        world = multiply(turn, stands)
        own = multiply(multiply(conjugate(world), change), world)
        basis[place] = multiply(basis[place], own)


def knee_direction(thigh: Vector, shin: Vector, forward: Vector) -> Vector:
    """Where the knee points: at right angles to the leg; ``forward`` when it is straight."""
    along = unit(add(thigh, shin)) or (0.0, -1.0, 0.0)
    out = subtract(thigh, scaled(along, dot(thigh, along)))
    # A knee that is hardly bent says little, and so has little weight.
    out = add(out, scaled(forward, _STRAIGHT * length(thigh)))
    out = subtract(out, scaled(along, dot(out, along)))
    return unit(out) or forward


def _bend_axis(stance: Stance) -> Vector:
    axis = cross(stance.thigh, stance.shin)
    thigh = stance.leg.thigh
    if length(axis) < _STRAIGHT * dot(thigh, thigh):
        # Straight: a knee bends about the leg's own left.
        return rotate(stance.turns[1], _LEFTWARD)
    return unit(axis) or _LEFTWARD


def _clamped(cosine: float) -> float:
    return min(1.0, max(-1.0, cosine))
