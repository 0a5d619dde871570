"""Limbs point where the performer's point, and standing feet stand, on one rig."""

from __future__ import annotations

import math
from pathlib import Path

import session

LIMBS = (
    ("UpperArm", "LowerArm"),
    ("LowerArm", "Hand"),
    ("UpperLeg", "LowerLeg"),
    ("LowerLeg", "Foot"),
    ("Hand", "MiddleProximal"),
    ("IndexProximal", "IndexIntermediate"),
)
FRAMES = 20
LIMB_DEG = 2.0
PINNED_LEG_DEG = 2.5
"""A foot that stands costs the directions of a leg of other proportions."""


def check() -> None:
    session.fresh()
    import bpy
    import rigs
    import stream
    from mathutils import Vector
    from mocapbridge_addon.scene.bone_list import detect_rig
    from mocapbridge_addon.scene.follower import Follower
    from mocapbridge_addon.scene.properties import add_character

    name, recording = session.arguments()
    rig = rigs.RIGS[name]()
    frames = stream.motions(Path(recording))
    character = add_character(bpy.context.scene.mocapbridge, rig.armature)
    guess = detect_rig(character)
    print("detected", guess.key, round(guess.score, 3))
    follower = Follower()
    worst: dict[str, float] = {}
    step = max(1, len(frames) // FRAMES)
    for pin in (False, True):
        character.pin_feet = pin
        for number, motion in enumerate(frames):
            follower.advance(character, [motion])
            if number % step:
                continue
            bpy.context.view_layer.update()
            solved = stream.joint_positions(motion)
            for side in ("left", "right"):
                for start, end in LIMBS:
                    a, b = side + start, side + end
                    if a not in rig.bones or b not in rig.bones:
                        continue
                    bones = rig.armature.pose.bones
                    own = bones[rig.bones[b]].head - bones[rig.bones[a]].head
                    wanted = rig.axes(Vector(solved[b]) - Vector(solved[a]))
                    angle = math.degrees(own.angle(wanted))
                    key = f"{start} pin={pin}"
                    worst[key] = max(worst.get(key, 0.0), angle)
    for key, angle in worst.items():
        print(f"{key:32} {angle:.3f} degrees")
        assert angle <= (PINNED_LEG_DEG if key.endswith("Leg pin=True") else LIMB_DEG), key


session.run(check)
