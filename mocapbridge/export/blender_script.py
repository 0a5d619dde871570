# SPDX-License-Identifier: Apache-2.0 OR GPL-3.0-or-later
"""Runs inside Blender: imports a GLB file and exports it as FBX or USD.

The argument after `--` is a JSON object with `source`, `target`, `frames`, `whole_rate`,
`rate_base` and `outcome`: a file that tells what went wrong, and is empty when nothing did.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any, Final

OLDEST: Final = (4, 2, 0)
"""Blender that imports and exports all of it."""


def main(task: dict[str, Any]) -> str:
    """Do what the task says.

    Returns:
        Why it cannot be done; empty when it was.
    """
    # Blender's modules have no types.
    bpy: Any = importlib.import_module("bpy")
    if bpy.app.version < OLDEST:
        return (
            f"Blender {bpy.app.version_string} is too old: 4.2 or newer is needed, "
            "give its path with --via-blender PATH"
        )
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = task["whole_rate"], 1.0
    bpy.ops.import_scene.gltf(filepath=task["source"], disable_bone_shape=True)
    # The rate is fps / fps_base.
    scene.render.fps_base = task["rate_base"]
    scene.frame_start, scene.frame_end = 0, task["frames"] - 1
    target = Path(task["target"])
    if target.suffix.lower() == ".fbx":
        bpy.ops.export_scene.fbx(
            filepath=str(target),
            add_leaf_bones=False,
            bake_anim=True,
            bake_anim_use_nla_strips=False,
            bake_anim_use_all_actions=False,
            bake_anim_simplify_factor=0.0,
        )
    else:
        bpy.ops.wm.usd_export(filepath=str(target), export_animation=True, export_armatures=True)
    return ""


def _run() -> int:
    task = json.loads(sys.argv[sys.argv.index("--") + 1])
    try:
        Path(task["outcome"]).write_text(main(task), encoding="utf-8")
    except Exception:  # noqa: BLE001 - a process of its own: whoever started it reads this
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    exit_code = _run()
    sys.stdout.flush()
    sys.stderr.flush()
    # The bpy module may hang while the interpreter ends.
    os._exit(exit_code)
