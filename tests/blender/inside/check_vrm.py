"""The VRM add-on's own assignment comes before the bones' names."""

from __future__ import annotations

import session


def check() -> None:
    session.fresh()
    import bpy
    import rigs
    from mocapbridge_addon.motion.joints import REQUIRED
    from mocapbridge_addon.scene.bone_list import detect_rig, mapping_of
    from mocapbridge_addon.scene.properties import add_character

    wanted = {joint: f"骨{number}" for number, joint in enumerate(sorted(REQUIRED))}
    wanted |= {"leftThumbMetacarpal": "親指0", "leftThumbProximal": "親指1"}
    chains = {joint: (bone,) for joint, bone in wanted.items()}
    rig = rigs.build("VRM", chains, rigs.positions(), rigs.blender_axes)
    character = add_character(bpy.context.scene.mocapbridge, rig.armature)
    assert detect_rig(character) is None, "names that say nothing were taken for a rig"

    register()
    for version, fill in (("1.0", fill_vrm_1), ("0.0", fill_vrm_0)):
        extension = rig.armature.data.vrm_addon_extension
        extension.spec_version = version
        fill(extension, wanted)
        guess = detect_rig(character)
        assert guess is not None, version
        assert guess.key == "VRM"
        found = {joint: bones for joint, bones in mapping_of(character).joints.items() if bones}
        assert found == chains, (version, found)

    names = rigs.vrm()
    named = add_character(bpy.context.scene.mocapbridge, names.armature)
    assert detect_rig(named).title == "VRM (add-on for Blender)", "an empty assignment won"


def register() -> None:
    """Properties as the VRM add-on has them, as much of them as is read."""
    import bpy
    from mocapbridge_addon.motion.joints import JOINTS

    node = new("Node", bone_name=bpy.props.StringProperty())
    line = new("Line", bone=bpy.props.StringProperty(), node=bpy.props.PointerProperty(type=node))
    one = bpy.props.PointerProperty(type=line)
    bones = new("Bones", **{snake(joint): one for joint in JOINTS})
    pointer = bpy.props.PointerProperty
    humanoid_1 = new("Humanoid1", human_bones=pointer(type=bones))
    humanoid_0 = new("Humanoid0", human_bones=bpy.props.CollectionProperty(type=line))
    vrm_1 = new("Vrm1", humanoid=pointer(type=humanoid_1))
    vrm_0 = new("Vrm0", humanoid=pointer(type=humanoid_0))
    extension = new(
        "Extension",
        spec_version=bpy.props.StringProperty(),
        vrm0=pointer(type=vrm_0),
        vrm1=pointer(type=vrm_1),
    )
    bpy.types.Armature.vrm_addon_extension = pointer(type=extension)


def new(name: str, **properties: object) -> type:
    import bpy

    made = type(name, (bpy.types.PropertyGroup,), {"__annotations__": properties})
    bpy.utils.register_class(made)
    return made


def snake(joint: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in joint)


def fill_vrm_1(extension: object, wanted: dict[str, str]) -> None:
    for joint, bone in wanted.items():
        getattr(extension.vrm1.humanoid.human_bones, snake(joint)).node.bone_name = bone


def fill_vrm_0(extension: object, wanted: dict[str, str]) -> None:
    thumb = {
        "leftThumbMetacarpal": "leftThumbProximal",
        "leftThumbProximal": "leftThumbIntermediate",
    }
    for joint, bone in wanted.items():
        line = extension.vrm0.humanoid.human_bones.add()
        line.bone, line.node.bone_name = thumb.get(joint, joint), bone


session.run(check)
