"""Recorded Actions show what was shown live, at the frames of their capture."""

from __future__ import annotations

from collections.abc import Callable

import session

FPS = 25
START = 10
NS = 1_000_000_000
SENT = 60
TURN_OFF = 1e-3
"""Of matrices' numbers: keys are 32-bit floats."""


def check() -> None:
    session.fresh()
    (rig,) = session.arguments()
    armature, mesh = scene_with(rig)
    first = recorded(armature, mesh)
    assert_same(armature, mesh, first, "recorded")
    if rig == "mixamo":
        old = armature.animation_data.action
        retake(armature, mesh, old, first)


def scene_with(rig: str) -> tuple[object, object]:
    """A rig whose bones turn in every way, with a face."""
    import bpy
    import rigs
    from mocapbridge_addon.motion.arkit import ARKIT_NAMES

    armature = rigs.RIGS[rig]().armature
    if rig == "mixamo":
        modes = ("QUATERNION", "XYZ", "ZXY", "AXIS_ANGLE", "YZX")
        for number, bone in enumerate(armature.pose.bones):
            bone.rotation_mode = modes[number % len(modes)]
    data = bpy.data.meshes.new("face")
    data.from_pydata([(0, 0, 0), (1, 0, 0), (0, 1, 0)], [], [(0, 1, 2)])
    mesh = bpy.data.objects.new("face", data)
    bpy.context.scene.collection.objects.link(mesh)
    for key in ("Basis", *ARKIT_NAMES[:20], "Fcl_MTH_A"):
        mesh.shape_key_add(name=key)
    mesh.modifiers.new("Armature", "ARMATURE").object = armature
    bpy.context.view_layer.objects.active = armature
    assert bpy.ops.mocapbridge.add_character() == {"FINISHED"}
    scene = bpy.context.scene
    if rig in {"short_ik", "rigify"}:
        scene.mocapbridge.characters[-1].feet = "IK"
    scene.render.fps = FPS
    return armature, mesh


def recorded(armature: object, mesh: object) -> list:
    """What was shown, by frame of the scene: 30 per second, unevenly, at 25 per second."""
    import bpy
    from mocapbridge_addon.receive.receiver import Ports
    from mocapbridge_addon.scene.live import LIVE, now_ns
    from mocapbridge_addon.scene.recording import RECORDING, Stage

    settings = bpy.context.scene.mocapbridge_recording
    settings.countdown_s, settings.pre_roll_s = 0, 5.0
    bpy.context.scene.frame_set(START)
    refused(bpy.ops.mocapbridge.record_start)
    LIVE.start(Ports(link_port=0))
    times = [round(number * NS / 30 + (number % 3) * 4_000_000) for number in range(SENT)]
    begin_ns = now_ns() - 14 * NS // 30
    shown = []
    for number in range(SENT):
        if number == 15:
            assert bpy.ops.mocapbridge.record_start() == {"FINISHED"}
            assert RECORDING.stage is Stage.RECORDING
            start_ns = RECORDING.start_ns
            shown = []
        send(number, times[number], begin_ns)
        assert LIVE.pump() == 1
        bpy.context.view_layer.update()
        shown.append((begin_ns + times[number], state(armature, mesh)))
    # Pre-roll and all: what had come before the button was pressed is there, too.
    first = next(at for at, _ in shown if at >= start_ns)
    assert bpy.ops.mocapbridge.record_stop() == {"FINISHED"}
    LIVE.stop()
    body = armature.animation_data.action
    assert body.name == "Take 001 body", body.name
    curves = fcurves(armature)
    assert {len(c.keyframe_points) for c in curves if "IK_FK" not in c.data_path} >= {SENT}
    keys = next(c for c in curves if "rotation" in c.data_path).keyframe_points
    wanted = [START + (begin_ns + at - first) * FPS / NS for at in times]
    assert max(abs(key.co.x - at) for key, at in zip(keys, wanted, strict=True)) < 0.001
    return [(START + (at - first) * FPS / NS, shown_then) for at, shown_then in shown]


def send(number: int, time_ns: int, begin_ns: int) -> None:
    import performer
    from mocapbridge_addon.scene.live import LIVE

    # The sender's clock is another one.
    motion = performer.motion(number, 77 * NS + time_ns, begin_ns + time_ns)
    assert LIVE.receiver.inbox.put(motion, protocol="link", sender="test")


def refused(operator: Callable[[], object]) -> None:
    said = ""
    try:
        operator()
    except RuntimeError as error:
        said = str(error)
    assert "press Start" in said, "recording began although nothing is received"


def state(armature: object, mesh: object) -> tuple[dict, dict]:
    bones = {bone.name: bone.matrix.copy() for bone in armature.pose.bones}
    keys = {key.name: key.value for key in mesh.data.shape_keys.key_blocks}
    return bones, keys


def assert_same(armature: object, mesh: object, shown: list, what: str) -> None:
    """The Action's pose and face at the frames are those that were shown."""
    import math

    import bpy

    for at, (bones, keys) in shown:
        bpy.context.scene.frame_set(math.floor(at), subframe=at - math.floor(at))
        now_bones, now_keys = state(armature, mesh)
        for name, matrix in bones.items():
            off = max(abs(a - b) for r, s in zip(matrix, now_bones[name], strict=True)
                      for a, b in zip(r, s, strict=True))  # fmt: skip
            assert off < TURN_OFF, (what, at, name, off)
        for name, value in keys.items():
            assert abs(value - now_keys[name]) < TURN_OFF, (what, at, name)


def fcurves(datablock: object) -> list:
    action = datablock.animation_data.action
    if hasattr(action, "slots"):
        strip = action.layers[0].strips[0]
        return list(strip.channelbag(datablock.animation_data.action_slot).fcurves)
    return list(action.fcurves)


def retake(armature: object, mesh: object, old: object, first: list) -> None:
    """A second recording over a part of the first leaves the rest of it as it was."""
    import bpy
    from mocapbridge_addon.receive.receiver import Ports
    from mocapbridge_addon.scene.live import LIVE, now_ns
    from mocapbridge_addon.scene.recording import RECORDING

    scene = bpy.context.scene
    settings = scene.mocapbridge_recording
    settings.as_strips, settings.pre_roll_s = True, 0.0
    scene.frame_set(30)
    LIVE.start(Ports(link_port=0))
    begin_ns = now_ns() + NS // 10
    assert bpy.ops.mocapbridge.record_start() == {"FINISHED"}
    shown = []
    for number in range(10):
        send(number, 5 * NS + number * NS // 25, begin_ns - 5 * NS)
        LIVE.pump()
        bpy.context.view_layer.update()
        shown.append((30.0 + number, state(armature, mesh)))
    assert bpy.ops.mocapbridge.record_stop() == {"FINISHED"}
    LIVE.stop()
    assert RECORDING.recorders == {}
    assert old.name in bpy.data.actions, "the first take is gone"
    assert [track.name for track in armature.animation_data.nla_tracks] == [
        "Take 001 body", "Take 002 body",
    ]  # fmt: skip
    assert armature.animation_data.action is None
    assert_same(armature, mesh, shown[1:-1], "retake")
    outside = [(at, then) for at, then in first if at < 29.0 or at > 40.0]
    assert len(outside) > 10
    assert_same(armature, mesh, outside, "beside the retake")


session.run(check)
