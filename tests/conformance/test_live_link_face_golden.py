"""The bytes of Live Link Face: a packet checked against Unreal's layout, and pylivelinkface's."""

from __future__ import annotations

import hashlib

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.wire import live_link_face as wire


def values_with(changes: dict[int, float]) -> tuple[float, ...]:
    return tuple(changes.get(place, 0.0) for place in range(61))


GOLDEN = wire.Packet(
    device_id="c9a0f1e2-1234-4abc-8def-0123456789ab",
    subject="MocapBridge",
    face=wire.FaceValues(
        frame_number=12345,
        sub_frame=0.5,
        frame_rate=(60, 1),
        values=values_with({0: 0.25, 17: 0.5, 51: 1.0, 52: -0.125, 53: 0.0625, 54: 0.03125}),
    ),
)
GOLDEN_HEAD = bytes.fromhex(
    "060000002463396130663165322d3132"
    "33342d346162632d386465662d303132"
    "3334353637383961620000000b4d6f63"
    "6170427269646765000030393f000000"
    "0000003c000000013d3e800000"
)
GOLDEN_SHA256 = "b3b7cac0551b9c48ece3876a1e39eb426503eba7ddd65e04c60176f5a10692b6"

# A packet that PyLiveLinkFace 0.1 (PyPI) encoded, with value i = (37 i mod 100) / 128.
PYLIVELINKFACE = bytes.fromhex(
    "060000002463396130663165322d313233342d346162632d386465662d303132333435363738396162000000"
    "0b4d6f6361704272696467650045e12a3ef232800000003c000000013d000000003e9400003f1400003db000"
    "003ec000003f2a00003e3000003eec00003f4000003e8400003f0c00003d6000003eb000003f2200003e1000"
    "003edc00003f3800003e6800003f0400003cc000003ea000003f1a00003de000003ecc00003f3000003e4800"
    "003ef800003f4600003e9000003f1200003da000003ebc00003f2800003e2800003ee800003f3e00003e8000"
    "003f0a00003d4000003eac00003f2000003e0800003ed800003f3600003e6000003f0200003c8000003e9c00"
    "003f1800003dd000003ec800003f2e00003e4000003ef400003f4400003e8c00003f1000003d9000003eb800"
    "003f2600003e200000"
)


def test_golden_packet() -> None:
    encoded = wire.encode(GOLDEN)
    assert len(encoded) == 317
    assert encoded.startswith(GOLDEN_HEAD)
    assert hashlib.sha256(encoded).hexdigest() == GOLDEN_SHA256
    assert wire.decode(encoded) == GOLDEN


def test_packets_of_pylivelinkface_mean_the_same_here() -> None:
    packet = wire.decode(PYLIVELINKFACE)
    assert (packet.device_id, packet.subject) == (GOLDEN.device_id, GOLDEN.subject)
    assert packet.face is not None
    assert packet.face.frame_rate == (60, 1)
    assert packet.face.values == tuple((37 * place % 100) / 128 for place in range(61))
    assert wire.encode(packet) == PYLIVELINKFACE


def test_packet_without_a_face_ends_after_the_subject() -> None:
    packet = wire.Packet(GOLDEN.device_id, GOLDEN.subject, None)
    assert wire.encode(packet) == GOLDEN_HEAD[:56]
    assert wire.decode(GOLDEN_HEAD[:56]) == packet


def test_the_shapes_are_arkits_in_our_order() -> None:
    assert tuple(name.lower() for name in wire.VALUE_NAMES[:52]) == tuple(
        name.lower() for name in ARKIT_NAMES
    )
    assert wire.VALUE_NAMES[15:23] == (
        "JawLeft",
        "JawRight",
        "JawOpen",
        "MouthClose",
        "MouthFunnel",
        "MouthPucker",
        "MouthLeft",
        "MouthRight",
    )
