"""Runs inside Blender for ``bench.blender_stills``: one rig, some frames of a take, as pictures."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import bpy
from mathutils import Matrix, Vector

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "blender_addon"), str(ROOT / "tests" / "blender" / "inside")]

import addon_utils  # noqa: E402 - comes with bpy, and the add-on with the path above

SIZE_PX = (230, 261)
HEIGHT_M = 2.2
LIMBS = [
    ("hips", "spine", 0.15), ("spine", "neck", 0.14), ("neck", "head", 0.05), ("head", "", 0.09),
    *[
        (side + start, side + end if end else "", width)
        for side in ("left", "right")
        for start, end, width in (
            ("UpperArm", "LowerArm", 0.045), ("LowerArm", "Hand", 0.038),
            ("Hand", "MiddleProximal", 0.04), ("IndexProximal", "IndexIntermediate", 0.011),
            ("MiddleProximal", "MiddleIntermediate", 0.011),
            ("LittleProximal", "LittleIntermediate", 0.011),
            ("UpperLeg", "LowerLeg", 0.075), ("LowerLeg", "Foot", 0.055), ("Foot", "Toes", 0.04),
        )
    ],
]  # fmt: skip
"""Boxes from joint to joint, with half their width [m of the rig]."""
CORNERS = [(x, y, z) for z in (-1, 1) for y in (0, 1) for x in (-1, 1)]
FACES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]


def main() -> None:
    """Build, follow, render."""
    name, take, target, frames = sys.argv[1:]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("mocapbridge_addon", default_set=True)
    addon_utils.enable("cycles", default_set=True)
    import rigs
    from mocapbridge_addon.scene.follower import Follower
    from mocapbridge_addon.takes.files import read_motion

    rig = rigs.RIGS[name]()
    body(rig)
    bpy.context.view_layer.objects.active = rig.armature
    bpy.ops.mocapbridge.add_character()
    character = bpy.context.scene.mocapbridge.characters[0]
    camera = studio(rig)
    follower = Follower()
    for number, motion in enumerate(read_motion(Path(take))):
        follower.advance(character, [motion])
        if number in json.loads(frames):
            bpy.context.view_layer.update()
            hips = rig.armature.pose.bones[rig.bones["hips"]].head
            look_at(camera, rig, hips)
            bpy.context.scene.render.filepath = target.replace("{}", str(number))
            bpy.ops.render.render(write_still=True)


def body(rig: object) -> None:
    """Boxes that the bones of the limbs carry."""
    armature = rig.armature
    vertices, faces, groups = [], [], {}
    for joint, end, width in LIMBS:
        if joint not in rig.bones or (end and end not in rig.bones):
            continue
        bone = armature.data.bones[rig.bones[joint]]
        bone.use_deform = True
        start = bone.head_local
        up = rig.axes(Vector((0.0, 0.22, 0.0))) * rig.unit
        tip = armature.data.bones[rig.bones[end]].head_local if end else start + up
        turn = (tip - start).to_track_quat("Y", "Z")
        length, half = (tip - start).length, width * rig.unit
        first = len(vertices)
        corners = [Vector((x * half, y * length, z * half)) for x, y, z in CORNERS]
        vertices += [start + turn @ corner for corner in corners]
        faces += [tuple(first + corner for corner in face) for face in FACES]
        groups.setdefault(bone.name, []).extend(range(first, len(vertices)))
    data = bpy.data.meshes.new("body")
    data.from_pydata(vertices, [], faces)
    mesh = bpy.data.objects.new("body", data)
    bpy.context.scene.collection.objects.link(mesh)
    mesh.parent = armature
    for bone, own in groups.items():
        mesh.vertex_groups.new(name=bone).add(own, 1.0, "REPLACE")
    mesh.modifiers.new("Armature", "ARMATURE").object = armature
    material = bpy.data.materials.new("clay")
    material.diffuse_color = (0.8, 0.45, 0.25, 1.0)
    material.use_nodes = True
    material.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (
        0.75, 0.35, 0.15, 1.0,
    )  # fmt: skip
    data.materials.append(material)


def studio(rig: object) -> object:
    """Cycles, a camera without perspective, and a lamp beside it."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 8
    scene.render.resolution_x, scene.render.resolution_y = SIZE_PX
    scene.view_settings.view_transform = "Standard"
    world = bpy.data.worlds.new("world")
    world.use_nodes = True
    world.node_tree.nodes["Background"].inputs["Color"].default_value = (0.75, 0.77, 0.8, 1.0)
    scene.world = world
    data = bpy.data.cameras.new("camera")
    data.type, data.ortho_scale = "ORTHO", HEIGHT_M * rig.unit * world_scale(rig)
    data.clip_end = 100.0 * data.ortho_scale
    camera = bpy.data.objects.new("camera", data)
    sun = bpy.data.objects.new("sun", bpy.data.lights.new("sun", "SUN"))
    sun.data.energy = 3.0
    for own in (camera, sun):
        scene.collection.objects.link(own)
    sun.rotation_mode = "QUATERNION"
    down = rig.armature.matrix_world.to_3x3() @ rig.axes(Vector((-0.5, -1.0, -0.8)))
    sun.rotation_quaternion = down.to_track_quat("-Z", "Y")
    scene.camera = camera
    return camera


def look_at(camera: object, rig: object, middle: Vector) -> None:
    """From in front, as the footage's camera does."""
    turn = rig.armature.matrix_world.to_3x3()
    right, up, back = ((turn @ rig.axes(Vector(axis))).normalized()
                       for axis in ((1, 0, 0), (0, 1, 0), (0, 0, 1)))  # fmt: skip
    place = rig.armature.matrix_world @ middle + back * 5.0 * camera.data.ortho_scale
    axes = Matrix((right, up, back)).transposed().to_4x4()
    camera.matrix_world = Matrix.Translation(place) @ axes


def world_scale(rig: object) -> float:
    """How large the armature object makes its own units."""
    return rig.armature.matrix_world.median_scale


main()
sys.stdout.flush()
os._exit(0)
