"""The link codec over everything hypothesis thinks of, and over twenty thousand broken packets."""

from __future__ import annotations

import contextlib
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocapbridge.wire import link

STATES = st.sampled_from(link.State)
PART_STATES = st.builds(link.PartStates, STATES, STATES, STATES, STATES)
SHARE = st.floats(0.0, 1.0)
F32 = st.floats(width=32, allow_nan=False, allow_infinity=False)
U32 = st.integers(0, 2**32 - 1)
U64 = st.integers(0, 2**64 - 1)
TEXT = st.text(st.characters(codec="utf-8"), max_size=16)


def unit(q: tuple[float, float, float, float]) -> tuple[float, ...]:
    length = math.hypot(*q)
    return tuple(c / length for c in q) if length > 1e-3 else (1.0, 0.0, 0.0, 0.0)


COMPONENT = st.floats(-1.0, 1.0)
QUATERNION = st.tuples(COMPONENT, COMPONENT, COMPONENT, COMPONENT).map(unit)
TIMECODE = st.builds(
    link.Timecode,
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
    st.integers(0, 239),
    st.booleans(),
)
HEADERS = st.builds(link.Header, U64, U32, TEXT)


@st.composite
def frames(draw: st.DrawFn) -> link.Frame:
    joint_count = draw(st.integers(0, 4))
    return link.Frame(
        static_hash=draw(U32),
        frame_id=draw(U64),
        capture_time_ns=draw(U64),
        unix_time_ns=draw(U64),
        timecode=draw(st.none() | TIMECODE),
        states=draw(PART_STATES),
        pose_confidence=draw(SHARE),
        face_confidence=draw(SHARE),
        root_position_in_world_m=draw(st.tuples(F32, F32, F32)),
        head_rotation_wxyz=draw(QUATERNION),
        head_position_in_world_m=draw(st.tuples(F32, F32, F32)),
        gaze_rad=draw(st.tuples(F32, F32, F32, F32)),
        rotations_wxyz=tuple(draw(QUATERNION) for _ in range(joint_count)),
        joint_states=tuple(draw(STATES) for _ in range(joint_count)),
        joint_confidences=tuple(draw(SHARE) for _ in range(joint_count)),
        blendshapes=tuple(draw(st.lists(SHARE, max_size=8))),
        gestures=draw(st.tuples(TEXT, TEXT)),
        feet_planted=draw(st.tuples(st.booleans(), st.booleans())),
    )


@st.composite
def descriptions(draw: st.DrawFn) -> link.Static:
    joints = tuple(
        link.Joint(
            name=draw(TEXT),
            parent=draw(st.none() | st.integers(0, index - 1)) if index else None,
            rest_offset_m=draw(st.tuples(F32, F32, F32)),
        )
        for index in range(draw(st.integers(0, 8)))
    )
    rate = st.integers(1, 2**32 - 1)
    return link.Static(
        frame_rate=draw(st.tuples(rate, rate)),
        blendshapes_measured=draw(st.booleans()),
        blendshapes_own=draw(st.booleans()),
        joints=joints,
        blendshapes=tuple(draw(st.lists(TEXT, max_size=8))),
    )


def angle_deg(a: link.Frame, b: link.Frame) -> float:
    """Largest angle between the rotations of two frames."""
    one = np.array([*a.rotations_wxyz, a.head_rotation_wxyz])
    other = np.array([*b.rotations_wxyz, b.head_rotation_wxyz])
    other = np.where(np.sum(one * other, axis=1, keepdims=True) < 0, -other, other)
    half_chord = np.linalg.norm(one - other, axis=1) / 2
    return float(np.degrees(4 * np.arcsin(half_chord)).max())


def exact(frame: link.Frame) -> link.Frame:
    """A frame without what is quantised."""
    return replace(
        frame,
        pose_confidence=0.0,
        face_confidence=0.0,
        head_rotation_wxyz=(),
        rotations_wxyz=(),
        joint_confidences=(),
        blendshapes=(),
    )


@given(header=HEADERS, frame=frames())
def test_frames_come_back_within_the_precision_of_the_format(
    header: link.Header, frame: link.Frame
) -> None:
    decoded_header, decoded = link.decode(link.encode(header, frame))
    assert isinstance(decoded, link.Frame)
    assert decoded_header == header
    assert exact(decoded) == exact(frame)
    assert angle_deg(frame, decoded) <= 0.0036
    for half_step, sent, received in (
        (1 / 510, (frame.pose_confidence, frame.face_confidence), None),
        (1 / 126, frame.joint_confidences, decoded.joint_confidences),
        (1 / 131070, frame.blendshapes, decoded.blendshapes),
    ):
        came = (decoded.pose_confidence, decoded.face_confidence) if received is None else received
        assert np.allclose(sent, came, rtol=0, atol=half_step + 1e-12)


@given(header=HEADERS, static=descriptions())
def test_descriptions_come_back_whole(header: link.Header, static: link.Static) -> None:
    assembler = link.StaticAssembler()
    came = None
    for part in link.split_static(link.encode_static(static)):
        decoded_header, decoded = link.decode(link.encode(header, part))
        assert isinstance(decoded, link.StaticPart)
        came = assembler.add(decoded_header.session_id, decoded_header.subject, decoded)
    assert came == static


@given(
    header=HEADERS,
    message=st.builds(link.Heartbeat, U32, U64, U64, PART_STATES)
    | st.builds(link.ClockProbe, U64)
    | st.builds(link.ClockReply, U64, U64, U64),
)
def test_heartbeats_and_clocks_come_back_whole(header: link.Header, message: link.Message) -> None:
    assert link.decode(link.encode(header, message)) == (header, message)


@given(datagram=st.binary(max_size=200) | st.binary(max_size=200).map(b"MCBL\1\0".__add__))
def test_any_bytes_raise_nothing_but_the_links_errors(datagram: bytes) -> None:
    # Anything else that decoding raises fails this.
    with contextlib.suppress(link.LinkError):
        link.decode(datagram)


def packets() -> list[bytes]:
    """One of each kind; frames and descriptions with two joints and with fifty-five."""
    tracked = link.State.TRACKED
    states = link.PartStates(tracked, tracked, tracked, tracked)
    header = link.Header(0x0123456789ABCDEF, 77, "performer")
    made = [
        link.encode(header, link.Heartbeat(1, 2, 3, states)),
        link.encode(header, link.ClockProbe(1)),
        link.encode(header, link.ClockReply(1, 2, 3)),
    ]
    for joint_count in (2, 55):
        frame = link.Frame(
            static_hash=1,
            frame_id=2,
            capture_time_ns=3,
            unix_time_ns=4,
            timecode=None,
            states=states,
            pose_confidence=1.0,
            face_confidence=1.0,
            root_position_in_world_m=(1.0, 2.0, 3.0),
            head_rotation_wxyz=(0.5, 0.5, 0.5, 0.5),
            head_position_in_world_m=(1.0, 2.0, 3.0),
            gaze_rad=(0.1, 0.2, 0.3, 0.4),
            rotations_wxyz=((0.6, 0.0, 0.8, 0.0),) * joint_count,
            joint_states=(2,) * joint_count,
            joint_confidences=(0.7,) * joint_count,
            blendshapes=(0.3,) * 52,
            gestures=("Victory", "Thumb_Up"),
        )
        joints = [link.Joint(f"joint {n}", n - 1 if n else None, (1, 2, 3)) for n in range(55)]
        static = link.Static((30, 1), True, tuple(joints[:joint_count]), ("jawOpen",) * 52)
        parts = link.split_static(link.encode_static(static))
        made += [link.encode(header, message) for message in (frame, *parts)]
    return made


def mutated(rng: np.random.Generator, datagram: bytes) -> bytes:
    """Bytes flipped, set, cut off, doubled, taken out; the magic is mostly left alone."""
    changed = bytearray(datagram)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        lowest = 4 if rng.random() < 0.95 else 0
        if len(changed) <= lowest:
            break
        at = int(rng.integers(lowest, len(changed)))
        act = rng.integers(5)
        if act == 0:
            changed[at] ^= 1 << int(rng.integers(8))
        elif act == 1:
            changed[at] = int(rng.choice((0, 1, 127, 128, 254, 255)))
        elif act == 2 and rng.random() < 0.3:
            del changed[at:]
        elif act == 3:
            changed[at:at] = changed[at : at + int(rng.integers(64))]
        else:
            del changed[at : at + int(rng.integers(8))]
    return bytes(changed)


def is_taken(datagram: bytes, assembler: link.StaticAssembler) -> bool:
    """Whether a receiver takes a datagram; anything raised but the link's errors goes through."""
    try:
        header, message = link.decode(datagram)
        if isinstance(message, link.StaticPart):
            assembler.add(header.session_id, header.subject, message)
    except link.LinkError:
        return False
    if isinstance(message, link.Frame):
        # What is let through can be used: it is finite, of unit length, in range.
        link.encode(header, message)
    return True


@pytest.mark.parametrize("seed", range(4))
def test_mutated_packets_raise_nothing_but_the_links_errors(seed: int) -> None:
    rng = np.random.default_rng(seed)
    originals = packets()
    assembler = link.StaticAssembler()
    broken = [mutated(rng, originals[rng.integers(len(originals))]) for _ in range(5000)]
    taken = sum(is_taken(datagram, assembler) for datagram in broken)
    # The mutations reach both sides of the checks, and good packets still pass.
    assert 500 < taken < 4500
    assert all(is_taken(datagram, assembler) for datagram in originals)
