# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of the sidebar tab for characters: whom a rig follows, its bones and its face."""

from __future__ import annotations

from typing import ClassVar

import bpy

from ..scene.properties import FAMILY_ITEMS, active_character
from ..scene.report import mapped_bones, problem_of


class CharacterList(bpy.types.UIList):
    """One line for each character."""

    bl_idname = "MOCAPBRIDGE_UL_characters"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property) -> None:  # noqa: ANN001, PLR0913, PLR0917
        """A line: whether it follows, and its name."""
        del context, data, icon, active_data, active_property
        layout.prop(item, "enabled", text="")
        kind = "ARMATURE_DATA" if item.armature is not None else "MESH_DATA"
        layout.prop(item, "name", text="", emboss=False, icon=kind)
        if problem_of(item):
            layout.label(text="", icon="ERROR")


class MeshList(bpy.types.UIList):
    """One line for each mesh of the face."""

    bl_idname = "MOCAPBRIDGE_UL_meshes"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property) -> None:  # noqa: ANN001, PLR0913, PLR0917
        """A line: the mesh."""
        del context, data, icon, active_data, active_property
        layout.prop(item, "mesh", text="")


class BoneList(bpy.types.UIList):
    """One line for each joint."""

    bl_idname = "MOCAPBRIDGE_UL_joints"

    def draw_item(self, context, layout, data, item, icon, active_data, active_property) -> None:  # noqa: ANN001, PLR0913, PLR0917
        """A line: the joint and its bones, chosen from the armature's where it is one."""
        del context, icon, active_data, active_property
        split = layout.split(factor=0.42)
        split.label(text=item.name)
        if data.armature is not None and "," not in item.bones:
            split.prop_search(item, "bones", data.armature.data, "bones", text="")
        else:
            split.prop(item, "bones", text="")

    def filter_items(self, context, data, name) -> tuple[list[int], list[int]]:  # noqa: ANN001
        """Lines whose joint or bones have the searched word."""
        del context
        wanted = self.filter_name.lower()
        lines = getattr(data, name)
        shown = self.bitflag_filter_item
        flags = [shown if wanted in f"{own.name} {own.bones}".lower() else 0 for own in lines]
        return flags, []


class _InTab:
    """A part of the tab that needs a chosen character."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mocap"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether there is one."""
        return active_character(context.scene) is not None


class CharactersPanel(bpy.types.Panel):
    """The list of characters, and whom the chosen one follows."""

    bl_idname = "MOCAPBRIDGE_PT_characters"
    bl_label = "Characters"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Mocap"
    bl_order = 1

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the panel out."""
        layout, settings = self.layout, context.scene.mocapbridge
        if settings.characters:
            row = layout.row()
            row.template_list(
                CharacterList.bl_idname, "", settings, "characters", settings, "character_index",
                rows=2,
            )  # fmt: skip
            row.operator("mocapbridge.remove_character", text="", icon="REMOVE")
        row = layout.row(align=True)
        row.operator("mocapbridge.add_character", text="Add Selected", icon="ADD")
        row.operator("mocapbridge.add_skeleton", text="Skeleton", icon="ARMATURE_DATA")
        character = active_character(context.scene)
        if character is None:
            return
        column = layout.column()
        column.use_property_split = True
        column.use_property_decorate = False
        for name in ("armature", "subject", "travel", "floor_offset_m", "pin_feet", "feet"):
            column.prop(character, name)
        if problem := problem_of(character):
            layout.label(text=problem[:1].upper() + problem[1:], icon="ERROR")


class BonesPanel(_InTab, bpy.types.Panel):
    """The bone list."""

    bl_idname = "MOCAPBRIDGE_PT_bones"
    bl_label = "Bones"
    bl_parent_id = CharactersPanel.bl_idname
    bl_options: ClassVar[set[str]] = {"DEFAULT_CLOSED"}

    def draw_header(self, context: bpy.types.Context) -> None:
        """Switch for the whole body."""
        self.layout.prop(active_character(context.scene), "use_body", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the panel out."""
        layout, character = self.layout, active_character(context.scene)
        row = layout.row(align=True)
        row.operator("mocapbridge.detect", icon="VIEWZOOM")
        row.operator_menu_enum("mocapbridge.use_family", "family", text=_family_title(character))
        layout.label(text=f"{mapped_bones(character)} bones are mapped")
        layout.template_list(
            BoneList.bl_idname, "", character, "joints", character, "joint_index", rows=5
        )
        row = layout.row(align=True)
        row.operator("mocapbridge.load_mapping", text="Load", icon="FILE_FOLDER")
        row.operator("mocapbridge.save_mapping", text="Save", icon="FILE_TICK")
        layout.prop(character, "t_pose")
        layout.operator("mocapbridge.capture_t_pose", icon="OUTLINER_OB_ARMATURE")


class FacePanel(_InTab, bpy.types.Panel):
    """The meshes whose shape keys follow the face."""

    bl_idname = "MOCAPBRIDGE_PT_face"
    bl_label = "Face"
    bl_parent_id = CharactersPanel.bl_idname
    bl_options: ClassVar[set[str]] = {"DEFAULT_CLOSED"}

    def draw_header(self, context: bpy.types.Context) -> None:
        """Switch for the whole face."""
        self.layout.prop(active_character(context.scene), "use_face", text="")

    def draw(self, context: bpy.types.Context) -> None:
        """Lay the panel out."""
        layout, character = self.layout, active_character(context.scene)
        row = layout.row()
        row.template_list(
            MeshList.bl_idname, "", character, "meshes", character, "mesh_index", rows=2
        )
        column = row.column(align=True)
        column.operator("mocapbridge.add_mesh", text="", icon="ADD")
        column.operator("mocapbridge.remove_mesh", text="", icon="REMOVE")
        layout.prop(character, "face_output")
        layout.prop(character, "face_gain")


def _family_title(character: bpy.types.PropertyGroup) -> str:
    return next(title for key, title, _ in FAMILY_ITEMS if key == character.family)


CLASSES = (CharacterList, MeshList, BoneList, CharactersPanel, BonesPanel, FacePanel)


def register() -> None:
    """Add them to Blender."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
