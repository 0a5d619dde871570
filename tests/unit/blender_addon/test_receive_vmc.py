"""VMC as the add-on hears it: from the package's own output and from a plain OSC library."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest
from mocapbridge_addon.motion.frame import Motion
from mocapbridge_addon.receive.counters import Counters
from mocapbridge_addon.receive.inbox import Inbox
from mocapbridge_addon.receive.osc import MalformedOsc, messages
from mocapbridge_addon.receive.receiver import Ports, Receiver
from mocapbridge_addon.receive.vmc_stream import VmcStream
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import ArgValue, OscMessageBuilder

from mocapbridge.clock import SystemClock
from mocapbridge.outputs.options import VmcOptions
from mocapbridge.outputs.vmc import VmcOutput
from mocapbridge.skeleton import JOINT_INDEX
from tests.motion_frames import random_frame, stream_info

HERE = ("127.0.0.1", 50000)


def message(address: str, *arguments: ArgValue) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build().dgram


class Feed:
    def __init__(self) -> None:
        self.inbox, self.counters = Inbox(), Counters()
        self.stream = VmcStream(self.inbox, self.counters)
        self.now_ns = 0

    def __call__(self, *datagrams: bytes) -> None:
        for datagram in datagrams:
            self.now_ns += 1_000_000
            self.stream.feed(datagram, HERE, self.now_ns)

    def frames(self) -> list[Motion]:
        return self.inbox.take("", 0)[0]


def bone(name: str, position: tuple[float, ...] = (0.0, 0.0, 0.0), x: float = 0.0) -> bytes:
    return message("/VMC/Ext/Bone/Pos", name, *position, x, 0.0, 0.0, (1.0 - x * x) ** 0.5)


def test_the_packages_own_output_arrives_as_it_was_solved() -> None:
    receiver = Receiver(Ports(link_port=None, vmc_port=0))
    receiver.start()
    port = receiver.listeners["vmc"].address[1]
    clock = SystemClock()
    output = VmcOutput(VmcOptions(port=port), stream_info(), clock)
    output.open()
    frame = random_frame(4)
    output.send(replace(frame, capture_time_ns=clock.monotonic_ns()))
    end = time.monotonic() + 5.0
    while receiver.inbox.newest("") is None and time.monotonic() < end:
        time.sleep(0.005)
    motion = receiver.inbox.newest("")
    output.close()
    receiver.stop()
    assert motion is not None
    assert motion.root_position_m == pytest.approx(frame.pose.root_position_in_world_m, abs=1e-5)
    for own, solved in zip(motion.rotations_wxyz, frame.pose.rotations_wxyz.tolist(), strict=True):
        assert abs(sum(a * b for a, b in zip(own, solved, strict=True))) == pytest.approx(1.0)
    assert motion.blendshapes == pytest.approx(frame.face.blendshapes.tolist(), abs=1e-5)
    rest = stream_info().rest_positions_m
    foot = JOINT_INDEX["leftFoot"]
    assert motion.skeleton.rest_positions_m()[foot][0] == pytest.approx(rest[foot, 0], abs=1e-3)


def test_single_messages_become_a_frame_when_the_clock_comes() -> None:
    feed = Feed()
    feed(bone("Hips", (0.0, 1.0, 0.0)), bone("Head", x=0.5))
    assert feed.frames() == []
    feed(message("/VMC/Ext/T", 1.0))
    (motion,) = feed.frames()
    head = motion.rotations_wxyz[motion.skeleton.names.index("head")]
    assert head == pytest.approx((0.75**0.5, 0.5, 0.0, 0.0))


def test_without_a_clock_a_frame_ends_where_the_next_begins() -> None:
    feed = Feed()
    for height in (1.0, 2.0, 3.0):
        feed(bone("Hips", (0.0, height, 0.0)), bone("Head"))
    assert [motion.root_position_m[1] for motion in feed.frames()] == [1.0, 2.0]


def test_unitys_axes_are_turned_round() -> None:
    feed = Feed()
    turned = message("/VMC/Ext/Bone/Pos", "LeftUpperArm", 0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.927)
    feed(bone("Hips", (0.5, 1.0, 0.25)), turned, message("/VMC/Ext/T", 1.0))
    (motion,) = feed.frames()
    assert motion.root_position_m == pytest.approx((-0.5, 1.0, 0.25))
    _, x, y, z = motion.rotations_wxyz[motion.skeleton.names.index("leftUpperArm")]
    assert (x > 0.0, y < 0.0, z < 0.0) == (True, True, True)


def test_expressions_take_effect_together_and_by_any_name() -> None:
    feed = Feed()
    value = "/VMC/Ext/Blend/Val"
    feed(message(value, "JawOpen", 0.25), message(value, "Blink_L", 1.0))
    feed(message(value, "unknown", 1.0), message("/VMC/Ext/Blend/Apply"))
    feed(message(value, "JawOpen", 1.0), message("/VMC/Ext/T", 1.0))
    (motion,) = feed.frames()
    weights = dict(zip(motion.skeleton.blendshape_names, motion.blendshapes, strict=True))
    assert {name: weight for name, weight in weights.items() if weight} == {
        "jawOpen": 0.25,
        "eyeBlinkLeft": 1.0,
    }


def test_a_sender_that_sends_no_positions_gets_our_proportions() -> None:
    feed = Feed()
    feed(bone("Hips", (0.0, 1.0, 0.0)), bone("LeftLowerLeg"), message("/VMC/Ext/T", 1.0))
    (motion,) = feed.frames()
    offset = motion.skeleton.offsets_m[motion.skeleton.names.index("leftLowerLeg")]
    assert offset == (0.0, -0.41, 0.0)


def test_a_lost_performer_is_said() -> None:
    feed = Feed()
    feed(bone("Hips", (0.0, 1.0, 0.0)), message("/VMC/Ext/OK", 1, 3, 0, 0))
    feed(message("/VMC/Ext/T", 1.0))
    (motion,) = feed.frames()
    assert motion.states == (0, 0, 0, 0)


def test_osc_is_read_as_a_plain_library_writes_it() -> None:
    inner = OscBundleBuilder(IMMEDIATELY)  # pyright: ignore[reportArgumentType]
    builder = OscMessageBuilder("/a")
    for argument in (1, 2.5, "text", b"blob", True, False, None):
        builder.add_arg(argument)
    inner.add_content(builder.build())
    outer = OscBundleBuilder(IMMEDIATELY)  # pyright: ignore[reportArgumentType]
    outer.add_content(inner.build())
    outer.add_content(OscMessageBuilder("/b").build())
    assert list(messages(outer.build().dgram)) == [
        ("/a", (1, 2.5, "text", b"blob", True, False, None)),
        ("/b", ()),
    ]


def test_twenty_thousand_damaged_datagrams_harm_nothing() -> None:
    feed = Feed()
    generator = random.Random(21)
    good = [bone("Hips", (0.0, 1.0, 0.0)), message("/VMC/Ext/T", 1.0),
            message("/VMC/Ext/Blend/Val", "A", 0.5), message("/VMC/Ext/OK", 1)]  # fmt: skip
    for _ in range(20_000):
        damaged = bytearray(generator.choice(good))
        for _ in range(generator.randrange(1, 6)):
            damaged[generator.randrange(len(damaged))] = generator.randrange(256)
        feed(bytes(damaged[: generator.randrange(len(damaged) + 1)]))
    assert feed.counters.malformed > 5000
    for motion in feed.frames():
        assert all(abs(part) < 1e5 for part in motion.root_position_m)


@pytest.mark.parametrize("packet", [b"", b"abc", b"#bundle\0\0", b"/a\0\0b\0\0\0", b"/a\0\0,x\0\0"])
def test_what_is_no_osc_is_said(packet: bytes) -> None:
    with pytest.raises(MalformedOsc):
        list(messages(packet))
