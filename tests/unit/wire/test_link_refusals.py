"""What the link codec refuses, and with which words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from mocapbridge.wire import link

TRACKED = link.State.TRACKED
HEADER = link.Header(7, 1, "Ann")
FRAME = link.Frame(
    static_hash=1,
    frame_id=2,
    capture_time_ns=3,
    unix_time_ns=4,
    timecode=None,
    states=link.PartStates(TRACKED, TRACKED, TRACKED, TRACKED),
    pose_confidence=1.0,
    face_confidence=1.0,
    root_position_in_world_m=(0.0, 0.0, 0.0),
    head_rotation_wxyz=(1.0, 0.0, 0.0, 0.0),
    head_position_in_world_m=(0.0, 0.0, 0.0),
    gaze_rad=(0.0, 0.0, 0.0, 0.0),
    rotations_wxyz=((1.0, 0.0, 0.0, 0.0),) * 3,
    joint_states=(3, 3, 3),
    joint_confidences=(1.0, 1.0, 1.0),
    blendshapes=(0.5, 0.5),
    gestures=("Victory", "Thumb_Up"),
)
PART = link.StaticPart(static_hash=5, index=0, count=2, chunk=b"abc")
HEARTBEAT = link.Heartbeat(1, 2, 3, FRAME.states)
MESSAGES: list[link.Message] = [
    FRAME,
    PART,
    HEARTBEAT,
    link.ClockProbe(1),
    link.ClockReply(1, 2, 3),
]


def patched(datagram: bytes, offset: int, *values: int) -> bytes:
    changed = bytearray(datagram)
    changed[offset : offset + len(values)] = bytes(values)
    return bytes(changed)


def test_other_protocols_are_named_as_such() -> None:
    with pytest.raises(link.NotLink, match="not a mocapbridge link packet"):
        link.decode(b"/VMC/Ext/OK\0,i\0\0\0\0\0\1")


def test_other_major_version_is_refused_readably() -> None:
    datagram = patched(link.encode(HEADER, FRAME), 4, 2)
    with pytest.raises(link.UnsupportedVersion, match=r"speaks version 2\.0 .* this program 1\.0"):
        link.decode(datagram)


@pytest.mark.parametrize("message", MESSAGES)
def test_every_cut_is_noticed(message: link.Message) -> None:
    datagram = link.encode(HEADER, message)
    for length in range(len(datagram)):
        with pytest.raises(link.Truncated):
            link.decode(datagram[:length])


@pytest.mark.parametrize("message", MESSAGES)
def test_bytes_beyond_the_end_are_an_error_unless_the_sender_is_newer(
    message: link.Message,
) -> None:
    longer = link.encode(HEADER, message) + b"\0"
    with pytest.raises(link.Malformed, match="1 bytes longer"):
        link.decode(longer)
    newer = patched(longer, 5, 1)
    assert link.decode(newer) == link.decode(longer[:-1])


def test_unknown_kind_is_malformed_unless_the_sender_is_newer() -> None:
    datagram = patched(link.encode(HEADER, HEARTBEAT), 6, 9)
    with pytest.raises(link.Malformed, match="kind 9"):
        link.decode(datagram)
    with pytest.raises(link.UnsupportedVersion, match=r"version 1\.3 knows"):
        link.decode(patched(datagram, 5, 3))


def test_subject_is_bounded_both_ways() -> None:
    with pytest.raises(link.Unencodable, match="at most 64"):
        link.encode(link.Header(1, 2, "x" * 65), HEARTBEAT)
    with pytest.raises(link.Malformed, match="subject of 70 bytes"):
        link.decode(patched(link.encode(HEADER, HEARTBEAT), 7, 70))
    with pytest.raises(link.Malformed, match="not UTF-8"):
        link.decode(patched(link.encode(HEADER, HEARTBEAT), 20, 0xFF))


@pytest.mark.parametrize(
    "frame",
    [
        replace(FRAME, root_position_in_world_m=(0.0, math.nan, 0.0)),
        replace(FRAME, head_position_in_world_m=(math.inf, 0.0, 0.0)),
        replace(FRAME, gaze_rad=(math.inf, -math.inf, 0.0, 0.0)),
        replace(FRAME, root_position_in_world_m=(1e300, 0.0, 0.0)),
        replace(FRAME, rotations_wxyz=((0.0, 0.0, 0.0, 0.0),) * 3),
        replace(FRAME, rotations_wxyz=((math.nan, 0.0, 0.0, 0.0),) * 3),
        replace(FRAME, head_rotation_wxyz=(2.0, 0.0, 0.0, 0.0)),
        replace(FRAME, blendshapes=(math.nan, 0.0)),
        replace(FRAME, joint_confidences=(1.0, math.nan, 1.0)),
        replace(FRAME, joint_states=(3, 3)),
        replace(FRAME, joint_states=(3, 4, 3)),
        replace(FRAME, frame_id=-1),
        replace(FRAME, capture_time_ns=1 << 64),
        replace(FRAME, blendshapes=(0.0,) * 256),
        replace(FRAME, gestures=("x" * 256, "")),
        replace(FRAME, gestures=("\ud800", "")),
    ],
)
def test_what_does_not_fit_is_not_sent(frame: link.Frame) -> None:
    with pytest.raises(link.Unencodable):
        link.encode(HEADER, frame)


def test_session_and_sequence_must_fit() -> None:
    with pytest.raises(link.Unencodable):
        link.encode(link.Header(1 << 64, 0, ""), HEARTBEAT)
    with pytest.raises(link.Unencodable):
        link.encode(link.Header(0, link.SEQUENCE_COUNT, ""), HEARTBEAT)


def test_numbers_that_are_not_finite_are_not_received() -> None:
    datagram = link.encode(HEADER, FRAME)
    root_offset = 20 + 3 + 36
    with pytest.raises(link.Malformed, match="not finite"):
        link.decode(patched(datagram, root_offset, 0, 0, 0xC0, 0x7F))
    with pytest.raises(link.Malformed, match="not of unit length"):
        link.decode(patched(datagram, 20 + 3 + 86, 0, 0))


def test_weights_beyond_the_ends_are_brought_to_them() -> None:
    frame = replace(FRAME, blendshapes=(-0.5, 1.5), joint_confidences=(2.0, -1.0, 1.0000001))
    _, message = link.decode(link.encode(HEADER, frame))
    assert isinstance(message, link.Frame)
    assert message.blendshapes == (0.0, 1.0)
    assert message.joint_confidences == (1.0, 0.0, 1.0)


def test_everything_at_its_longest_fits_one_datagram() -> None:
    longest = replace(
        FRAME,
        rotations_wxyz=((1.0, 0.0, 0.0, 0.0),) * 55,
        joint_states=(3,) * 55,
        joint_confidences=(1.0,) * 55,
        blendshapes=(1.0,) * 52,
        timecode=link.Timecode(23, 59, 59, 29, drop_frame=True),
        gestures=("x" * 255, "é" * 127),
    )
    header = link.Header((1 << 64) - 1, link.SEQUENCE_COUNT - 1, "x" * 64)
    assert len(link.encode(header, longest)) <= 1472
    whole = replace(PART, chunk=b"\0" * 1380)
    assert len(link.encode(header, whole)) <= 1472
    with pytest.raises(link.Unencodable, match="longer than 1472"):
        link.encode(header, replace(longest, blendshapes=(1.0,) * 255))


def test_offset_and_round_trip_of_a_clock_reply() -> None:
    # The receiver's clock shows 0 when the sender's shows 1000; 30 there, 5 held, 50 back.
    reply = link.ClockReply(probe_time_ns=100, received_time_ns=1130, replied_time_ns=1135)
    assert reply.round_trip_ns(185) == 80
    assert reply.offset_ns(185) == 990
    assert abs(reply.offset_ns(185) - 1000) <= reply.round_trip_ns(185) / 2
