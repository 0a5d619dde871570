# SPDX-License-Identifier: GPL-3.0-or-later
"""The sidebar tab "Mocap"."""

from __future__ import annotations

import bpy

from ..scene.live import LIVE, now_ns


class MocapPanel(bpy.types.Panel):
    """Start, stop and who is heard."""

    bl_idname = "MOCAPBRIDGE_PT_main"
    bl_label = "mocapbridge"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mocap"

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the panel out."""
        del context
        layout = self.layout
        if not LIVE.running:
            layout.operator("mocapbridge.start", icon="PLAY")
            return
        layout.operator("mocapbridge.stop", icon="PAUSE")
        for subject in LIVE.receiver.inbox.subjects(now_ns()):
            layout.label(text=f"{subject.name}: {subject.frames_per_s:.0f} per second")


CLASSES = (MocapPanel,)


def register() -> None:
    """Add them to Blender."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
