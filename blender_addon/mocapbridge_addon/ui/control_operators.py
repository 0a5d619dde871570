# SPDX-License-Identifier: GPL-3.0-or-later
"""Buttons that make the sending mocapbridge do something, and the one that says what is wrong."""

import bpy
from bpy.props import EnumProperty

from ..control.request import NotDone, ask
from ..receive.diagnosis import findings
from ..scene.live import LIVE, now_ns
from ..scene.report import follows_of
from .preferences import control_address

_SMOOTHINGS = (
    ("crisp", "Crisp", "Follows fastest, trembles most"),
    ("normal", "Normal", "What mocapbridge does unless told otherwise"),
    ("smooth", "Smooth", "Calmest, follows a little later"),
)


class Calibrate(bpy.types.Operator):
    """Measure the performer, who stands in a T-pose now."""

    bl_idname = "mocapbridge.calibrate"
    bl_label = "I Stand in T-Pose Now"
    bl_description = (
        "Let mocapbridge measure the performer, who stands still in a T-pose, with the whole body "
        "in the picture, for three seconds"
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the sender."""
        return _asked(self, context, "calibrate", {}, "Stand still for three seconds")


class Recentre(bpy.types.Operator):
    """Put the performer's room under the performer."""

    bl_idname = "mocapbridge.recentre"
    bl_label = "Recentre"
    bl_description = "Let mocapbridge put the origin on the floor under the performer"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the sender."""
        return _asked(self, context, "recentre", {}, "The origin is under the performer")


class Smooth(bpy.types.Operator):
    """Choose how calm the motion is."""

    bl_idname = "mocapbridge.smooth"
    bl_label = "Smoothing"
    bl_description = "Choose how mocapbridge weighs calm motion against quick motion"

    preset: EnumProperty(
        name="Smoothing",
        description="How calm the motion is",
        items=_SMOOTHINGS,
        default="normal",
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Ask the sender."""
        arguments = {"parameter": "filters.preset", "value": self.preset}
        return _asked(self, context, "set", arguments, f"Smoothing is {self.preset}")


class Explain(bpy.types.Operator):
    """Say what is wrong."""

    bl_idname = "mocapbridge.explain"
    bl_label = "Why Does Nothing Move?"
    bl_description = "Look at ports, datagrams, performers and bone lists, and say what is wrong"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Report line by line."""
        found = _found(context)
        for finding in found:
            self.report({"INFO" if finding.fine else "WARNING"}, finding.text)
        if all(finding.fine for finding in found):
            self.report({"INFO"}, "Nothing is wrong")
        return {"FINISHED"}

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Show it in a window of its own."""
        del event
        found = _found(context)

        def draw(popup: bpy.types.UIPopupMenu, _: bpy.types.Context) -> None:
            for finding in found:
                lines = _wrapped(finding.text)
                icon = "CHECKMARK" if finding.fine else "ERROR"
                popup.layout.label(text=lines[0], icon=icon)
                for line in lines[1:]:
                    popup.layout.label(text=line, icon="BLANK1")

        context.window_manager.popup_menu(draw, title="What is right and what is wrong")
        return self.execute(context)


def _found(context: bpy.types.Context) -> list[object]:
    return findings(LIVE.receiver, now_ns(), follows_of(context.scene))


def _wrapped(text: str, width: int = 90) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _asked(
    operator: bpy.types.Operator,
    context: bpy.types.Context,
    command: str,
    arguments: dict[str, str],
    done: str,
) -> set[str]:
    host, port = control_address(context)
    try:
        ask(host, port, command, arguments)
    except NotDone as error:
        operator.report({"ERROR"}, str(error)[0].upper() + str(error)[1:])
        return {"CANCELLED"}
    operator.report({"INFO"}, done)
    return {"FINISHED"}


CLASSES = (Calibrate, Recentre, Smooth, Explain)


def register() -> None:
    """Add them to Blender."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
