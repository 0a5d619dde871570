# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sidebar's buttons do."""

from typing import ClassVar

import bpy

from ..receive.listener import PortUnavailable
from ..scene.bone_list import capture_t_pose, detect_rig
from ..scene.live import LIVE
from ..scene.mocap_skeleton import default_skeleton, make_skeleton
from ..scene.properties import active_character, add_character
from ..scene.recording import RECORDING, Stage
from .preferences import ports, preferences


class Start(bpy.types.Operator):
    """Listen for motion and move the scene."""

    bl_idname = "mocapbridge.start"
    bl_label = "Start"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}
    bl_description = (
        "Listen for motion and move the scene. Without a character, the selected armature follows, "
        "or else a new skeleton"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Open the ports; somebody has to follow."""
        own = preferences(context)
        tick_s = 1.0 / (own.tick_hz if own is not None else 60)
        try:
            LIVE.start(ports(context), tick_s)
        except PortUnavailable as error:
            self.report({"ERROR"}, str(error)[0].upper() + str(error)[1:])
            return {"CANCELLED"}
        if not any(scene.mocapbridge.characters for scene in bpy.data.scenes):
            chosen = context.view_layer.objects.active
            if chosen is not None and chosen.type == "ARMATURE":
                bpy.ops.mocapbridge.add_character()
            else:
                bpy.ops.mocapbridge.add_skeleton()
        return {"FINISHED"}


class Stop(bpy.types.Operator):
    """Stop listening and leave everything as it is now."""

    bl_idname = "mocapbridge.stop"
    bl_label = "Stop"
    bl_description = "Stop listening and leave everything as it is now"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Close the ports; a recording that goes on is written first."""
        del context
        if RECORDING.stage is not Stage.IDLE:
            bpy.ops.mocapbridge.record_stop()
        LIVE.stop()
        return {"FINISHED"}


class AddCharacter(bpy.types.Operator):
    """Let the active armature follow a performer."""

    bl_idname = "mocapbridge.add_character"
    bl_label = "Add Character"
    bl_description = "Let the active armature follow a performer"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it, with its kind of rig and its meshes found."""
        chosen = context.view_layer.objects.active
        armature = chosen if chosen is not None and chosen.type == "ARMATURE" else None
        character = add_character(context.scene.mocapbridge, armature)
        if armature is None:
            return {"FINISHED"}
        guess = detect_rig(character)
        if guess is None:
            self.report({"WARNING"}, "No bone of this armature is known: fill in its bone list")
        else:
            self.report({"INFO"}, f"{guess.title}, fits {guess.score:.0%}")
        for child in context.scene.objects:
            keys = child.data.shape_keys if child.type == "MESH" else None
            if keys is not None and child.find_armature() == armature:
                character.meshes.add().mesh = child
        return {"FINISHED"}


class DetectRig(bpy.types.Operator):
    """Find out what kind of rig it is and fill in its bone list."""

    bl_idname = "mocapbridge.detect"
    bl_label = "Detect"
    bl_description = "Find out what kind of rig it is and fill in its bone list"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Replace the bone list."""
        character = active_character(context.scene)
        if character is None or character.armature is None:
            self.report({"ERROR"}, "Choose an armature first")
            return {"CANCELLED"}
        guess = detect_rig(character)
        if guess is None:
            self.report({"ERROR"}, "No bone of this armature is known: fill in its bone list")
            return {"CANCELLED"}
        self.report({"INFO"}, f"{guess.title}, fits {guess.score:.0%}")
        return {"FINISHED"}


class AddSkeleton(bpy.types.Operator):
    """Add a skeleton that follows the performer."""

    bl_idname = "mocapbridge.add_skeleton"
    bl_label = "Add Mocap Skeleton"
    bl_description = "Add a skeleton with the performer's own bones, in a T-pose, that follows"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    with_boxes: bpy.props.BoolProperty(
        name="Boxes", description="Put a body of boxes around the bones", default=True
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add it, with the bone lengths of whoever is heard."""
        heard = LIVE.receiver.inbox.newest("") if LIVE.receiver is not None else None
        skeleton = heard.skeleton if heard is not None else default_skeleton()
        make_skeleton(context, skeleton, with_boxes=self.with_boxes)
        return {"FINISHED"}


class CaptureTPose(bpy.types.Operator):
    """Take the pose that the rig is in now for its T-pose."""

    bl_idname = "mocapbridge.capture_t_pose"
    bl_label = "This Is My T-Pose"
    bl_description = "Take the pose that the rig is in now for its T-pose"
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remember the pose."""
        character = active_character(context.scene)
        if character is None or character.armature is None:
            self.report({"ERROR"}, "Choose an armature first")
            return {"CANCELLED"}
        self.report({"INFO"}, f"T-pose of {capture_t_pose(character)} bones taken")
        return {"FINISHED"}


CLASSES = (Start, Stop, AddCharacter, DetectRig, AddSkeleton, CaptureTPose)


def register() -> None:
    """Add them to Blender."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
