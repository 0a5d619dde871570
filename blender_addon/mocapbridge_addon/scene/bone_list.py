# SPDX-License-Identifier: GPL-3.0-or-later
"""A character's bone list between Blender's properties and ``Mapping``."""

from __future__ import annotations

import json

import bpy

from ..motion.joints import JOINTS
from ..motion.quaternion import Quaternion, conjugate, multiply
from ..retarget.detection import Guess, assigned, detect
from ..retarget.mapping import Mapping
from .properties import CUSTOM, Character
from .snapshot import posed_rotation, read_rig
from .vrm_assignment import stored_joints


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
    """Find out what kind of rig it is and take its bone list; None when nothing fits.

    What the VRM add-on has stored comes before the names, unless they fit more of a humanoid.
    """
    if character.armature is None:
        return None
    rig = read_rig(character.armature)
    guesses = [assigned(rig, stored_joints(character.armature)), *detect(rig)]
    best = max(guesses, key=lambda guess: guess.score)
    if best.score <= 0.0:
        return None
    set_mapping(character, best.mapping, best.key)
    character.score = best.score
    return best


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
