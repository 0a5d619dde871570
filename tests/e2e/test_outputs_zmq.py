"""The ZeroMQ publisher heard by plain pyzmq subscribers."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np
import pytest
import zmq

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.outputs.options import ZmqOptions
from mocapbridge.outputs.zmq_pub import ZmqOutput
from mocapbridge.skeleton import JOINT_NAMES, PARENTS, rest_positions_m
from mocapbridge.timecode import TimeCode
from mocapbridge.types import MocapFrame, TrackState
from tests.motion_frames import SteppedClock, random_frame, stream_info, unseen_frame

PAGE = Path(__file__).parents[2] / "docs" / "zmq.md"
PACE_S = 0.004
Encoding: TypeAlias = Literal["msgpack", "json"]
ENCODINGS = pytest.mark.parametrize(
    ("encoding", "decode"), [("msgpack", msgspec.msgpack.decode), ("json", json.loads)]
)


@contextmanager
def subscriber(
    output: ZmqOutput, topic: bytes = b"", **limits: int
) -> Generator[zmq.Socket[bytes]]:
    """A subscriber that the publisher knows of."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.SUB)
    for option, value in limits.items():
        socket.setsockopt(getattr(zmq, option), value)
    socket.setsockopt(zmq.SUBSCRIBE, topic)
    socket.connect(output.target)
    while not socket.poll(50):
        output.send(random_frame(0, frame_id=10**9))
    while socket.poll(100):
        socket.recv_multipart()
    try:
        yield socket
    finally:
        context.destroy(linger=0)


@contextmanager
def publisher(encoding: Encoding = "msgpack") -> Generator[ZmqOutput]:
    options = ZmqOptions(bind="tcp://127.0.0.1:*", encoding=encoding)
    output = ZmqOutput(options, stream_info())
    output.open()
    try:
        yield output
    finally:
        output.close()


def check_frame(message: dict[str, Any], frame: MocapFrame) -> None:
    """Whether a message says what the frame says, to six decimals."""
    pose, face = message["pose"], message["face"]
    assert (message["schema"], message["kind"]) == (1, "frame")
    assert message["session"] == "0123456789abcdef"
    assert message["capture_time_ns"] == frame.capture_time_ns
    assert [pose["state"], face["state"]] == [frame.pose.state, frame.face.state]
    assert message["left_hand"] == {"state": frame.left_hand_state, "gesture": frame.gestures[0]}
    assert message["right_hand"] == {"state": frame.right_hand_state, "gesture": frame.gestures[1]}
    assert message["feet_planted"] == list(frame.pose.feet_planted)
    code = TimeCode(stream_info().frame_rate, stream_info().anchor)
    assert message["timecode"] == str(code.label(frame.capture_time_ns))
    assert pose["joint_states"] == frame.pose.joint_state.tolist()
    for told, meant in (
        (pose["confidence"], frame.pose.confidence),
        (pose["root_position_m"], frame.pose.root_position_in_world_m),
        (pose["rotations_wxyz"], frame.pose.rotations_wxyz),
        (pose["positions_m"], frame.pose.positions_in_world_m),
        (pose["joint_confidences"], frame.pose.joint_confidence),
        (face["confidence"], frame.face.confidence),
        (face["blendshapes"], frame.face.blendshapes),
        (face["world_from_head"], frame.face.world_from_head),
        (face["gaze_rad"], frame.face.gaze_rad),
    ):
        assert np.shape(told) == np.shape(meant)
        assert np.allclose(told, meant, rtol=0, atol=1e-6)


@ENCODINGS
def test_every_frame_arrives_in_order_with_its_values(
    encoding: Encoding, decode: Callable[[bytes], dict[str, Any]]
) -> None:
    frames = [random_frame(seed, frame_id=seed) for seed in range(100)]
    with publisher(encoding=encoding) as output, subscriber(output, b"performer/frame") as socket:
        for frame in frames:
            output.send(frame)
            time.sleep(PACE_S)
        for frame in frames:
            assert socket.poll(2000)
            topic, payload = socket.recv_multipart()
            message = decode(payload)
            assert topic == b"performer/frame"
            assert message["frame_id"] == frame.frame_id
            check_frame(message, frame)


@ENCODINGS
def test_description_says_what_the_numbers_belong_to(
    encoding: Encoding, decode: Callable[[bytes], dict[str, Any]]
) -> None:
    with publisher(encoding=encoding) as output, subscriber(output, b"performer/") as socket:
        hashes: set[int] = set()
        deadline_s = time.monotonic() + 5.0
        static: dict[str, Any] = {}
        while not static:
            assert time.monotonic() < deadline_s, "no description within five seconds"
            output.send(random_frame(1))
            while socket.poll(100):
                message = decode(socket.recv_multipart()[1])
                hashes |= {message["static_hash"]} if message["kind"] != "event" else set()
                static = message if message["kind"] == "static" else static
    assert hashes == {static["static_hash"]}
    assert static["frame_rate"] == [30000, 1001]
    assert static["blendshapes"] == list(ARKIT_NAMES)
    assert [joint["name"] for joint in static["joints"]] == list(JOINT_NAMES)
    assert [joint["parent"] for joint in static["joints"]] == list(PARENTS)
    rest = [joint["rest_position_m"] for joint in static["joints"]]
    assert np.allclose(rest, rest_positions_m(), atol=1e-6)


def test_events_say_what_changed_and_that_frames_stopped() -> None:
    clock = SteppedClock()
    output = ZmqOutput(ZmqOptions(bind="tcp://127.0.0.1:*"), stream_info(), clock)
    output.open()
    with subscriber(output, b"performer/event") as socket:
        # Whatever subscribing has sent, this is the state from which the rest departs.
        output.send(unseen_frame())
        while socket.poll(100):
            socket.recv_multipart()
        tracked = replace(unseen_frame(1), left_hand_state=TrackState.TRACKED)
        output.send(tracked)
        output.send(tracked)
        output.send(replace(tracked, gestures=("Victory", "")))
        clock.sleep(1.0)
        output.idle()
        told: list[tuple[Any, ...]] = []
        while socket.poll(200):
            message = msgspec.msgpack.decode(socket.recv_multipart()[1])
            told.append((message["event"], message["states"], message["gestures"]))
    output.close()
    assert told == [
        ("tracking", [0, 0, 3, 0], ["", ""]),
        ("gesture", [0, 0, 3, 0], ["Victory", ""]),
        ("tracking", [0, 0, 0, 0], ["Victory", ""]),
        ("heartbeat", [0, 0, 0, 0], ["Victory", ""]),
    ]


def test_subscriber_that_does_not_read_holds_little_and_stops_nobody() -> None:
    with (
        publisher() as output,
        subscriber(output, b"performer/frame") as reading,
        subscriber(output, b"performer/frame", RCVHWM=2) as stalled,
    ):
        while reading.poll(100):
            reading.recv_multipart()
        while stalled.poll(100):
            stalled.recv_multipart()
        frame = random_frame(3)
        for frame_id in range(500):
            output.send(replace(frame, frame_id=frame_id))
            time.sleep(0.001)
            while reading.poll(0):
                reading.recv_multipart()
        waiting = _frame_ids(stalled)
        output.send(replace(frame, frame_id=500))
        assert _frame_ids(stalled)[-1] == 500
    # 500 frames are 2.7 MB; what waits is what fits two short queues and the buffers between.
    assert len(waiting) < 250


def _frame_ids(socket: zmq.Socket[bytes]) -> list[int]:
    ids: list[int] = []
    while socket.poll(300):
        ids.append(msgspec.msgpack.decode(socket.recv_multipart()[1])["frame_id"])
    return ids


def test_the_pages_subscriber_prints_frames() -> None:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    with publisher() as output:
        program = code.group(1).replace("tcp://127.0.0.1:5556", output.target)
        program = program.replace('["root_position_m"])', '["root_position_m"], flush=True)')
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )
        stopping = threading.Event()

        def send_on() -> None:
            for frame_id in range(10**6):
                output.send(random_frame(4, frame_id))
                if stopping.wait(0.02):
                    break

        thread = threading.Thread(target=send_on)
        thread.start()
        assert process.stdout is not None
        try:
            words = process.stdout.readline().split(maxsplit=1)
        finally:
            stopping.set()
            thread.join()
            process.kill()
            process.communicate()
    assert int(words[0]) >= 0
    expected = random_frame(4).pose.root_position_in_world_m
    assert np.allclose(json.loads(words[1]), expected, atol=1e-6)


def test_binding_beyond_loopback_warns_once(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        for bind in ("tcp://127.0.0.1:*", "tcp://*:*"):
            output = ZmqOutput(ZmqOptions(bind=bind), stream_info())
            output.open()
            output.close()
    assert len(caplog.records) == 1
    assert "anyone on the network" in caplog.records[0].getMessage()
