"""Rigs of several families, built bone by bone, in every awkward way that real ones come."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import addon_utils
import bpy
from mathutils import Matrix, Vector
from mocapbridge_addon.motion.joints import FINGERS
from mocapbridge_addon.receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS
from mocapbridge_addon.retarget.families import AUTO_RIG_PRO, MIXAMO, UNREAL, VRM, Family

Axes = Callable[[Vector], Vector]


def blender_axes(v: Vector) -> Vector:
    """The performer's world (+Y up, +Z forward) as Blender's: Z up, looking along -Y."""
    return Vector((v.x, -v.z, v.y))


def y_up_axes(v: Vector) -> Vector:
    """As FBX importers leave an armature: Y up inside, turned by its object."""
    return v.copy()


@dataclass
class BuiltRig:
    """A rig and how the test knows it."""

    armature: bpy.types.Object
    axes: Axes
    bones: dict[str, str]
    """Joint to the bone whose head is the joint."""
    unit: float = 1.0
    """Armature units per metre of the rig's own size."""
    floor: float = 0.0
    trunk: dict[str, str] = field(default_factory=dict)
    """Bones that deform the trunk, and the joint that each turns as."""


def positions(leg: float = 1.0, arm_down_deg: float = 0.0) -> dict[str, Vector]:
    """Where the joints are, in the performer's axes [m], legs stretched by a factor."""
    found: list[Vector] = []
    for name, parent, offset in zip(NAMES, PARENTS, DEFAULT_OFFSETS_M, strict=True):
        step = Vector(offset)
        if name.endswith(("LowerLeg", "Foot")):
            step *= leg
        found.append(step if parent is None else found[parent] + step)
    by_name = dict(zip(NAMES, found, strict=True))
    lift = Vector((0.0, 0.08 - by_name["leftFoot"].y, 0.0))
    by_name = {name: place + lift for name, place in by_name.items()}
    for side, sign in (("left", -1.0), ("right", 1.0)):
        pivot = by_name[side + "UpperArm"].copy()
        turn = Matrix.Rotation(sign * math.radians(arm_down_deg), 4, "Z")
        for name, place in list(by_name.items()):
            part = name.removeprefix(side)
            if part != name and part.startswith(("LowerArm", "Hand", *FINGERS)):
                by_name[name] = pivot + turn @ (place - pivot)
    return by_name


def build(
    name: str,
    chains: dict[str, tuple[str, ...]],
    where: dict[str, Vector],
    axes: Axes,
    *,
    scale: float = 1.0,
    roll_seed: int | None = None,
    odd_tails: bool = False,
) -> BuiltRig:
    """An armature of these bones, each joint's bones spread between it and its child."""
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    random_number = random.Random(roll_seed)
    made: dict[str, str] = {}
    for joint, parent in zip(NAMES, PARENTS, strict=True):
        above = parent
        while above is not None and NAMES[above] not in made:
            above = PARENTS[above]
        hangs_on = data.edit_bones[made[NAMES[above] + "/last"]] if above is not None else None
        start = axes(where[joint]) * scale
        end = axes(_next(joint, where)) * scale
        bones = chains.get(joint, ())
        for number, bone_name in enumerate(bones):
            bone = data.edit_bones.new(bone_name)
            bone.head = start.lerp(end, number / len(bones))
            bone.tail = start.lerp(end, (number + 1) / len(bones))
            if odd_tails:
                bone.tail = bone.head + axes(Vector((0.02, 0.03, -0.05))) * scale
            if roll_seed is not None:
                bone.roll = random_number.uniform(-math.pi, math.pi)
            bone.parent = hangs_on
            hangs_on = bone
            made.setdefault(joint, bone.name)
            made[joint + "/last"] = bone.name
    bpy.ops.object.mode_set(mode="OBJECT")
    joints = {joint: bone for joint, bone in made.items() if "/" not in joint}
    return BuiltRig(armature, axes, joints, scale)


def _next(joint: str, where: dict[str, Vector]) -> Vector:
    preferred = {
        "hips": "spine", "upperChest": "neck", "neck": "head",
        "leftHand": "leftMiddleProximal", "rightHand": "rightMiddleProximal",
    }  # fmt: skip
    if joint in preferred:
        return where[preferred[joint]]
    children = [
        child for child, parent in zip(NAMES, PARENTS, strict=True)
        if parent is not None and NAMES[parent] == joint
    ]  # fmt: skip
    if len(children) == 1:
        return where[children[0]]
    if joint == "head":
        return where[joint] + Vector((0.0, 0.15, 0.0))
    parent = PARENTS[NAMES.index(joint)]
    above = where[NAMES[parent]] if parent is not None else where[joint]
    way = where[joint] - above
    return where[joint] + (way.normalized() * 0.03 if way.length else Vector((0.0, 0.05, 0.0)))


def chains_of(family: Family, prefix: str = "") -> dict[str, tuple[str, ...]]:
    """The family's names as they are written."""
    return {
        joint: tuple(prefix + name.split("|")[0] for name in names)
        for joint, names in family.joints().items()
    }


def mixamo() -> BuiltRig:
    """A-pose, rolled bones, short legs, centimetres, Y up inside: as FBX comes in."""
    where = positions(leg=0.7, arm_down_deg=50.0)
    chains = chains_of(MIXAMO, "mixamorig:")
    for joint in ("jaw", "leftEye", "rightEye"):
        chains.pop(joint)
    rig = build("Mixamo", chains, where, y_up_axes, scale=100.0, roll_seed=11)
    rig.armature.rotation_euler = (math.radians(90.0), 0.0, 0.0)
    rig.armature.scale = (0.01, 0.01, 0.01)
    return rig


def vrm() -> BuiltRig:
    """T-pose, no upper chest, Euler and axis-angle bones, on a turned and scaled object."""
    chains = chains_of(VRM)
    chains.pop("upperChest")
    rig = build("VRM", chains, positions(), blender_axes)
    rig.armature.rotation_euler = (0.2, -0.1, math.radians(120.0))
    rig.armature.scale = (1.7, 1.7, 1.7)
    modes = ("XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX", "AXIS_ANGLE", "QUATERNION")
    for number, bone in enumerate(rig.armature.pose.bones):
        bone.rotation_mode = modes[number % len(modes)]
    return rig


def unreal() -> BuiltRig:
    """Five spine and two neck bones, long legs, tails that point anywhere, an A-pose."""
    chains = chains_of(UNREAL)
    for joint in ("jaw", "leftEye", "rightEye"):
        chains.pop(joint)
    where = positions(leg=1.35, arm_down_deg=40.0)
    return build("UE5", chains, where, blender_axes, scale=1.0, roll_seed=5, odd_tails=True)


def short_with_ik() -> BuiltRig:
    """Mixamo's names and the shortest legs, in an A-pose with rolled bones, with IK feet."""
    where = _bent(positions(leg=0.7, arm_down_deg=50.0))
    rig = build("ShortIk", chains_of(MIXAMO), where, blender_axes, scale=1.3, roll_seed=11)
    return _with_ik_legs(rig)


def long_with_ik() -> BuiltRig:
    """Unreal's names and the longest legs, Y up inside, with IK feet."""
    where = _bent(positions(leg=1.35, arm_down_deg=40.0))
    rig = build("LongIk", chains_of(UNREAL), where, y_up_axes, scale=100.0, roll_seed=5)
    rig.armature.rotation_euler = (math.radians(90.0), 0.0, 0.3)
    rig.armature.scale = (0.01, 0.01, 0.01)
    return _with_ik_legs(rig)


def _bent(where: dict[str, Vector]) -> dict[str, Vector]:
    """Knees a little forward, as everybody builds legs that IK is to bend."""
    forward = Vector((0.0, 0.0, 0.02))
    bent = {side + "LowerLeg": where[side + "LowerLeg"] + forward for side in ("left", "right")}
    return where | bent


def _with_ik_legs(rig: BuiltRig) -> BuiltRig:
    """A control below each foot, which turns the foot, and a pole in front of each knee."""
    armature = rig.armature
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    edit = armature.data.edit_bones
    angles = {}
    for side in ("left", "right"):
        thigh, shin, foot = (
            edit[rig.bones[side + part]] for part in ("UpperLeg", "LowerLeg", "Foot")
        )
        control = edit.new(f"control_{side}")
        control.head, control.tail, control.roll = foot.head, foot.tail, foot.roll
        pole = edit.new(f"pole_{side}")
        pole.head = shin.head + rig.axes(Vector((0.0, 0.0, 0.5))) * rig.unit
        pole.tail = pole.head + rig.axes(Vector((0.0, 0.1, 0.0))) * rig.unit
        angles[side] = _pole_angle(thigh, shin, pole.head)
    bpy.ops.object.mode_set(mode="OBJECT")
    for side in ("left", "right"):
        ik = armature.pose.bones[rig.bones[side + "LowerLeg"]].constraints.new("IK")
        ik.target = ik.pole_target = armature
        ik.subtarget, ik.pole_subtarget = f"control_{side}", f"pole_{side}"
        ik.pole_angle, ik.chain_count = angles[side], 2
        turn = armature.pose.bones[rig.bones[side + "Foot"]].constraints.new("COPY_ROTATION")
        turn.target, turn.subtarget = armature, f"control_{side}"
    return rig


def _pole_angle(thigh: bpy.types.EditBone, shin: bpy.types.EditBone, pole: Vector) -> float:
    """At which the leg stays as it is at rest: from the thigh's X to where the pole is seen."""
    along = thigh.tail - thigh.head
    seen = (shin.tail - thigh.head).cross(pole - thigh.head).cross(along)
    angle = thigh.x_axis.angle(seen)
    return -angle if thigh.x_axis.cross(seen).dot(along) > 0.0 else angle


def rigify() -> BuiltRig:
    """The human metarig's generated rig."""
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    bpy.ops.pose.rigify_generate()
    armature = next(
        thing for thing in bpy.data.objects
        if thing.type == "ARMATURE" and "upper_arm_fk.L" in thing.data.bones
    )  # fmt: skip
    bpy.ops.object.mode_set(mode="OBJECT")
    bones = {}
    for side, end in (("left", "L"), ("right", "R")):
        for part, org in (
            ("UpperArm", "upper_arm"), ("LowerArm", "forearm"), ("Hand", "hand"),
            ("UpperLeg", "thigh"), ("LowerLeg", "shin"), ("Foot", "foot"), ("Toes", "toe"),
            ("IndexProximal", "f_index.01"), ("IndexIntermediate", "f_index.02"),
            ("MiddleProximal", "f_middle.01"),
        ):  # fmt: skip
            bones[side + part] = f"ORG-{org}.{end}"
    trunk = {f"DEF-spine{number}": joint for number, joint in _RIGIFY_TRUNK.items()}
    return BuiltRig(armature, blender_axes, bones, trunk=trunk)


_RIGIFY_TRUNK = {"": "hips", ".001": "spine", ".002": "chest", ".003": "upperChest"}


def metarig() -> BuiltRig:
    """Rigify's human metarig itself."""
    addon_utils.enable("rigify", default_set=True)
    bpy.ops.object.armature_human_metarig_add()
    armature = bpy.context.object
    bones = {
        side + part: f"{name}.{end}"
        for side, end in (("left", "L"), ("right", "R"))
        for part, name in (
            ("UpperArm", "upper_arm"), ("LowerArm", "forearm"), ("Hand", "hand"),
            ("UpperLeg", "thigh"), ("LowerLeg", "shin"), ("Foot", "foot"),
            ("IndexProximal", "f_index.01"), ("IndexIntermediate", "f_index.02"),
            ("MiddleProximal", "f_middle.01"),
        )
    }  # fmt: skip
    return BuiltRig(armature, blender_axes, bones)


def _at_rest(name: str, written: dict[str, str]) -> BuiltRig:
    """A rig of ``rest_poses``. ``written``: part of a side's joint to its bone, with ``{}``."""
    lines = json.loads((Path(__file__).parent / "rest_poses" / f"{name}.json").read_text())
    data = bpy.data.armatures.new(name)
    armature = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for bone_name, parent, head, tail, roll in lines:
        bone = data.edit_bones.new(bone_name)
        bone.head, bone.tail, bone.roll = head, tail, roll
        bone.parent = data.edit_bones[parent] if parent is not None else None
    bpy.ops.object.mode_set(mode="OBJECT")
    return BuiltRig(armature, blender_axes, _both_sides(written))


def _both_sides(written: dict[str, str]) -> dict[str, str]:
    """``{}`` in a bone's name stands for L or R."""
    return {
        side + part: bone.replace("{}", own)
        for side, own in (("left", "L"), ("right", "R"))
        for part, bone in written.items()
    }


def makehuman() -> BuiltRig:
    """MakeHuman's default skeleton: 163 bones, an A-pose, rolled bones, limbs of two bones each."""
    return _at_rest("makehuman_default", {
        "UpperArm": "upperarm01.{}", "LowerArm": "lowerarm01.{}", "Hand": "wrist.{}",
        "UpperLeg": "upperleg01.{}", "LowerLeg": "lowerleg01.{}", "Foot": "foot.{}",
        "IndexProximal": "finger2-1.{}", "IndexIntermediate": "finger2-2.{}",
        "MiddleProximal": "finger3-1.{}",
    })  # fmt: skip


def makehuman_cmu() -> BuiltRig:
    """MakeHuman's skeleton of the CMU library: LHipJoint, LowerBack, Neck1, no fingers."""
    rig = _at_rest("makehuman_cmu", {
        "UpperArm": "{}Arm", "LowerArm": "{}ForeArm", "Hand": "{}Hand",
        "UpperLeg": "{}UpLeg", "LowerLeg": "{}Leg", "Foot": "{}Foot",
    })  # fmt: skip
    rig.bones = {
        joint: bone.replace("L", "Left", 1) if joint.startswith("left") else "Right" + bone[1:]
        for joint, bone in rig.bones.items()
    }
    return rig


def cmu_bvh(path: str) -> BuiltRig:
    """What Blender's own importer makes of a BVH with CMU's names."""
    bpy.ops.import_anim.bvh(filepath=path, global_scale=0.01)
    armature = bpy.context.object
    armature.animation_data_clear()
    names = {
        "UpperArm": "Arm", "LowerArm": "ForeArm", "Hand": "Hand",
        "UpperLeg": "UpLeg", "LowerLeg": "Leg", "Foot": "Foot",
    }  # fmt: skip
    bones = {
        side + part: side.title() + name
        for side in ("left", "right")
        for part, name in names.items()
    }
    return BuiltRig(armature, blender_axes, bones)


def vrm_addon() -> BuiltRig:
    """The basic armature of the VRM add-on for Blender itself (bpy-vrm-format is that add-on)."""
    addon_utils.enable("io_scene_vrm", default_set=True)
    assert bpy.ops.icyp.make_basic_armature() == {"FINISHED"}
    written = {
        "UpperArm": "upper_arm.{}", "LowerArm": "lower_arm.{}", "Hand": "hand.{}",
        "UpperLeg": "upper_leg.{}", "LowerLeg": "lower_leg.{}", "Foot": "foot.{}",
        "IndexProximal": "index_proximal.{}", "IndexIntermediate": "index_intermediate.{}",
        "MiddleProximal": "middle_proximal.{}",
    }  # fmt: skip
    return BuiltRig(bpy.context.object, blender_axes, _both_sides(written))


def auto_rig_pro() -> BuiltRig:
    """Auto-Rig Pro's FK controls by their names, in an A-pose: the rig itself is not to be had."""
    where = positions(arm_down_deg=35.0)
    return build("ARP", chains_of(AUTO_RIG_PRO), where, blender_axes, roll_seed=23)


RIGS = {
    "rigify_metarig": metarig,
    "mixamo": mixamo,
    "vrm": vrm,
    "unreal": unreal,
    "rigify": rigify,
    "short_ik": short_with_ik,
    "long_ik": long_with_ik,
    "makehuman": makehuman,
    "makehuman_cmu": makehuman_cmu,
    "cmu_bvh": cmu_bvh,
    "vrm_addon": vrm_addon,
    "auto_rig_pro": auto_rig_pro,
}
