"""What listening says of good packets, of broken ones and of what is missing."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace

import msgspec
import pytest

from mocapbridge.cli.listen import PROTOCOL_NAMES
from mocapbridge.cli.listen_view import closing_lines, status_line
from mocapbridge.clock import SystemClock
from mocapbridge.listen.protocols import PROTOCOLS
from mocapbridge.listen.tally import Tally
from mocapbridge.outputs.message_stream import MessageStream
from mocapbridge.outputs.options import OutputOptions
from mocapbridge.registry import OUTPUTS
from mocapbridge.wire import ifacialmocap, json_live_link, live_link_face, openseeface, osc, rokoko
from tests.conformance.test_openseeface_golden import GOLDEN as OPENSEEFACE
from tests.conformance.test_text_protocols_golden import (
    IFACIALMOCAP_FRAME,
    JSON_LIVE_LINK_BONES,
    ROKOKO_ACTOR,
    ROKOKO_FRAME,
)
from tests.motion_frames import SteppedClock, stream_info
from tests.property.test_wire_mutations import mutated, sent_by_our_output
from tests.raised_arm import raised_arm_frame

UDP = [name for name in PROTOCOLS if name not in ("zmq", "websocket")]
NAN = float("nan")


def tally_of(protocol: str, *packets: bytes) -> Tally:
    tally = Tally(PROTOCOLS[protocol].reader(), SystemClock())
    for packet in packets:
        tally.take(packet)
    return tally


def test_the_command_knows_every_protocol() -> None:
    assert tuple(PROTOCOLS) == PROTOCOL_NAMES
    assert set(PROTOCOLS) == set(OUTPUTS)


def test_ports_are_those_the_outputs_send_to() -> None:
    for name in UDP:
        options = msgspec.convert({"type": name}, OutputOptions)
        assert getattr(options, "port", None) == PROTOCOLS[name].port, name


@pytest.mark.parametrize("protocol", UDP)
def test_nothing_is_wrong_with_what_our_outputs_send(protocol: str) -> None:
    tally = tally_of(protocol, *sent_by_our_output(protocol))
    assert tally.packets >= 3
    assert tally.problems == {}
    assert tally.missing() == []
    assert closing_lines(tally, "here", check=True)[-1] == "nothing is wrong with them"
    assert f"{tally.packets} packets" in status_line(tally)


@pytest.mark.parametrize("protocol", ["zmq", "websocket"])
@pytest.mark.parametrize("encode", [msgspec.json.encode, msgspec.msgpack.encode])
def test_nothing_is_wrong_with_our_messages(
    protocol: str, encode: Callable[[object], bytes]
) -> None:
    stream = MessageStream(stream_info("Ann"), SteppedClock())
    messages = [stream.static, *stream.of_frame(raised_arm_frame()), *stream.of_silence()]
    tally = tally_of(protocol, *map(encode, messages))
    assert tally.problems == {}
    assert tally.missing() == []
    assert tally.values["mouthSmileLeft"] == "0.800"


def test_values_are_what_was_sent() -> None:
    tally = tally_of("vmc", *sent_by_our_output("vmc"))
    assert tally.values["bone Hips"].startswith("-0.300 0.930 0.000")
    assert tally.values["blend MouthSmileLeft"] == "0.800"
    tally = tally_of("live_link_face", *sent_by_our_output("live_link_face"))
    assert (tally.values["subject"], tally.values["MouthSmileRight"]) == ("Ann", "0.400")
    tally = tally_of("link", *sent_by_our_output("link"))
    assert tally.values["root"] == "0.300 0.930 0.000"


def bone(name: str, *numbers: float, tags: str = "sfffffff") -> bytes:
    return osc.encode(osc.Message("/VMC/Ext/Bone/Pos", tags, (name, *numbers)))


SKEWED = replace(JSON_LIVE_LINK_BONES[0], rotation_xyzw=(0.0, 0.0, 0.5, 0.5))
TWISTED = replace(
    ROKOKO_FRAME,
    actors=(replace(ROKOKO_ACTOR, body={"hip": rokoko.Bone((0.0,) * 3, (0.0,) * 4)}),),
)
FACE = live_link_face.FaceValues(1, 0.0, (30, 1), (1.5,) + (0.0,) * 60)


@pytest.mark.parametrize(
    ("protocol", "packet", "problem"),
    [
        ("vmc", bone("Hips", 0, 0, 0, 0, 0, 0, 0), "rotation of Hips is not of unit length"),
        ("vmc", bone("Hips", NAN, 0, 0, 0, 0, 0, 1), "Hips has a number that is not finite"),
        ("vmc", bone("Hips", 1, 2, 3, tags="sfff"), "has the types 'sfff'"),
        ("vmc", osc.encode(osc.Message("/mocap/root", "f", (1.0,))), "is no address of VMC"),
        ("vmc", b"\x06\0\0\0\x24", "no OSC: it begins with"),
        ("osc", osc.encode(osc.Message("/a", "f", (NAN,))), "/a has a number that is not finite"),
        ("osc", b"/a\0\0,f\0\0\0", "cut"),
        (
            "vrchat",
            osc.encode(osc.Message("/tracking/trackers/1/position", "ff", (1.0, 2.0))),
            "valid: fff",
        ),
        (
            "vrchat",
            osc.encode(osc.Message("/tracking/tracker/1/position", "fff", (0.0, 1.0, 0.0))),
            "VRChat does not know /tracking/tracker/1/position",
        ),
        ("live_link_face", b"\x05\0\0\0\0", "it begins with 5"),
        (
            "live_link_face",
            live_link_face.encode(live_link_face.Packet("d", "Ann", FACE)),
            "weight of EyeBlinkLeft lies outside 0 to 1",
        ),
        (
            "ifacialmocap",
            ifacialmocap.encode(replace(IFACIALMOCAP_FRAME, shapes={"jawOpen": 250})),
            "weight of jawOpen lies outside 0 to 100",
        ),
        ("openseeface", bytes(1784), "multiples of 1785"),
        (
            "openseeface",
            openseeface.encode([replace(OPENSEEFACE, got_3d_points=False)]),
            "without 3D points",
        ),
        ("json_live_link", json_live_link.encode("Ann", [SKEWED]), "rotation of root is not"),
        ("rokoko", rokoko.encode(TWISTED), "rotation of hip is not of unit length"),
        ("link", b"MBLK", "link"),
        ("zmq", b'{"kind": "frame"}', "no message of mocapbridge"),
        ("websocket", b"\xc1", "no message of mocapbridge"),
    ],
)
def test_what_is_wrong_is_said(protocol: str, packet: bytes, problem: str) -> None:
    tally = tally_of(protocol, packet)
    assert any(problem in text for text in tally.problems), tally.problems
    assert "what is wrong:" in closing_lines(tally, "here", check=True)


def test_what_is_missing_is_said() -> None:
    vmc = "\n".join(tally_of("vmc", bone("Hips", 0, 0, 0, 0, 0, 0, 1)).missing())
    for gap in ("/VMC/Ext/OK never came", "/VMC/Ext/T never came", "Spine, Head, LeftUpperArm"):
        assert gap in vmc
    lone = osc.encode(osc.Message("/tracking/trackers/1/position", "fff", (0.0, 1.0, 0.0)))
    assert "/tracking/trackers/1/rotation" in tally_of("vrchat", lone).missing()[0]
    others = osc.encode(osc.Message("/mocap/root", "f", (1.0,)))
    assert "nothing came for VRChat" in tally_of("vrchat", others).missing()[0]
    assert tally_of("vrchat", others, *sent_by_our_output("vrchat")).missing() == []
    (shapes,) = tally_of("ifacialmocap", ifacialmocap.encode(IFACIALMOCAP_FRAME)).missing()
    assert "eyeLookDown_L" in shapes
    assert tally_of("rokoko", rokoko.encode(ROKOKO_FRAME)).missing() != []
    nobody = live_link_face.encode(live_link_face.Packet("d", "Ann", None))
    assert tally_of("live_link_face", nobody).missing() == [
        "no packet had a face: the sender sees none"
    ]


def test_bones_that_change_are_told() -> None:
    other = [*JSON_LIVE_LINK_BONES, json_live_link.Bone("x", 0, (0.0,) * 3, (0.0, 0.0, 0.0, 1.0))]
    packets = [json_live_link.encode("Ann", bones) for bones in (JSON_LIVE_LINK_BONES, other)]
    assert any("changed" in text for text in tally_of("json_live_link", *packets).problems)


def test_what_comes_cannot_steer_the_terminal() -> None:
    hostile = osc.encode(osc.Message("/a\x1b[2J", "s", ("\x1b]0;x\x07",)))
    tally = tally_of("osc", hostile)
    assert all((name + value).isprintable() for name, value in tally.values.items())


def test_memory_is_bounded() -> None:
    tally = tally_of("osc", *(osc.encode(osc.Message(f"/{n}", "f", (NAN,))) for n in range(3000)))
    assert len(tally.values) == 1000
    assert len(tally.problems) == 50


def test_the_rate_is_that_of_the_last_two_seconds() -> None:
    clock = SteppedClock()
    tally = Tally(PROTOCOLS["osc"].reader(), clock)
    assert tally.rate_hz == 0.0
    for _ in range(200):
        clock.sleep(1 / 50)
        tally.take(b"/a\0\0,\0\0\0")
    assert math.isclose(tally.rate_hz, 50.0, rel_tol=0.01)
    clock.sleep(5.0)
    assert tally.rate_hz == 0.0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_damaged_packets_end_nothing(protocol: str) -> None:
    if protocol in UDP:
        packets = sent_by_our_output(protocol)
    else:
        stream = MessageStream(stream_info("Ann"), SteppedClock())
        messages = [stream.static, *stream.of_frame(raised_arm_frame())]
        packets = [*map(msgspec.json.encode, messages), *map(msgspec.msgpack.encode, messages)]
    rng = random.Random(7)  # noqa: S311 - the same damage every time, no secret
    tally = tally_of(protocol, *packets)
    for index in range(300):
        tally.take(mutated(packets[index % len(packets)], rng))
    assert tally.packets == len(packets) + 300
    assert tally.problems
