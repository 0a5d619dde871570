# SPDX-License-Identifier: GPL-3.0-or-later
"""The top of the sidebar tab "Mocap": start, stop and who is heard."""

from __future__ import annotations

import bpy

from ..receive.inbox import Subject
from ..scene.live import LIVE, now_ns

_PARTS = ("body", "face", "left hand", "right hand")
_LOST, _TRACKED = 0, 3
_RED, _YELLOW, _GREEN = "COLLECTION_COLOR_01", "COLLECTION_COLOR_03", "COLLECTION_COLOR_04"


class MocapPanel(bpy.types.Panel):
    """Start, stop and who is heard."""

    bl_idname = "MOCAPBRIDGE_PT_main"
    bl_label = "mocapbridge"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mocap"
    bl_order = 0

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the panel out."""
        del context
        layout = self.layout
        row = layout.row()
        row.scale_y = 1.4
        if not LIVE.running:
            row.operator("mocapbridge.start", icon="PLAY")
            return
        row.operator("mocapbridge.stop", icon="PAUSE")
        subjects = LIVE.receiver.inbox.subjects(now_ns())
        column = layout.column(align=True)
        for subject in subjects:
            self._subject(column, subject)
        if not subjects:
            where = ", ".join(str(own.address[1]) for own in LIVE.receiver.listeners.values())
            column.label(text=f"Waiting for motion on port {where}", icon="SORTTIME")
        lost, expected = LIVE.receiver.loss()
        if lost:
            column.label(text=f"{lost / expected:.1%} of the datagrams lost", icon="ERROR")
        layout.operator("mocapbridge.explain", icon="QUESTION")

    def _subject(self, column: bpy.types.UILayout, subject: Subject) -> None:
        box = column.box().column(align=True)
        box.label(text=subject.name or "(no name)", icon=_colour(subject))
        latency = "" if subject.latency_ns is None else f", {subject.latency_ns / 1e6:.0f} ms late"
        sender = subject.sender.rpartition(":")[0] or subject.sender
        box.label(text=f"{subject.frames_per_s:.0f} per second{latency}")
        box.label(text=f"from {sender} ({subject.protocol})")
        if subject.stale:
            box.label(text=f"Silent for {subject.age_ns / 1e9:.0f} s")
            return
        lost = [name for name, state in zip(_PARTS, subject.states, strict=True) if state == _LOST]
        if lost:
            box.label(text=f"Not seen: {', '.join(lost)}")


class PerformerPanel(bpy.types.Panel):
    """What the sending mocapbridge can be told."""

    bl_idname = "MOCAPBRIDGE_PT_performer"
    bl_label = "Performer"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mocap"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the panel out."""
        del context
        layout = self.layout
        layout.operator("mocapbridge.calibrate", icon="OUTLINER_OB_ARMATURE")
        row = layout.row(align=True)
        row.operator("mocapbridge.recentre", icon="PIVOT_CURSOR")
        row.operator_menu_enum("mocapbridge.smooth", "preset", icon="SMOOTHCURVE")


def _colour(subject: Subject) -> str:
    """Green: body or face is seen. Yellow: it is held or guessed for now. Red: it is lost."""
    best = max(subject.states[:2])
    if subject.stale or best == _LOST:
        return _RED
    return _GREEN if best == _TRACKED else _YELLOW


CLASSES = (MocapPanel, PerformerPanel)


def register() -> None:
    """Add them to Blender."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
