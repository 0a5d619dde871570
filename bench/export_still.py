"""Runs in a Python that has bpy: renders frames of an exported file with the footage's camera.

Arguments: the file (GLB, FBX or USD), where the pictures go (`{}` becomes the frame), frames and
camera as JSON.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

bpy: Any = importlib.import_module("bpy")
mathutils: Any = importlib.import_module("mathutils")
SENSOR_MM = 36.0


def main(path: str, target: str, frames: list[int], camera: dict[str, Any]) -> None:
    """Import, light, and render each frame."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = camera["fps"]
    first = 0
    if path.endswith(".glb"):
        bpy.ops.import_scene.gltf(filepath=path, disable_bone_shape=True)
    elif path.endswith(".fbx"):
        bpy.ops.import_scene.fbx(filepath=path)
        first = 1
    else:
        bpy.ops.wm.usd_import(filepath=path)
    _set_up(scene, camera)
    for frame in frames:
        scene.frame_set(frame + first)
        scene.render.filepath = target.replace("{}", str(frame))
        bpy.ops.render.render(write_still=True)


def _set_up(scene: Any, camera: dict[str, Any]) -> None:  # noqa: ANN401 - bpy has no types
    width, height = camera["size"]
    scene.render.engine = "CYCLES"
    scene.cycles.samples = 8
    scene.cycles.use_denoising = False
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 60
    lens = bpy.data.cameras.new("Camera")
    lens.sensor_width = SENSOR_MM
    lens.lens = camera["fx"] * SENSOR_MM / width
    viewer = bpy.data.objects.new("Camera", lens)
    # glTF's axes to Blender's, and a camera that looks along +Z to one that looks along -Z.
    blender_from_world = mathutils.Matrix(((1, 0, 0, 0), (0, 0, -1, 0), (0, 1, 0, 0), (0, 0, 0, 1)))
    flip = mathutils.Matrix.Diagonal((1, -1, -1, 1))
    viewer.matrix_world = blender_from_world @ mathutils.Matrix(camera["world_from_camera"]) @ flip
    scene.collection.objects.link(viewer)
    scene.camera = viewer
    sun = bpy.data.lights.new("Sun", "SUN")
    sun.energy = 1.6
    sun.angle = 0.3
    light = bpy.data.objects.new("Sun", sun)
    light.rotation_euler = (0.7, 0.2, 0.4)
    scene.collection.objects.link(light)
    scene.world = bpy.data.worlds.new("World")
    scene.world.color = (0.25, 0.26, 0.28)
    bpy.ops.mesh.primitive_plane_add(size=40)
    floor = bpy.data.materials.new("Floor")
    floor.use_nodes = True
    floor.node_tree.nodes["Principled BSDF"].inputs["Base Color"].default_value = (0.3, 0.3, 0.3, 1)
    bpy.context.object.data.materials.append(floor)


main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), json.loads(sys.argv[4]))
sys.stdout.flush()
# The bpy module may hang while the interpreter ends.
os._exit(0)
