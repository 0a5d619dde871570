"""What the Live Link Face output makes of a frame."""

from __future__ import annotations

import datetime as dt
import logging
import math
import socket
from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.clock import RunAnchor
from mocapbridge.errors import OutputUnavailable
from mocapbridge.outputs.live_link_face import LiveLinkFaceOutput, device_id
from mocapbridge.outputs.options import LiveLinkFaceOptions
from mocapbridge.timecode import TimeCode
from mocapbridge.types import MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import live_link_face as wire
from tests.motion_frames import SteppedClock, random_frame, stream_info

Sent = Callable[..., wire.Packet]
HEAD = slice(52, 55)
EYES = slice(55, 61)


@pytest.fixture
def sent() -> Sent:
    """What a receiver decodes when a frame is sent with these options."""

    def send(frame: MocapFrame, info: StreamInfo | None = None, **options: object) -> wire.Packet:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(5.0)
            made = {"type": "live_link_face", "port": receiver.getsockname()[1], **options}
            output = LiveLinkFaceOutput(
                msgspec.convert(made, LiveLinkFaceOptions), info or stream_info(), SteppedClock()
            )
            output.open()
            assert output.send(frame) == 1
            output.close()
            return wire.decode(receiver.recv(2048))

    return send


def turned_frame(axis: str, angle_deg: float) -> MocapFrame:
    """A tracked face, turned about an axis of the world."""
    frame = random_frame(1)
    world_from_head = np.eye(4, dtype=np.float32)
    world_from_head[:3, :3] = Rotation.from_euler(axis, angle_deg, degrees=True).as_matrix()
    gaze_rad = np.array(((0.2, 0.1), (0.15, -0.1)), dtype=np.float32)
    face = replace(
        frame.face, state=TrackState.TRACKED, world_from_head=world_from_head, gaze_rad=gaze_rad
    )
    return replace(frame, face=face)


def values_of(packet: wire.Packet) -> tuple[float, ...]:
    assert packet.face is not None
    return packet.face.values


def test_shapes_arrive_in_their_places(sent: Sent) -> None:
    frame = turned_frame("y", 0.0)
    assert list(values_of(sent(frame))[:52]) == frame.face.blendshapes.tolist()


# About +Y: to the performer's left; about +X: downwards; about +Z: to the right shoulder.
@pytest.mark.parametrize(("axis", "place", "sign"), [("y", 0, 1), ("x", 1, -1), ("z", 2, 1)])
def test_head_angles(axis: str, place: int, sign: int, sent: Sent) -> None:
    expected = [0.0, 0.0, 0.0]
    expected[place] = sign * math.radians(20)
    frame = turned_frame(axis, 20.0)
    assert values_of(sent(frame))[HEAD] == pytest.approx(expected, abs=1e-6)
    flags = {"invert_yaw": True, "invert_pitch": True, "invert_roll": True}
    unreals_own = values_of(sent(frame, angle_unit="norm180", **flags))[HEAD]
    assert unreals_own == pytest.approx([-math.degrees(x) / 180 for x in expected], abs=1e-6)
    assert values_of(sent(frame, head=False))[HEAD] == (0.0, 0.0, 0.0)


def test_head_angles_of_a_combined_turn(sent: Sent) -> None:
    frame = turned_frame("y", 0.0)
    turn = Rotation.from_euler("YXZ", (0.3, -0.2, 0.15)).as_matrix()
    frame.face.world_from_head[:3, :3] = turn
    assert values_of(sent(frame))[HEAD] == pytest.approx((0.3, 0.2, 0.15), abs=1e-6)


def test_eyes_follow_the_gaze(sent: Sent) -> None:
    frame = turned_frame("y", 20.0)
    gaze = values_of(sent(frame))[EYES]
    assert gaze == pytest.approx((0.2, 0.1, 0.0, 0.15, -0.1, 0.0))
    assert values_of(sent(frame, head=False))[EYES] == gaze
    inverted = values_of(sent(frame, invert_pitch=True))[EYES]
    assert inverted == pytest.approx((0.2, -0.1, 0.0, 0.15, 0.1, 0.0))


@pytest.mark.parametrize("state", list(TrackState))
def test_a_lost_face_is_none(state: TrackState, sent: Sent) -> None:
    frame = turned_frame("y", 0.0)
    packet = sent(replace(frame, face=replace(frame.face, state=state)))
    assert (packet.face is None) == (state is TrackState.LOST)
    assert packet.subject == "performer"


def test_the_device_is_the_same_at_every_start(sent: Sent) -> None:
    first, again = (sent(random_frame(seed)) for seed in (1, 2))
    assert first.device_id == again.device_id == device_id("performer")
    other = sent(random_frame(1), stream_info("Anna"))
    assert other.subject == "Anna"
    assert len(other.device_id) == len(first.device_id) == 36
    assert other.device_id != first.device_id


def test_frame_number_and_rate_are_the_time_of_day(sent: Sent) -> None:
    noon = dt.datetime(2026, 3, 4, 12, 0, 1).astimezone()
    anchor = RunAnchor(monotonic_ns=5_000, unix_ns=round(noon.timestamp()) * 10**9)
    info = replace(stream_info(), frame_rate=(30, 1), anchor=anchor)
    frame = replace(turned_frame("y", 0.0), capture_time_ns=5_000 + 250_000_000)
    face = sent(frame, info).face
    assert face is not None
    assert face.frame_rate == (30, 1)
    assert face.frame_number == (12 * 3600 + 1) * 30 + 7
    assert face.sub_frame == pytest.approx(0.5)


def test_time_code_runs_evenly_and_starts_anew_at_midnight() -> None:
    midnight = dt.datetime(2026, 3, 5, 0, 0, 0).astimezone()
    anchor = RunAnchor(monotonic_ns=0, unix_ns=round(midnight.timestamp()) * 10**9)
    time_code = TimeCode(stream_info().frame_rate, anchor)
    step_ns = 1001 * 10**9 / 30000
    for frame in range(200):
        number, sub_frame = time_code.of(math.ceil(frame * step_ns))
        assert 0.0 <= sub_frame < 1e-4
        assert number == frame
    number, sub_frame = time_code.of(-1)
    assert number == 86_400 * 30_000 // 1001
    assert np.float32(sub_frame) < 1.0


@pytest.mark.parametrize(("subject", "warned"), [("Anna12", False), ("Anna123", True)])
def test_long_names_are_warned_of_once(
    subject: str, warned: bool, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        sent(turned_frame("y", 0.0), stream_info(subject))
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == int(warned)
    assert all("1 bytes shorter than 'Anna123'" in text for text in texts)


def test_a_name_that_no_packet_holds_is_said_when_opening() -> None:
    output = LiveLinkFaceOutput(LiveLinkFaceOptions(), stream_info("x" * 469))
    with pytest.raises(OutputUnavailable, match="1 bytes too long"):
        output.open()
