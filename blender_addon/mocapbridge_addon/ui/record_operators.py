# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons for recording do."""

from typing import ClassVar

import bpy

from ..scene.actions import push_down
from ..scene.properties import active_character
from ..scene.recording import RECORDING, RecordingRefused, Stage


class RecordStart(bpy.types.Operator):
    """Count down, then record every character that follows."""

    bl_idname = "mocapbridge.record_start"
    bl_label = "Record"
    bl_description = (
        "Count down, then record every character that follows, from the current frame on. What the "
        "rigs have of animation is kept"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Begin."""
        try:
            RECORDING.arm(context)
        except RecordingRefused as refused:
            self.report({"ERROR"}, str(refused))
            return {"CANCELLED"}
        return {"FINISHED"}


class RecordStop(bpy.types.Operator):
    """End the recording and write it as new Actions."""

    bl_idname = "mocapbridge.record_stop"
    bl_label = "Stop Recording"
    bl_description = "End the recording and write it as new Actions"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write."""
        del context
        if RECORDING.stage is Stage.COUNTDOWN:
            RECORDING.cancel()
            self.report({"INFO"}, "Countdown stopped, nothing was recorded")
            return {"CANCELLED"}
        outcome = RECORDING.finish()
        self.report({"INFO" if outcome.actions else "WARNING"}, str(outcome))
        return {"FINISHED"} if outcome.actions else {"CANCELLED"}


class RecordCancel(bpy.types.Operator):
    """End the recording and throw it away."""

    bl_idname = "mocapbridge.record_cancel"
    bl_label = "Discard"
    bl_description = "End the recording and throw it away"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write nothing."""
        del context
        RECORDING.cancel()
        return {"FINISHED"}


class PushToNla(bpy.types.Operator):
    """Put the character's Actions into tracks of the NLA editor."""

    bl_idname = "mocapbridge.push_to_nla"
    bl_label = "Push to NLA"
    bl_description = (
        "Put the Actions of the character's body and face into tracks of the NLA editor, above "
        "those that are there"
    )
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Push what there is."""
        character = active_character(context.scene)
        if character is None:
            self.report({"ERROR"}, "Choose a character first")
            return {"CANCELLED"}
        owners = [character.armature] if character.armature is not None else []
        meshes = [line.mesh for line in character.meshes if line.mesh is not None]
        owners += [mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys is not None]
        pushed = [strip.name for strip in map(push_down, owners) if strip is not None]
        if not pushed:
            self.report({"WARNING"}, "This character has no Action to push")
            return {"CANCELLED"}
        self.report({"INFO"}, f"In the NLA editor now: {', '.join(pushed)}")
        return {"FINISHED"}


CLASSES = (RecordStart, RecordStop, RecordCancel, PushToNla)


def register() -> None:
    """Add them to Blender."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
