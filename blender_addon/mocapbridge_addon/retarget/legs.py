# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet that stay where they stand.

While the performer's foot stands in its place, the rig's ankle stays where it was when the foot
came to stand, moved on only by what the performer's ankle moves: it rests as long as theirs does,
although the rig's legs and hips have other proportions. Its height is the performer's, scaled.
First the hips give way, so that the limbs keep their directions; what two standing feet leave to be
done is done by bending their legs (law of cosines), in the plane that each is bent in.

Rigs with other hips take longer or shorter steps, so their place drifts from the performer's; it is
led back too slowly to be seen as sliding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..motion.frame import Motion
from ..motion.quaternion import (
    IDENTITY,
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
from .chains import Place
from .options import Options, Travel
from .rig import Rig
from .root import Root

_EASE_NS: Final = 120_000_000
"""Time to take hold of a foot and to let go of it."""
_RETURN_NS: Final = 4_000_000_000
"""Time constant of leading a rig back to the performer's place: 1 cm is then 2.5 mm/s."""
_BREAK_NS: Final = 500_000_000
"""After such a pause, or a step back in time, feet are taken anew."""
_REACH: Final = 0.9995
"""A leg is never stretched to its very end, where a knee snaps."""
_STRAIGHT: Final = 1e-4


@dataclass(frozen=True, slots=True)
class _Leg:
    """One leg of the rig and of the performer."""

    side: int
    places: tuple[int, int, int]
    """Of thigh, shin and foot among the bones of the pose."""
    joints: tuple[int, int, int]
    chains: tuple[tuple[int, ...], ...]
    """Per joint the joints from the root to it."""
    turns: tuple[Quaternion, Quaternion, Quaternion]
    """From rest to the T-pose."""
    rests: tuple[Quaternion, Quaternion, Quaternion]
    hip_from_hips: Vector
    """From the head of the hips' bone to the hip joint, at rest."""
    thigh: Vector
    """From hip joint to knee, at rest."""
    shin: Vector
    ankle_in_t_pose: Vector
    performer_ankle_in_t_pose_m: Vector


@dataclass(frozen=True, slots=True)
class _Stance:
    """A leg as the joints' rotations put it."""

    leg: _Leg
    world: tuple[Quaternion, Quaternion, Quaternion]
    """armature_from_bone of thigh, shin, foot."""
    hip_from_head: Vector
    thigh: Vector
    shin: Vector
    bend_axis: Vector
    ankle: Vector
    """Where the joints' rotations put the ankle, in the armature."""
    target: Vector
    """Where it is to be."""
    weight: float


class Legs:
    """Both legs of a rig, with the memory of how firmly each foot is held."""

    def __init__(self, root: Root, legs: Sequence[_Leg]) -> None:
        self._root = root
        self._legs = legs
        self._weights = [0.0, 0.0]
        self._stands: list[Vector | None] = [None, None]
        """Per side, level: from where the performer's ankle, carried over, is to the rig's own."""
        self._shift: Vector = (0.0, 0.0, 0.0)
        """How far the hips gave way in the last frame."""
        self._last_time_ns = 0

    def pin(
        self, motion: Motion, options: Options, head: Vector, basis: list[Quaternion]
    ) -> Vector:
        """Put standing feet in their place: changes the legs' rotations in ``basis``.

        Returns:
            Where the root bone's head goes.
        """
        self._ease(motion)
        if options.travel is not Travel.FULL:
            return head
        stances = [
            self._stance(leg, motion, options, head)
            for leg in self._legs
            if self._weights[leg.side] > 0.0
        ]
        self._shift = _shared_shift(stances)
        head = add(head, self._shift)
        for stance in stances:
            head = _within_reach(head, stance)
        for stance in stances:
            _bend(head, stance, basis)
        return head

    def _ease(self, motion: Motion) -> None:
        passed_ns = motion.capture_time_ns - self._last_time_ns
        self._last_time_ns = motion.capture_time_ns
        if not 0 <= passed_ns < _BREAK_NS:
            self._weights = [float(planted) for planted in motion.feet_planted]
            self._stands = [None, None]
            self._shift = (0.0, 0.0, 0.0)
            return
        step = passed_ns / _EASE_NS
        kept = math.exp(-passed_ns / _RETURN_NS)
        for side, planted in enumerate(motion.feet_planted):
            moved = self._weights[side] + (step if planted else -step)
            self._weights[side] = min(1.0, max(0.0, moved))
            stand = self._stands[side]
            if stand is not None:
                self._stands[side] = scaled(stand, kept) if self._weights[side] > 0.0 else None

    def _stance(self, leg: _Leg, motion: Motion, options: Options, head: Vector) -> _Stance:
        root, rotations = self._root, motion.rotations_wxyz
        in_world = [_chained(chain, rotations) for chain in leg.chains]
        turned = [
            multiply(root.to_rig(rotation), turn)
            for rotation, turn in zip(in_world, leg.turns, strict=True)
        ]
        thigh, shin, foot = (
            multiply(turn, rest) for turn, rest in zip(turned, leg.rests, strict=True)
        )
        thigh_way, shin_way = rotate(turned[0], leg.thigh), rotate(turned[1], leg.shin)
        axis = unit(cross(thigh_way, shin_way))
        if axis is None or length(cross(thigh_way, shin_way)) < _STRAIGHT * dot(
            leg.thigh, leg.thigh
        ):
            # Straight: a knee bends about the leg's own left.
            axis = rotate(root.rig_from_world, rotate(in_world[1], (1.0, 0.0, 0.0)))
        ankle_m = _ankle_m(leg, motion, in_world)
        moved = root.way(subtract(ankle_m, leg.performer_ankle_in_t_pose_m), options)
        hip_from_hips = rotate(root.turn(motion), leg.hip_from_hips)
        hip_from_head = subtract(hip_from_hips, root.head_from_hips(motion))
        ankle = add(add(head, hip_from_head), add(thigh_way, shin_way))
        target = add(leg.ankle_in_t_pose, moved)
        stand = self._stands[leg.side]
        if stand is None:
            now = add(ankle, self._shift)
            stand = self._stands[leg.side] = _level(root, subtract(now, target))
        return _Stance(
            leg=leg,
            world=(thigh, shin, foot),
            hip_from_head=hip_from_head,
            thigh=thigh_way,
            shin=shin_way,
            bend_axis=axis,
            ankle=ankle,
            target=add(target, stand),
            weight=self._weights[leg.side],
        )


def find_legs(
    rig: Rig,
    bones: Sequence[str],
    root: Root,
    mapped: dict[str, Place],
    t_pose_turns: dict[str, Quaternion],
) -> Legs | None:
    """The legs of a rig that can be bent; None when there are none."""
    legs: list[_Leg] = []
    skeleton = root.skeleton
    positions = skeleton.rest_positions_m()
    by_joint: dict[int, list[str]] = {}
    for bone, place in mapped.items():
        by_joint.setdefault(place.joint, []).append(bone)
    for side, name in enumerate(("left", "right")):
        wanted = [name + part for part in ("UpperLeg", "LowerLeg", "Foot")]
        if any(joint not in skeleton.names for joint in wanted):
            continue
        joints = [skeleton.names.index(joint) for joint in wanted]
        found = [by_joint.get(joint, []) for joint in joints]
        if any(len(bones_of_joint) != 1 for bones_of_joint in found):
            continue
        thigh, shin, foot = (rig.bones[of_joint[0]] for of_joint in found)
        turns = (
            t_pose_turns[thigh.name],
            t_pose_turns[shin.name],
            t_pose_turns[foot.name],
        )
        thigh_way, shin_way = subtract(shin.head, thigh.head), subtract(foot.head, shin.head)
        hip_from_hips = subtract(thigh.head, root.rest_hips)
        standing = add(root.rest_middle, rotate(root.t_pose_turn, root.hips_from_middle))
        hip = add(standing, rotate(root.t_pose_turn, hip_from_hips))
        ankle = add(hip, add(rotate(turns[0], thigh_way), rotate(turns[1], shin_way)))
        legs.append(
            _Leg(
                side=side,
                places=(bones.index(thigh.name), bones.index(shin.name), bones.index(foot.name)),
                joints=(joints[0], joints[1], joints[2]),
                chains=tuple(_chain(skeleton.parents, joint) for joint in joints),
                turns=turns,
                rests=(thigh.rotation_wxyz, shin.rotation_wxyz, foot.rotation_wxyz),
                hip_from_hips=hip_from_hips,
                thigh=thigh_way,
                shin=shin_way,
                ankle_in_t_pose=ankle,
                performer_ankle_in_t_pose_m=positions[joints[2]],
            )
        )
    return Legs(root, legs) if legs else None


def _level(root: Root, way: Vector) -> Vector:
    """The way without what of it goes up or down."""
    up = rotate(root.rig_from_world, (0.0, 1.0, 0.0))
    return subtract(way, scaled(up, dot(way, up)))


def _ankle_m(leg: _Leg, motion: Motion, in_world: Sequence[Quaternion]) -> Vector:
    """The performer's ankle [m]."""
    offsets = motion.skeleton.offsets_m
    thigh, shin, foot = leg.joints
    hip_m = add(motion.root_position_m, rotate(motion.rotations_wxyz[0], offsets[thigh]))
    knee_m = add(hip_m, rotate(in_world[0], offsets[shin]))
    return add(knee_m, rotate(in_world[1], offsets[foot]))


def _shared_shift(stances: Sequence[_Stance]) -> Vector:
    """How far the hips give way: what the standing feet ask for on average."""
    shift = (0.0, 0.0, 0.0)
    for stance in stances:
        asked = subtract(stance.target, stance.ankle)
        shift = add(shift, scaled(asked, stance.weight))
    return scaled(shift, 1.0 / max(1.0, sum(stance.weight for stance in stances)))


def _within_reach(head: Vector, stance: _Stance) -> Vector:
    """The root brought so near that the leg reaches its ankle's place."""
    hip = add(head, stance.hip_from_head)
    way = subtract(_target_from(hip, stance), hip)
    missing = length(way) - _REACH * (length(stance.thigh) + length(stance.shin))
    direction = unit(way)
    if missing <= 0.0 or direction is None:
        return head
    return add(head, scaled(direction, missing))


def _target_from(hip: Vector, stance: _Stance) -> Vector:
    ankle = add(hip, add(stance.thigh, stance.shin))
    return add(ankle, scaled(subtract(stance.target, ankle), stance.weight))


def _bend(head: Vector, stance: _Stance, basis: list[Quaternion]) -> None:
    """Turn thigh and shin so that the ankle is where it should be; the foot keeps its turn."""
    hip = add(head, stance.hip_from_head)
    wanted = subtract(_target_from(hip, stance), hip)
    thigh_length, shin_length = length(stance.thigh), length(stance.shin)
    distance = min(length(wanted), _REACH * (thigh_length + shin_length))
    distance = max(distance, abs(thigh_length - shin_length) * 1.001, 1e-9)
    squares = thigh_length * thigh_length + shin_length * shin_length
    product = thigh_length * shin_length
    new_bend = math.acos(_clamped((distance * distance - squares) / (2.0 * product)))
    bend = math.acos(_clamped(dot(stance.thigh, stance.shin) / product))
    knee_turn = about(stance.bend_axis, new_bend - bend)
    ankle = add(stance.thigh, rotate(knee_turn, stance.shin))
    hip_turn = between(ankle, wanted)
    shin_turn = multiply(hip_turn, knee_turn)
    # Each bone's own change, in its own axes: what is turned above it is taken off.
    changes = (
        hip_turn,
        multiply(conjugate(hip_turn), shin_turn),
        conjugate(shin_turn),
    )
    for place, world, change in zip(stance.leg.places, stance.world, changes, strict=True):
        own = multiply(multiply(conjugate(world), change), world)
        basis[place] = multiply(basis[place], own)


def _clamped(cosine: float) -> float:
    return min(1.0, max(-1.0, cosine))


def _chain(parents: Sequence[int | None], joint: int) -> tuple[int, ...]:
    chain = [joint]
    parent = parents[joint]
    while parent is not None:
        chain.append(parent)
        parent = parents[parent]
    return tuple(reversed(chain))


def _chained(chain: Sequence[int], rotations_wxyz: Sequence[Quaternion]) -> Quaternion:
    turn = IDENTITY
    for joint in chain:
        turn = multiply(turn, rotations_wxyz[joint])
    return turn
