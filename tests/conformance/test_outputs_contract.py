"""What every output promises the pipeline, checked on each of them over real sockets."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import msgspec
import numpy as np
import pytest
import zmq
from pythonosc.osc_packet import OscPacket
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable, OutputUnheard
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.options import OutputOptions
from mocapbridge.outputs.websocket import WebsocketOutput
from mocapbridge.registry import OUTPUTS, implementation
from mocapbridge.types import FaceSource, StreamInfo
from mocapbridge.wire import (
    ifacialmocap,
    json_live_link,
    link,
    live_link_face,
    openseeface,
    osc,
    rokoko,
)
from tests.motion_frames import SteppedClock, random_frame, seen_frame, stream_info, unseen_frame

STREAM = stream_info()
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
            return self._socket.recv(65536)
        except TimeoutError:
            return None

    def release(self) -> None:
        self._socket.close()


class WebReceiver(Receiver):
    """A plain client of the websockets library."""

    def __init__(self, output: Output) -> None:
        super().__init__()
        self._closing = contextlib.ExitStack()
        self._client = self._closing.enter_context(connect(output.target, compression=None))
        greeting = self._client.recv(timeout=5.0)  # from now on frames are sent to us
        assert json.loads(greeting)["kind"] == "static" if isinstance(greeting, str) else greeting
        self.start()

    def next_packet(self) -> bytes | None:
        try:
            received = self._client.recv(timeout=0.02)
        except (TimeoutError, ConnectionClosed):
            return None
        return received.encode() if isinstance(received, str) else received

    def release(self) -> None:
        self._closing.close()


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

    make: Maker
    """Port 0 is one that the output finds itself."""
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


def vrchat_kinds(packet: bytes) -> set[str]:
    addresses = [message.address for message in osc.decode(packet)]
    assert all(address.startswith(("/tracking/", "/avatar/parameters/")) for address in addresses)
    return {"frame"}


def browser_kinds(packet: bytes) -> set[str]:
    is_text = packet[:1] == b"{"
    message = json.loads(packet) if is_text else msgspec.msgpack.decode(packet)
    return {"sign of life" if message.get("event") == "heartbeat" else message["kind"]}


def only_frames(decode: Callable[[bytes], object]) -> Callable[[bytes], set[str]]:
    """For protocols that carry nothing but frames: it must be possible to decode them."""

    def kinds(packet: bytes) -> set[str]:
        decode(packet)
        return {"frame"}

    return kinds


class Maker(Protocol):
    """Makes an output."""

    def __call__(self, host: str, port: int, clock: Clock, info: StreamInfo = ...) -> Output: ...


def maker(**fixed: object) -> Maker:
    """Makes an output from its options, as the pipeline does."""

    def make(host: str, port: int, clock: Clock, info: StreamInfo = STREAM) -> Output:
        if fixed["type"] == "zmq":
            where: dict[str, object] = {"bind": f"tcp://{host}:{port or '*'}"}
        else:
            where = {"host": host, "port": port or free_tcp_port()}
        options = msgspec.convert({**fixed, **where}, OutputOptions)
        kind = implementation(OUTPUTS, "mocapbridge.output", str(fixed["type"]))
        return kind(options, info, clock)

    return make


def free_tcp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


CASES = {
    "osc": Case(maker(type="osc"), osc_kinds),
    "link": Case(maker(type="link"), link_kinds),
    "vmc": Case(maker(type="vmc"), vmc_kinds),
    "vrchat": Case(maker(type="vrchat"), vrchat_kinds),
    "live_link_face": Case(maker(type="live_link_face"), live_link_face_kinds),
    "ifacialmocap": Case(maker(type="ifacialmocap"), only_frames(ifacialmocap.decode)),
    "openseeface": Case(maker(type="openseeface"), only_frames(openseeface.decode)),
    "json_live_link": Case(maker(type="json_live_link"), only_frames(json_live_link.decode)),
    "rokoko": Case(maker(type="rokoko"), only_frames(rokoko.decode)),
    "websocket json": Case(maker(type="websocket", encoding="json"), browser_kinds),
    "websocket msgpack": Case(maker(type="websocket", encoding="msgpack"), browser_kinds),
    "msgpack": Case(
        maker(type="zmq", encoding="msgpack"),
        lambda packet: zmq_kinds(packet, msgspec.msgpack.decode),
    ),
    "json": Case(maker(type="zmq", encoding="json"), lambda packet: zmq_kinds(packet, json.loads)),
}
FRAMES_ALONE = ("vrchat", "ifacialmocap", "openseeface", "json_live_link", "rokoko")
"""Those whose protocol has nothing to say without a performer in sight."""
UDP = ("osc", "link", "vmc", "live_link_face", *FRAMES_ALONE)
WEB = ("websocket json", "websocket msgpack")
DESCRIBING = ("osc", "link", "msgpack", "json", *WEB)
"""Those whose protocol has descriptions of the stream."""
SPEAKING = sorted(set(CASES) - set(FRAMES_ALONE))


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

    def send_seen(self, seed: int) -> int:
        """A random frame in which everything is seen."""
        sent = self.output.send(seen_frame(seed))
        time.sleep(0.005)
        return sent

    def send_same(self) -> None:
        """A frame that changes no state and no gesture."""
        self.output.send(unseen_frame())
        time.sleep(0.005)

    def count(self, kind: str) -> int:
        """How many packets of a kind have arrived since the last question."""
        return sum(kind in self.kinds(packet) for packet in self.receiver.packets())


def said_face_sources(packets: list[bytes]) -> list[str]:
    """Where the face comes from, of every description, whatever protocol it is in."""
    assembler, said = link.StaticAssembler(), list[str]()
    for packet in packets:
        if packet.startswith(link.MAGIC):
            header, message = link.decode(packet)
            static = None
            if isinstance(message, link.StaticPart):
                static = assembler.add(header.session_id, header.subject, message)
            if static is not None:
                own = "own" if static.blendshapes_own else "official"
                said.append(own if static.blendshapes_measured else "none")
        elif packet.startswith(b"#bundle"):
            messages = osc.decode(packet)
            said += [str(m.arguments[0]) for m in messages if m.address == "/mocap/face_source"]
        else:
            payload = packet.partition(b"\n")[2] if packet.startswith(b"performer/") else packet
            is_text = payload[:1] == b"{"
            message = json.loads(payload) if is_text else msgspec.msgpack.decode(payload)
            said += [message["face_source"]] if message["kind"] == "static" else []
    return said


@contextlib.contextmanager
def staged(kind: str, info: StreamInfo) -> Generator[Stage, None, None]:
    """An output of that kind, open and heard."""
    case, clock = CASES[kind], SteppedClock()
    if kind in UDP:
        receiver: Receiver = UdpReceiver()
        assert isinstance(receiver, UdpReceiver)
        output = case.make("127.0.0.1", receiver.port, clock, info)
        output.open()
    else:
        output = case.make("127.0.0.1", 0, clock, info)
        output.open()
        receiver = WebReceiver(output) if kind in WEB else ZmqReceiver(output)
    yield Stage(output, receiver, clock, case.kinds)
    output.close()
    receiver.close()


@pytest.fixture(params=sorted(CASES))
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staged(request.param, stream_info()) as opened:
        yield opened


class TestEveryOutput:
    def test_says_what_it_is_and_where_it_sends(self, stage: Stage) -> None:
        assert stage.output.name
        assert "://127.0.0.1:" in stage.output.target

    def test_counts_the_packets_that_arrive(self, stage: Stage) -> None:
        sent, arrived = stage.output.idle(), 0
        for seed in range(5):
            # On a busy machine a browser may get the newer of two frames alone.
            if isinstance(stage.output, WebsocketOutput):
                arrived += len(stage.receiver.packets())
            sent += stage.send_seen(seed)
        assert arrived + len(stage.receiver.packets()) == sent > 0

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

    @pytest.mark.parametrize("source", ["official", "own", "none"])
    @pytest.mark.parametrize("kind", DESCRIBING)
    def test_says_where_the_face_comes_from(self, kind: str, source: FaceSource) -> None:
        measured = source != "none"
        info = replace(stream_info(), face_source=source, blendshapes_measured=measured)
        with staged(kind, info) as stage:
            stage.clock.sleep(2.0)
            stage.send_same()
            stage.output.idle()
            assert said_face_sources(stage.receiver.packets())[-1] == source

    @pytest.mark.parametrize("stage", SPEAKING, indirect=True)
    def test_gives_signs_of_life_when_frames_stop(self, stage: Stage) -> None:
        stage.output.send(random_frame(1))
        stage.clock.sleep(1.0)
        stage.output.idle()
        stage.count("sign of life")
        for _ in range(15):
            stage.clock.sleep(0.2)
            stage.output.idle()
            time.sleep(0.01)
        assert 3 <= stage.count("sign of life") <= 7

    def test_refuses_numbers_that_are_not_finite_and_goes_on(self, stage: Stage) -> None:
        stage.output.send(random_frame(1))
        stage.receiver.packets()
        good = seen_frame(2)
        for broken in (np.nan, np.inf, -np.inf):
            blendshapes = good.face.blendshapes.copy()
            blendshapes[7] = broken
            bad = replace(good, face=replace(good.face, blendshapes=blendshapes))
            with pytest.raises(OutputFailed, match="not finite"):
                stage.output.send(bad)
        assert stage.receiver.packets() == []
        assert stage.output.send(good) > 0
        assert stage.count("frame") > 0

    @pytest.mark.parametrize("stage", SPEAKING, indirect=True)
    def test_sends_a_performer_who_was_never_seen(self, stage: Stage) -> None:
        stage.output.send(unseen_frame())
        assert stage.count("frame") > 0

    @pytest.mark.parametrize("stage", FRAMES_ALONE, indirect=True)
    def test_says_nothing_of_a_performer_who_was_never_seen(self, stage: Stage) -> None:
        assert stage.output.send(unseen_frame()) == stage.output.idle() == 0
        assert stage.receiver.packets() == []

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
        outcomes = [self._outcome(output, seed) for seed in range(30)]
        output.close()
        if kind in UDP:
            # The machine tells the sender that nothing listens, and the sender passes it on.
            assert any("nothing listens" in outcome for outcome in outcomes)
        else:
            assert outcomes == ["sent"] * 30

    def test_nothing_is_sent_before_it_is_open(self, kind: str) -> None:
        output = CASES[kind].make("127.0.0.1", 54321, SystemClock())
        with pytest.raises(OutputFailed, match="not open"):
            output.send(random_frame(1))
        with pytest.raises(OutputFailed, match="not open"):
            output.idle()
        output.close()

    def _outcome(self, output: Output, seed: int) -> str:
        try:
            output.send(seen_frame(seed))
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
        with contextlib.suppress(OutputUnheard):
            output.send(seen_frame(seed))
    receiver = UdpReceiver(absent.port)
    for seed in range(3):
        with contextlib.suppress(OutputUnheard):
            output.send(seen_frame(seed))
    kinds = [CASES[kind].kinds(packet) for packet in receiver.packets()]
    output.close()
    receiver.close()
    assert {"frame"} in kinds


@pytest.mark.parametrize("kind", UDP)
def test_all_of_a_frame_leaves_although_nothing_listens(kind: str) -> None:
    receiver = UdpReceiver()
    output = CASES[kind].make("127.0.0.1", receiver.port, SystemClock())
    output.open()
    output.idle()
    output.send(seen_frame(1))
    whole = output.send(seen_frame(1))
    receiver.close()
    unheard = list(filter(None, (packets_unheard(output) for _ in range(20))))
    output.close()
    assert set(unheard) == {whole}


def packets_unheard(output: Output) -> int:
    """How many packets left for nobody, 0 when somebody may have listened."""
    try:
        output.send(seen_frame(1))
    except OutputUnheard as error:
        return error.packets
    return 0


@pytest.mark.parametrize("kind", UDP)
def test_unknown_host_is_said_when_opening(kind: str) -> None:
    output = CASES[kind].make("no-such-host.invalid", 9000, SystemClock())
    with pytest.raises(OutputUnavailable, match=r"'no-such-host\.invalid' is not known"):
        output.open()
    output.close()


@pytest.mark.parametrize("kind", ["msgpack", "json", "websocket json"])
def test_port_in_use_is_said_when_opening(kind: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        output = CASES[kind].make("127.0.0.1", port, SystemClock())
        with pytest.raises(OutputUnavailable, match=f"in use.*choose another port.*:{port}"):
            output.open()
        output.close()


@pytest.mark.parametrize("kind", ["msgpack", "json", "websocket json"])
def test_address_of_another_machine_is_said_when_opening(kind: str) -> None:
    output = CASES[kind].make("192.0.2.1", 5556, SystemClock())
    with pytest.raises(OutputUnavailable, match="must be an address of this machine"):
        output.open()


@pytest.mark.parametrize("kind", ["json", "websocket json"])
def test_port_is_free_again_after_closing(kind: str) -> None:
    first = CASES[kind].make("127.0.0.1", 0, SystemClock())
    first.open()
    port = int(first.target.rpartition(":")[2])
    first.close()
    second = CASES[kind].make("127.0.0.1", port, SystemClock())
    second.open()
    second.close()
