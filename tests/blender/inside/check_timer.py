"""With a window, Blender's own timer moves the rig; nobody calls ``pump``."""

from __future__ import annotations

from pathlib import Path

import session

WATCHED_S = 8.0


def check() -> None:
    """Start, and let Blender run until the last look."""
    session.fresh()
    import bpy
    import rigs
    from sender import Sender

    (recording,) = session.arguments()
    with bpy.context.temp_override(window=bpy.context.window_manager.windows[0]):
        armature = rigs.mixamo().armature
        bpy.ops.mocapbridge.add_character()
    port = session.free_port()
    bpy.context.preferences.addons["mocapbridge_addon"].preferences.link_port = port
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    sender = Sender(Path(recording), port)
    sender.__enter__()
    name = armature.name
    first = pose_of(name)

    def look() -> None:
        session.run(lambda: moved(name, first), from_source=False)

    bpy.app.timers.register(look, first_interval=WATCHED_S)


def moved(name: str, first: tuple[float, ...]) -> None:
    from mocapbridge_addon.scene.live import LIVE

    print("ticks", LIVE.ticks)
    assert LIVE.ticks > 1, "the timer does not tick"
    assert pose_of(name) != first, "the rig does not follow"


def pose_of(name: str) -> tuple[float, ...]:
    import bpy

    return tuple(bpy.data.objects[name].pose.bones["mixamorig:LeftArm"].rotation_quaternion)


session.begin(check)
