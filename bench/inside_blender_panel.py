"""Runs in a Blender with a window for ``bench.blender_panel``: shows the tab and takes a picture.

Blender 3.4 cannot choose a sidebar tab from a script, so the caller clicks on it.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import bpy
from mathutils import Euler

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "blender_addon"), str(ROOT / "tests" / "blender" / "inside")]

import addon_utils  # noqa: E402 - comes with bpy, and the add-on with the path above

TAB = ("1043", "246")
"""Where the fourth tab is on a display of 1280 x 800."""
AT_S = {"tab": 3.0, "record": 9.0, "picture": 14.0}


def main() -> None:
    """Start as a user does, click on the tab, record, and take the picture."""
    target, port = sys.argv[sys.argv.index("--") + 1 :]
    addon_utils.enable("mocapbridge_addon", default_set=True)
    bpy.context.preferences.view.show_splash = False
    bpy.context.preferences.addons["mocapbridge_addon"].preferences.link_port = int(port)
    window = bpy.context.window_manager.windows[0]
    with bpy.context.temp_override(window=window):
        bpy.ops.object.select_all(action="SELECT")
        bpy.ops.object.delete()
        bpy.ops.mocapbridge.start()
    bpy.context.scene.mocapbridge_recording.countdown_s = 0
    for area in window.screen.areas:
        if area.type == "VIEW_3D":
            area.spaces[0].show_region_ui = True
            view = area.spaces[0].region_3d
            view.view_location, view.view_distance = (0.0, 0.0, 0.9), 4.5
            view.view_rotation = Euler(
                (math.radians(80.0), 0.0, math.radians(25.0))
            ).to_quaternion()

    def click() -> None:
        subprocess.run(["xdotool", "mousemove", *TAB, "click", "1"], check=True)  # noqa: S607

    def record() -> None:
        bpy.ops.mocapbridge.record_start()

    def picture() -> None:
        with bpy.context.temp_override(window=window):
            bpy.ops.screen.screenshot(filepath=target)
        sys.stdout.flush()
        os._exit(0)

    for work, moment in ((click, "tab"), (record, "record"), (picture, "picture")):
        bpy.app.timers.register(work, first_interval=AT_S[moment])


main()
