"""Runs in a Python that has bpy: imports a file and prints where its bones are."""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

bpy: Any = importlib.import_module("bpy")
words = sys.argv[-3:]  # Blender's own words come first where it is no module
path, frames, (numerator, denominator) = words[0], *map(json.loads, words[1:])
bpy.ops.wm.read_factory_settings(use_empty=True)
scene = bpy.context.scene
scene.render.fps = round(numerator / denominator)
scene.render.fps_base = scene.render.fps * denominator / numerator
ending = path.rpartition(".")[2]
if ending == "bvh":
    if bpy.app.version < (3, 5):
        # Debian's Blender 3.4 opens no BVH at all: it asks Python 3.11 for a mode that is gone.
        importer: Any = importlib.import_module("io_anim_bvh.import_bvh")
        importer.open = lambda path, _mode: open(path, encoding="utf-8")  # noqa: PTH123, SIM115
    bpy.ops.import_anim.bvh(filepath=path, global_scale=0.01, update_scene_fps=True)
elif ending == "glb":
    # Its importer multiplies by the base where the scene's rate divides by it.
    scene.render.fps_base = 1.0 / scene.render.fps_base
    bpy.ops.import_scene.gltf(filepath=path)
elif ending == "fbx":
    # The older importer takes 29.97 for 30.
    bpy.ops.wm.fbx_import(filepath=path)
else:
    bpy.ops.wm.usd_import(filepath=path)
first = 1 if ending in ("bvh", "fbx") else 0
armatures = [item for item in bpy.data.objects if item.type == "ARMATURE"]
armature = max(armatures, key=lambda item: len(item.data.bones))
world = armature.matrix_world
rest = {b.name: (world @ b.matrix_local).to_quaternion() for b in armature.data.bones}
poses: list[dict[str, Any]] = []
for frame in frames:
    scene.frame_set(frame + first)
    matrices = {bone.name: world @ bone.matrix for bone in armature.pose.bones}
    poses.append(
        {
            name: [list(m.translation), list(m.to_quaternion() @ rest[name].inverted())]
            for name, m in matrices.items()
        }
    )
keys = [item.data.shape_keys for item in bpy.data.objects if item.type == "MESH"]
ranges = [action.frame_range for action in bpy.data.actions]
result = {
    "poses": poses,
    "fps": scene.render.fps / scene.render.fps_base,
    "shapes": max((len(key.key_blocks) - 1 for key in keys if key), default=0),
    "first": min(r[0] for r in ranges),
    "last": max(r[1] for r in ranges),
}
print("RESULT " + json.dumps(result))
print("CHECK PASSED")
sys.stdout.flush()
# The bpy module may hang while the interpreter ends.
os._exit(0)
