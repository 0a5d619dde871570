"""Switching on and off, loading, undo, deletion and edits while motion comes in."""

from __future__ import annotations

import stat
import threading
import time
from pathlib import Path

import session

CYCLES = 50
MODULE = "mocapbridge_addon"


def check() -> None:
    session.fresh()
    recording, folder = map(Path, session.arguments())
    switch_on_and_off()
    switches_are_set_back()
    with_sender(recording, folder)


def switch_on_and_off() -> None:
    """Fifty times, with the ports open: no thread, socket or handler stays."""
    import bpy

    before = open_sockets(), threading.active_count(), handlers()
    for number in range(CYCLES):
        set_port(session.free_port())
        assert bpy.ops.mocapbridge.start() == {"FINISHED"}
        assert open_sockets() > before[0]
        if number % 2:
            bpy.ops.mocapbridge.stop()
        disable()
        assert not hasattr(bpy.types.Scene, "mocapbridge")
        enable()
    assert (open_sockets(), threading.active_count(), handlers()) == before


def switches_are_set_back() -> None:
    """A rig's IK is off while it follows and for no longer, however it is let go."""
    import bpy
    import performer
    import rigs
    from mocapbridge_addon.receive.receiver import Ports
    from mocapbridge_addon.scene.live import LIVE

    rig, other = rigs.short_with_ik().armature, rigs.mixamo().armature
    ik = rig.pose.bones["LeftLeg"].constraints["IK"]
    bpy.context.view_layer.objects.active = rig
    bpy.context.scene.mocapbridge.characters.clear()
    bpy.ops.mocapbridge.add_character()
    character = bpy.context.scene.mocapbridge.characters[0]
    LIVE.start(Ports(link_port=0))
    numbers = iter(range(100))

    def influence() -> float:
        number = next(numbers)
        motion = performer.motion(number, number * 33_000_000, number * 33_000_000)
        LIVE.receiver.inbox.put(motion, protocol="link", sender="test")
        LIVE.pump()
        return ik.influence

    assert influence() == 0.0
    character.armature = other
    assert influence() == 1.0, "another armature was chosen, and this one was kept"
    character.armature = rig
    assert influence() == 0.0
    character.enabled = False
    assert influence() == 1.0, "the rig follows no longer, and its IK is off"
    character.enabled = True
    assert influence() == 0.0
    character.use_body = False
    assert influence() == 1.0
    character.use_body = True
    assert influence() == 0.0
    rig.name = "Renamed"
    LIVE.stop()
    assert ik.influence == 1.0
    bpy.context.scene.mocapbridge.characters.clear()
    for armature in (rig, other):
        bpy.data.objects.remove(armature)


def with_sender(recording: Path, folder: Path) -> None:
    """Everything that happens to a scene while somebody sends."""
    import bpy
    import rigs
    from sender import Sender

    # Starting with nothing selected has made a character of its own.
    bpy.context.scene.mocapbridge.characters.clear()
    armature = rigs.vrm().armature
    name = armature.name
    mesh = face_mesh(armature)
    bpy.ops.mocapbridge.add_character()
    character = bpy.context.scene.mocapbridge.characters[0]
    assert [line.mesh for line in character.meshes] == [mesh]
    port = session.free_port()
    set_port(port)
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    with Sender(recording, port):
        assert moves(name), "the rig does not follow"
        assert any(block.value > 0.01 for block in mesh.data.shape_keys.key_blocks)
        check_status()
        saved = str(folder / "live.blend")
        bpy.ops.wm.save_as_mainfile(filepath=saved)
        undo_and_deletion(name)
        bpy.ops.wm.open_mainfile(filepath=saved)
        assert moves(name), "the rig does not follow after loading"
        edits(name)
        bpy.ops.wm.read_homefile(use_empty=True)
        pump(0.3)
        bpy.ops.wm.open_mainfile(filepath=saved)
        assert moves(name), "the rig does not follow after a new file"
        disable()
        assert not [t for t in threading.enumerate() if t.name.startswith("mocapbridge")]
        enable()


def undo_and_deletion(name: str) -> None:
    import bpy

    bpy.ops.ed.undo_push(message="before")
    bpy.data.objects.remove(bpy.data.objects[name])
    pump(0.2)
    assert bpy.context.scene.mocapbridge.characters[0].armature is None
    bpy.ops.ed.undo_push(message="deleted")
    bpy.ops.ed.undo()
    assert name in bpy.data.objects, "undo did not bring the rig back"
    assert moves(name), "the rig does not follow after undo"


def edits(name: str) -> None:
    """Bones are renamed and removed, keys are removed, in the middle of it."""
    import bpy

    armature = bpy.data.objects[name]
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    pump(0.2)
    edit_bones = armature.data.edit_bones
    edit_bones.remove(edit_bones["hand.L"])
    edit_bones["lower_arm.R"].name = "another"
    bpy.ops.object.mode_set(mode="OBJECT")
    assert moves(name), "the rig does not follow after an edit"
    mesh = bpy.context.scene.mocapbridge.characters[0].meshes[0].mesh
    mesh.shape_key_remove(mesh.data.shape_keys.key_blocks["jawOpen"])
    assert moves(name)
    mesh.shape_key_clear()
    assert moves(name)


def check_status() -> None:
    """Who sends, how fast, how late, how much is lost."""
    from mocapbridge_addon.scene.live import LIVE, now_ns

    (subject,) = LIVE.receiver.inbox.subjects(now_ns())
    assert subject.sender.startswith("127.0.0.1:")
    assert 50 < subject.frames_per_s < 400, subject.frames_per_s
    assert not subject.stale
    lost, expected = LIVE.receiver.loss()
    assert lost == 0
    assert expected > 0


def face_mesh(armature: object) -> object:
    import bpy
    from mocapbridge_addon.motion.arkit import ARKIT_NAMES

    data = bpy.data.meshes.new("face")
    data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new("face", data)
    bpy.context.scene.collection.objects.link(mesh)
    for key in ("Basis", *ARKIT_NAMES):
        mesh.shape_key_add(name=key)
    mesh.modifiers.new("Armature", "ARMATURE").object = armature
    return mesh


def moves(name: str) -> bool:
    """Whether the rig is another one after a while of live motion."""
    import bpy

    pump(0.3)
    first = pose_of(name)
    for _ in range(20):
        pump(0.1)
        bpy.context.view_layer.update()
        if pose_of(name) != first:
            return True
    return False


def pose_of(name: str) -> list[float]:
    import bpy

    bone = bpy.data.objects[name].pose.bones["upper_arm.L"]
    return [*bone.rotation_quaternion, *bone.rotation_euler, *bone.rotation_axis_angle]


def pump(seconds: float) -> None:
    """Do what the timer does where there is a window."""
    from mocapbridge_addon.scene.live import LIVE

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        LIVE.pump()
        time.sleep(0.01)


def set_port(port: int) -> None:
    import bpy

    bpy.context.preferences.addons[MODULE].preferences.link_port = port


def enable() -> None:
    import addon_utils

    addon_utils.enable(MODULE, default_set=True)


def disable() -> None:
    import addon_utils

    addon_utils.disable(MODULE, default_set=True)


def handlers() -> int:
    import bpy

    return sum(len(getattr(bpy.app.handlers, name)) for name in ("load_post", "undo_post"))


def open_sockets() -> int:
    """How many sockets this process holds."""
    return sum(stat.S_ISSOCK(entry.stat().st_mode) for entry in descriptors())


def descriptors() -> list[Path]:
    """What this process holds open; the listing's own folder is closed again by then."""
    return [entry for entry in Path("/proc/self/fd").iterdir() if entry.exists()]


session.run(check)
