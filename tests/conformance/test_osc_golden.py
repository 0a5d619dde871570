"""The bytes of OSC: packets worked out by hand from the specifications of OSC, VMC and VRChat."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_message import OscMessage
from pythonosc.osc_packet import OscPacket

from mocapbridge.wire import osc

GOLDEN = {
    "2f564d432f4578742f4f4b002c69000000000001": osc.Message("/VMC/Ext/OK", "i", (1,)),
    "2f564d432f4578742f4f4b002c69696969000000" + "00000001000000030000000000000001": osc.Message(
        "/VMC/Ext/OK", "iiii", (1, 3, 0, 1)
    ),
    "2f564d432f4578742f5400002c6600003fc00000": osc.Message("/VMC/Ext/T", "f", (1.5,)),
    "2f564d432f4578742f426c656e642f56616c0000"
    "2c736600e381bee381b0e3819fe3818d00000000"
    "3f800000": osc.Message("/VMC/Ext/Blend/Val", "sf", ("まばたき", 1.0)),
    "2f747261636b696e672f747261636b6572732f312f706f736974696f6e000000"
    "2c666666000000000000000" + "03f80000000000000": osc.Message(
        "/tracking/trackers/1/position", "fff", (0.0, 1.0, 0.0)
    ),
}
BUNDLE = bytes.fromhex(
    "2362756e646c65000000000000000001"
    "000000242f564d432f4578742f426c656e642f56616c00002c736600426c696e6b5f4c003f000000"
    "0000001c2f564d432f4578742f426c656e642f4170706c79000000002c000000"
)
BUNDLED = [
    osc.Message("/VMC/Ext/Blend/Val", "sf", ("Blink_L", 0.5)),
    osc.Message("/VMC/Ext/Blend/Apply", "", ()),
]

FLOATS = st.floats(width=32, allow_nan=False)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
ARGUMENTS = st.one_of(
    st.tuples(st.just("i"), st.integers(-(2**31), 2**31 - 1)),
    st.tuples(st.just("h"), st.integers(-(2**63), 2**63 - 1)),
    st.tuples(st.just("f"), FLOATS),
    st.tuples(st.just("d"), st.floats(allow_nan=False)),
    st.tuples(st.just("s"), TEXTS),
    st.tuples(st.just("b"), st.binary(max_size=9)),
    st.sampled_from([("T", True), ("F", False), ("N", None)]),
)


def message_of(address: str, arguments: list[tuple[str, osc.Argument]]) -> osc.Message:
    tags = "".join(tag for tag, _ in arguments)
    return osc.Message("/" + address, tags, tuple(value for _, value in arguments))


MESSAGES = st.builds(message_of, st.text("abc/_", max_size=9), st.lists(ARGUMENTS, max_size=5))


@pytest.mark.parametrize(("text", "message"), GOLDEN.items())
def test_golden_messages(text: str, message: osc.Message) -> None:
    assert osc.encode(message) == bytes.fromhex(text)
    assert osc.decode(bytes.fromhex(text)) == [message]


def test_golden_bundle() -> None:
    assert osc.encode_bundle(BUNDLED) == BUNDLE
    assert osc.decode(BUNDLE) == BUNDLED


@given(st.lists(MESSAGES, max_size=4))
def test_python_osc_reads_what_is_encoded_and_so_do_we(messages: list[osc.Message]) -> None:
    bundle = osc.encode_bundle(messages)
    assert osc.decode(bundle) == messages
    theirs = [timed.message for timed in OscPacket(bundle).messages]
    ours = [osc.decode(message.dgram)[0] for message in theirs]
    assert sorted(ours, key=repr) == sorted(messages, key=repr)


@given(MESSAGES)
def test_arguments_mean_the_same_to_python_osc(message: osc.Message) -> None:
    theirs = OscMessage(osc.encode(message))
    assert theirs.address == message.address
    assert tuple(theirs.params) == message.arguments


def test_bundles_are_not_followed_without_end() -> None:
    packet = osc.encode(BUNDLED[1])
    for _ in range(2000):
        packet = BUNDLE[:16] + len(packet).to_bytes(4, "big") + packet
    with pytest.raises(osc.Malformed, match="nested"):
        osc.decode(packet)


@pytest.mark.parametrize(
    "message",
    [
        osc.Message("no/slash", "", ()),
        osc.Message("/a", "i", ()),
        osc.Message("/a", "i", ("text",)),
        osc.Message("/a", "i", (2**31,)),
        osc.Message("/a", "s", (1,)),
        osc.Message("/a", "s", ("a\0b",)),
        osc.Message("/a", "x", (1,)),
    ],
)
def test_what_does_not_fit_is_refused(message: osc.Message) -> None:
    with pytest.raises(osc.Unencodable):
        osc.encode(message)
