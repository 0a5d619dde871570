"""Live Link Face: what goes in comes out, and nothing that arrives can harm."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.wire import live_link_face as wire

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)
FACES = st.builds(
    wire.FaceValues,
    frame_number=st.integers(0, 2**31 - 1),
    sub_frame=st.floats(0.0, wire.LARGEST_SUB_FRAME, width=32),
    frame_rate=st.tuples(st.integers(1, 2**31 - 1), st.integers(1, 2**31 - 1)),
    values=st.lists(
        st.floats(allow_nan=False, allow_infinity=False, width=32), min_size=61, max_size=61
    ).map(tuple),
)
PACKETS = st.builds(wire.Packet, device_id=TEXTS, subject=TEXTS, face=st.none() | FACES)
EXAMPLE = wire.Packet("device", "Ann", wire.FaceValues(1, 0.5, (30000, 1001), (0.25,) * 61))


@given(PACKETS)
def test_decoding_gives_back_what_was_encoded(packet: wire.Packet) -> None:
    assert wire.decode(wire.encode(packet)) == packet


@settings(max_examples=500)
@given(
    packet=PACKETS.map(wire.encode),
    changes=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=8),
    cut=st.none() | st.integers(0, 500),
)
def test_damaged_packets_raise_only_the_codecs_own_error(
    packet: bytes, changes: list[tuple[int, int]], cut: int | None
) -> None:
    damaged = bytearray(packet)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    with contextlib.suppress(wire.LiveLinkFaceError):
        wire.encode(wire.decode(bytes(damaged[:cut])))


def test_every_cut_is_noticed() -> None:
    whole = wire.encode(EXAMPLE)
    without_face = len(whole) - wire.FACE_BYTES
    for length in range(len(whole)):
        if length != without_face:
            with pytest.raises(wire.Malformed):
                wire.decode(whole[:length])


def test_other_versions_and_protocols_are_named_as_such() -> None:
    with pytest.raises(wire.UnsupportedVersion, match="begins with 47"):
        wire.decode(b"/VMC/Ext/OK\0")


@pytest.mark.parametrize(
    "face",
    [
        wire.FaceValues(1, 1.0, (30, 1), (0.0,) * 61),
        wire.FaceValues(1, 1.0 - 2.0**-30, (30, 1), (0.0,) * 61),
        wire.FaceValues(1, 0.0, (30, 0), (0.0,) * 61),
        wire.FaceValues(2**31, 0.0, (30, 1), (0.0,) * 61),
        wire.FaceValues(1, 0.0, (30, 1), (0.0,) * 60),
        wire.FaceValues(1, 0.0, (30, 1), (float("nan"),) * 61),
        wire.FaceValues(1, 0.0, (30, 1), (1e300,) * 61),
    ],
)
def test_what_does_not_fit_is_refused(face: wire.FaceValues) -> None:
    with pytest.raises(wire.Unencodable):
        wire.encode(wire.Packet("device", "Ann", face))
