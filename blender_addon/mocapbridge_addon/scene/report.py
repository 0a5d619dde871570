# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a scene matters for saying what is wrong."""

from __future__ import annotations

import bpy

from ..receive.diagnosis import Follows
from .bone_list import mapping_of
from .live import LIVE
from .properties import Character


def follows_of(scene: bpy.types.Scene) -> list[Follows]:
    """The scene's characters as plain data."""
    return [_follows(character) for character in scene.mocapbridge.characters]


def problem_of(character: Character) -> str:
    """Why a character does not follow; "" when nothing is known to be wrong."""
    follower = LIVE.followers.get(character.uid)
    if follower is not None and follower.problem:
        return follower.problem
    if character.armature is not None and character.use_body and not mapped_bones(character):
        return "no bone of its armature is in the bone list: press Detect, or fill it in"
    return ""


def mapped_bones(character: Character) -> int:
    """Bones of the bone list that the armature has."""
    if character.armature is None:
        return 0
    bones = character.armature.data.bones
    return sum(bone in bones for bone in mapping_of(character).bones())


def _follows(character: Character) -> Follows:
    return Follows(
        name=character.name,
        enabled=character.enabled,
        subject=character.subject,
        has_target=character.armature is not None
        or any(line.mesh is not None for line in character.meshes),
        mapped=mapped_bones(character),
        problem=problem_of(character),
    )
