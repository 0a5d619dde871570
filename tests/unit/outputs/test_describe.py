"""Outputs that tell names, told other ones while they send."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pythonosc.osc_packet import OscPacket

from mocapbridge.errors import OutputFailed
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.json_live_link import JsonLiveLinkOutput
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.message_stream import MessageStream
from mocapbridge.outputs.naming import Describing, names_of
from mocapbridge.outputs.options import JsonLiveLinkOptions, LinkOptions, OscOptions, VrchatOptions
from mocapbridge.outputs.osc import OscOutput
from mocapbridge.outputs.osc_layout import OscLayout
from mocapbridge.outputs.rate_limited import RateLimited
from mocapbridge.outputs.vrchat_layout import FaceLayout
from mocapbridge.outputs.zmq_messages import FrameMessage, StaticMessage
from mocapbridge.retarget.load import Freedom, load_mapping
from mocapbridge.retarget.mapping import Mapped, Retarget
from mocapbridge.timecode import TimecodeLabel
from mocapbridge.types import MocapFrame, StreamInfo, StreamNames
from mocapbridge.wire import json_live_link
from tests.mapping_files import SEEN, mapped, retarget_of
from tests.motion_frames import SteppedClock, random_frame, stream_info

FRAME = random_frame(8)


def rig(tmp_path: Path) -> Mapped:
    return mapped(tmp_path, "{shapes: {A: jawOpen}, joints: {Hip: hips, Nod: head}}", FRAME)


def crowded(joints: int, shapes: int) -> StreamInfo:
    names = StreamNames(
        tuple(f"joint{index}" for index in range(joints)),
        tuple(index - 1 for index in range(joints)),
        tuple(f"shape{index}" for index in range(shapes)),
    )
    return replace(stream_info(), names=names, rest_positions_m=np.zeros((joints, 3), np.float32))


def test_messages_describe_the_new_names_at_once(tmp_path: Path) -> None:
    stream = MessageStream(stream_info(), SteppedClock())
    stream.of_frame(FRAME)
    before = stream.static.static_hash
    motion, info = rig(tmp_path)
    stream.describe(info)
    messages = stream.of_frame(motion)
    (frame,) = (message for message in messages if isinstance(message, FrameMessage))
    (static,) = (message for message in messages if isinstance(message, StaticMessage))
    assert frame.static_hash == static.static_hash != before
    assert static.blendshapes == ["A"]
    assert [(joint.name, joint.parent) for joint in static.joints] == [("Hip", -1), ("Nod", 0)]
    assert len(frame.pose.rotations_wxyz) == 2


def test_the_link_refuses_what_no_datagram_holds_and_goes_on() -> None:
    output = LinkOutput(LinkOptions(port=9), stream_info(), SteppedClock())
    output.open()
    try:
        with pytest.raises(OutputFailed, match="cannot describe its stream: a link datagram of"):
            output.describe(crowded(140, 52))
        output.describe(crowded(55, 255))
    finally:
        output.close()


def test_a_thinned_output_hands_new_names_on(tmp_path: Path) -> None:
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("127.0.0.1", 0))
    port = receiver.getsockname()[1]
    inner = OscOutput(OscOptions(port=port), stream_info(), SteppedClock())
    thinned = RateLimited(inner, 30.0)
    assert isinstance(thinned, Describing)
    motion, info = rig(tmp_path)
    thinned.describe(info)
    inner.open()
    try:
        assert thinned.send(motion) > 0
        assert b"/mocap/joint/Nod" in receiver.recv(2048)
    finally:
        inner.close()
        receiver.close()


def test_unreal_gets_the_bones_of_a_mapping_under_their_names(tmp_path: Path) -> None:
    text = "joints: {Hip: hips, Belly: spine, Nod: head}"
    retarget = retarget_of(tmp_path, text, Freedom(shapes=False, joints=True))
    motion, info = retarget.map(SEEN, FRAME)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        options = JsonLiveLinkOptions(port=receiver.getsockname()[1])
        output = JsonLiveLinkOutput(options, stream_info(), SteppedClock())
        output.open()
        try:
            output.describe(info)
            output.send(motion)
        finally:
            output.close()
        subject, bones = json_live_link.decode(receiver.recv(65535))
    assert subject == "performer"
    assert [(bone.name, bone.parent) for bone in bones] == [
        ("root", -1),
        ("Hip", 0),
        ("Belly", 1),
        ("Nod", 2),
    ]
    # From the spine to the head in the T-pose, 46 cm straight up.
    assert bones[3].location_cm == pytest.approx((0.0, 0.0, 46.0), abs=1e-3)
    w, x, y, z = motion.pose.rotations_wxyz[2].tolist()
    assert np.abs(bones[3].rotation_xyzw) == pytest.approx(np.abs((-x, -z, -y, w)), abs=1e-4)


def test_frames_of_other_names_are_refused_not_sent_wrong(tmp_path: Path) -> None:
    motion, _ = rig(tmp_path)
    with pytest.raises(ValueError, match="broadcast"):
        FrameVector().load(motion)


def test_osc_addresses_hold_what_osc_allows(tmp_path: Path) -> None:
    text = "shapes: {'Mund auf/ä': jawOpen, 'a[c]{d},#e': jawOpen, v2/JawOpen: jawOpen}"
    motion, info = mapped(tmp_path, text, FRAME)
    vector = FrameVector(names_of(info))
    vector.load(motion)
    label = TimecodeLabel(0, 0, 0, 0, drop_frame=False)
    packets = OscLayout("/m", names_of(info)).fill(motion, vector, 0, label)
    addresses = {
        timed.message.address for packet in packets for timed in OscPacket(bytes(packet)).messages
    }
    blends = {address for address in addresses if address.startswith("/m/blend/")}
    assert blends == {"/m/blend/Mund_auf/_", "/m/blend/a_c__d___e", "/m/blend/v2/JawOpen"}


def test_the_shipped_vrchat_mapping_sends_what_the_output_makes_by_itself() -> None:
    retarget = Retarget(load_mapping("vrchat", Path()), stream_info())
    motion, info = retarget.map(SEEN, FRAME)
    assert by_address(info, motion) == pytest.approx(by_address(stream_info(), FRAME), abs=1e-5)


def by_address(info: StreamInfo, motion: MocapFrame) -> dict[str, float]:
    vector = FrameVector(names_of(info))
    vector.load(motion)
    packets = FaceLayout(VrchatOptions(), names_of(info)).fill(vector)
    return {
        f"{timed.message.address} {place}": float(value)
        for packet in packets
        for timed in OscPacket(bytes(packet)).messages
        for place, value in enumerate(timed.message.params)
        if not timed.message.address.endswith("EyesClosedAmount")
    }
