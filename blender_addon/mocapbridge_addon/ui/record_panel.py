# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the sidebar tab that records."""

from __future__ import annotations

import bpy

from ..scene.live import LIVE
from ..scene.recording import RECORDING, Stage


class RecordPanel(bpy.types.Panel):
    """The record button and what it does."""

    bl_idname = "MOCAPBRIDGE_PT_record"
    bl_label = "Record"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mocap"
    bl_order = 2

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the panel out."""
        layout = self.layout
        row = layout.row()
        row.scale_y = 1.4
        if RECORDING.stage is Stage.COUNTDOWN:
            row.alert = True
            seconds = int(RECORDING.left_s()) + 1
            row.operator("mocapbridge.record_stop", text=f"Recording in {seconds}", icon="CANCEL")
            return
        if RECORDING.stage is Stage.RECORDING:
            row.alert = True
            text = f"Stop: {RECORDING.running_s():.1f} s, {RECORDING.frames()} frames"
            row.operator("mocapbridge.record_stop", text=text, icon="SNAP_FACE")
            layout.operator("mocapbridge.record_cancel", icon="TRASH")
            return
        row.enabled = LIVE.running
        row.operator("mocapbridge.record_start", icon="REC")
        self._settings(context.scene.mocapbridge_recording)
        row = layout.row(align=True)
        row.operator("mocapbridge.import_take", text="Import", icon="IMPORT")
        row.operator("mocapbridge.push_to_nla", icon="NLA_PUSHDOWN")

    def _settings(self, settings: bpy.types.PropertyGroup) -> None:
        column = self.layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        for name in ("name", "countdown_s", "pre_roll_s", "play_along", "as_strips", "reduce"):
            column.prop(settings, name)
        if settings.reduce:
            column.prop(settings, "tolerance")


def register() -> None:
    """Add it to Blender."""
    bpy.utils.register_class(RecordPanel)


def unregister() -> None:
    """Take it away."""
    bpy.utils.unregister_class(RecordPanel)
