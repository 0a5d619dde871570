# SPDX-License-Identifier: GPL-3.0-or-later
"""The turn that takes each bone from the rig's rest pose to the performer's T-pose.

Arms, legs and fingers are turned so that they point where the performer's do in the T-pose; what
hangs on them turns along, so that a bone's roll does not matter. Feet are turned about the vertical
alone, because at rest they stand on the floor whatever their shape; trunk, shoulders and head stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..motion.frame import Skeleton
from ..motion.joints import FINGERS, SIDES
from ..motion.quaternion import (
    IDENTITY,
    Quaternion,
    Vector,
    add,
    between,
    conjugate,
    cross,
    dot,
    from_axes,
    multiply,
    rotate,
    scaled,
    subtract,
    unit,
)
from .axes import joint_position
from .chains import Place
from .mapping import Mapping
from .rig import Rig

_LIMBS: Final = (("UpperArm", "LowerArm"), ("LowerArm", "Hand"))
_LEGS: Final = (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))


@dataclass(frozen=True, slots=True)
class _Search:
    """What the search goes by."""

    rig: Rig
    mapping: Mapping
    skeleton: Skeleton
    rig_from_world: Quaternion

    def rest_direction(self, joint: str, towards: str) -> Vector | None:
        """From one joint of the rig to another at rest."""
        start = joint_position(self.rig, self.mapping, joint)
        end = joint_position(self.rig, self.mapping, towards)
        return None if start is None or end is None else unit(subtract(end, start))

    def t_pose_direction(self, joint: str, towards: str) -> Vector | None:
        """The same of the performer's T-pose, in the armature's space."""
        names = self.skeleton.names
        if joint not in names or towards not in names:
            return None
        positions = self.skeleton.rest_positions_m()
        way = subtract(positions[names.index(towards)], positions[names.index(joint)])
        return unit(rotate(self.rig_from_world, way))


def t_pose_turns(
    rig: Rig,
    mapping: Mapping,
    skeleton: Skeleton,
    rig_from_world: Quaternion,
    mapped: dict[str, Place],
) -> dict[str, Quaternion]:
    """Per mapped bone the turn, in the armature's space, from rest to the T-pose."""
    if mapping.t_pose:
        return {bone: mapping.t_pose.get(bone, IDENTITY) for bone in mapped}
    search = _Search(rig, mapping, skeleton, rig_from_world)
    joints: dict[str, Quaternion] = {}
    for side in SIDES:
        turn = IDENTITY
        for part, towards in _LIMBS:
            turn = joints[side + part] = _pointed(search, turn, side + part, side + towards)
        hand = joints[side + "Hand"] = _hand(search, turn, side)
        for finger in FINGERS:
            _finger(search, hand, side + finger, joints)
        turn = IDENTITY
        for part, towards in _LEGS:
            turn = joints[side + part] = _pointed(search, turn, side + part, side + towards)
        joints[side + "Foot"] = joints[side + "Toes"] = _foot(search, side)
    return {
        bone: joints.get(skeleton.names[place.joint], IDENTITY) for bone, place in mapped.items()
    }


def _pointed(search: _Search, parent_turn: Quaternion, joint: str, towards: str) -> Quaternion:
    """The parent's turn and then the shortest one that points the joint where it should."""
    rest = search.rest_direction(joint, towards)
    wanted = search.t_pose_direction(joint, towards)
    if rest is None or wanted is None:
        return parent_turn
    return multiply(between(rotate(parent_turn, rest), wanted), parent_turn)


def _hand(search: _Search, arm_turn: Quaternion, side: str) -> Quaternion:
    """The hand's turn: along the middle finger and, where fingers say it, about it too."""
    hand = side + "Hand"
    for finger in ("MiddleProximal", "IndexProximal"):
        along = search.rest_direction(hand, side + finger)
        wanted = search.t_pose_direction(hand, side + finger)
        if along is None or wanted is None:
            continue
        across = search.rest_direction(side + "LittleProximal", side + "IndexProximal")
        wanted_across = search.t_pose_direction(side + "LittleProximal", side + "IndexProximal")
        if across is None or wanted_across is None:
            return _pointed(search, arm_turn, hand, side + finger)
        return multiply(
            _frame(wanted, wanted_across),
            conjugate(_frame(along, across)),
        )
    return arm_turn


def _frame(along: Vector, across: Vector) -> Quaternion:
    """The rotation whose X axis is ``along`` and whose Y axis lies towards ``across``."""
    sideways = unit(subtract(across, scaled(along, dot(across, along))))
    if sideways is None:
        return between((1.0, 0.0, 0.0), along)
    return from_axes(along, sideways, cross(along, sideways))


def _finger(
    search: _Search, hand_turn: Quaternion, finger: str, joints: dict[str, Quaternion]
) -> None:
    """The turns of a finger's joints; the last has nothing to point at and goes along."""
    parts = (
        ("Metacarpal", "Proximal", "Distal")
        if finger.endswith("Thumb")
        else ("Proximal", "Intermediate", "Distal")
    )
    turn = hand_turn
    for part, towards in zip(parts, (*parts[1:], ""), strict=True):
        if towards:
            turn = _pointed(search, turn, finger + part, finger + towards)
        joints[finger + part] = turn


def _foot(search: _Search, side: str) -> Quaternion:
    """The turn about the vertical that points the toes where the performer's point."""
    foot, toes = side + "Foot", side + "Toes"
    up = rotate(search.rig_from_world, (0.0, 1.0, 0.0))
    rest = search.rest_direction(foot, toes) or _tail_direction(search, foot)
    wanted = search.t_pose_direction(foot, toes)
    if rest is None or wanted is None:
        return IDENTITY
    level_rest = unit(add(rest, scaled(up, -dot(rest, up))))
    level_wanted = unit(add(wanted, scaled(up, -dot(wanted, up))))
    if level_rest is None or level_wanted is None or dot(level_rest, level_wanted) < 0.0:
        return IDENTITY
    return between(level_rest, level_wanted)


def _tail_direction(search: _Search, joint: str) -> Vector | None:
    for name in search.mapping.joints.get(joint, ()):
        bone = search.rig.bones.get(name)
        if bone is not None:
            return unit(subtract(bone.tail, bone.head))
    return None
