# SPDX-License-Identifier: GPL-3.0-or-later
"""Control rigs set to follow the performer while live, and set back afterwards.

Limbs follow by rotations (FK): switches between FK and IK are set so, and what makes them follow
IK controls is switched off. Feet that are moved by their IK controls are the exception.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import bpy

from ..retarget.ik_feet import chains_of_feet, chains_of_limbs, find_ik_feet
from ..retarget.mapping import Mapping
from ..retarget.rig import Rig
from .properties import Character

_RIGIFY: Final = {
    "IK_FK": 1.0,
    "FK_limb_follow": 0.0,
    "neck_follow": 1.0,
    "head_follow": 1.0,
    "eyes_follow": 1.0,
}
"""Rigify's properties on its parents' bones: FK, and every part turning with what it hangs on."""
_AUTO_RIG_PRO: Final = {"ik_fk_switch": 1.0}
_WANTED: Final = {**_RIGIFY, **_AUTO_RIG_PRO}
_RIGIFY_IK_LEG: Final = {"IK_FK": 0.0, "IK_parent": 1, "pole_vector": 1, "pole_parent": 1}
"""The leg's: IK, foot and pole hanging on the root, and the knee pointing at the pole."""
_RIGIFY_LEGS: Final = {"left": "thigh_parent.L", "right": "thigh_parent.R"}
_PROPERTY: Final = "property"
_INFLUENCE: Final = "influence of a constraint"


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch of a rig and how it is to be."""

    bone: str
    kind: str
    name: str
    """Of a custom property of the bone, or of one of its constraints."""
    wanted: float

    @property
    def data_path(self) -> str:
        """Where it is, from the armature object on."""
        bone, name = map(bpy.utils.escape_identifier, (self.bone, self.name))
        if self.kind == _PROPERTY:
            return f'pose.bones["{bone}"]["{name}"]'
        return f'pose.bones["{bone}"].constraints["{name}"].influence'


def take_over(character: Character, armature: bpy.types.Object, rig: Rig, mapping: Mapping) -> None:
    """Set the rig's switches for the way its feet go; once, so that the user may set them anew."""
    wanted = f"{character.feet} {armature.name}"
    if character.switched_for == wanted:
        return
    release(character)
    switches = find_switches(armature, rig, mapping, ik_feet=character.feet == "IK")
    character.saved_switches = switch(armature, switches)
    character.switched_for = wanted


def release(character: Character) -> None:
    """Set a character's control rig back to how the user had it."""
    name = character.switched_for.partition(" ")[2]
    # Another armature may have been chosen since, or this one may have been renamed.
    armature = bpy.data.objects.get(name, character.armature)
    if armature is not None and armature.pose is not None:
        switch_back(armature, character.saved_switches)
    character.saved_switches = character.switched_for = ""


def find_switches(
    armature: bpy.types.Object, rig: Rig, mapping: Mapping, *, ik_feet: bool
) -> list[Switch]:
    """All switches of a rig that matter, as they are to be while it follows."""
    feet = find_ik_feet(rig, mapping) if ik_feet else {}
    legs = {_RIGIFY_LEGS[side] for side in feet}
    found = [
        Switch(bone.name, _PROPERTY, name, wanted)
        for bone in armature.pose.bones
        for name, wanted in {
            **_WANTED,
            **(_RIGIFY_IK_LEG if bone.name in legs else {}),
        }.items()
        if name in bone and isinstance(bone[name], int | float)
    ]
    chains = chains_of_limbs(rig, mapping)
    kept = chains_of_feet(rig, feet.values())
    found += [Switch(chain.bone, _INFLUENCE, chain.name, float(chain in kept)) for chain in chains]
    targets = {chain.target: float(chain in kept) for chain in chains}
    found += _followers(armature, mapping, targets)
    return found


def switch(armature: bpy.types.Object, switches: list[Switch]) -> str:
    """Set the switches.

    Returns:
        What they were, for ``switch_back``; "" when there are none.
    """
    saved = [[own.bone, own.kind, own.name, _value(armature, own)] for own in switches]
    for own in switches:
        _set(armature, own, own.wanted)
    if saved:
        armature.update_tag()
    return json.dumps(saved) if saved else ""


def switch_back(armature: bpy.types.Object, saved: str) -> None:
    """Set the switches as they were. Those that are gone since are passed over."""
    if not saved:
        return
    for bone, kind, name, value in json.loads(saved):
        own = Switch(bone, kind, name, value)
        if _value(armature, own) is not None:
            _set(armature, own, value)
    armature.update_tag()


def switch_values(armature: bpy.types.Object, saved: str) -> list[tuple[str, float]]:
    """Data path and present value of every switch that was set."""
    found: list[tuple[str, float]] = []
    for bone, kind, name, before in json.loads(saved) if saved else ():
        own = Switch(bone, kind, name, before)
        value = _value(armature, own)
        if value is not None:
            found.append((own.data_path, float(value)))
    return found


def _followers(
    armature: bpy.types.Object, mapping: Mapping, targets: dict[str, float]
) -> Iterator[Switch]:
    """Constraints that turn a mapped bone as the target of an IK constraint is turned."""
    for name in mapping.bones():
        bone = armature.pose.bones.get(name)
        for constraint in bone.constraints if bone is not None else ():
            subtarget = getattr(constraint, "subtarget", "")
            if constraint.type != "IK" and not constraint.mute and subtarget in targets:
                yield Switch(name, _INFLUENCE, constraint.name, targets[subtarget])


def _value(armature: bpy.types.Object, own: Switch) -> float | None:
    bone = armature.pose.bones.get(own.bone)
    if bone is None:
        return None
    if own.kind == _PROPERTY:
        return bone.get(own.name)
    constraint = bone.constraints.get(own.name)
    return None if constraint is None else constraint.influence


def _set(armature: bpy.types.Object, own: Switch, value: float) -> None:
    bone = armature.pose.bones[own.bone]
    if own.kind == _PROPERTY:
        bone[own.name] = type(bone[own.name])(value)
    else:
        bone.constraints[own.name].influence = value
