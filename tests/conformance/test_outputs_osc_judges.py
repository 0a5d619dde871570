"""OSC output judged by programs not written here: python-osc and liblo's oscdump."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage
from pythonosc.osc_server import BlockingOSCUDPServer

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.options import OscOptions
from mocapbridge.outputs.osc import OscOutput
from mocapbridge.outputs.osc_layout import OscLayout
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.timecode import TimeCode, TimecodeLabel
from mocapbridge.types import MocapFrame
from tests.motion_frames import random_frame, stream_info

LAYOUTS = {prefix: OscLayout(prefix) for prefix in ("/mocap", "/a", "/" + "x" * 63)}
TIMECODE = TimecodeLabel(23, 59, 58, 29, drop_frame=True)
IMMEDIATELY = b"\0\0\0\0\0\0\0\1"


def datagrams_of(frame: MocapFrame, prefix: str, unix_time_ns: int) -> list[bytes]:
    vector = FrameVector()
    vector.load(frame)
    filled = LAYOUTS[prefix].fill(frame, vector, unix_time_ns, TIMECODE)
    return [bytes(datagram) for datagram in filled]


def messages_of(datagram: bytes) -> Iterator[OscMessage]:
    """Messages of a bundle, as python-osc reads them."""
    assert OscBundle.dgram_is_bundle(datagram)
    assert datagram[8:16] == IMMEDIATELY
    for content in OscBundle(datagram):
        assert isinstance(content, OscMessage)
        yield content


def expected_of(frame: MocapFrame) -> dict[str, list[Any]]:
    """Address below the prefix -> arguments, written down from docs/osc.md."""
    pose, face = frame.pose, frame.face
    states = [pose.state, face.state, frame.left_hand_state, frame.right_hand_state]
    confidences = np.array([pose.confidence, face.confidence], dtype=np.float32).tolist()
    expected: dict[str, list[Any]] = {
        "/timecode": [23, 59, 58, 29, 1],
        "/status": [*map(int, states), *confidences],
        "/root": pose.root_position_in_world_m.tolist(),
        "/head": face.world_from_head.ravel().tolist(),
        "/gaze": face.gaze_rad.ravel().tolist(),
    }
    for index, name in enumerate(JOINT_NAMES):
        expected[f"/joint/{name}"] = [
            *pose.positions_in_world_m[index].tolist(),
            *pose.rotations_wxyz[index].tolist(),
            int(pose.joint_state[index]),
            float(pose.joint_confidence[index]),
        ]
    for index, name in enumerate(ARKIT_NAMES):
        expected[f"/blend/{name}"] = [float(face.blendshapes[index])]
    return expected


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    frame_id=st.integers(0, 2**63),
    unix_time_ns=st.integers(0, 2**62),
    prefix=st.sampled_from(sorted(LAYOUTS)),
)
def test_every_datagram_is_read_by_python_osc(
    seed: int, frame_id: int, unix_time_ns: int, prefix: str
) -> None:
    frame = random_frame(seed, frame_id)
    datagrams = datagrams_of(frame, prefix, unix_time_ns)
    received: dict[str, list[Any]] = {}
    for part, datagram in enumerate(datagrams):
        assert len(datagram) <= 1432
        opening, *rest = messages_of(datagram)
        assert opening.address == f"{prefix}/frame"
        id_, part_, parts, unix_s, rest_ns = opening.params
        assert (id_, part_, parts) == (frame_id % 2**31, part, len(datagrams))
        assert (unix_s % 2**32) * 10**9 + rest_ns == unix_time_ns % (2**32 * 10**9)
        for message in rest:
            assert message.address not in received
            received[message.address.removeprefix(prefix)] = message.params
    assert received == expected_of(frame)


def test_types_are_those_receivers_know() -> None:
    """Only i and f in frames: no h, no d, no T."""
    tags: set[str] = set()
    for datagram in datagrams_of(random_frame(1), "/mocap", 1):
        for message in messages_of(datagram):
            tags |= {type(parameter).__name__ for parameter in message.params}
            comma = message.dgram.index(b",")
            tags |= set(message.dgram[comma + 1 : message.dgram.index(b"\0", comma)].decode())
    assert tags == {"int", "float", "i", "f"}


def test_python_oscs_server_gets_every_frame_and_the_gestures() -> None:
    calls: list[tuple[object, ...]] = []
    done = threading.Event()

    def note(address: str, *arguments: object) -> None:
        calls.append((address, *arguments))
        if address == "/stage/frame" and arguments[:3] == (59, 5, 6):
            done.set()

    dispatcher = Dispatcher()
    cast("Any", dispatcher).map("/stage/*", note)
    server = BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher)
    with server, server.socket as receiver:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = receiver.getsockname()[1]
        output = OscOutput(OscOptions(port=port, prefix="/stage"), stream_info("Änn"))
        output.open()
        for frame_id in range(60):
            gestures = ("Victory", "") if frame_id >= 30 else ("", "Thumb_Up")
            output.send(replace(random_frame(frame_id), gestures=gestures))
            threading.Event().wait(0.005)
        arrived = done.wait(10.0)
        output.close()
        server.shutdown()
        thread.join()
    assert arrived
    parts = [call[1:4] for call in calls if call[0] == "/stage/frame"]
    assert parts == [(frame_id, part, 6) for frame_id in range(60) for part in range(6)]
    assert ("/stage/subject", "Änn") in calls
    assert ("/stage/session", "0123456789abcdef") in calls
    assert ("/stage/rate", 30000, 1001) in calls
    named = [call for call in calls if str(call[0]).startswith("/stage/gesture")]
    assert named[:2] == [("/stage/gesture/left", ""), ("/stage/gesture/right", "Thumb_Up")]
    assert named[-2:] == [("/stage/gesture/left", "Victory"), ("/stage/gesture/right", "")]


def test_time_tags_are_the_wall_clock_of_the_capture_when_asked_for() -> None:
    info, frame = stream_info(), random_frame(3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        output = OscOutput(OscOptions(port=receiver.getsockname()[1], time_tag="capture"), info)
        output.open()
        sent = [receiver.recv(4096) for _ in range(output.send(frame))]
        output.close()
    label = TimeCode(info.frame_rate, info.anchor).label(frame.capture_time_ns)
    captured_s = info.anchor.unix_time_ns(frame.capture_time_ns) / 1e9
    tagged = [datagram for datagram in sent if datagram[8:16] != IMMEDIATELY]
    assert len(tagged) == 6  # all but the description, which has no instant
    for datagram in tagged:
        bundle = OscBundle(datagram)
        assert bundle.timestamp == pytest.approx(captured_s, abs=1e-5)
        for message in bundle:
            assert isinstance(message, OscMessage)
            if message.address == "/mocap/timecode":
                assert message.params == [int(part) for part in label]


def test_oscdump_of_liblo_prints_every_value() -> None:
    oscdump = shutil.which("oscdump")
    if oscdump is None:
        pytest.skip("oscdump is not installed (Debian package liblo-tools)")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    frame = random_frame(7)
    process = subprocess.Popen(
        ["stdbuf", "-oL", oscdump, str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        lines = _oscdump_lines(process, port, frame)
    finally:
        process.kill()
        process.communicate()
    expected = expected_of(frame)
    for address, arguments in expected.items():
        tags, *values = lines[f"/mocap{address}"]
        assert tags == "".join("i" if isinstance(value, int) else "f" for value in arguments)
        assert np.allclose([float(value) for value in values], arguments, atol=1e-6)


def _oscdump_lines(
    process: subprocess.Popen[str], port: int, frame: MocapFrame
) -> dict[str, list[str]]:
    """What oscdump prints of a frame, by address; the frame is sent until it listens."""
    assert process.stdout is not None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        stopping = threading.Event()

        def send_on() -> None:
            while not stopping.wait(0.1):
                for datagram in datagrams_of(frame, "/mocap", 1):
                    sender.sendto(datagram, ("127.0.0.1", port))

        thread = threading.Thread(target=send_on)
        thread.start()
        lines: dict[str, list[str]] = {}
        try:
            # Two frames' worth: the first may have been under way when oscdump began to listen.
            for _ in range(2 * (len(expected_of(frame)) + 6)):
                words = process.stdout.readline().split()
                lines[words[1]] = words[2:]
        finally:
            stopping.set()
            thread.join()
    return lines
