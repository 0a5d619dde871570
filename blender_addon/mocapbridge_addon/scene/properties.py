# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Blender file remembers: which performer drives which armature and meshes, and how.

Objects are kept as pointer properties: Blender itself empties them when an object is deleted and
keeps them right over undo and loading, so nothing here can go stale.
"""

import uuid

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    FloatVectorProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..retarget.detection import PLAIN
from ..retarget.families import FAMILIES

CUSTOM = "CUSTOM"
_TRAVELS = (
    ("FULL", "Full", "Walk through the scene as the performer walks, scaled by the legs"),
    ("IN_PLACE", "In place", "Move up and down alone"),
    ("NONE", "Stay", "Turn the hips and leave them where they are"),
)
_T_POSES = (
    ("AUTO", "Automatic", "Arms, legs and fingers are turned into the T-pose by where they point"),
    ("REST", "Rest pose", "Take the rest pose for the T-pose as it is"),
    ("CAPTURED", "Captured", "The pose that was captured with This Is My T-Pose"),
)
_FEET = (
    ("FK", "Rotations", "Legs are turned (FK), and feet are where they end"),
    ("IK", "IK targets", "Feet are moved by the targets of their legs' IK, where the rig has such"),
)
_FACE_OUTPUTS = (
    ("KEYS", "Shape keys", "Set the meshes' shape keys"),
    ("PROPERTIES", "Properties", "Set custom properties of the armature, for drivers to read"),
)


def _changed(character: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """Another rig, bone list or way to follow: what was worked out for the old one is void."""
    del context
    character.revision += 1


def _bones_changed(line: bpy.types.PropertyGroup, context: bpy.types.Context) -> None:
    """A line does not know its character: what was worked out for all of them is void."""
    del context
    for character in line.id_data.mocapbridge.characters:
        character.revision += 1


def _families(_: object, __: object) -> list[tuple[str, str, str]]:
    return FAMILY_ITEMS


FAMILY_ITEMS = [
    *((family.key, family.title, f"Bone names of {family.title}") for family in FAMILIES),
    (PLAIN, "Plain names", "Names such as LeftUpperArm or upper_arm_L"),
    (CUSTOM, "Custom", "A bone list of your own"),
]


def _armatures_only(_: object, candidate: bpy.types.Object) -> bool:
    return candidate.type == "ARMATURE"


def _meshes_only(_: object, candidate: bpy.types.Object) -> bool:
    return candidate.type == "MESH"


class MappedJoint(bpy.types.PropertyGroup):
    """One line of the bone list."""

    # `name` is the joint's.
    bones: StringProperty(
        name="Bones",
        update=_bones_changed,
        description="The bone that follows this joint. Several, with commas between them, share it "
        "from the root outwards",
    )


class FaceMesh(bpy.types.PropertyGroup):
    """One mesh whose shape keys follow the face."""

    mesh: PointerProperty(
        type=bpy.types.Object,
        name="Mesh",
        description="A mesh with shape keys for the face",
        poll=_meshes_only,
    )


class Character(bpy.types.PropertyGroup):
    """One performer's motion on one rig."""

    uid: StringProperty(options={"HIDDEN"})
    revision: IntProperty(options={"HIDDEN"})
    enabled: BoolProperty(name="Follow", description="Move this rig while receiving", default=True)
    subject: StringProperty(
        name="Performer",
        description="Name of the performer to follow; empty for whoever is heard first",
    )
    armature: PointerProperty(
        type=bpy.types.Object,
        name="Armature",
        description="The rig that follows the performer",
        poll=_armatures_only,
        update=_changed,
    )
    meshes: CollectionProperty(type=FaceMesh)
    mesh_index: IntProperty(options={"HIDDEN"})
    family: EnumProperty(
        name="Kind of rig", description="Whose bone names the rig has", items=_families
    )
    score: FloatProperty(name="Fit", description="How well the rig fits this kind", min=0, max=1)
    joints: CollectionProperty(type=MappedJoint)
    joint_index: IntProperty(options={"HIDDEN"})
    t_pose: EnumProperty(
        name="T-pose",
        description="How the rig's rest pose becomes the performer's T-pose",
        items=_T_POSES,
        update=_changed,
    )
    captured_t_pose: StringProperty(options={"HIDDEN"})
    travel: EnumProperty(
        name="Travel",
        description="How much of the way the rig goes",
        items=_TRAVELS,
        update=_changed,
    )
    floor_offset_m: FloatProperty(
        name="Floor offset",
        description="Lifts the rig, in the performer's metres",
        soft_min=-0.5,
        soft_max=0.5,
        unit="LENGTH",
        update=_changed,
    )
    origin_m: FloatVectorProperty(
        name="Origin",
        description="The place in the performer's room that is the rig's own place",
        size=3,
        unit="LENGTH",
        update=_changed,
    )
    pin_feet: BoolProperty(
        name="Pin feet",
        description="A foot stays where it is while the performer's stands",
        default=True,
        update=_changed,
    )
    feet: EnumProperty(
        name="Feet",
        description="What moves the feet: the legs' turning, or the targets of their IK",
        items=_FEET,
        update=_changed,
    )
    use_body: BoolProperty(name="Body", description="Move the bones", default=True)
    use_face: BoolProperty(name="Face", description="Move the shape keys", default=True)
    face_gain: FloatProperty(
        name="Face strength",
        description="Multiplies the face's weights",
        default=1.0,
        min=0.0,
        max=3.0,
    )
    face_output: EnumProperty(
        name="Face goes to", description="Where the weights are written", items=_FACE_OUTPUTS
    )
    saved_switches: StringProperty(options={"HIDDEN"})
    switched_for: StringProperty(options={"HIDDEN"})


class Settings(bpy.types.PropertyGroup):
    """Of one scene."""

    characters: CollectionProperty(type=Character)
    character_index: IntProperty(
        name="Character", description="The character that the buttons below are for"
    )


def add_character(settings: Settings, armature: bpy.types.Object | None = None) -> Character:
    """A new character at the end of the list, chosen."""
    character = settings.characters.add()
    character.uid = uuid.uuid4().hex
    character.name = armature.name if armature is not None else "Character"
    character.armature = armature
    settings.character_index = len(settings.characters) - 1
    return character


def active_character(scene: bpy.types.Scene) -> Character | None:
    """The character that is chosen in the list; None when there is none."""
    settings = scene.mocapbridge
    if 0 <= settings.character_index < len(settings.characters):
        return settings.characters[settings.character_index]
    return None


CLASSES = (MappedJoint, FaceMesh, Character, Settings)


def register() -> None:
    """Add the properties to Blender's types."""
    for cls in CLASSES:
        bpy.utils.register_class(cls)
    bpy.types.Scene.mocapbridge = PointerProperty(type=Settings)


def unregister() -> None:
    """Take them away again. What files hold stays in them."""
    del bpy.types.Scene.mocapbridge
    for cls in reversed(CLASSES):
        bpy.utils.unregister_class(cls)
