# SPDX-License-Identifier: GPL-3.0-or-later
"""Which share of the performer's joints each bone of a rig takes on.

Rigs have one to six bones where the performer has a spine of three joints, two necks or none, and
no clavicles or toes. A bone is therefore given a *place* on the performer's skeleton: a joint and
how much of that joint's own turning is included. What lies between the places of a bone and of the
bone it follows is what the bone has to turn, so nothing is lost and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from ..motion.frame import Skeleton
from ..motion.joints import SPINE
from ..motion.quaternion import IDENTITY, Quaternion, conjugate, multiply, power
from .mapping import Mapping
from .rig import Rig


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the performer's skeleton."""

    joint: int
    share: float = 1.0
    """How much of the joint's own rotation is included, above 0, at most 1."""


@dataclass(frozen=True, slots=True)
class Step:
    """A share of one joint's rotation; a negative one is turned back."""

    joint: int
    share: float


def places(rig: Rig, mapping: Mapping, skeleton: Skeleton) -> dict[str, Place]:
    """The place of every mapped bone that the rig has, by bone name."""
    index_of = {name: index for index, name in enumerate(skeleton.names)}
    found: dict[str, Place] = {}
    for joint, bones in _spine_spread(rig, mapping).items():
        present = [bone for bone in bones if bone in rig.bones]
        if joint not in index_of:
            continue
        for number, bone in enumerate(present, start=1):
            found.setdefault(bone, Place(index_of[joint], number / len(present)))
    spine = _incomplete_spine(rig, mapping)
    joints = [index_of[joint] for joint in SPINE if joint in index_of]
    for number, bone in enumerate(spine, start=1):
        found[bone] = _along(joints, number / len(spine))
    return found


def _spine_spread(rig: Rig, mapping: Mapping) -> dict[str, tuple[str, ...]]:
    """The mapping without a spine that is to be spread anew."""
    if not _incomplete_spine(rig, mapping):
        return mapping.joints
    return {joint: bones for joint, bones in mapping.joints.items() if joint not in SPINE}


def _incomplete_spine(rig: Rig, mapping: Mapping) -> list[str]:
    """The spine's bones when not every joint of the spine has one of its own."""
    per_joint = [
        [bone for bone in mapping.joints.get(joint, ()) if bone in rig.bones] for joint in SPINE
    ]
    return [] if all(per_joint) else [bone for bones in per_joint for bone in bones]


def _along(joints: Sequence[int], share: float) -> Place:
    """The place at a share of the way along a chain of joints."""
    reached = share * len(joints)
    whole = min(len(joints) - 1, int(reached - 1e-6))
    return Place(joints[whole], min(1.0, reached - whole))


def followed_bone(rig: Rig, mapped: dict[str, Place], bone: str) -> str | None:
    """The mapped bone that a bone turns with: the nearest above it that it inherits from."""
    if bone in rig.followed:
        return rig.followed[bone]
    inherits = rig.bones[bone].inherits_rotation
    for ancestor in rig.ancestors(bone):
        if not inherits:
            return None
        if ancestor in mapped:
            return ancestor
        inherits = rig.bones[ancestor].inherits_rotation
    return None


def steps_between(skeleton: Skeleton, start: Place | None, end: Place) -> tuple[Step, ...]:
    """What has to be turned from one place to another; from the world when there is no start."""
    down = _from_root(skeleton, end)
    up = _from_root(skeleton, start) if start is not None else []
    shared = len(list(takewhile(lambda pair: pair[0] == pair[1], zip(up, down, strict=False))))
    up, down = up[shared:], down[shared:]
    if len(up) == 1 and down and up[0].joint == down[0].joint:
        rest = Step(down[0].joint, down[0].share - up[0].share)
        return (rest, *down[1:])
    return (*(Step(step.joint, -step.share) for step in reversed(up)), *down)


def turn_along(steps: Sequence[Step], rotations_wxyz: Sequence[Quaternion]) -> Quaternion:
    """The rotation that these steps make."""
    turn = IDENTITY
    for step in steps:
        rotation = rotations_wxyz[step.joint]
        if step.share == -1.0:
            rotation = conjugate(rotation)
        elif step.share != 1.0:
            rotation = power(rotation, step.share)
        turn = rotation if turn is IDENTITY else multiply(turn, rotation)
    return turn


def _from_root(skeleton: Skeleton, place: Place) -> list[Step]:
    steps = [Step(place.joint, place.share)]
    parent = skeleton.parents[place.joint]
    while parent is not None:
        steps.append(Step(parent, 1.0))
        parent = skeleton.parents[parent]
    return steps[::-1]
