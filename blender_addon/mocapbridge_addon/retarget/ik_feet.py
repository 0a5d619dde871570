# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the controls that a rig's feet are moved by when its legs are set to inverse kinematics."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ..motion.joints import SIDES
from .mapping import Mapping
from .rig import IkChain, Rig

_LEG: Final = ("UpperLeg", "LowerLeg")


@dataclass(frozen=True, slots=True)
class IkFoot:
    """The controls of one foot, by their bones' names."""

    bone: str
    """What the ankle follows."""
    pole: str | None = None
    """What the knee points at."""
    toes: str | None = None
    """Toes that hang on the control, where these are others than with rotations alone."""


_NAMED: Final = {
    "left": IkFoot("foot_ik.L", "thigh_ik_target.L", "toe_ik.L"),
    "right": IkFoot("foot_ik.R", "thigh_ik_target.R", "toe_ik.R"),
}
"""Rigify's. Its constraints are on bones that nothing of a bone list leads to."""


def find_ik_feet(rig: Rig, mapping: Mapping) -> dict[str, IkFoot]:
    """By ``left`` and ``right``, the controls of the feet that have some.

    Elsewhere than on Rigify's rigs it is the target of an IK constraint that moves both the thigh
    and the shin of the bone list. A control that hangs on a bone that follows the performer is
    left out: it cannot stay where it is put.
    """
    found: dict[str, IkFoot] = {}
    mapped = set(mapping.bones())
    for side in SIDES:
        foot = _named(rig, side) or _constrained(rig, mapping, side)
        if foot is not None and not mapped & {foot.bone, *rig.ancestors(foot.bone)}:
            found[side] = foot
    return found


def chains_of_limbs(rig: Rig, mapping: Mapping) -> list[IkChain]:
    """The IK constraints that move bones of the bone list."""
    mapped = set(mapping.bones())
    return [chain for chain in rig.ik_chains if mapped & set(_moved(rig, chain))]


def chains_of_feet(rig: Rig, feet: Collection[IkFoot]) -> list[IkChain]:
    """Those of them whose targets are these controls."""
    targets = {foot.bone for foot in feet}
    return [chain for chain in rig.ik_chains if chain.target in targets]


def _named(rig: Rig, side: str) -> IkFoot | None:
    foot = _NAMED[side]
    if foot.bone not in rig.bones or foot.pole not in rig.bones:
        return None
    return IkFoot(foot.bone, foot.pole, foot.toes if foot.toes in rig.bones else None)


def _constrained(rig: Rig, mapping: Mapping, side: str) -> IkFoot | None:
    leg = {bone for part in _LEG for bone in mapping.joints.get(side + part, ())[:1]}
    for chain in rig.ik_chains:
        if len(leg) == len(_LEG) and leg <= set(_moved(rig, chain)):
            return IkFoot(chain.target, chain.pole)
    return None


def _moved(rig: Rig, chain: IkChain) -> list[str]:
    """The bones that a constraint turns, from its own up."""
    bones = [chain.bone, *rig.ancestors(chain.bone)]
    return bones[: chain.length] if chain.length else bones
