# SPDX-License-Identifier: GPL-3.0-or-later
"""What the buttons of a character and its bone list do."""

from pathlib import Path
from typing import ClassVar

import bpy
from bpy.props import EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper, ImportHelper

from ..retarget import detection
from ..retarget.families import FAMILIES
from ..retarget.mapping import MappingError, from_json, to_json
from ..scene.bone_list import mapping_of, set_mapping
from ..scene.properties import active_character
from ..scene.snapshot import read_rig
from ..scene.switches import release
from .preferences import mappings_folder

_ENDING = ".json"
_FAMILIES = [
    *((family.key, family.title, f"Bone names of {family.title}") for family in FAMILIES),
    (detection.PLAIN, "Plain names", "Names such as LeftUpperArm or upper_arm_L"),
]


class _OfCharacter:
    """Buttons that need a chosen character."""

    bl_options: ClassVar[set[str]] = {"REGISTER", "UNDO"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Whether there is one."""
        return active_character(context.scene) is not None


class UseFamily(_OfCharacter, bpy.types.Operator):
    """Fill in the bone list with the names of one kind of rig."""

    bl_idname = "mocapbridge.use_family"
    bl_label = "Kind of Rig"
    bl_description = "Fill in the bone list with the names of one kind of rig"

    family: EnumProperty(
        name="Kind of rig", description="Whose bone names the rig has", items=_FAMILIES
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Replace the bone list."""
        character = active_character(context.scene)
        if character.armature is None:
            self.report({"ERROR"}, "Choose an armature first")
            return {"CANCELLED"}
        mapping = detection.mapping_of(read_rig(character.armature), self.family)
        if mapping is None:
            self.report({"ERROR"}, "This armature has no bones of that kind of rig")
            return {"CANCELLED"}
        set_mapping(character, mapping, self.family)
        return {"FINISHED"}


class RemoveCharacter(_OfCharacter, bpy.types.Operator):
    """Let the character's rig follow no longer."""

    bl_idname = "mocapbridge.remove_character"
    bl_label = "Remove Character"
    bl_description = "Let the character's rig follow no longer. Its armature and meshes stay"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Take it off the list."""
        settings = context.scene.mocapbridge
        release(active_character(context.scene))
        settings.characters.remove(settings.character_index)
        settings.character_index = max(0, settings.character_index - 1)
        return {"FINISHED"}


class AddMesh(_OfCharacter, bpy.types.Operator):
    """Let another mesh follow the face."""

    bl_idname = "mocapbridge.add_mesh"
    bl_label = "Add Mesh"
    bl_description = "Let the shape keys of another mesh follow the face"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Add a line, with the active mesh when it is a new one."""
        character = active_character(context.scene)
        chosen = context.view_layer.objects.active
        line = character.meshes.add()
        known = [other.mesh for other in character.meshes]
        if chosen is not None and chosen.type == "MESH" and chosen not in known:
            line.mesh = chosen
        character.mesh_index = len(character.meshes) - 1
        return {"FINISHED"}


class RemoveMesh(_OfCharacter, bpy.types.Operator):
    """Let the chosen mesh follow the face no longer."""

    bl_idname = "mocapbridge.remove_mesh"
    bl_label = "Remove Mesh"
    bl_description = "Let the chosen mesh follow the face no longer"

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Remove the line."""
        character = active_character(context.scene)
        character.meshes.remove(character.mesh_index)
        character.mesh_index = max(0, character.mesh_index - 1)
        return {"FINISHED"}


class SaveMapping(_OfCharacter, ExportHelper, bpy.types.Operator):
    """Save the bone list as a file."""

    bl_idname = "mocapbridge.save_mapping"
    bl_label = "Save Bone List"
    bl_description = "Save the bone list and the captured T-pose as a JSON file"

    filename_ext = _ENDING
    filter_glob: StringProperty(default=f"*{_ENDING}", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Begin in the folder of bone lists."""
        name = active_character(context.scene).name + _ENDING
        self.filepath = str(Path(mappings_folder(context)) / bpy.path.clean_name(name, replace="_"))
        return super().invoke(context, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Write it."""
        try:
            text = to_json(mapping_of(active_character(context.scene)))
            Path(self.filepath).write_text(text, encoding="utf-8")
        except OSError as error:
            self.report({"ERROR"}, f"The bone list could not be saved: {error}")
            return {"CANCELLED"}
        return {"FINISHED"}


class LoadMapping(_OfCharacter, ImportHelper, bpy.types.Operator):
    """Load the bone list from a file."""

    bl_idname = "mocapbridge.load_mapping"
    bl_label = "Load Bone List"
    bl_description = "Load a bone list that was saved as a JSON file"

    filename_ext = _ENDING
    filter_glob: StringProperty(default=f"*{_ENDING}", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        """Begin in the folder of bone lists."""
        self.filepath = str(Path(mappings_folder(context)) / "")
        return super().invoke(context, event)

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Read it."""
        try:
            mapping = from_json(Path(self.filepath).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, MappingError) as error:
            self.report({"ERROR"}, f"The bone list could not be loaded: {error}")
            return {"CANCELLED"}
        set_mapping(active_character(context.scene), mapping)
        return {"FINISHED"}


CLASSES = (
    UseFamily, RemoveCharacter, AddMesh, RemoveMesh, SaveMapping, LoadMapping,
)  # fmt: skip


def register() -> None:
    """Add them to Blender."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)


def unregister() -> None:
    """Take them away."""
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
