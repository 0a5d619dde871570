"""What receivers of other makes see in the datagrams of a run: nothing of mocapbridge takes part.

OSC is read by python-osc, Live Link Face by pylivelinkface, JSON by the standard library; what has
no library of its own is read by the layout that its maker documents.

A reading is a series for each of ``wrist`` (left hand above the right one; ``elbow`` where there
are no hands), ``step`` (hips, or the head, to the performer's left), ``smile`` and ``turn`` (of the
head to the performer's left), for every frame from the first that was sent. Units are the
protocol's.
"""

from __future__ import annotations

import json
import math
import struct
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from pythonosc.osc_packet import OscPacket
from scipy.spatial.transform import Rotation

Packets: TypeAlias = Sequence[bytes]
Series: TypeAlias = dict[str, list[float]]


def osc_messages(packets: Packets) -> Iterator[tuple[str, list[Any]]]:
    for packet in packets:
        for timed in OscPacket(packet).messages:
            yield timed.message.address, timed.message.params


def osc(packets: Packets) -> Series:
    """Our own address space, as docs/osc.md has it."""
    seen = by_names("wrist", "step", "smile", "turn")
    frames: dict[int, dict[str, list[Any]]] = {}
    at = -1
    for address, arguments in osc_messages(packets):
        if address == "/mocap/frame":
            at = arguments[0]
        frames.setdefault(at, {})[address] = arguments
    frames.pop(-1, None)
    for frame in frames.values():
        left, right = (frame[f"/mocap/joint/{side}Hand"][1] for side in ("left", "right"))
        head = frame["/mocap/head"]
        seen["wrist"].append(left - right)
        seen["step"].append(frame["/mocap/root"][0])
        seen["smile"].append(frame["/mocap/blend/mouthSmileLeft"][0])
        seen["turn"].append(math.atan2(head[2], head[10]))
    return seen


def vmc(packets: Packets) -> Series:
    """An avatar posed as Unity poses it: the left is -X, +Z is forward."""
    seen = by_names("wrist", "step", "smile", "turn")
    bones: dict[str, list[float]] = {}
    values: dict[str, float] = {}
    for address, arguments in osc_messages(packets):
        if address == "/VMC/Ext/Bone/Pos":
            bones[arguments[0]] = arguments[1:]
        elif address == "/VMC/Ext/Blend/Val":
            values[arguments[0]] = arguments[1]
        elif address == "/VMC/Ext/T" and bones:
            left, right = (posed(bones, arm_bones(side))[0] for side in ("Left", "Right"))
            _, head = posed(bones, ["Neck", "Head"])
            seen["wrist"].append(left[1] - right[1])
            seen["step"].append(-bones["Hips"][0])
            seen["smile"].append(values["MouthSmileLeft"])
            looks = head.apply((0.0, 0.0, 1.0))
            seen["turn"].append(math.atan2(-looks[0], looks[2]))
            bones = {}
    return seen


def arm_bones(side: str) -> list[str]:
    return [f"{side}{name}" for name in ("Shoulder", "UpperArm", "LowerArm", "Hand")]


def posed(bones: dict[str, list[float]], limb: list[str]) -> tuple[Any, Any]:
    """Place and turn of the last bone of a limb that hangs on the upper chest."""
    turn: Any = Rotation.identity()
    place = np.zeros(3)
    for bone in ("Hips", "Spine", "Chest", "UpperChest", *limb):
        numbers = bones[bone]
        place = place + turn.apply(numbers[:3])
        turn = turn * Rotation.from_quat(numbers[3:])
    return place, turn


def vrchat(packets: Packets) -> Series:
    """Trackers 1, 7 and 8 are hip and elbows; Unity's axes, angles grow clockwise from above."""
    seen = by_names("elbow", "step", "smile", "turn")
    elbows: dict[str, list[float]] = {"7": [], "8": []}
    for address, arguments in osc_messages(packets):
        match address.split("/")[1:]:
            case ["tracking", "trackers", "1", "position"]:
                seen["step"].append(-arguments[0])
            case ["tracking", "trackers", ("7" | "8") as elbow, "position"]:
                elbows[elbow].append(arguments[1])
            case ["tracking", "trackers", "head", "rotation"]:
                seen["turn"].append(-arguments[1])
            case ["avatar", "parameters", "FT", "v2", "MouthSmileLeft"]:
                seen["smile"].append(arguments[0])
            case _:
                pass
    seen["elbow"] = [left - right for left, right in zip(*elbows.values(), strict=True)]
    return seen


def live_link_face(packets: Packets) -> Series:
    """As pylivelinkface decodes it; packets without a face are none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from pylivelinkface import FaceBlendShape, PyLiveLinkFace

    seen = by_names("smile", "turn")
    for packet in packets:
        found, face = PyLiveLinkFace.decode(packet)
        if found:
            seen["smile"].append(face.get_blendshape(FaceBlendShape.MouthSmileLeft))
            seen["turn"].append(face.get_blendshape(FaceBlendShape.HeadYaw))
    return seen


def ifacialmocap(packets: Packets) -> Series:
    """The text, split as the maker's page for developers says."""
    seen = by_names("smile", "turn")
    for packet in packets:
        shapes, _, parts = packet.decode("utf-8").partition("|=head#")
        weights = dict(entry.split("-") for entry in shapes.split("|"))
        seen["smile"].append(float(weights["mouthSmile_L"]))
        seen["turn"].append(float(parts.split("|")[0].split(",")[1]))
    return seen


def openseeface(packets: Packets) -> Series:
    """The record as the tracker's Unity script reads it, and turns it into Unity's axes."""
    seen = by_names("step", "smile", "turn")
    for packet in packets:
        assert len(packet) == 1785
        _, yaw, _ = struct.unpack_from("<3f", packet, 49)
        _, across, _ = struct.unpack_from("<3f", packet, 61)
        # Vectors are read with y turned round; the place is then (-y, x, -z).
        unity_x, unity_yaw = across, -yaw
        (corner_up,) = struct.unpack_from("<f", packet, 1729 + 4 * 8)
        seen["step"].append(-unity_x)
        seen["turn"].append(-unity_yaw)
        seen["smile"].append(corner_up)
    return seen


def json_live_link(packets: Packets) -> Series:
    """Bones in their parents, in Unreal's axes: the left is +X, up is +Z."""
    seen = by_names("wrist", "step")
    for packet in packets:
        (bones,) = json.loads(packet).values()
        places: dict[str, Any] = {}
        turns: list[Any] = []
        for bone in bones:
            turn: Any = Rotation.from_quat(bone["Rotation"])
            place = np.array(bone["Location"])
            parent = bone["Parent"]
            if parent >= 0:
                place = places[bones[parent]["Name"]] + turns[parent].apply(place)
                turn = turns[parent] * turn
            turns.append(turn)
            places[bone["Name"]] = place
        seen["wrist"].append(places["hand_l"][2] - places["hand_r"][2])
        seen["step"].append(places["pelvis"][0])
    return seen


def rokoko(packets: Packets) -> Series:
    """Bones in the world, in Unity's axes."""
    seen = by_names("wrist", "step", "smile")
    for packet in packets:
        (actor,) = json.loads(packet)["scene"]["actors"]
        left, right = (actor["body"][f"{side}Hand"]["position"]["y"] for side in ("left", "right"))
        seen["wrist"].append(left - right)
        seen["step"].append(-actor["body"]["hip"]["position"]["x"])
        if actor["meta"]["hasFace"]:
            seen["smile"].append(actor["face"]["mouthSmileLeft"])
    return seen


def by_names(*names: str) -> Series:
    return {name: [] for name in names}


READERS: dict[str, Callable[[Packets], Series]] = {
    "osc": osc,
    "vmc": vmc,
    "vrchat": vrchat,
    "live_link_face": live_link_face,
    "ifacialmocap": ifacialmocap,
    "openseeface": openseeface,
    "json_live_link": json_live_link,
    "rokoko": rokoko,
}
