"""A raised left arm arrives as a raised left arm, over every protocol.

Each packet is read by a program not written here where there is one (python-osc, pylivelinkface, a
websockets client), else by the formulas of the receiver, written down from its own source or sheet.
"""

from __future__ import annotations

import json
import math
import socket
import warnings
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from pythonosc.osc_packet import OscPacket
from scipy.spatial.transform import Rotation
from websockets.sync.client import connect

from mocapbridge.outputs.options import OutputOptions
from mocapbridge.outputs.rokoko import BONES
from mocapbridge.registry import OUTPUTS, implementation
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.wire import ifacialmocap, link, openseeface
from tests.motion_frames import stream_info
from tests.raised_arm import (
    ARM_RAISED_DEG,
    HEAD_DOWN_DEG,
    HEAD_LEFT_DEG,
    SMILE_LEFT,
    SMILE_RIGHT,
    STEP_M,
    arm_direction_in_world,
    raised_arm_frame,
)

Vector = npt.NDArray[np.float64]
FRAME = raised_arm_frame()
HAND = FRAME.pose.positions_in_world_m[JOINT_INDEX["leftHand"]]


def datagrams(**options: object) -> list[bytes]:
    """What a UDP socket receives of the frame."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        options["port"] = receiver.getsockname()[1]
        made = msgspec.convert(options, OutputOptions)
        kind = implementation(OUTPUTS, "mocapbridge.output", str(options["type"]))
        output = kind(made, stream_info("Ann"))
        output.open()
        sent = output.send(FRAME)
        received = [receiver.recv(65536) for _ in range(sent)]
        output.close()
    return received


def osc_messages(**options: object) -> dict[str, list[Any]]:
    """Address -> arguments, as python-osc reads them; VMC's bones under their names."""
    found: dict[str, list[Any]] = {}
    for datagram in datagrams(**options):
        for timed in OscPacket(datagram).messages:
            address, params = timed.message.address, timed.message.params
            named = params and isinstance(params[0], str) and address.startswith("/VMC")
            found[f"{address} {params[0]}" if named else address] = params[1:] if named else params
    return found


def in_unity(x: float, y: float, z: float) -> Vector:
    """Table of axes: from a frame facing +Z with the left at +X to Unity's."""
    return np.array((-x, y, z))


def test_osc() -> None:
    received = osc_messages(type="osc")
    assert received["/mocap/joint/leftHand"][:3] == pytest.approx(HAND, abs=1e-6)
    assert received["/mocap/joint/leftHand"][1] > received["/mocap/joint/head"][1]
    assert received["/mocap/root"][0] == pytest.approx(STEP_M)
    assert received["/mocap/blend/mouthSmileLeft"] == pytest.approx([SMILE_LEFT])


def test_vmc() -> None:
    received = osc_messages(type="vmc")
    arm = Rotation.from_quat(received["/VMC/Ext/Bone/Pos LeftUpperArm"][3:])
    # The avatar's left arm points along -X in the T-pose.
    assert arm.apply((-1.0, 0.0, 0.0)) == pytest.approx(
        in_unity(*arm_direction_in_world()), abs=1e-6
    )
    head = Rotation.from_quat(received["/VMC/Ext/Bone/Pos Head"][3:])
    assert head.apply((0.0, 0.0, 1.0))[0] < -0.3  # it looks along +Z: to its left is -X
    assert received["/VMC/Ext/Bone/Pos Hips"][0] == pytest.approx(-STEP_M)
    assert received["/VMC/Ext/Blend/Val MouthSmileLeft"] == pytest.approx([SMILE_LEFT])


def test_vrchat() -> None:
    received = osc_messages(type="vrchat", trackers=["hip", "left_elbow", "right_elbow"])
    hip = received["/tracking/trackers/1/position"]
    elbow = received["/tracking/trackers/2/position"]
    assert hip[0] == pytest.approx(-STEP_M)
    assert elbow[0] < received["/tracking/trackers/3/position"][0]  # left of the right one
    assert elbow[1] > received["/tracking/trackers/3/position"][1] + 0.2
    # Unity turns about Z, then X, then Y, in left-handed axes.
    turn = unity_euler(received["/tracking/trackers/2/rotation"])
    assert turn @ (-1.0, 0.0, 0.0) == pytest.approx(in_unity(*arm_direction_in_world()), abs=1e-6)
    head = unity_euler(received["/tracking/trackers/head/rotation"])
    assert (head @ (0.0, 0.0, 1.0))[0] < -0.3
    assert (head @ (0.0, 0.0, 1.0))[1] < 0.0  # down
    pitch, yaw, *_ = received["/tracking/eye/LeftRightPitchYaw"]
    assert (pitch, yaw) == pytest.approx((-math.degrees(0.1), -math.degrees(0.2)), abs=1e-4)
    parameters = "/avatar/parameters/FT/v2/"
    assert received[parameters + "MouthSmileLeft"] == pytest.approx([SMILE_LEFT])
    assert received[parameters + "EyeLidLeft"] == pytest.approx([0.75])
    assert received[parameters + "EyeLeftX"][0] < 0.0 < received[parameters + "EyeLeftY"][0]


def unity_euler(angles_deg: list[float]) -> Vector:
    """The matrix that Unity's ``Quaternion.Euler`` stands for: Ry Rx Rz."""
    x, y, z = angles_deg
    return Rotation.from_euler("YXZ", (y, x, z), degrees=True).as_matrix()


def test_live_link_face_read_by_pylivelinkface() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the library's own dependencies
        library = pytest.importorskip("pylivelinkface")
    (packet,) = datagrams(type="live_link_face")
    has_face, face = library.PyLiveLinkFace.decode(packet)
    assert has_face
    assert face.name == "Ann"
    shape = library.FaceBlendShape

    def value(name: str) -> float:
        return face.get_blendshape(getattr(shape, name))

    assert value("MouthSmileLeft") == pytest.approx(SMILE_LEFT)
    assert value("MouthSmileRight") == pytest.approx(SMILE_RIGHT)
    assert value("HeadYaw") == pytest.approx(math.radians(HEAD_LEFT_DEG), abs=1e-5)
    assert value("HeadPitch") == pytest.approx(-math.radians(HEAD_DOWN_DEG), abs=1e-5)
    assert value("LeftEyeYaw") == pytest.approx(0.2)


def test_ifacialmocap() -> None:
    (packet,) = datagrams(type="ifacialmocap")
    frame = ifacialmocap.decode(packet)
    assert (frame.shapes["mouthSmile_L"], frame.shapes["mouthSmile_R"]) == (80, 40)
    assert frame.head_deg == pytest.approx((HEAD_DOWN_DEG, HEAD_LEFT_DEG, 0.0), abs=1e-3)
    assert frame.left_eye_deg[:2] == pytest.approx(
        (-math.degrees(0.1), math.degrees(0.2)), abs=1e-3
    )
    assert frame.head_position_m[0] == pytest.approx(STEP_M, abs=1e-4)
    (turned,) = datagrams(type="ifacialmocap", invert_yaw=True, version="v2")
    assert ifacialmocap.decode(turned).head_deg[1] == pytest.approx(-HEAD_LEFT_DEG, abs=1e-3)


def test_openseeface() -> None:
    """Turned the way the tracker's Unity script (``OpenSee.cs``) turns what it reads."""
    (packet,) = datagrams(type="openseeface")
    (face,) = openseeface.decode(packet)
    raw_x, raw_y, raw_z = face.euler_deg
    unity = (-(raw_x + 180.0) % 360.0, -raw_y, (raw_z - 90.0) % 360.0)
    # In its scene the face looks along -Z, its left is +X.
    looking = unity_euler(list(unity)) @ (0.0, 0.0, -1.0)
    assert looking[0] == pytest.approx(
        math.sin(math.radians(HEAD_LEFT_DEG)) * math.cos(math.radians(HEAD_DOWN_DEG)), abs=1e-5
    )
    assert looking[1] == pytest.approx(-math.sin(math.radians(HEAD_DOWN_DEG)), abs=1e-5)
    # The same script makes the place x = -raw y; to its left is +X.
    assert -face.translation[1] * 0.145 == pytest.approx(STEP_M, abs=1e-4)
    raw = Rotation.from_quat(face.rotation_xyzw).as_matrix()
    assert raw == pytest.approx(
        Rotation.from_euler("ZYX", (raw_z, raw_y, raw_x), degrees=True).as_matrix(), abs=1e-5
    )
    features = dict(zip(openseeface.FEATURE_NAMES, face.features, strict=True))
    assert features["mouth_corner_updown_l"] == pytest.approx(SMILE_LEFT)
    assert features["mouth_corner_updown_r"] == pytest.approx(SMILE_RIGHT)
    left_corner, right_corner = face.points_px[54], face.points_px[48]
    assert left_corner[0] > right_corner[0]  # the performer's left is at the right of the picture
    assert (face.left_eye_open, face.right_eye_open) == (1.0, 1.0)


@pytest.mark.parametrize(("bones", "hand"), [("ue5", "hand_l"), ("vrm", "leftHand")])
def test_json_live_link(bones: str, hand: str) -> None:
    (packet,) = datagrams(type="json_live_link", bones=bones)
    ((subject, entries),) = json.loads(packet).items()
    assert subject == "Ann"
    places: dict[str, Vector] = {}
    turns: list[Any] = []
    for entry in entries:
        local = unreal_rotation(entry["Rotation"])
        parent = entry["Parent"]
        if parent < 0:
            places[entry["Name"]], turn = np.array(entry["Location"]), local
        else:
            above = places[entries[parent]["Name"]]
            places[entry["Name"]] = above + turns[parent] @ entry["Location"]
            turn = turns[parent] @ local
        turns.append(turn)
    # Unreal's mesh: centimetres, left +X, forward +Y, up +Z.
    x, y, z = HAND.tolist()
    assert places[hand] == pytest.approx((100 * x, 100 * z, 100 * y), abs=0.05)


def unreal_rotation(rotation_xyzw: list[float]) -> Vector:
    """A quaternion's formula is the same in left-handed axes."""
    return Rotation.from_quat(rotation_xyzw).as_matrix()


def test_rokoko() -> None:
    """Put together as Rokoko's sheet says: the turn from its own T-pose, in the world."""
    (packet,) = datagrams(type="rokoko")
    (actor,) = json.loads(packet)["scene"]["actors"]
    body = actor["body"]
    assert xyz(body["leftHand"]["position"]) == pytest.approx(in_unity(*HAND.tolist()), abs=1e-4)
    assert body["hip"]["position"]["x"] == pytest.approx(-STEP_M, abs=1e-4)
    rest = Rotation.from_quat(BONES["leftUpperArm"][1], scalar_first=True)
    turned = body["leftUpperArm"]["rotation"]
    now = Rotation.from_quat([turned["x"], turned["y"], turned["z"], turned["w"]])
    arm = (now * rest.inv()).apply((-1.0, 0.0, 0.0))
    assert arm == pytest.approx(in_unity(*arm_direction_in_world()), abs=1e-4)
    assert body["hip"]["rotation"] == {"x": 0.0, "y": 0.0, "z": 0.0, "w": -1.0}
    assert actor["face"]["mouthSmileLeft"] == pytest.approx(100 * SMILE_LEFT)
    assert actor["dimensions"] == pytest.approx({"totalHeight": 1.7, "hipHeight": 0.93}, abs=1e-3)


def xyz(entry: dict[str, float]) -> Vector:
    return np.array((entry["x"], entry["y"], entry["z"]))


def test_link() -> None:
    for datagram in datagrams(type="link"):
        _, message = link.decode(datagram)
        if isinstance(message, link.Frame):
            turn = Rotation.from_quat(
                message.rotations_wxyz[JOINT_INDEX["leftUpperArm"]], scalar_first=True
            )
            assert turn.magnitude() == pytest.approx(math.radians(ARM_RAISED_DEG), abs=1e-3)
            assert turn.apply((1.0, 0.0, 0.0)) == pytest.approx(arm_direction_in_world(), abs=1e-3)
            assert message.root_position_in_world_m[0] == pytest.approx(STEP_M)
            return
    pytest.fail("no frame came")


@pytest.mark.parametrize("encoding", ["json", "msgpack"])
def test_websocket_read_by_a_plain_client(encoding: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = msgspec.convert({"type": "websocket", "port": port}, OutputOptions)
    output = implementation(OUTPUTS, "mocapbridge.output", "websocket")(made, stream_info("Ann"))
    output.open()
    protocol: Any = f"mocapbridge.{encoding}"
    decode: Any = json.loads if encoding == "json" else msgspec.msgpack.decode
    with connect(f"ws://localhost:{port}", subprotocols=[protocol]) as client:
        static = decode(client.recv(timeout=5.0))
        names = [joint["name"] for joint in static["joints"]]
        output.send(FRAME)
        message: dict[str, Any] = {}
        while message.get("kind") != "frame":
            message = decode(client.recv(timeout=5.0))
    output.close()
    assert message["pose"]["positions_m"][names.index("leftHand")] == pytest.approx(HAND, abs=1e-5)
    assert message["pose"]["root_position_m"][0] == pytest.approx(STEP_M)
    smile = static["blendshapes"].index("mouthSmileLeft")
    assert message["face"]["blendshapes"][smile] == pytest.approx(SMILE_LEFT)
