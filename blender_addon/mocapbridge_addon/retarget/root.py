# SPDX-License-Identifier: GPL-3.0-or-later
"""The hips' way through the room.

What travels is the middle of the hip joints, scaled by the length of the legs: feet then stand on
the rig's floor when the performer's stand on theirs, wherever the rig's hips bone has its head.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..motion.frame import Motion, Skeleton
from ..motion.quaternion import (
    IDENTITY,
    Quaternion,
    Vector,
    add,
    conjugate,
    dot,
    length,
    middle,
    multiply,
    rotate,
    scaled,
    subtract,
)
from .axes import joint_position, leg_middle
from .chains import Place, Step, followed_bone, steps_between, turn_along
from .mapping import Mapping
from .options import Options, Travel
from .rig import Rig

_LEG = ("UpperLeg", "LowerLeg", "Foot")


@dataclass(frozen=True, slots=True)
class Root:
    """How the root bone travels."""

    bone: str
    """The bone that travels: the one that carries the hips, or the hips' own."""
    carrier: tuple[Step, ...]
    """What turns that bone in the performer's world."""
    skeleton: Skeleton
    rig_from_world: Quaternion
    t_pose_turn: Quaternion
    """Of the hips' bone."""
    carrier_t_pose_turn: Quaternion
    """Of the bone that travels."""
    scale: float
    """Armature units per metre."""
    rest_head: Vector
    """The head of the bone that travels at rest, in the armature."""
    rest_hips: Vector
    """The head of the hips' bone at rest."""
    rest_middle: Vector
    """The middle of the rig's hip joints when it stands in its T-pose, in the armature."""
    hips_from_middle: Vector
    """From the rig's hip joints to the head of the hips' bone, at rest."""
    performer_rest_middle_m: Vector
    performer_middle_from_hips_m: Vector
    location_axes: Quaternion
    """bone_from_armature for locations."""

    def turn(self, motion: Motion) -> Quaternion:
        """The hips' turn from rest, in the armature."""
        turned = self.to_rig(motion.rotations_wxyz[0])
        return multiply(turned, self.t_pose_turn)

    def to_rig(self, rotation_in_world: Quaternion) -> Quaternion:
        """A rotation of the performer's world in the armature's axes."""
        turn = self.rig_from_world
        return multiply(multiply(turn, rotation_in_world), conjugate(turn))

    def head_position(self, motion: Motion, options: Options) -> Vector:
        """Where the head of the bone that travels goes, in the armature."""
        hips = motion.rotations_wxyz[0]
        reached_m = add(motion.root_position_m, rotate(hips, self.performer_middle_from_hips_m))
        way = self.way(subtract(reached_m, self.performer_rest_middle_m), options)
        hips_head = add(self.rest_middle, rotate(self.turn(motion), self.hips_from_middle))
        return add(add(hips_head, way), self.head_from_hips(motion))

    def head_from_hips(self, motion: Motion) -> Vector:
        """From the head of the hips' bone to that of the bone that travels; often nothing."""
        if self.rest_hips == self.rest_head:
            return (0.0, 0.0, 0.0)
        turned = self.to_rig(turn_along(self.carrier, motion.rotations_wxyz))
        way = subtract(self.rest_head, self.rest_hips)
        return rotate(multiply(turned, self.carrier_t_pose_turn), way)

    def way(self, way_m: Vector, options: Options) -> Vector:
        """A way through the performer's room as a way in the armature."""
        return rotate(self.rig_from_world, self.upright_way(way_m, options))

    def upright_way(self, way_m: Vector, options: Options) -> Vector:
        """The same, in the armature's units along the performer's axes."""
        if options.travel is Travel.NONE:
            way_m = (0.0, 0.0, 0.0)
        elif options.travel is Travel.IN_PLACE:
            way_m = (0.0, way_m[1], 0.0)
        else:
            way_m = subtract(way_m, options.origin_m)
        lifted = (way_m[0], way_m[1] + options.floor_offset_m, way_m[2])
        return scaled(lifted, self.scale)

    def location(self, head: Vector) -> Vector:
        """The same in Blender's ``location`` of the root bone."""
        return rotate(self.location_axes, subtract(head, self.rest_head))


def find_root(
    rig: Rig,
    mapping: Mapping,
    skeleton: Skeleton,
    rig_from_world: Quaternion,
    t_pose_turns: dict[str, Quaternion],
    mapped: dict[str, Place],
) -> Root | None:
    """The root of a rig; None when it has no hips bone or no legs to measure it by."""
    bones = [bone for bone in mapping.joints.get("hips", ()) if bone in rig.bones]
    if not bones or skeleton.names[0] != "hips":
        return None
    hips = rig.bones[bones[0]]
    # A control rig's torso carries its hips; elsewhere nothing that is mapped does.
    bone = rig.bones[followed_bone(rig, mapped, hips.name) or hips.name]
    rest_middle = leg_middle(rig, mapping) or hips.head
    positions = dict(zip(skeleton.names, skeleton.rest_positions_m(), strict=True))
    hips_m = positions["hips"]
    middle_m = hips_m
    if "leftUpperLeg" in positions and "rightUpperLeg" in positions:
        middle_m = middle(positions["leftUpperLeg"], positions["rightUpperLeg"])
    up = rotate(rig_from_world, (0.0, 1.0, 0.0))
    rise = _rise(rig, mapping, t_pose_turns, up)
    return Root(
        bone=bone.name,
        carrier=steps_between(skeleton, None, mapped[bone.name]),
        skeleton=skeleton,
        rig_from_world=rig_from_world,
        t_pose_turn=t_pose_turns.get(hips.name, IDENTITY),
        carrier_t_pose_turn=t_pose_turns.get(bone.name, IDENTITY),
        scale=_scale(rig, mapping, positions, up),
        rest_head=bone.head,
        rest_hips=hips.head,
        rest_middle=add(rest_middle, scaled(up, rise)),
        hips_from_middle=subtract(hips.head, rest_middle),
        performer_rest_middle_m=middle_m,
        performer_middle_from_hips_m=subtract(middle_m, hips_m),
        location_axes=conjugate(bone.rotation_wxyz) if bone.local_location else IDENTITY,
    )


def leg_points(rig: Rig, mapping: Mapping, side: str) -> tuple[Vector, Vector, Vector] | None:
    """Hip joint, knee and ankle of one leg at rest."""
    hip, knee, ankle = (joint_position(rig, mapping, side + part) for part in _LEG)
    return None if hip is None or knee is None or ankle is None else (hip, knee, ankle)


def _scale(rig: Rig, mapping: Mapping, positions_m: dict[str, Vector], up: Vector) -> float:
    """The rig's legs over the performer's; the height of the hips where there are no legs."""
    rig_length = performer_m = 0.0
    for side in ("left", "right"):
        points = leg_points(rig, mapping, side)
        names = [side + part for part in _LEG]
        if points is None or any(name not in positions_m for name in names):
            continue
        hip, knee, ankle = points
        rig_length += length(subtract(knee, hip)) + length(subtract(ankle, knee))
        hip, knee, ankle = (positions_m[name] for name in names)
        performer_m += length(subtract(knee, hip)) + length(subtract(ankle, knee))
    if performer_m > 0.0 and rig_length > 0.0:
        return rig_length / performer_m
    hips = joint_position(rig, mapping, "hips") or (0.0, 0.0, 0.0)
    height, height_m = dot(hips, up), positions_m["hips"][1]
    return height / height_m if height > 0.0 and height_m > 0.0 else 1.0


def _rise(rig: Rig, mapping: Mapping, t_pose_turns: dict[str, Quaternion], up: Vector) -> float:
    """How much higher the hips are when legs that are spread at rest are brought under them."""
    rises: list[float] = []
    for side in ("left", "right"):
        points = leg_points(rig, mapping, side)
        if points is None:
            continue
        hip, knee, ankle = points
        thigh, shin = (
            t_pose_turns.get(mapping.joints[side + part][0], IDENTITY) for part in _LEG[:2]
        )
        straight = add(rotate(thigh, subtract(knee, hip)), rotate(shin, subtract(ankle, knee)))
        rises.append(dot(subtract(ankle, hip), up) - dot(straight, up))
    return sum(rises) / len(rises) if rises else 0.0
