"""What every output promises the pipeline, checked on each of them over real sockets."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import pytest
import zmq
from pythonosc.osc_packet import OscPacket

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.live_link_face import LiveLinkFaceOutput
from mocapbridge.outputs.options import (
    LinkOptions,
    LiveLinkFaceOptions,
    OscOptions,
    VmcOptions,
    ZmqOptions,
)
from mocapbridge.outputs.osc import OscOutput
from mocapbridge.outputs.vmc import VmcOutput
from mocapbridge.outputs.zmq_pub import ZmqOutput
from mocapbridge.wire import link, live_link_face
from tests.motion_frames import SteppedClock, random_frame, stream_info, unseen_frame

QUIET_S = 0.15
"""On loopback what was sent is there at once; this long without anything is the end."""


class Receiver:
    """The far end of one output: takes in what arrives on a thread of its own."""

    def __init__(self) -> None:
        self._taken: queue.Queue[bytes] = queue.Queue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._stopping.is_set():
            packet = self.next_packet()
            if packet is not None:
                self._taken.put(packet)
        self.release()

    def next_packet(self) -> bytes | None:
        """The next packet, None when there is none for a moment."""
        raise NotImplementedError

    def release(self) -> None:
        """Close the socket, on the thread that used it."""
        raise NotImplementedError

    def start(self) -> None:
        self._thread.start()

    def packets(self) -> list[bytes]:
        """All that has arrived since the last question."""
        taken: list[bytes] = []
        with contextlib.suppress(queue.Empty):
            while True:
                taken.append(self._taken.get(timeout=QUIET_S))
        return taken

    def close(self) -> None:
        self._stopping.set()
        self._thread.join()


class UdpReceiver(Receiver):
    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(0.02)
        self.port: int = self._socket.getsockname()[1]
        self.start()

    def next_packet(self) -> bytes | None:
        try:
            return self._socket.recv(2048)
        except TimeoutError:
            return None

    def release(self) -> None:
        self._socket.close()


class ZmqReceiver(Receiver):
    def __init__(self, output: Output) -> None:
        super().__init__()
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.SUBSCRIBE, b"")
        self._socket.connect(output.target)
        # The subscription has reached the publisher when something comes back.
        while not self._socket.poll(50):
            output.send(random_frame(0))
        self.start()
        self.packets()

    def next_packet(self) -> bytes | None:
        if not self._socket.poll(20):
            return None
        return b"\n".join(self._socket.recv_multipart())

    def release(self) -> None:
        self._context.destroy(linger=0)


@dataclass(frozen=True)
class Case:
    """One kind of output, and how to read what it sends."""

    make: Callable[[str, int, Clock], Output]
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
    if isinstance(message, link.Heartbeat):
        return {"sign of life"}
    return {"frame" if isinstance(message, link.Frame) else "static"}


def vmc_kinds(packet: bytes) -> set[str]:
    messages = {timed.message.address: timed.message for timed in OscPacket(packet).messages}
    ok = messages.get("/VMC/Ext/OK")
    return {"sign of life" if ok is not None and ok.params[0] == 0 else "frame"}


def live_link_face_kinds(packet: bytes) -> set[str]:
    # Without a face there is one packet for both: nobody is seen, and nothing comes.
    face = live_link_face.decode(packet).face
    return {"frame"} if face is not None else {"frame", "sign of life"}


def zmq_kinds(packet: bytes, decode: Callable[[bytes], Any]) -> set[str]:
    topic, _, payload = packet.partition(b"\n")
    message = decode(payload)
    assert topic.decode() == f"{message['subject']}/{message['kind']}"
    return {"sign of life" if message.get("event") == "heartbeat" else message["kind"]}


def make_osc(host: str, port: int, clock: Clock) -> Output:
    return OscOutput(OscOptions(host=host, port=port), stream_info(), clock)


def make_link(host: str, port: int, clock: Clock) -> Output:
    return LinkOutput(LinkOptions(host=host, port=port), stream_info(), clock)


def make_vmc(host: str, port: int, clock: Clock) -> Output:
    return VmcOutput(VmcOptions(host=host, port=port), stream_info(), clock)


def make_live_link_face(host: str, port: int, clock: Clock) -> Output:
    return LiveLinkFaceOutput(LiveLinkFaceOptions(host=host, port=port), stream_info(), clock)


def make_msgpack(host: str, port: int, clock: Clock) -> Output:
    options = ZmqOptions(bind=f"tcp://{host}:{port or '*'}", encoding="msgpack")
    return ZmqOutput(options, stream_info(), clock)


def make_json(host: str, port: int, clock: Clock) -> Output:
    options = ZmqOptions(bind=f"tcp://{host}:{port or '*'}", encoding="json")
    return ZmqOutput(options, stream_info(), clock)


CASES = {
    "osc": Case(make_osc, osc_kinds),
    "link": Case(make_link, link_kinds),
    "vmc": Case(make_vmc, vmc_kinds),
    "live_link_face": Case(make_live_link_face, live_link_face_kinds),
    "msgpack": Case(make_msgpack, lambda packet: zmq_kinds(packet, msgspec.msgpack.decode)),
    "json": Case(make_json, lambda packet: zmq_kinds(packet, json.loads)),
}
UDP = ("osc", "link", "vmc", "live_link_face")
DESCRIBING = ("osc", "link", "msgpack", "json")
"""Those whose protocol has descriptions of the stream."""


@dataclass
class Stage:
    """An open output, its receiver and its clock."""

    output: Output
    receiver: Receiver
    clock: SteppedClock
    kinds: Callable[[bytes], set[str]]

    def send(self, seed: int) -> int:
        """A random frame, at a pace that a receiver in the same process keeps."""
        sent = self.output.send(random_frame(seed))
        time.sleep(0.005)
        return sent

    def send_same(self) -> None:
        """A frame that changes no state and no gesture."""
        self.output.send(unseen_frame())
        time.sleep(0.005)

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
        sent += sum(stage.send(seed) for seed in range(5))
        assert len(stage.receiver.packets()) == sent > 0

    @pytest.mark.parametrize("stage", DESCRIBING, indirect=True)
    def test_describes_the_stream_at_the_start_and_every_second(self, stage: Stage) -> None:
        stage.send_same()
        stage.clock.sleep(2.0)
        stage.receiver.packets()
        stage.output.idle()
        once = stage.count("static")
        assert once > 0
        for _ in range(25):
            stage.clock.sleep(0.2)
            stage.send_same()
            stage.output.idle()
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
        if kind in UDP:
            # The machine tells the sender that nothing listens, and the sender passes it on.
            assert any("nothing listens" in outcome for outcome in outcomes)
        else:
            assert outcomes == ["sent"] * 60

    def test_nothing_is_sent_before_it_is_open(self, kind: str) -> None:
        output = CASES[kind].make("127.0.0.1", 54321, SystemClock())
        with pytest.raises(OutputFailed, match="not open"):
            output.send(random_frame(1))
        with pytest.raises(OutputFailed, match="not open"):
            output.idle()
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
        with contextlib.suppress(OutputFailed):
            output.send(random_frame(seed))
    receiver = UdpReceiver(absent.port)
    for seed in range(3):
        with contextlib.suppress(OutputFailed):
            output.send(random_frame(seed))
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
