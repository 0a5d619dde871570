"""VMC output, read by python-osc and posed the way a Unity receiver poses its avatar."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.outputs.options import VmcOptions
from mocapbridge.outputs.osc_bundles import PatchedBundles, Slot
from mocapbridge.outputs.vmc import VmcOutput
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS, rest_positions_m
from mocapbridge.types import MocapFrame, TrackState
from tests.motion_frames import SteppedClock, random_frame, stream_info, unseen_frame

# Bytes of the protocol's own examples, written down from its description.
ROOT_AT_ORIGIN = bytes.fromhex(
    "2f564d432f4578742f526f6f742f506f73000000" + "2c73666666666666" + "66000000"
    "726f6f7400000000" + "00" * 24 + "3f800000"
)
HIPS_AT_ONE_METRE = bytes.fromhex(
    "2f564d432f4578742f426f6e652f506f73000000" + "2c73666666666666" + "66000000"
    "4869707300000000" + "00000000" + "3f800000" + "00" * 16 + "3f800000"
)
BLINK_BUNDLE = bytes.fromhex(
    "2362756e646c65000000000000000001"
    "000000242f564d432f4578742f426c656e642f56616c00002c736600426c696e6b5f4c003f000000"
    "0000001c2f564d432f4578742f426c656e642f4170706c79000000002c000000"
)

# Unity's HumanBodyBones, as its documentation lists them.
HUMAN_BODY_BONES = """Hips LeftUpperLeg RightUpperLeg LeftLowerLeg RightLowerLeg LeftFoot RightFoot
Spine Chest Neck Head LeftShoulder RightShoulder LeftUpperArm RightUpperArm LeftLowerArm
RightLowerArm LeftHand RightHand LeftToes RightToes LeftEye RightEye Jaw LeftThumbProximal
LeftThumbIntermediate LeftThumbDistal LeftIndexProximal LeftIndexIntermediate LeftIndexDistal
LeftMiddleProximal LeftMiddleIntermediate LeftMiddleDistal LeftRingProximal LeftRingIntermediate
LeftRingDistal LeftLittleProximal LeftLittleIntermediate LeftLittleDistal RightThumbProximal
RightThumbIntermediate RightThumbDistal RightIndexProximal RightIndexIntermediate RightIndexDistal
RightMiddleProximal RightMiddleIntermediate RightMiddleDistal RightRingProximal
RightRingIntermediate RightRingDistal RightLittleProximal RightLittleIntermediate
RightLittleDistal UpperChest"""
UNITY_BONES = HUMAN_BODY_BONES.split()


class Loopback:
    """A VMC output and the socket it sends to."""

    def __init__(self, clock: SteppedClock | None = None, **options: object) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(5.0)
        port = self._socket.getsockname()[1]
        made = msgspec.convert({"type": "vmc", "port": port, **options}, VmcOptions)
        self.output = VmcOutput(made, stream_info(), clock or SteppedClock())
        self.output.open()

    def receive(self, count: int) -> list[bytes]:
        return [self._socket.recv(4096) for _ in range(count)]

    def datagrams(self, frame: MocapFrame) -> list[bytes]:
        return self.receive(self.output.send(frame))

    def messages(self, frame: MocapFrame) -> list[OscMessage]:
        return messages_of(self.datagrams(frame))

    def close(self) -> None:
        self.output.close()
        self._socket.close()


@pytest.fixture
def loopback(request: pytest.FixtureRequest) -> Callable[..., Loopback]:
    def make(clock: SteppedClock | None = None, **options: object) -> Loopback:
        made = Loopback(clock, **options)
        request.addfinalizer(made.close)
        return made

    return make


def messages_of(datagrams: list[bytes]) -> list[OscMessage]:
    messages: list[OscMessage] = []
    for datagram in datagrams:
        for content in OscBundle(datagram):
            assert isinstance(content, OscMessage)
            messages.append(content)
    return messages


def bones_of(messages: list[OscMessage]) -> dict[str, list[float]]:
    bones: list[list[Any]] = [
        message.params for message in messages if message.address == "/VMC/Ext/Bone/Pos"
    ]
    assert all(len(params) == 8 for params in bones)
    return {params[0]: params[1:] for params in bones}


def values_of(messages: list[OscMessage]) -> dict[str, float]:
    values: dict[str, float] = {}
    for message in messages:
        if message.address == "/VMC/Ext/Blend/Val":
            name, value = message.params
            values[name] = value
    return values


def standing_frame(**changes: object) -> MocapFrame:
    """A tracked T-pose with the hips one metre above the origin and a neutral face."""
    frame = unseen_frame()
    rotations = np.zeros_like(frame.pose.rotations_wxyz)
    rotations[:, 0] = 1.0
    pose = replace(
        frame.pose,
        state=TrackState.TRACKED,
        rotations_wxyz=rotations,
        root_position_in_world_m=np.array((0.0, 1.0, 0.0), dtype=np.float32),
    )
    return replace(frame, pose=replace(pose, **changes))


def with_shapes(frame: MocapFrame, **weights: float) -> MocapFrame:
    blendshapes = np.zeros(len(ARKIT_NAMES), dtype=np.float32)
    for name, weight in weights.items():
        blendshapes[ARKIT_INDEX[name]] = weight
    return replace(frame, face=replace(frame.face, blendshapes=blendshapes))


def avatar_positions(bones: dict[str, list[float]]) -> npt.NDArray[np.float64]:
    """Where the bones end up in Unity when the avatar is posed with what was received."""
    assert set(UNITY_BONES) == set(bones)
    positions, turns = np.zeros((55, 3)), list[Rotation]()
    for joint, joint_name in enumerate(JOINT_NAMES):
        local = bones[unity_name(joint_name)]
        turn = Rotation.from_quat(local[3:])
        parent = PARENTS[joint]
        if parent < 0:
            positions[joint], whole = local[:3], turn
        else:
            positions[joint] = positions[parent] + turns[parent].apply(local[:3])
            whole = turns[parent] * turn
        turns.append(whole)
    return positions


def unity_name(joint: str) -> str:
    thumbs = {
        f"{side}Thumb{vrm1}": f"{side.capitalize()}Thumb{unity}"
        for side in ("left", "right")
        for vrm1, unity in (
            ("Metacarpal", "Proximal"),
            ("Proximal", "Intermediate"),
            ("Distal", "Distal"),
        )
    }
    return thumbs.get(joint, joint[0].upper() + joint[1:])


def test_bytes_of_the_protocols_examples(loopback: Callable[..., Loopback]) -> None:
    frame = with_shapes(standing_frame(), eyeBlinkLeft=0.5)
    everything = b"".join(loopback(expressions="vrm0").datagrams(frame))
    assert b"\0\0\0\x44" + ROOT_AT_ORIGIN in everything
    assert b"\0\0\0\x44" + HIPS_AT_ONE_METRE in everything
    value, apply = BLINK_BUNDLE[16:56], BLINK_BUNDLE[56:]
    assert everything.index(value) < everything.index(apply)
    bundles = PatchedBundles(
        [[("/VMC/Ext/Blend/Val", ["Blink_L", Slot("f", 0)]), ("/VMC/Ext/Blend/Apply", [])]]
    )
    filled = bundles.fill(np.array([0.5]), np.zeros(0, dtype=np.int32))
    assert [bytes(datagram) for datagram in filled] == [BLINK_BUNDLE]


@pytest.mark.parametrize("preset", ["arkit_pascal", "arkit_camel", "vrm0", "vrm1"])
def test_order_types_and_sizes(preset: str, loopback: Callable[..., Loopback]) -> None:
    datagrams = loopback(expressions=preset).datagrams(random_frame(1))
    assert max(map(len, datagrams)) <= 1400
    messages = messages_of(datagrams)
    runs = [messages[0].address]
    for message in messages:
        if message.address != runs[-1]:
            runs.append(message.address)
    kinds = ["Root/Pos", "Bone/Pos", "Blend/Val", "Blend/Apply", "OK", "T"]
    assert runs == [f"/VMC/Ext/{kind}" for kind in kinds]
    tags = {
        message.address[9:]: message.dgram[message.dgram.index(b",") :].split(b"\0")[0]
        for message in messages
    }
    assert tags == {
        "Root/Pos": b",sfffffff",
        "Bone/Pos": b",sfffffff",
        "Blend/Val": b",sf",
        "Blend/Apply": b",",
        "OK": b",iiii",
        "T": b",f",
    }
    assert sorted(bones_of(messages)) == sorted(UNITY_BONES)


def test_the_avatar_stands_as_the_performer_does(loopback: Callable[..., Loopback]) -> None:
    rest_m = rest_positions_m().astype(np.float64)
    link = loopback()
    for seed in range(5):
        frame = random_frame(seed)
        posed = np.zeros((55, 3))
        turns: list[Rotation] = []
        for joint, parent in enumerate(PARENTS):
            local = Rotation.from_quat(frame.pose.rotations_wxyz[joint, [1, 2, 3, 0]])
            turns.append(local if parent < 0 else turns[parent] * local)
            posed[joint] = (
                frame.pose.root_position_in_world_m
                if parent < 0
                else posed[parent] + turns[parent].apply(rest_m[joint] - rest_m[parent])
            )
        positions = avatar_positions(bones_of(link.messages(frame)))
        assert np.allclose(positions, posed * (-1.0, 1.0, 1.0), atol=1e-5)


def test_a_raised_left_arm_is_a_raised_left_arm(loopback: Callable[..., Loopback]) -> None:
    rotations = standing_frame().pose.rotations_wxyz.copy()
    up = Rotation.from_euler("z", 80, degrees=True).as_quat()
    rotations[JOINT_INDEX["leftUpperArm"]] = up[[3, 0, 1, 2]]
    bones = bones_of(loopback().messages(standing_frame(rotations_wxyz=rotations)))
    positions = avatar_positions(bones)
    left, right, head = (positions[JOINT_INDEX[j]] for j in ("leftHand", "rightHand", "head"))
    assert left[1] > head[1] > right[1]
    assert left[0] < 0.0 < right[0]  # the left is -X in Unity


def test_an_avatar_without_an_upper_chest_bends_all_the_same(
    loopback: Callable[..., Loopback],
) -> None:
    frame = random_frame(2)
    whole = bones_of(loopback().messages(frame))
    folded = bones_of(loopback(upper_chest=False).messages(frame))
    assert whole.keys() - folded.keys() == {"UpperChest"}
    chest, upper, both = (
        Rotation.from_quat(bones[name][3:])
        for bones, name in ((whole, "Chest"), (whole, "UpperChest"), (folded, "Chest"))
    )
    # What hangs on it keeps its own turn, so it looks where it did.
    assert both.approx_equal(chest * upper, atol=1e-5)
    for name in ("Neck", "LeftShoulder", "RightShoulder"):
        assert folded[name][3:] == whole[name][3:]
        place = np.add(whole["UpperChest"][:3], whole[name][:3])
        assert folded[name][:3] == pytest.approx(place, abs=1e-6)


def test_a_step_to_the_left_goes_to_unitys_minus_x(loopback: Callable[..., Loopback]) -> None:
    stepped = standing_frame(root_position_in_world_m=np.array((0.5, 0.9, 0.25), dtype=np.float32))
    assert bones_of(loopback().messages(stepped))["Hips"][:3] == pytest.approx((-0.5, 0.9, 0.25))


def test_thumbs_have_unitys_names(loopback: Callable[..., Loopback]) -> None:
    rotations = standing_frame().pose.rotations_wxyz.copy()
    angles = {"leftThumbMetacarpal": 10, "leftThumbProximal": 20, "leftThumbDistal": 30}
    for joint, angle_deg in angles.items():
        turn = Rotation.from_euler("y", angle_deg, degrees=True).as_quat()
        rotations[JOINT_INDEX[joint]] = turn[[3, 0, 1, 2]]
    bones = bones_of(loopback().messages(standing_frame(rotations_wxyz=rotations)))
    for bone, angle_deg in (("Proximal", 10), ("Intermediate", 20), ("Distal", 30)):
        received = Rotation.from_quat(bones[f"LeftThumb{bone}"][3:])
        assert np.degrees(received.magnitude()) == pytest.approx(angle_deg, abs=1e-3)


def test_quaternions_never_flip_their_sign(loopback: Callable[..., Loopback]) -> None:
    link = loopback()
    received: list[npt.NDArray[np.float64]] = []
    for angle_deg in range(0, 1080, 15):
        turn = Rotation.from_euler("y", angle_deg, degrees=True).as_quat()
        rotations = standing_frame().pose.rotations_wxyz.copy()
        rotations[0] = turn[[3, 0, 1, 2]] * (-1) ** (angle_deg // 15)
        bones = bones_of(link.messages(standing_frame(rotations_wxyz=rotations)))
        received.append(np.array(bones["Hips"][3:]))
    assert min(float(a @ b) for a, b in pairwise(received)) > 0.9


def test_pascal_names_are_perfect_syncs(loopback: Callable[..., Loopback]) -> None:
    frame = random_frame(3)
    values = values_of(loopback().messages(frame))
    assert list(values)[:2] == ["EyeBlinkLeft", "EyeLookDownLeft"]
    assert list(values.values()) == frame.face.blendshapes.tolist()
    camel = values_of(loopback(expressions="arkit_camel").messages(frame))
    assert tuple(camel) == ARKIT_NAMES


def test_presets_follow_the_face(loopback: Callable[..., Loopback]) -> None:
    smile = with_shapes(
        standing_frame(), mouthSmileLeft=0.8, mouthSmileRight=0.6, jawOpen=0.25, eyeBlinkRight=2.0
    )
    vrm0 = values_of(loopback(expressions="vrm0").messages(smile))
    vrm1 = values_of(loopback(expressions="vrm1").messages(smile))
    expected = {"Joy": 0.7, "A": 0.25, "Blink_R": 1.0, "Blink_L": 0.0, "Sorrow": 0.0, "I": 0.0}
    assert {name: vrm0[name] for name in expected} == pytest.approx(expected)
    assert [vrm1[name] for name in ("happy", "aa", "blinkRight")] == pytest.approx([0.7, 0.25, 1])
    assert list(vrm0.values()) == list(vrm1.values())


def test_yaw_offset_turns_the_root(loopback: Callable[..., Loopback]) -> None:
    root = loopback(yaw_offset_deg=90.0).messages(standing_frame())[0]
    assert root.params[:4] == ["root", 0.0, 0.0, 0.0]
    facing = Rotation.from_quat(root.params[4:]).apply((0.0, 0.0, 1.0))
    assert facing == pytest.approx((1.0, 0.0, 0.0), abs=1e-6)


def test_an_assistant_sends_the_face_alone(loopback: Callable[..., Loopback]) -> None:
    clock = SteppedClock()
    link = loopback(mode="assistant", clock=clock)
    addresses = [message.address for message in link.messages(random_frame(1))]
    assert addresses == ["/VMC/Ext/Blend/Val"] * 52 + ["/VMC/Ext/Blend/Apply"]
    clock.sleep(5.0)
    assert link.output.idle() == 0


@pytest.mark.parametrize(("state", "tracking"), [("LOST", 0), ("PREDICTED", 0), ("HELD", 1)])
def test_tracking_status_follows_the_performer(
    state: str, tracking: int, loopback: Callable[..., Loopback]
) -> None:
    frame = standing_frame(state=TrackState[state])
    ok = [m.params for m in loopback().messages(frame) if m.address == "/VMC/Ext/OK"]
    assert ok == [[1, 3, 0, tracking]]


def test_time_goes_on_and_ok_ends_with_the_frames(loopback: Callable[..., Loopback]) -> None:
    clock = SteppedClock()
    link = loopback(clock=clock)
    clock.sleep(2.5)
    assert link.messages(standing_frame())[-1].params == [2.5]
    assert link.output.idle() == 0
    clock.sleep(1.0)
    ok, time = messages_of(link.receive(link.output.idle()))
    assert (ok.address, ok.params) == ("/VMC/Ext/OK", [0, 3, 0, 0])
    assert (time.address, time.params) == ("/VMC/Ext/T", [3.5])


def test_who_was_never_seen_stands_in_a_t_pose(loopback: Callable[..., Loopback]) -> None:
    positions = avatar_positions(bones_of(loopback().messages(unseen_frame())))
    assert np.allclose(positions, rest_positions_m() * (-1.0, 1.0, 1.0), atol=1e-6)
