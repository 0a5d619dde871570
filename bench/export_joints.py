"""Runs in a Python that has bpy: prints where the joints of a glTF file are in some frames.

Arguments: the file, frames as JSON, the scene's rate. World axes and metres of the take.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from typing import Any

bpy: Any = importlib.import_module("bpy")


def main(path: str, frames: list[int], fps: int) -> None:
    """Import and print."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = fps
    bpy.ops.import_scene.gltf(filepath=path)
    read: list[dict[str, list[float]]] = []
    for frame in frames:
        scene.frame_set(frame)
        places: dict[str, list[float]] = {}
        for thing in scene.objects:
            bones = thing.pose.bones if thing.type == "ARMATURE" else ()
            for bone in bones:
                x, y, z = thing.matrix_world @ bone.head
                places[bone.name] = [x, z, -y]
            if thing.type == "EMPTY":
                x, y, z = thing.matrix_world.translation
                places[thing.name] = [x, z, -y]
        read.append(places)
    print("RESULT " + json.dumps(read))


main(sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3]))
sys.stdout.flush()
# The bpy module may hang while the interpreter ends.
os._exit(0)
