"""Decoders of all protocols against damaged packets: they raise their own error or nothing.

A hang would end in pytest's own time limit.
"""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import pytest

from mocapbridge.outputs.options import OutputOptions
from mocapbridge.registry import OUTPUTS, implementation
from mocapbridge.wire import (
    ifacialmocap,
    json_live_link,
    link,
    live_link_face,
    openseeface,
    osc,
    rokoko,
)
from tests.conformance.test_openseeface_golden import GOLDEN as OPENSEEFACE
from tests.conformance.test_text_protocols_golden import (
    IFACIALMOCAP,
    JSON_LIVE_LINK,
    ROKOKO,
)
from tests.motion_frames import SteppedClock, stream_info
from tests.raised_arm import raised_arm_frame

SPICE = (
    b"\0",
    b"\xff",
    b"[",
    b"{",
    b'"',
    b"-",
    b"1e999",
    b"NaN",
    b"null",
    b"|",
    b"#",
    b",",
    b"\x80",
)


@dataclass(frozen=True)
class Decoder:
    """One codec, its error, and good packets to begin with."""

    decode: Callable[[bytes], object]
    error: type[Exception]
    packets: tuple[bytes, ...]


def sent_by_our_output(protocol: str) -> list[bytes]:
    """All that our own output sends at the start and of three frames."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        port = receiver.getsockname()[1]
        options = msgspec.convert({"type": protocol, "port": port}, OutputOptions)
        kind = implementation(OUTPUTS, "mocapbridge.output", protocol)
        output = kind(options, stream_info("Ann"), SteppedClock())
        output.open()
        packets: list[bytes] = []
        for step in (output.idle, *[lambda: output.send(raised_arm_frame())] * 3):
            packets += [receiver.recv(65536) for _ in range(step())]
        output.close()
    return packets


MIXED = osc.Message("/a", "ifsbhdTNt", (1, 2.0, "x", b"abc", 3, 4.0, True, None, 5))
PROBE = link.encode(link.Header(1, 2, "Ann"), link.ClockProbe(3))
FACE = live_link_face.FaceValues(1, 0.5, (30000, 1001), (0.25,) * 61)
DECODERS = {
    "osc": Decoder(osc.decode, osc.OscError, (*sent_by_our_output("osc"), osc.encode(MIXED))),
    "link": Decoder(link.decode, link.LinkError, (*sent_by_our_output("link"), PROBE)),
    "live_link_face": Decoder(
        live_link_face.decode,
        live_link_face.LiveLinkFaceError,
        (live_link_face.encode(live_link_face.Packet("device", "Ann", FACE)),),
    ),
    "ifacialmocap": Decoder(ifacialmocap.decode, ifacialmocap.IFacialMocapError, (IFACIALMOCAP,)),
    "openseeface": Decoder(
        openseeface.decode, openseeface.OpenSeeFaceError, (openseeface.encode([OPENSEEFACE]),)
    ),
    "json_live_link": Decoder(
        json_live_link.decode, json_live_link.JsonLiveLinkError, (JSON_LIVE_LINK,)
    ),
    "rokoko": Decoder(rokoko.decode, rokoko.RokokoError, (ROKOKO.encode(),)),
}


def mutated(packet: bytes, rng: random.Random) -> bytes:
    """The packet with a few bytes changed, taken out, doubled or put in, or cut."""
    damaged = bytearray(packet)
    for _ in range(rng.randint(1, 6)):
        place, length = rng.randrange(len(damaged) + 1), rng.randint(1, 8)
        match rng.randrange(5):
            case 0:
                damaged[place : place + 1] = bytes([rng.randrange(256)])
            case 1:
                del damaged[place : place + length]
            case 2:
                damaged[place:place] = damaged[place : place + length]
            case 3:
                damaged[place:place] = rng.choice(SPICE)
            case _:
                if 0 < place < len(damaged):
                    damaged[place] ^= 1 << rng.randrange(8)
    return bytes(damaged[: rng.randrange(len(damaged) + 1)] if rng.random() < 0.1 else damaged)


def decode_mutated(decoder: Decoder, count: int) -> int:
    """Feed that many damaged packets: how many were refused."""
    rng = random.Random(20_240_607)  # noqa: S311 - the same damage every time, no secret
    refused = 0
    for index in range(count):
        packet = mutated(decoder.packets[index % len(decoder.packets)], rng)
        with contextlib.suppress(decoder.error):
            decoder.decode(packet)
            continue
        refused += 1
    return refused


@pytest.mark.parametrize("name", DECODERS)
def test_damaged_packets_raise_only_the_codecs_own_error(name: str) -> None:
    decoder = DECODERS[name]
    for packet in decoder.packets:
        decoder.decode(packet)
    assert decode_mutated(decoder, 500) > 50


@pytest.mark.thorough
@pytest.mark.parametrize("name", DECODERS)
def test_twenty_thousand_damaged_packets(name: str) -> None:
    assert decode_mutated(DECODERS[name], 20_000) > 2_000


@pytest.mark.parametrize("name", DECODERS)
def test_packets_of_other_protocols_are_refused(name: str) -> None:
    decoder = DECODERS[name]
    strangers = [
        packet for other in DECODERS if other != name for packet in DECODERS[other].packets
    ]
    for packet in (b"", b"\0", b"\xff" * 3000, b"[" * 60_000, b'{"a":' * 10_000, *strangers):
        with pytest.raises(decoder.error):
            decoder.decode(packet)
