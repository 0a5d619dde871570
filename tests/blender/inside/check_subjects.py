"""Two performers over the link and one over VMC, each on a rig of its own, at the same time."""

from __future__ import annotations

import math
import socket
import struct
import time

import session

ARMS = {"Ann": 0.9, "Bob": -0.4}
"""How far each performer's left arm is turned about the vertical [rad]."""
VMC_ARM = 0.6


def check() -> None:
    session.fresh()
    import bpy
    import rigs
    from mocapbridge_addon.scene.live import LIVE, now_ns
    from mocapbridge_addon.scene.properties import active_character

    preferences = bpy.context.preferences.addons["mocapbridge_addon"].preferences
    preferences.link_port, preferences.vmc_port = session.free_port(), session.free_port()
    preferences.use_vmc = True
    built = {"Ann": rigs.mixamo(), "Bob": rigs.vrm(), "VMC": rigs.unreal()}
    for name, rig in built.items():
        bpy.context.view_layer.objects.active = rig.armature
        assert bpy.ops.mocapbridge.add_character() == {"FINISHED"}
        active_character(bpy.context.scene).subject = name
    assert bpy.ops.mocapbridge.start() == {"FINISHED"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        for number in range(5):
            for session_id, name in enumerate(ARMS, start=1):
                for datagram in link_datagrams(name, session_id, number):
                    own.sendto(datagram, ("127.0.0.1", preferences.link_port))
            for datagram in vmc_datagrams(number):
                own.sendto(datagram, ("127.0.0.1", preferences.vmc_port))
            time.sleep(0.05)
    deadline_s = time.monotonic() + 5.0
    while len(LIVE.receiver.inbox.subjects(now_ns())) < 3:
        assert time.monotonic() < deadline_s, LIVE.receiver.inbox.subjects(now_ns())
        time.sleep(0.05)
    assert LIVE.pump() == 3
    bpy.context.view_layer.update()
    for name, rig in built.items():
        turned = ARMS.get(name, VMC_ARM)
        assert abs(arm_angle(rig) - turned) < 0.01, (name, arm_angle(rig), turned)
    protocols = {own.name: own.protocol for own in LIVE.receiver.inbox.subjects(now_ns())}
    assert protocols == {"Ann": "link", "Bob": "link", "VMC": "vmc"}
    bpy.ops.mocapbridge.stop()


def arm_angle(rig: object) -> float:
    """How far the left arm points backwards of where the T-pose has it, about the vertical."""
    from mathutils import Vector

    bones = rig.armature.pose.bones
    way = bones[rig.bones["leftLowerArm"]].head - bones[rig.bones["leftUpperArm"]].head
    left, forward = (rig.axes(Vector(axis)) for axis in ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0)))
    return math.atan2(-way.dot(forward), way.dot(left))


def link_datagrams(name: str, session_id: int, number: int) -> list[bytes]:
    from mocapbridge_addon.motion.quaternion import about
    from mocapbridge_addon.receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS
    from mocapbridge_addon.wire import link

    joints = tuple(map(link.Joint, NAMES, PARENTS, DEFAULT_OFFSETS_M))
    body = link.encode_static(link.Static((30, 1), True, joints, ()))
    turns = [(1.0, 0.0, 0.0, 0.0)] * len(NAMES)
    turns[NAMES.index("leftUpperArm")] = about((0.0, 1.0, 0.0), ARMS[name])
    frame = link.Frame(
        static_hash=link.static_hash(body),
        frame_id=number,
        capture_time_ns=time.monotonic_ns(),
        unix_time_ns=0,
        timecode=None,
        states=link.PartStates(*(link.State.TRACKED,) * 4),
        pose_confidence=1.0,
        face_confidence=1.0,
        root_position_in_world_m=DEFAULT_OFFSETS_M[0],
        head_rotation_wxyz=(1.0, 0.0, 0.0, 0.0),
        head_position_in_world_m=(0.0, 1.5, 0.0),
        gaze_rad=(0.0, 0.0, 0.0, 0.0),
        rotations_wxyz=turns,
        joint_states=[3] * len(NAMES),
        joint_confidences=[1.0] * len(NAMES),
        blendshapes=[],
        gestures=("", ""),
        feet_planted=(False, False),
    )
    parts = [*link.split_static(body), frame]
    first = number * len(parts)
    return [
        link.encode(link.Header(session_id, first + place, name), part)
        for place, part in enumerate(parts)
    ]


def vmc_datagrams(number: int) -> list[bytes]:
    """A T-pose with one arm turned, in Unity's axes: X to the right, left-handed."""
    from mocapbridge_addon.receive.rest_proportions import NAMES

    found = []
    for name in NAMES:
        half = -VMC_ARM / 2.0 if name == "leftUpperArm" else 0.0
        numbers = (0.0, 0.0, 0.0, 0.0, math.sin(half), 0.0, math.cos(half))
        unity = name[0].upper() + name[1:]
        found.append(osc("/VMC/Ext/Bone/Pos", "s" + "f" * 7, unity, *numbers))
    return [*found, osc("/VMC/Ext/OK", "i", 1), osc("/VMC/Ext/T", "f", float(number))]


def osc(address: str, types: str, *arguments: object) -> bytes:
    def text(word: str) -> bytes:
        raw = word.encode()
        return raw + bytes(4 - len(raw) % 4)

    packed = text(address) + text("," + types)
    for kind, argument in zip(types, arguments, strict=True):
        packed += text(argument) if kind == "s" else struct.pack(f">{kind}", argument)
    return packed


session.run(check)
