# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's bone list between Blender's properties and ``Mapping``."""

from __future__ import annotations

import json

import bpy

from ..motion.joints import JOINTS
from ..motion.quaternion import Quaternion, conjugate, multiply
from ..retarget.detection import Guess, detect
from ..retarget.mapping import Mapping
from .properties import CUSTOM, Character
from .snapshot import posed_rotation, read_rig


def mapping_of(character: Character) -> Mapping:
    """The bone list as it is set now."""
    joints = {
        line.name: tuple(bone.strip() for bone in line.bones.split(",") if bone.strip())
        for line in character.joints
    }
    t_pose: dict[str, Quaternion] = {}
    if character.t_pose == "CAPTURED" and character.captured_t_pose:
        t_pose = {bone: tuple(turn) for bone, turn in json.loads(character.captured_t_pose).items()}
    return Mapping(character.family, joints, t_pose)


def set_mapping(character: Character, mapping: Mapping, family: str = CUSTOM) -> None:
    """Replace the bone list: one line for every joint."""
    character.joints.clear()
    for joint in JOINTS:
        line = character.joints.add()
        line.name = joint
        line.bones = ", ".join(mapping.joints.get(joint, ()))
    character.family = family
    if mapping.t_pose:
        character.captured_t_pose = json.dumps(mapping.t_pose)
        character.t_pose = "CAPTURED"
    character.revision += 1


def detect_rig(character: Character) -> Guess | None:
    """Find out what kind of rig it is and take its bone list; None when nothing fits."""
    if character.armature is None:
        return None
    guesses = detect(read_rig(character.armature))
    if not guesses:
        return None
    set_mapping(character, guesses[0].mapping, guesses[0].key)
    character.score = guesses[0].score
    return guesses[0]


def capture_t_pose(character: Character) -> int:
    """Take the pose that the rig is in now for its T-pose.

    Returns:
        How many bones it holds for.
    """
    armature: bpy.types.Object = character.armature
    turns: dict[str, Quaternion] = {}
    rig = read_rig(armature)
    for bone in mapping_of(character).bones():
        if bone in rig.bones:
            rest = rig.bones[bone].rotation_wxyz
            turns[bone] = multiply(posed_rotation(armature.pose.bones[bone]), conjugate(rest))
    character.captured_t_pose = json.dumps(turns)
    character.t_pose = "CAPTURED"
    character.revision += 1
    return len(turns)
