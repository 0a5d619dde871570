# SPDX-License-Identifier: GPL-3.0-or-later
"""The menu entry that adds the camera that the performer was filmed with."""

import math
from typing import ClassVar

import bpy

from ..scene.camera_view import CameraView, make_camera


class AddCamera(bpy.types.Operator):
    """Add a camera where the performer was filmed from."""

    bl_idname = "mocapbridge.add_camera"
    bl_label = "Add Camera View"
    bl_description = (
        "Add a camera where the performer was filmed from, with the footage behind the scene"
    )
    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    filepath: bpy.props.StringProperty(
        name="Footage",
        description="The film of the performer; empty for a camera without a picture",
        subtype="FILE_PATH",
    )
    fov_rad: bpy.props.FloatProperty(
        name="Field of view",
        description="Horizontal field of view: solve.camera.horizontal_fov_deg of the daemon; "
        "an upright film has about 36 degrees",
        default=math.radians(60.0),
        min=math.radians(5.0),
        max=math.radians(165.0),
        subtype="ANGLE",
    )
    tilt_rad: bpy.props.FloatProperty(
        name="Tilt", description="How far the camera looks down", subtype="ANGLE"
    )
    height_m: bpy.props.FloatProperty(
        name="Height", description="Of the camera over the floor", default=1.1, unit="LENGTH"
    )
    distance_m: bpy.props.FloatProperty(
        name="Distance",
        description="From the camera to where the performer begins",
        default=3.0,
        min=0.1,
        unit="LENGTH",
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Ask for the film."""
        del event
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add the camera."""
        view = CameraView(
            horizontal_fov_rad=self.fov_rad,
            tilt_rad=self.tilt_rad,
            height_m=self.height_m,
            distance_m=self.distance_m,
            footage=bpy.path.abspath(self.filepath) if self.filepath else "",
            first_frame=context.scene.frame_start,
        )
        try:
            make_camera(context, view)
        except RuntimeError as error:
            self.report({"ERROR"}, f"Blender cannot read this film: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


def _menu(menu: bpy.types.Menu, context: bpy.types.Context) -> None:
    del context
    menu.layout.operator(AddCamera.bl_idname, icon="CAMERA_DATA")


def register() -> None:
    """Add it to Blender, under Add > Camera."""
    bpy.utils.register_class(AddCamera)
    bpy.types.VIEW3D_MT_camera_add.append(_menu)


def unregister() -> None:
    """Take it away."""
    bpy.types.VIEW3D_MT_camera_add.remove(_menu)
    bpy.utils.unregister_class(AddCamera)
