# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a take or a BVH file onto the chosen character."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import StringProperty
from bpy_extras.io_utils import ImportHelper

from ..record.curves import TimeLine
from ..scene.import_take import write_motions
from ..scene.properties import active_character
from ..scene.recording import frames_per_s
from ..scene.take_writer import Style
from ..takes.errors import UnreadableFile
from ..takes.files import ENDINGS, read_motion


class ImportTake(ImportHelper, bpy.types.Operator):
    """Put the motion of a take or a BVH file onto the chosen character."""

    bl_idname = "mocapbridge.import_take"
    bl_label = "Import Take"
    bl_description = (
        "Put the motion of a take (.mocap, .jsonl) or of mocapbridge's BVH onto the chosen "
        "character, as new Actions from the current frame on"
    )
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    filter_glob: StringProperty(
        default=";".join(f"*.{ending}" for ending in ENDINGS), options={"HIDDEN"}
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read and write."""
        character = active_character(context.scene)
        if character is None:
            self.report({"ERROR"}, "Choose an armature and Add Selected first")
            return {"CANCELLED"}
        path = Path(self.filepath)
        try:
            motions = read_motion(path)
        except (OSError, UnreadableFile) as error:
            self.report({"ERROR"}, f"{path.name}: {error}")
            return {"CANCELLED"}
        scene = context.scene
        settings = scene.mocapbridge_recording
        line = TimeLine(motions[0].capture_time_ns, scene.frame_current, frames_per_s(scene))
        style = Style(
            name=path.name.partition(".")[0],
            tolerance=settings.tolerance if settings.reduce else 0.0,
            as_strips=settings.as_strips,
        )
        actions = write_motions(character, motions, line, style)
        if not actions:
            self.report({"ERROR"}, "No bone or shape key follows: fill in the bone list or meshes")
            return {"CANCELLED"}
        names = ", ".join(action.name for action in actions)
        self.report({"INFO"}, f"{len(motions)} frames: {names}")
        return {"FINISHED"}


def register() -> None:
    """Add it to Blender."""
    bpy.utils.register_class(ImportTake)


def unregister() -> None:
    """Take it away."""
    bpy.utils.unregister_class(ImportTake)
