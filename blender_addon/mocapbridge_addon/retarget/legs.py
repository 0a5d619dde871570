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
from typing import Final

from ..motion.frame import Motion
from ..motion.joints import SIDES
from ..motion.quaternion import (
    Quaternion,
    Vector,
    add,
    conjugate,
    multiply,
    rotate,
    scaled,
    subtract,
)
from .chains import Place
from .foot_controls import FootControl
from .leg import Leg, Stance, ankle_m, bend_bones, bent, joint_turns, within_reach
from .options import Options, Travel
from .rig import Rig
from .root import Root

_EASE_NS: Final = 120_000_000
"""Time to take hold of a foot and to let go of it."""
_RETURN_NS: Final = 4_000_000_000
"""Time constant of leading a rig back to the performer's place: 1 cm is then 2.5 mm/s."""
_BREAK_NS: Final = 500_000_000
"""After such a pause, or a step back in time, feet are taken anew."""


class Legs:
    """Both legs of a rig, with the memory of how firmly each foot is held."""

    def __init__(
        self, root: Root, legs: Sequence[Leg], controls: Sequence[FootControl | None]
    ) -> None:
        self._root = root
        self._legs = legs
        self._controls = controls
        self._controlled = any(control is not None for control in controls)
        self._weights = [0.0, 0.0]
        self._stands: list[Vector | None] = [None, None]
        """Per side, level: from where the performer's ankle, carried over, is to the rig's own."""
        self._shift: Vector = (0.0, 0.0, 0.0)
        """How far the hips gave way in the last frame."""
        self._last_time_ns = 0

    @property
    def moved(self) -> tuple[str, ...]:
        """The controls that ``stand`` gives locations for."""
        return tuple(
            name for control in self._controls if control is not None for name in control.moved
        )

    def stand(
        self, motion: Motion, options: Options, head: Vector, basis: list[Quaternion]
    ) -> tuple[Vector, list[Vector]]:
        """Put standing feet in their place: changes the legs' rotations in ``basis``.

        Args:
            motion: the performer's frame.
            options: how it is carried over.
            head: where the root bone's head goes, in the armature.
            basis: the bones' turns as the joints turn them.

        Returns:
            Where it goes now, and the locations of the bones of ``moved``.
        """
        pinned = options.pin_feet and options.travel is Travel.FULL
        if pinned:
            self._ease(motion)
        weights = self._weights if pinned else (0.0, 0.0)
        if not self._controlled and not any(weights):
            self._shift = (0.0, 0.0, 0.0)
            return head, []
        axes = self._root.rig_from_world
        head = rotate(conjugate(axes), head)
        stances = [
            self._stance(leg, motion, options, head, weights[leg.side])
            for leg in self._legs
            if self._controlled or weights[leg.side] > 0.0
        ]
        held = [stance for stance in stances if stance.weight > 0.0]
        self._shift = _shared_shift(held)
        head = add(head, self._shift)
        for stance in held:
            head = within_reach(head, stance)
        locations: list[Vector] = []
        for stance in stances:
            bend = bent(head, stance) if stance.weight > 0.0 else None
            if bend is not None:
                bend_bones(stance, bend, basis)
            control = self._controls[stance.leg.side]
            if control is not None:
                locations += control.locations(head, stance, bend)
        return rotate(axes, head), locations

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

    def _stance(
        self, leg: Leg, motion: Motion, options: Options, head: Vector, weight: float
    ) -> Stance:
        """``head`` and all that comes back are in the performer's axes."""
        root = self._root
        turns = joint_turns(leg, motion)
        thigh, shin = rotate(turns[0], leg.thigh), rotate(turns[1], leg.shin)
        hip_from_head = rotate(motion.rotations_wxyz[0], leg.hip_from_hips)
        if root.rest_hips != root.rest_head:
            carried = rotate(conjugate(root.rig_from_world), root.head_from_hips(motion))
            hip_from_head = subtract(hip_from_head, carried)
        ankle = add(add(head, hip_from_head), add(thigh, shin))
        target = ankle
        if weight > 0.0:
            way_m = subtract(ankle_m(leg, motion, turns), leg.performer_ankle_in_t_pose_m)
            target = add(leg.ankle_in_t_pose, root.upright_way(way_m, options))
            stand = self._stands[leg.side]
            if stand is None:
                x, _, z = subtract(add(ankle, self._shift), target)
                stand = self._stands[leg.side] = (x, 0.0, z)
            target = add(target, stand)
        return Stance(leg, turns, hip_from_head, thigh, shin, ankle, target, weight)


def find_legs(
    rig: Rig,
    bones: Sequence[str],
    root: Root,
    mapped: dict[str, Place],
    t_pose_turns: dict[str, Quaternion],
    controls: dict[str, FootControl],
) -> Legs | None:
    """The legs of a rig that can be bent; None when there are none.

    ``controls``: by ``left`` and ``right``, the bones that feet are moved by.
    """
    legs: list[Leg] = []
    skeleton = root.skeleton
    positions = skeleton.rest_positions_m()
    ours = {control.bone for control in controls.values()}
    ours |= {control.toes for control in controls.values() if control.toes is not None}
    by_joint: dict[int, list[str]] = {}
    for bone, place in mapped.items():
        if bone not in ours:
            by_joint.setdefault(place.joint, []).append(bone)
    back = conjugate(root.rig_from_world)
    for side, name in enumerate(SIDES):
        wanted = [name + part for part in ("UpperLeg", "LowerLeg", "Foot")]
        if any(joint not in skeleton.names for joint in wanted):
            continue
        joints = [skeleton.names.index(joint) for joint in wanted]
        found = [by_joint.get(joint, []) for joint in joints]
        if any(len(bones_of_joint) != 1 for bones_of_joint in found):
            continue
        thigh, shin, foot = (rig.bones[of_joint[0]] for of_joint in found)
        turns = [multiply(back, t_pose_turns[bone.name]) for bone in (thigh, shin, foot)]
        hips_turn = multiply(back, root.t_pose_turn)
        thigh_way = rotate(turns[0], subtract(shin.head, thigh.head))
        shin_way = rotate(turns[1], subtract(foot.head, shin.head))
        hip_from_hips = rotate(hips_turn, subtract(thigh.head, root.rest_hips))
        standing = add(rotate(back, root.rest_middle), rotate(hips_turn, root.hips_from_middle))
        ankle = add(add(standing, hip_from_hips), add(thigh_way, shin_way))
        first, second, third = (_chain(skeleton.parents, joint) for joint in joints)
        if first != second[: len(first)] or second != third[: len(second)]:
            continue
        legs.append(
            Leg(
                side=side,
                places=(bones.index(thigh.name), bones.index(shin.name), bones.index(foot.name)),
                joints=(joints[0], joints[1], joints[2]),
                chains=(first, second[len(first) :], third[len(second) :]),
                stands=(
                    multiply(turns[0], thigh.rotation_wxyz),
                    multiply(turns[1], shin.rotation_wxyz),
                    multiply(turns[2], foot.rotation_wxyz),
                ),
                hip_from_hips=hip_from_hips,
                thigh=thigh_way,
                shin=shin_way,
                ankle_in_t_pose=ankle,
                performer_ankle_in_t_pose_m=positions[joints[2]],
            )
        )
    sides = [leg.side for leg in legs]
    own = [controls.get(name) if side in sides else None for side, name in enumerate(SIDES)]
    return Legs(root, legs, own) if legs else None


def _shared_shift(stances: Sequence[Stance]) -> Vector:
    """How far the hips give way: what the standing feet ask for on average."""
    shift = (0.0, 0.0, 0.0)
    for stance in stances:
        asked = subtract(stance.target, stance.ankle)
        shift = add(shift, scaled(asked, stance.weight))
    return scaled(shift, 1.0 / max(1.0, sum(stance.weight for stance in stances)))


def _chain(parents: Sequence[int | None], joint: int) -> tuple[int, ...]:
    chain = [joint]
    parent = parents[joint]
    while parent is not None:
        chain.append(parent)
        parent = parents[parent]
    return tuple(reversed(chain))
