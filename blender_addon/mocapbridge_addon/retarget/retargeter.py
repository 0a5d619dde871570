# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries motion over to one rig.

A bone that follows joint place b, on a rig whose next mapped bone above it follows place p, has in
Blender's basis (its turn from rest, in its own axes) the rotation

    basis = inv(R_b) R_p inv(K_p) F inv(G_p) G_b inv(F) K_b

with R the bones' rest orientation in the armature, K = T R that orientation turned into the T-pose,
G the joints' rotation in the performer's world and F the turn from that world to the armature.
``inv(G_p) G_b`` is mostly one joint's own rotation, and all the rest is linear in it: one 4 x 4
matrix per bone, made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Final

from ..motion.frame import Motion, Skeleton
from ..motion.quaternion import (
    IDENTITY,
    Matrix4,
    Quaternion,
    Vector,
    applied,
    conjugate,
    multiply,
    sandwich,
)
from .axes import rig_from_world
from .chains import Place, Step, followed_bone, places, steps_between, turn_along
from .eye_aims import EyeAim, find_eye_aims
from .face_bones import with_jaw
from .foot_controls import FootControl, add_foot_controls
from .legs import Legs, find_legs
from .mapping import Mapping, without_bones
from .options import Options, Travel
from .rig import Rig
from .root import Root, find_root
from .t_pose import t_pose_turns

_WHOLE: Final = 1.0


class NothingMapped(ValueError):
    """The rig has none of the bones of its bone list; says what to do."""


@dataclass(frozen=True, slots=True)
class Pose:
    """The pose of a rig: what goes into Blender."""

    rotations_wxyz: list[Quaternion]
    """Per bone of ``Retargeter.bones``: its turn from rest, in its own axes; unit length."""
    locations: list[Vector]
    """Per bone of ``Retargeter.located``: its location, in Blender's sense."""


@dataclass(frozen=True, slots=True)
class _Formula:
    """How a bone's rotation comes from the joints'."""

    steps: tuple[Step, ...]
    matrix: Matrix4

    @property
    def only_joint(self) -> int | None:
        """The joint, where its rotation is all there is to it."""
        if len(self.steps) == 1 and self.steps[0].share == _WHOLE:
            return self.steps[0].joint
        return None


class Retargeter:
    """One rig following one skeleton. Made anew when rig, bone list, options or skeleton change."""

    def __init__(
        self, rig: Rig, mapping: Mapping, skeleton: Skeleton, options: Options | None = None
    ) -> None:
        """Work out the formulas.

        Raises:
            NothingMapped: the rig has none of the bone list's bones.
        """
        options = options or Options()
        self._options = options
        self.skeleton = skeleton
        turn = rig_from_world(rig, mapping)
        self.rig_from_world = turn
        self._aims: list[EyeAim] = find_eye_aims(rig, mapping, skeleton, turn)
        mapping = without_bones(mapping, {aim.bone for aim in self._aims})
        mapped = places(rig, mapping, skeleton)
        if not mapped:
            raise NothingMapped(
                "none of the bones in the bone list is on this armature: choose another kind of "
                "rig or press Detect"
            )
        self.t_pose_turns = (
            dict.fromkeys(mapped, IDENTITY)
            if options.keep_rest_pose
            else t_pose_turns(rig, mapping, skeleton, turn, mapped)
        )
        self._root: Root | None = find_root(rig, mapping, skeleton, turn, self.t_pose_turns, mapped)
        controls: dict[str, FootControl] = {}
        if options.ik_feet and self._root is not None:
            rig, controls = add_foot_controls(rig, mapping, mapped, self.t_pose_turns, turn)
        formulas = {bone: self._formula(rig, mapped, bone) for bone in mapped}
        direct = [bone for bone in mapped if formulas[bone].only_joint is not None]
        joined = [bone for bone in mapped if formulas[bone].only_joint is None]
        self.bones: tuple[str, ...] = (*direct, *joined)
        """In the order of a pose's rotations: first those that one joint's rotation is all of."""
        # In one row each: what lies scattered in memory takes longest to read.
        self._direct = [
            (formulas[bone].steps[0].joint, *chain.from_iterable(formulas[bone].matrix))
            for bone in direct
        ]
        self._joined = [(formulas[bone].steps, formulas[bone].matrix) for bone in joined]
        self._jaw = _index_of(skeleton, "jaw")
        self._legs: Legs | None = None
        if self._root is not None:
            bones, turns = self.bones, self.t_pose_turns
            self._legs = find_legs(rig, bones, self._root, mapped, turns, controls)
        self._travels = self._root is not None and (
            options.travel is not Travel.NONE or bool(options.floor_offset_m)
        )
        self.located = self._located()
        """The bones that are moved, in the order of a pose's locations."""

    @property
    def root_bone(self) -> str | None:
        """The bone that travels."""
        return None if self._root is None else self._root.bone

    @property
    def scale(self) -> float:
        """Armature units per metre of the performer: the legs' lengths compared."""
        return 1.0 if self._root is None else self._root.scale

    def pose(self, motion: Motion) -> Pose:
        """The rig's pose for one frame of motion of this skeleton."""
        rotations = motion.rotations_wxyz
        if self._jaw is not None:
            rotations = with_jaw(motion, self._jaw)
        rows = self._direct
        basis: list[Quaternion] = [
            (
                ww * w + wx * x + wy * y + wz * z,
                xw * w + xx * x + xy * y + xz * z,
                yw * w + yx * x + yy * y + yz * z,
                zw * w + zx * x + zy * y + zz * z,
            )
            for joint, ww, wx, wy, wz, xw, xx, xy, xz, yw, yx, yy, yz, zw, zx, zy, zz in rows
            for w, x, y, z in (rotations[joint],)
        ]
        basis += [applied(matrix, turn_along(steps, rotations)) for steps, matrix in self._joined]
        locations: list[Vector] = []
        if (root := self._root) is not None:
            head = root.head_position(motion, self._options) if self._travels else root.rest_head
            moved: list[Vector] = []
            if self._legs is not None:
                head, moved = self._legs.stand(motion, self._options, head, basis)
            if self._travels:
                locations.append(root.location(head))
            locations += moved
        locations += [aim.location(motion) for aim in self._aims]
        return Pose(basis, locations)

    def _located(self) -> tuple[str, ...]:
        root = (self._root.bone,) if self._root is not None and self._travels else ()
        legs = self._legs.moved if self._legs is not None else ()
        return (*root, *legs, *(aim.bone for aim in self._aims))

    def _formula(self, rig: Rig, mapped: dict[str, Place], bone: str) -> _Formula:
        turn, back = self.rig_from_world, conjugate(self.rig_from_world)
        followed = followed_bone(rig, mapped, bone)
        rest = rig.bones[bone].rotation_wxyz
        before = conjugate(rest)
        if followed is not None:
            rest_followed = rig.bones[followed].rotation_wxyz
            in_t_pose = multiply(self.t_pose_turns[followed], rest_followed)
            before = multiply(multiply(before, rest_followed), conjugate(in_t_pose))
        after = multiply(back, multiply(self.t_pose_turns[bone], rest))
        start = None if followed is None else mapped[followed]
        steps = steps_between(self.skeleton, start, mapped[bone])
        return _Formula(steps, sandwich(multiply(before, turn), after))


def _index_of(skeleton: Skeleton, joint: str) -> int | None:
    return skeleton.names.index(joint) if joint in skeleton.names else None
