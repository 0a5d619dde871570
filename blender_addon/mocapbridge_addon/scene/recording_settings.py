# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scene remembers of how its takes are recorded."""

import bpy
from bpy.props import BoolProperty, FloatProperty, IntProperty, PointerProperty, StringProperty


class RecordingSettings(bpy.types.PropertyGroup):
    """Of one scene."""

    name: StringProperty(
        name="Name",
        description="New Actions are called this, with the number of the take",
        default="Take",
    )
    countdown_s: IntProperty(
        name="Countdown",
        description="Seconds between the button and the recording",
        default=3,
        min=0,
        max=60,
    )
    pre_roll_s: FloatProperty(
        name="Pre-roll",
        description="Seconds before the recording that are kept, too: they lie before its first "
        "frame",
        default=0.0,
        min=0.0,
        max=10.0,
    )
    play_along: BoolProperty(
        name="Play the scene",
        description="Play the scene from the current frame while recording, and stop at its end: "
        "a part of a take is done again where it is",
        default=False,
    )
    as_strips: BoolProperty(
        name="Push to NLA",
        description="Put the take into a track of its own in the NLA editor; what was there before "
        "stays below it",
        default=False,
    )
    reduce: BoolProperty(
        name="Fewer keys",
        description="Leave out keys that straight lines between the others come near enough to",
        default=False,
    )
    tolerance: FloatProperty(
        name="Tolerance",
        description="How far a curve may then be off; 0.001 is about a tenth of a degree",
        default=0.001,
        min=0.00001,
        max=0.1,
        precision=4,
    )


def register() -> None:
    """Add them to Blender's scenes."""
    bpy.utils.register_class(RecordingSettings)
    bpy.types.Scene.mocapbridge_recording = PointerProperty(type=RecordingSettings)


def unregister() -> None:
    """Take them away again. What files hold stays in them."""
    del bpy.types.Scene.mocapbridge_recording
    bpy.utils.unregister_class(RecordingSettings)
