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
SIDES = ("left", "right")
FRAMES = 20
LIMB_DEG = 2.0
"""Holds with standing feet too, although these cost the directions of legs: hips that turn over two
feet which stay move a wide pelvis's hip joints farther than a narrow one's, for legs of the same
length, and the directions of thighs and shins have to make up for it. Hips give way first, as far
as both feet agree."""
SETTLED = 5
"""Frames after which a foot that came to stand is held wholly."""
SLIDING_M_PER_S = 0.01


def check() -> None:
    session.fresh()
    import bpy
    import rigs
    import stream
    from mocapbridge_addon.scene.bone_list import detect_rig
    from mocapbridge_addon.scene.follower import Follower
    from mocapbridge_addon.scene.properties import add_character

    name, recording = session.arguments()
    rig = rigs.RIGS[name]()
    frames = stream.motions(Path(recording))
    assert len(frames) > 200, "the daemon's stream has frames missing"
    character = add_character(bpy.context.scene.mocapbridge, rig.armature)
    guess = detect_rig(character)
    assert guess.key == name.upper(), guess.key
    for pin in (False, True):
        character.pin_feet = pin
        follower = Follower()
        worst: dict[str, float] = {}
        ankles: list[dict[str, object]] = []
        for number, motion in enumerate(frames):
            follower.advance(character, [motion])
            bpy.context.view_layer.update()
            bones = rig.armature.pose.bones
            ankles.append({side: bones[rig.bones[side + "Foot"]].head.copy() for side in SIDES})
            if number % (len(frames) // FRAMES) == 0:
                note_angles(rig, motion, worst)
        for limb, angle in worst.items():
            print(f"pin {pin}: {limb:15} off by {angle:.3f} degrees at most")
            assert angle <= LIMB_DEG
        slid = sliding(frames, ankles, follower.retargeter.scale)
        print(f"pin {pin}: standing feet slide at {slid * 1000:.1f} mm/s of the performer's scale")
        assert not pin or slid <= SLIDING_M_PER_S
    if name == "rigify":
        check_measured_over_keys(character)
        check_switches(character)


def note_angles(rig: object, motion: object, worst: dict[str, float]) -> None:
    """Between where each limb points and where the performer's points, in the armature."""
    import stream
    from mathutils import Vector

    solved = stream.joint_positions(motion)
    bones = rig.armature.pose.bones
    for side in SIDES:
        for start, end in LIMBS:
            a, b = side + start, side + end
            if a not in rig.bones or b not in rig.bones:
                continue
            own = bones[rig.bones[b]].head - bones[rig.bones[a]].head
            wanted = rig.axes(Vector(solved[b]) - Vector(solved[a]))
            worst[start] = max(worst.get(start, 0.0), math.degrees(own.angle(wanted)))
    note_trunk(rig, motion, worst)


def note_trunk(rig: object, motion: object, worst: dict[str, float]) -> None:
    """Between where the bones of the trunk point and where they point when turned as joints."""
    import stream
    from mathutils import Quaternion, Vector

    turns = stream.joint_rotations(motion)
    for name, joint in rig.trunk.items():
        bone = rig.armature.pose.bones[name]
        turn = Quaternion(turns[joint])
        rest = bone.bone.tail_local - bone.bone.head_local
        # The same turn in the armature's axes.
        axis, angle = turn.to_axis_angle()
        wanted = Quaternion(rig.axes(Vector(axis)), angle) @ rest
        worst[joint] = max(
            worst.get(joint, 0.0), math.degrees((bone.tail - bone.head).angle(wanted))
        )


def sliding(frames: list, ankles: list, scale: float) -> float:
    """Fastest ankle of a foot that stood for a while, less the performer's own [m/s]."""
    import stream
    from mathutils import Vector

    fastest = 0.0
    for number in range(SETTLED, len(frames)):
        for place, side in enumerate(SIDES):
            before = frames[number - SETTLED : number + 1]
            if not all(frame.feet_planted[place] for frame in before):
                continue
            solved = [stream.joint_positions(frame)[side + "Foot"] for frame in before[-2:]]
            performers = (Vector(solved[1]) - Vector(solved[0])).length
            own = (ankles[number][side] - ankles[number - 1][side]).length / scale
            passed_s = (before[-1].capture_time_ns - before[-2].capture_time_ns) / 1e9
            fastest = max(fastest, (own - performers) / passed_s)
    return fastest


def check_measured_over_keys(character: object) -> None:
    """Which control follows which is found although the rig has keys and the frame has changed."""
    import bpy
    from mocapbridge_addon.scene.bone_list import mapping_of
    from mocapbridge_addon.scene.follow_probe import measured_following
    from mocapbridge_addon.scene.snapshot import read_rig

    armature = character.armature
    rig = read_rig(armature)
    bones = [bone for bone in mapping_of(character).bones() if bone in rig.bones]
    measured = measured_following(armature, rig, bones)
    assert measured["upper_arm_fk.L"] == "shoulder.L"
    assert measured["f_index.01.L"] == "hand_fk.L"
    for bone in bones:
        for frame in (1, 10):
            armature.pose.bones[bone].keyframe_insert("rotation_quaternion", frame=frame)
    bpy.context.scene.frame_current = 8
    assert measured_following(armature, rig, bones) == measured
    armature.animation_data_clear()


def check_switches(character: object) -> None:
    """IK and FK are as the user had them once the rig is let go."""
    from mocapbridge_addon.scene.live import release

    parent = character.armature.pose.bones["upper_arm_parent.L"]
    assert parent["IK_FK"] == 1.0
    release(character)
    assert parent["IK_FK"] == 0.0
    assert character.armature.pose.bones["torso"]["neck_follow"] == 0.5


session.run(check)
