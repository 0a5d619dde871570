"""Runs in a Python that has bpy: a face that a Live Link Face CSV drives, rendered.

Arguments: an exported GLB, whose face is the puppet; the CSV; where the pictures go (`{}` becomes
the frame); frames as JSON. All that moves comes from the CSV: 52 weights onto the morph targets of
their names, the head's and the eyes' angles onto their bones. The camera looks straight at the
head.
"""

from __future__ import annotations

import csv
import importlib
import json
import os
import sys
from typing import Any

bpy: Any = importlib.import_module("bpy")
mathutils: Any = importlib.import_module("mathutils")
SIDE_PX = 300
DISTANCE_M = 1.5
SHOWN_M = 0.30


def main(glb: str, table: str, target: str, frames: list[int]) -> None:
    """Import, let go of the file's own animation, and pose and render each frame."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.gltf(filepath=glb, disable_bone_shape=True)
    armature = next(item for item in bpy.data.objects if item.type == "ARMATURE")
    keys = next(item.data.shape_keys for item in bpy.data.objects if item.name == "Face")
    for animated in (armature, keys):
        animated.animation_data_clear()
    with open(table, encoding="ascii", newline="") as file:  # noqa: PTH123 - Blender's own Python
        rows = list(csv.DictReader(file))
    for bone in armature.pose.bones:
        bone.matrix_basis = mathutils.Matrix.Identity(4)
    bpy.context.view_layer.update()
    _set_up(bpy.context.scene, armature.matrix_world @ armature.pose.bones["head"].head)
    for frame in frames:
        row = rows[frame]
        for key in keys.key_blocks[1:]:
            key.value = float(row[key.name[0].upper() + key.name[1:]])
        _turn(armature, "head", *(float(row[f"Head{angle}"]) for angle in ("Yaw", "Pitch", "Roll")))
        for side in ("left", "right"):
            column = f"{side.capitalize()}Eye"
            _turn(
                armature,
                f"{side}Eye",
                *(float(row[f"{column}{angle}"]) for angle in ("Yaw", "Pitch", "Roll")),
            )
        bpy.context.scene.render.filepath = target.replace("{}", str(frame))
        bpy.ops.render.render(write_still=True)


def _turn(armature: Any, name: str, yaw: float, pitch: float, roll: float) -> None:  # noqa: ANN401
    """Turn a bone from its rest: yaw to the performer's left, pitch up, roll to the right [rad]."""
    # In Blender the performer faces -Y and has +X to the left, +Z up.
    turn = (
        mathutils.Matrix.Rotation(yaw, 3, "Z")
        @ mathutils.Matrix.Rotation(-pitch, 3, "X")
        @ mathutils.Matrix.Rotation(-roll, 3, "Y")
    )
    bone = armature.pose.bones[name]
    rest = (armature.matrix_world @ bone.bone.matrix_local).to_3x3()
    bone.rotation_mode = "QUATERNION"
    bone.rotation_quaternion = (rest.inverted() @ turn @ rest).to_quaternion()


def _set_up(scene: Any, head: Any) -> None:  # noqa: ANN401 - bpy has no types
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 24
    scene.cycles.use_denoising = False
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x = scene.render.resolution_y = SIDE_PX
    lens = bpy.data.cameras.new("Camera")
    lens.sensor_width, lens.lens = 36.0, 36.0 * DISTANCE_M / SHOWN_M
    viewer = bpy.data.objects.new("Camera", lens)
    viewer.rotation_euler = (1.5708, 0.0, 0.0)
    viewer.location = head + mathutils.Vector((0.0, -DISTANCE_M, 0.04))
    scene.collection.objects.link(viewer)
    scene.camera = viewer
    sun = bpy.data.lights.new("Sun", "SUN")
    sun.energy, sun.angle = 2.2, 0.3
    light = bpy.data.objects.new("Sun", sun)
    light.rotation_euler = (0.9, 0.2, 0.4)
    scene.collection.objects.link(light)
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.35, 0.36, 0.38)


main(sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))
sys.stdout.flush()
# The bpy module may hang while the interpreter ends.
os._exit(0)
