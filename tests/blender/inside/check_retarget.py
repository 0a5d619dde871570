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
STRETCHED_DEG = 3.0
"""Rigify's IK stretches thigh and shin by up to 1 % wherever they are asked to reach, by itself."""
SETTLED = 5
"""Frames after which a foot that came to stand is held wholly."""
SLIDING_M_PER_S = 0.01


KINDS = {
    "short_ik": "MIXAMO",
    "long_ik": "UNREAL",
    "makehuman_cmu": "CMU",
    "cmu_bvh": "CMU",
    "vrm_addon": "VRM",
}
WITH_IK = ("rigify", "short_ik", "long_ik")
IK_SWITCHES = {
    "rigify": ("thigh_parent.L", "IK_FK"),
    "short_ik": ("LeftLeg", "IK"),
    "long_ik": ("calf_l", "IK"),
}
IK_ON = {"rigify": "FK", "short_ik": "IK", "long_ik": "IK"}
"""With which feet these switches are on."""


def check() -> None:
    session.fresh()
    import bpy
    import rigs
    import stream
    from mocapbridge_addon.scene.bone_list import detect_rig
    from mocapbridge_addon.scene.follower import Follower
    from mocapbridge_addon.scene.properties import add_character
    from mocapbridge_addon.scene.switches import release

    name, recording, *words = session.arguments()
    rig = rigs.RIGS[name](*words)
    frames = stream.motions(Path(recording))
    assert len(frames) > 200, "the daemon's stream has frames missing"
    before = switches(rig.armature)
    character = add_character(bpy.context.scene.mocapbridge, rig.armature)
    guess = detect_rig(character)
    assert guess.key == KINDS.get(name, name.upper()), guess.key
    for feet, pin in [("FK", False), ("FK", True), ("IK", True)][: 3 if name in WITH_IK else 2]:
        character.pin_feet, character.feet = pin, feet
        follow(name, rig, character, frames)
        if name in WITH_IK:
            assert (switches(rig.armature)[IK_SWITCHES[name]] > 0.5) is (IK_ON[name] == feet)
    if name == "rigify":
        check_eyes(character, frames[0].skeleton)
    release(character)
    assert switches(rig.armature) == before, "the rig is not as the user had it"
    if name == "rigify":
        Follower().advance(character, frames[:1])
        check_measured_over_keys(character)


def follow(name: str, rig: object, character: object, frames: list) -> None:
    """Show every frame; judge where limbs point and whether standing feet stand."""
    import bpy
    from mocapbridge_addon.scene.follower import Follower

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
    pin = character.pin_feet
    case = f"feet {character.feet}, pin {pin}"
    stretches = name == "rigify" and character.feet == "IK"
    assert worst
    for limb, angle in worst.items():
        print(f"{case}: {limb:15} off by {angle:.3f} degrees at most")
        assert angle <= (STRETCHED_DEG if stretches else LIMB_DEG)
    slid = sliding(frames, ankles, follower.retargeter.scale)
    print(f"{case}: standing feet slide at {slid * 1000:.1f} mm/s of the performer's scale")
    assert not pin or slid <= SLIDING_M_PER_S


def switches(armature: object) -> dict[tuple[str, str], float]:
    """Numbers among the bones' own properties, and how strong each constraint is."""
    import bpy

    bpy.context.view_layer.update()
    found = {}
    for bone in armature.pose.bones:
        own = {key: bone[key] for key in bone.keys()}  # noqa: SIM118 - a bone is no mapping
        for key, value in own.items():
            if isinstance(value, int | float):
                found[bone.name, key] = float(value)
        for constraint in bone.constraints:
            if constraint.type in {"IK", "COPY_ROTATION"}:
                found[bone.name, constraint.name] = round(constraint.influence, 4)
    return found


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


def check_eyes(character: object, skeleton: object) -> None:
    """Eyes that aim at a control look where the performer's do, with the head turned, too."""
    import bpy
    from mathutils import Quaternion, Vector
    from mocapbridge_addon.motion.frame import Motion
    from mocapbridge_addon.motion.quaternion import about, multiply
    from mocapbridge_addon.scene.follower import Follower

    bones = character.armature.pose.bones
    eyes = {"leftEye": "ORG-eye.L", "rightEye": "ORG-eye.R"}
    turns = {
        "head": about((0.0, 1.0, 0.0), 0.6),
        "leftEye": multiply(about((0.0, 1.0, 0.0), 0.35), about((1.0, 0.0, 0.0), -0.2)),
        "rightEye": about((0.0, 1.0, 0.0), -0.25),
    }
    still = (1.0, 0.0, 0.0, 0.0)
    motion = Motion(
        subject="Ann",
        skeleton=skeleton,
        frame_id=1,
        capture_time_ns=1,
        root_position_m=skeleton.offsets_m[0],
        rotations_wxyz=[turns.get(name, still) for name in skeleton.names],
    )
    Follower().advance(character, [motion])
    bpy.context.view_layer.update()
    for joint, name in eyes.items():
        bone = bones[name]
        w, x, y, z = multiply(turns["head"], turns[joint])
        # The same turn with Blender's axes: Z up, looking along -Y.
        rest = bone.bone.matrix_local.to_3x3() @ Vector((0.0, 1.0, 0.0))
        wanted = Quaternion((w, x, -z, y)) @ rest
        off = math.degrees((bone.matrix.to_3x3() @ Vector((0.0, 1.0, 0.0))).angle(wanted))
        print(f"{joint} off by {off:.3f} degrees")
        assert off < 0.1, joint


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


session.run(check)
