"""Every button and panel that needs no window."""

from __future__ import annotations

import tempfile
from pathlib import Path

import session


def check() -> None:
    session.fresh()
    first_clicks()
    bone_lists()
    what_is_wrong()
    tooltips()


def first_clicks() -> None:
    """Start alone is enough: somebody follows."""
    import bpy
    from mocapbridge_addon.scene.live import LIVE

    preferences = bpy.context.preferences.addons["mocapbridge_addon"].preferences
    preferences.link_port = session.free_port()
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    (character,) = bpy.context.scene.mocapbridge.characters
    assert len(character.armature.data.bones) == 55
    assert LIVE.running
    bpy.ops.mocapbridge.stop()
    assert bpy.ops.mocapbridge.remove_character() == {"FINISHED"}
    assert not bpy.context.scene.mocapbridge.characters
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    assert bpy.context.scene.mocapbridge.characters[0].armature == bpy.context.object
    bpy.ops.mocapbridge.stop()


def bone_lists() -> None:
    """Saved, spoiled, loaded: the same again; what is no bone list is refused in words."""
    import bpy
    from mocapbridge_addon.scene.bone_list import mapping_of
    from mocapbridge_addon.scene.properties import active_character

    character = active_character(bpy.context.scene)
    assert bpy.ops.mocapbridge.capture_t_pose() == {"FINISHED"}
    before = mapping_of(character)
    folder = Path(tempfile.mkdtemp())
    path = str(folder / "list.json")
    assert bpy.ops.mocapbridge.save_mapping(filepath=path) == {"FINISHED"}
    revision = character.revision
    character.joints["hips"].bones = "nothing"
    assert character.revision > revision, "the rig would go on with the old bone list"
    assert bpy.ops.mocapbridge.load_mapping(filepath=path) == {"FINISHED"}
    after = mapping_of(character)
    assert after.joints["hips"] == before.joints["hips"] == ("hips",)
    assert after.t_pose.keys() == before.t_pose.keys()
    (folder / "other.json").write_text("[1, 2]")
    said(lambda: bpy.ops.mocapbridge.load_mapping(filepath=str(folder / "other.json")), "bone list")
    assert bpy.ops.mocapbridge.use_family(family="PLAIN") == {"FINISHED"}
    said(lambda: bpy.ops.mocapbridge.use_family(family="RIGIFY"), "no bones of that kind")
    assert bpy.ops.mocapbridge.add_mesh() == {"FINISHED"}
    assert bpy.ops.mocapbridge.remove_mesh() == {"FINISHED"}


def what_is_wrong() -> None:
    """No answer from a run that is not there; the explanation names the port."""
    import bpy
    from mocapbridge_addon.receive.diagnosis import findings
    from mocapbridge_addon.scene.live import LIVE, now_ns
    from mocapbridge_addon.scene.properties import active_character
    from mocapbridge_addon.scene.report import follows_of

    preferences = bpy.context.preferences.addons["mocapbridge_addon"].preferences
    preferences.control_port = session.free_port()
    said(bpy.ops.mocapbridge.calibrate, "no answer")
    bpy.ops.mocapbridge.start()
    active_character(bpy.context.scene).joints.clear()
    texts = [own.text for own in findings(LIVE.receiver, now_ns(), follows_of(bpy.context.scene))]
    assert any(str(preferences.link_port) in text for text in texts), texts
    assert any("press Detect" in text for text in texts), texts
    assert bpy.ops.mocapbridge.explain() == {"FINISHED"}
    bpy.ops.mocapbridge.stop()


def tooltips() -> None:
    """Everything that can be pointed at says what it does."""
    import bpy

    ours = [
        own
        for kind in (bpy.types.Operator, bpy.types.PropertyGroup, bpy.types.AddonPreferences)
        for own in kind.__subclasses__()
        if own.__module__.startswith("mocapbridge_addon")
    ]
    assert len(ours) > 20, ours
    silent = []
    for own in ours:
        properties = own.bl_rna.properties
        if issubclass(own, bpy.types.Operator):
            properties = operator_properties(own)
        if issubclass(own, bpy.types.Operator) and not own.bl_description:
            silent.append(own.bl_idname)
        for name in set(own.__annotations__) & set(properties.keys()):
            shown = properties[name]
            hidden = shown.is_hidden or shown.type == "COLLECTION"
            if not hidden and not shown.description:
                silent.append(f"{own.__name__}.{name}")
    assert not silent, silent


def operator_properties(own: type) -> object:
    """Blender keeps them with the operator, not with the class."""
    import bpy

    module, name = own.bl_idname.split(".")
    return getattr(getattr(bpy.ops, module), name).get_rna_type().properties


def said(operator: object, words: str) -> None:
    """It is refused, with these words."""
    message = ""
    try:
        operator()
    except RuntimeError as error:
        message = str(error)
    assert words.lower() in message.lower(), (words, message)


session.run(check)
