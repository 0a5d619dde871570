"""What every output promises the pipeline, checked on each of them over real sockets."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import pytest
import zmq
from pythonosc.osc_packet import OscPacket

from mocapbridge.clock import SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.options import LinkOptions, OscOptions, ZmqOptions
from mocapbridge.outputs.osc import OscOutput
from mocapbridge.outputs.zmq_pub import ZmqOutput
from mocapbridge.wire import link
from tests.motion_frames import SteppedClock, random_frame, stream_info, unseen_frame

QUIET_S = 0.25
"""On loopback what was sent is there at once; this long without anything is the end."""


class Receiver:
    """The far end of one output."""

    def packets(self) -> list[bytes]:
        """All that has arrived."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class UdpReceiver(Receiver):
    def __init__(self, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(QUIET_S)
        self.port: int = self._socket.getsockname()[1]

    def packets(self) -> list[bytes]:
        taken: list[bytes] = []
        while True:
            try:
                taken.append(self._socket.recv(2048))
            except TimeoutError:
                return taken

    def close(self) -> None:
        self._socket.close()


class ZmqReceiver(Receiver):
    def __init__(self, output: Output) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.SUBSCRIBE, b"")
        self._socket.connect(output.target)
        # The subscription has reached the publisher when something comes back.
        while not self._socket.poll(50):
            output.send(random_frame(0))
        self.packets()

    def packets(self) -> list[bytes]:
        taken: list[bytes] = []
        while self._socket.poll(int(QUIET_S * 1000)):
            taken.append(b"\n".join(self._socket.recv_multipart()))
        return taken

    def close(self) -> None:
        self._context.destroy(linger=0)


@dataclass(frozen=True)
class Case:
    """One kind of output, and how to read what it sends."""

    make: Callable[[str, int, Any], Output]
    """(host, port, clock); port 0 for one that the output finds itself."""
    kinds: Callable[[bytes], set[str]]
    """Which of ``static``, ``frame``, ``sign of life`` a packet is."""


def osc_kinds(packet: bytes) -> set[str]:
    addresses = {timed.message.address for timed in OscPacket(packet).messages}
    named = {"/mocap/subject": "static", "/mocap/frame": "frame"}
    kinds = {named[address] for address in addresses & named.keys()}
    return kinds or ({"sign of life"} if "/mocap/status" in addresses else set())


def link_kinds(packet: bytes) -> set[str]:
    _, message = link.decode(packet)
    named = {link.StaticPart: "static", link.Frame: "frame", link.Heartbeat: "sign of life"}
    return {named[type(message)]}


def zmq_kinds(packet: bytes, decode: Callable[[bytes], Any]) -> set[str]:
    topic, _, payload = packet.partition(b"\n")
    message = decode(payload)
    assert topic.decode() == f"{message['subject']}/{message['kind']}"
    return {"sign of life" if message.get("event") == "heartbeat" else message["kind"]}


def make_osc(host: str, port: int, clock: Any) -> Output:
    return OscOutput(OscOptions(host=host, port=port), stream_info(), clock)


def make_link(host: str, port: int, clock: Any) -> Output:
    return LinkOutput(LinkOptions(host=host, port=port), stream_info(), clock)


def make_msgpack(host: str, port: int, clock: Any) -> Output:
    options = ZmqOptions(bind=f"tcp://{host}:{port or '*'}", encoding="msgpack")
    return ZmqOutput(options, stream_info(), clock)


def make_json(host: str, port: int, clock: Any) -> Output:
    options = ZmqOptions(bind=f"tcp://{host}:{port or '*'}", encoding="json")
    return ZmqOutput(options, stream_info(), clock)


CASES = {
    "osc": Case(make_osc, osc_kinds),
    "link": Case(make_link, link_kinds),
    "msgpack": Case(make_msgpack, lambda packet: zmq_kinds(packet, msgspec.msgpack.decode)),
    "json": Case(make_json, lambda packet: zmq_kinds(packet, json.loads)),
}
UDP = ("osc", "link")


@dataclass
class Stage:
    """An open output, its receiver and its clock."""

    output: Output
    receiver: Receiver
    clock: SteppedClock
    kinds: Callable[[bytes], set[str]]

    def count(self, kind: str) -> int:
        """How many packets of a kind have arrived since the last question."""
        return sum(kind in self.kinds(packet) for packet in self.receiver.packets())


@pytest.fixture(params=sorted(CASES))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    case, clock = CASES[request.param], SteppedClock()
    if request.param in UDP:
        receiver: Receiver = UdpReceiver()
        assert isinstance(receiver, UdpReceiver)
        output = case.make("127.0.0.1", receiver.port, clock)
        output.open()
    else:
        output = case.make("127.0.0.1", 0, clock)
        output.open()
        receiver = ZmqReceiver(output)
    yield Stage(output, receiver, clock, case.kinds)
    output.close()
    receiver.close()


class TestEveryOutput:
    def test_says_what_it_is_and_where_it_sends(self, stage: Stage) -> None:
        assert stage.output.name
        assert "://127.0.0.1:" in stage.output.target

    def test_counts_the_packets_that_arrive(self, stage: Stage) -> None:
        sent = stage.output.idle()
        sent += sum(stage.output.send(random_frame(seed)) for seed in range(5))
        assert len(stage.receiver.packets()) == sent > 0

    def test_describes_the_stream_at_the_start_and_every_second(self, stage: Stage) -> None:
        stage.clock.sleep(2.0)
        stage.output.idle()
        once = stage.count("static")
        assert once > 0
        for _ in range(4):
            stage.clock.sleep(0.2)
            stage.output.idle()
            stage.output.send(replace(random_frame(1), gestures=("", "")))
        stage.count("static")  # a gesture that ended may have brought one more
        for _ in range(25):
            stage.clock.sleep(0.2)
            stage.output.send(replace(random_frame(1), gestures=("", "")))
        assert stage.count("static") == 5 * once

    def test_gives_signs_of_life_when_frames_stop(self, stage: Stage) -> None:
        stage.output.send(random_frame(1))
        stage.clock.sleep(1.0)
        stage.output.idle()
        stage.count("sign of life")
        for _ in range(15):
            stage.clock.sleep(0.2)
            stage.output.idle()
        assert 3 <= stage.count("sign of life") <= 7

    def test_refuses_numbers_that_are_not_finite_and_goes_on(self, stage: Stage) -> None:
        stage.output.send(random_frame(1))
        stage.receiver.packets()
        good = random_frame(2)
        for broken in (np.nan, np.inf, -np.inf):
            blendshapes = good.face.blendshapes.copy()
            blendshapes[7] = broken
            bad = replace(good, face=replace(good.face, blendshapes=blendshapes))
            with pytest.raises(OutputFailed, match="not finite"):
                stage.output.send(bad)
        assert stage.receiver.packets() == []
        assert stage.output.send(good) > 0
        assert stage.count("frame") > 0

    def test_sends_a_performer_who_was_never_seen(self, stage: Stage) -> None:
        stage.output.send(unseen_frame())
        assert stage.count("frame") > 0

    def test_closes_twice_and_sends_nothing_after(self, stage: Stage) -> None:
        stage.output.close()
        stage.output.close()
        with pytest.raises(OutputFailed, match="not open"):
            stage.output.send(random_frame(1))


@pytest.mark.parametrize("kind", sorted(CASES))
class TestEveryOutputAlone:
    def test_sends_without_any_receiver(self, kind: str) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        output = CASES[kind].make("127.0.0.1", port, SystemClock())
        output.open()
        outcomes = [self._outcome(output, seed) for seed in range(60)]
        output.close()
        assert "sent" in outcomes
        if kind in UDP:
            # The machine tells the sender that nothing listens, and the sender passes it on.
            assert any("nothing listens" in outcome for outcome in outcomes)

    def test_nothing_is_sent_before_it_is_open(self, kind: str) -> None:
        output = CASES[kind].make("127.0.0.1", 54321, SystemClock())
        with pytest.raises(OutputFailed, match="not open"):
            output.send(random_frame(1))
        output.close()

    def _outcome(self, output: Output, seed: int) -> str:
        try:
            output.send(random_frame(seed))
            output.idle()
        except OutputFailed as error:
            return str(error)
        return "sent"


@pytest.mark.parametrize("kind", UDP)
def test_udp_goes_on_as_soon_as_the_receiver_is_there(kind: str) -> None:
    absent = UdpReceiver()
    absent.close()
    output = CASES[kind].make("127.0.0.1", absent.port, SystemClock())
    output.open()
    for seed in range(20):
        try:
            output.send(random_frame(seed))
        except OutputFailed:
            continue
    receiver = UdpReceiver(absent.port)
    for seed in range(3):
        try:
            output.send(random_frame(seed))
        except OutputFailed:
            continue
    kinds = [CASES[kind].kinds(packet) for packet in receiver.packets()]
    output.close()
    receiver.close()
    assert {"frame"} in kinds


@pytest.mark.parametrize("kind", UDP)
def test_unknown_host_is_said_when_opening(kind: str) -> None:
    output = CASES[kind].make("no-such-host.invalid", 9000, SystemClock())
    with pytest.raises(OutputUnavailable, match=r"'no-such-host\.invalid' is not known"):
        output.open()
    output.close()


@pytest.mark.parametrize("kind", ["msgpack", "json"])
def test_port_in_use_is_said_when_opening(kind: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        output = CASES[kind].make("127.0.0.1", port, SystemClock())
        with pytest.raises(OutputUnavailable, match=f"in use.*choose another port.*:{port}"):
            output.open()
        output.close()


@pytest.mark.parametrize("kind", ["msgpack", "json"])
def test_address_of_another_machine_is_said_when_opening(kind: str) -> None:
    output = CASES[kind].make("192.0.2.1", 5556, SystemClock())
    with pytest.raises(OutputUnavailable, match="must be an address of this machine"):
        output.open()


def test_port_is_free_again_after_closing() -> None:
    first = make_json("127.0.0.1", 0, SystemClock())
    first.open()
    port = int(first.target.rpartition(":")[2])
    first.close()
    second = make_json("127.0.0.1", port, SystemClock())
    second.open()
    second.close()
