"""A take and a BVH file become Actions that show the file's motion at its frames."""

from __future__ import annotations

import math
from pathlib import Path

import session

FPS = 24
START = 5
OFF = 1e-3
LIMB_DEG = 0.5


def check() -> None:
    session.fresh()
    import bpy
    import rigs
    from mocapbridge_addon.scene.follower import Follower
    from mocapbridge_addon.takes.files import read_motion

    take, bvh = session.arguments()
    rig = rigs.RIGS["unreal"]()
    scene = bpy.context.scene
    scene.render.fps = FPS
    bpy.context.view_layer.objects.active = rig.armature
    assert bpy.ops.mocapbridge.add_character() == {"FINISHED"}
    character = scene.mocapbridge.characters[0]
    motions = read_motion(Path(take))
    zero_ns = motions[0].capture_time_ns
    follower, shown = Follower(), []
    for motion in motions:
        follower.advance(character, [motion])
        bpy.context.view_layer.update()
        at = START + (motion.capture_time_ns - zero_ns) * FPS / 1e9
        shown.append((at, {bone.name: bone.matrix.copy() for bone in rig.armature.pose.bones}))
    scene.frame_set(START)
    assert bpy.ops.mocapbridge.import_take(filepath=take) == {"FINISHED"}
    for at, bones in shown:
        scene.frame_set(math.floor(at), subframe=at - math.floor(at))
        for bone in rig.armature.pose.bones:
            off = max(
                abs(a - b)
                for r, s in zip(bone.matrix, bones[bone.name], strict=True)
                for a, b in zip(r, s, strict=True)
            )
            assert off < OFF, (at, bone.name, off)
    same_from_bvh(rig, Path(bvh), shown)


def same_from_bvh(rig: object, path: Path, shown: list) -> None:
    """BVH has no standing feet: arms are compared."""
    import bpy

    scene = bpy.context.scene
    scene.frame_set(START)
    before = rig.armature.animation_data.action.name
    assert bpy.ops.mocapbridge.import_take(filepath=str(path)) == {"FINISHED"}
    assert before in bpy.data.actions
    for at, bones in shown[::5]:
        scene.frame_set(math.floor(at), subframe=at - math.floor(at))
        for joint in ("leftLowerArm", "rightHand", "head"):
            name = rig.bones[joint]
            turned = rig.armature.pose.bones[name].matrix.to_quaternion()
            apart = turned.rotation_difference(bones[name].to_quaternion()).angle
            apart = min(apart, 2.0 * math.pi - apart)
            assert math.degrees(apart) < LIMB_DEG, (at, joint, math.degrees(apart))


session.run(check)
