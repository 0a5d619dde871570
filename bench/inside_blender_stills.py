"""The part of ``bench.blender_stills`` that runs inside Blender.

Arguments: rig, the daemon's datagrams, where the pictures go (`{}` becomes the frame), frames and
camera as JSON.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

import bpy
from mathutils import Matrix, Vector

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "blender_addon"), str(ROOT / "tests" / "blender" / "inside")]

SENSOR_MM = 36.0
SAMPLES = 8
SIDES = 12
COLOURS = {
    "left": (0.05, 0.2, 0.7, 1.0),
    "right": (0.7, 0.07, 0.05, 1.0),
    "middle": (0.55, 0.5, 0.42, 1.0),
}
THICK_M = (
    ("hips", 0.15, 0.1), ("pine", 0.13, 0.09), ("hest", 0.15, 0.1), ("neck", 0.05, 0.05),
    ("head", 0.08, 0.09), ("UpperLeg", 0.07, 0.07), ("LowerLeg", 0.05, 0.05),
    ("UpperArm", 0.045, 0.045), ("LowerArm", 0.036, 0.036), ("Hand", 0.04, 0.016),
    ("Foot", 0.04, 0.035), ("Toes", 0.035, 0.02), ("Shoulder", 0.045, 0.045),
)  # fmt: skip
"""Half width and half depth of a part of the body, by a part of its joint's name."""
FINGER_M = 0.01
HEAD_M = 0.13
RIGIFY_PARTS = (
    ("DEF-spine.006", "head"), ("DEF-spine.005", "neck"), ("DEF-spine.004", "neck"),
    ("DEF-spine.00", "chest"), ("DEF-spine", "hips"), ("DEF-upper_arm", "UpperArm"),
    ("DEF-forearm", "LowerArm"), ("DEF-hand", "Hand"), ("DEF-thigh", "UpperLeg"),
    ("DEF-shin", "LowerLeg"), ("DEF-foot", "Foot"), ("DEF-toe", "Toes"),
    ("DEF-shoulder", "Shoulder"), ("DEF-f_", "Finger"), ("DEF-thumb", "Finger"),
)  # fmt: skip
"""Which bones of a generated rig carry the body, by the beginnings of their names."""


def main(name: str, recording: str, target: str, frames: list[int], camera: dict[str, Any]) -> None:
    """Build the rig, give it a body, let it follow, and render."""
    session.fresh()
    import rigs
    import stream
    from mocapbridge_addon.scene.bone_list import detect_rig
    from mocapbridge_addon.scene.follower import Follower
    from mocapbridge_addon.scene.properties import add_character

    rig = rigs.RIGS[name]()
    if name == "vrm":
        # The test leans and stretches this one's object.
        rig.armature.matrix_world = Matrix()
    character = add_character(bpy.context.scene.mocapbridge, rig.armature)
    detect_rig(character)
    parts = rigify_parts(rig.armature) if name == "rigify" else mapped_parts(character, rig)
    make_body(rig, parts)
    follower = Follower()
    set_up = False
    for motion in stream.motions(Path(recording)):
        follower.advance(character, [motion])
        bpy.context.view_layer.update()
        if not set_up:
            set_up = True
            size = follower.retargeter.scale * rig.armature.matrix_world.median_scale
            set_up_picture(bpy.context.scene, camera, size)
        if motion.frame_id in frames:
            bpy.context.scene.render.filepath = target.replace("{}", str(motion.frame_id))
            bpy.ops.render.render(write_still=True)


def rigify_parts(armature: bpy.types.Object) -> list[tuple[str, str, Vector, Vector]]:
    """Bone, joint, start and end of each part of the body, at rest."""
    parts = []
    for bone in armature.data.bones:
        joint = next((part for start, part in RIGIFY_PARTS if bone.name.startswith(start)), None)
        if joint is not None:
            side = "left" if ".L" in bone.name else "right" if ".R" in bone.name else ""
            parts.append((bone.name, side + joint, bone.head_local, bone.tail_local))
    return parts


def mapped_parts(character: object, rig: object) -> list[tuple[str, str, Vector, Vector]]:
    """The same of a rig whose bones say with their heads alone where its joints are."""
    from mocapbridge_addon.scene.bone_list import mapping_of

    bones = rig.armature.data.bones
    joint_of = {
        bone: joint for joint, of_joint in mapping_of(character).joints.items() for bone in of_joint
    }
    parts = []
    for name, joint in joint_of.items():
        if joint.endswith("Eye") or joint == "jaw":
            continue
        start = bones[name].head_local
        below = [child for child in bones[name].children if child.name in joint_of]
        towards = [
            child for child in below
            if len(below) == 1 or "Middle" in joint_of[child.name]
            or joint_of[child.name] in ("spine", "neck")
        ]  # fmt: skip
        if joint == "head":
            end = start + rig.axes(Vector((0.0, HEAD_M, 0.0))) * rig.unit
        elif towards:
            end = towards[0].head_local
        elif bones[name].parent is not None:
            way = start - bones[name].parent.head_local
            end = start + way.normalized() * 0.03 * rig.unit
        else:
            continue
        parts.append((name, joint, start, end))
    return parts


def make_body(rig: object, parts: list[tuple[str, str, Vector, Vector]]) -> None:
    """One mesh of a rounded limb per part, moved by its bone alone."""
    vertices: list[Vector] = []
    faces: list[tuple[int, ...]] = []
    colours: list[int] = []
    groups: dict[str, range] = {}
    names = list(COLOURS)
    for bone, joint, start, end in parts:
        own = limb(rig, joint, start, end)
        groups[bone] = range(len(vertices), len(vertices) + len(own))
        rings = len(own) // SIDES
        at = len(vertices)
        made = [
            (at + r * SIDES + i, at + r * SIDES + (i + 1) % SIDES,
             at + (r + 1) * SIDES + (i + 1) % SIDES, at + (r + 1) * SIDES + i)
            for r in range(rings - 1) for i in range(SIDES)
        ]  # fmt: skip
        side = next((name for name in names if joint.startswith(name)), "middle")
        colours += [names.index(side)] * len(made)
        faces += made
        vertices += own
    data = bpy.data.meshes.new("Body")
    data.from_pydata(vertices, [], faces)
    for name, colour in COLOURS.items():
        data.materials.append(material(name, colour))
    data.polygons.foreach_set("material_index", colours)
    data.polygons.foreach_set("use_smooth", [True] * len(faces))
    mesh = bpy.data.objects.new("Body", data)
    bpy.context.scene.collection.objects.link(mesh)
    mesh.parent = rig.armature
    for bone, own in groups.items():
        mesh.vertex_groups.new(name=bone).add(list(own), 1.0, "REPLACE")
    mesh.modifiers.new("Armature", "ARMATURE").object = rig.armature


def limb(rig: object, joint: str, start: Vector, end: Vector) -> list[Vector]:
    """Rings of a closed limb from one point to another, rounded at its ends."""
    width, depth = next(
        ((width, depth) for part, width, depth in THICK_M if part in joint), (FINGER_M, FINGER_M)
    )
    if "Thumb" in joint or any(f in joint for f in ("Index", "Middle", "Ring", "Little")):
        width = depth = FINGER_M
    along = (end - start).normalized()
    # The wide side lies across the body; of a limb that lies across it, forwards.
    across = rig.axes(Vector((1.0, 0.0, 0.0)))
    if abs(along.dot(across)) > 0.8:
        across = rig.axes(Vector((0.0, 0.0, 1.0)))
    across = (across - along * along.dot(across)).normalized()
    other = along.cross(across)
    rings = []
    steps = 6
    cap = min(width, depth) * rig.unit
    for number in range(steps + 1):
        angle = math.pi / 2.0 * (1.0 - number / steps)
        rings.append((start - along * cap * math.sin(angle), math.cos(angle)))
    for number in range(steps + 1):
        angle = math.pi / 2.0 * number / steps
        rings.append((end + along * cap * math.sin(angle), math.cos(angle)))
    return [
        place + rig.unit * share * (
            across * width * math.cos(2.0 * math.pi * i / SIDES)
            + other * depth * math.sin(2.0 * math.pi * i / SIDES)
        )
        for place, share in rings for i in range(SIDES)
    ]  # fmt: skip


def material(name: str, colour: tuple[float, float, float, float]) -> bpy.types.Material:
    """A plain one of that colour."""
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    made.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = colour
    return made


def set_up_picture(scene: bpy.types.Scene, camera: dict[str, Any], size: float) -> None:
    """Camera of the footage, as much farther away as the rig is taller; light and floor."""
    size = max(1.0, size)
    width, height = camera["size"]
    x, y, cut_width, cut_height = camera["cut"]
    render = scene.render
    render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.cycles.samples = SAMPLES
    scene.cycles.use_denoising = False
    scene.view_settings.view_transform = "Standard"
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
    render.use_border = render.use_crop_to_border = True
    render.border_min_x, render.border_max_x = x / width, (x + cut_width) / width
    render.border_min_y, render.border_max_y = 1 - (y + cut_height) / height, 1 - y / height
    lens = bpy.data.cameras.new("Camera")
    lens.sensor_width = SENSOR_MM
    lens.lens = camera["fx"] * SENSOR_MM / width
    viewer = bpy.data.objects.new("Camera", lens)
    blender_from_world = Matrix(((1, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 0), (0, 0, 0, 1)))
    flip = Matrix.Diagonal((1, -1, -1, 1))
    viewer.matrix_world = blender_from_world @ Matrix(camera["world_from_camera"]) @ flip
    viewer.location *= size
    scene.collection.objects.link(viewer)
    scene.camera = viewer
    sun = bpy.data.lights.new("Sun", "SUN")
    sun.energy, sun.angle = 2.0, 0.3
    light = bpy.data.objects.new("Sun", sun)
    light.rotation_euler = (0.7, 0.2, 0.4)
    scene.collection.objects.link(light)
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.25, 0.26, 0.28)
    bpy.ops.mesh.primitive_plane_add(size=40)
    bpy.context.object.data.materials.append(material("Floor", (0.3, 0.3, 0.3, 1.0)))


import session  # noqa: E402 - found by the path above

# An error ends the process too: the bpy module may hang while the interpreter ends.
session.begin(lambda: main(*sys.argv[1:4], json.loads(sys.argv[4]), json.loads(sys.argv[5])))
sys.stdout.flush()
os._exit(0)
