"""Rigs of several families, built bone by bone, in every awkward way that real ones come."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field

import addon_utils
import bpy
from mathutils import Matrix, Vector
from mocapbridge_addon.motion.joints import FINGERS
from mocapbridge_addon.receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS
from mocapbridge_addon.retarget.families import MIXAMO, UNREAL, VRM, Family

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


RIGS = {"rigify_metarig": metarig, "mixamo": mixamo, "vrm": vrm, "unreal": unreal, "rigify": rigify}
