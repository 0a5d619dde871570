"""The ZIP installs and is enabled, as an add-on and, where there are extensions, as one."""

from __future__ import annotations

import sys

import session


def check() -> None:
    import bpy

    (package,) = session.arguments()
    assert not any("blender_addon" in place for place in sys.path), "not from the ZIP"
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.preferences.addon_install(filepath=package, overwrite=True)
    bpy.ops.preferences.addon_enable(module="mocapbridge_addon")
    use("mocapbridge_addon")
    bpy.ops.preferences.addon_disable(module="mocapbridge_addon")
    if bpy.app.version >= (4, 2, 0):
        bpy.ops.extensions.package_install_files(
            filepath=package, repo="user_default", enable_on_install=True
        )
        use("bl_ext.user_default.mocapbridge_addon")


def use(module: str) -> None:
    """It is there, its preferences are, and it starts and stops."""
    import bpy

    preferences = bpy.context.preferences.addons[module].preferences
    preferences.link_port = session.free_port()
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    assert bpy.ops.mocapbridge.stop() == {"FINISHED"}
    assert bpy.context.scene.mocapbridge.character_index == 0


session.run(check, from_source=False)
