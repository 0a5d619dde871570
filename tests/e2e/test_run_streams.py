"""The whole program in a process of its own; receivers of other makes listen on real sockets."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import zmq
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from mocapbridge.takes.reader import read_take
from mocapbridge.wire import link

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 100
CONFIG = """\
subject: tester
source: {{type: synthetic, frames: {frames}, fps: 40, pace: native}}
tracking: {{backend: synthetic}}
outputs:
  - {{type: osc, port: {osc}}}
  - {{type: zmq, bind: "tcp://127.0.0.1:{zmq}"}}
  - {{type: link, port: {link}}}
record: {{enabled: true, folder: takes, slate: streams}}
"""


class OscReceiver:
    """A python-osc server that notes which parts of which frames come."""

    def __init__(self) -> None:
        self.parts: dict[int, set[int]] = {}
        self.part_counts = set[int]()
        self.names = set[str]()
        dispatcher = Dispatcher()
        for address, note in (
            ("/mocap/frame", self._note_frame),
            ("/mocap/joint/*", self._note_name),
            ("/mocap/blend/*", self._note_name),
        ):
            # python-osc leaves the handler's return type open.
            dispatcher.map(address, note)  # pyright: ignore[reportUnknownMemberType]
        self._server = BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher)
        self.port = self._server.server_address[1]

    @contextmanager
    def listening(self) -> Generator[None, None, None]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _note_frame(self, _address: str, *arguments: int) -> None:
        frame_id, part, parts = arguments[:3]
        self.parts.setdefault(frame_id, set()).add(part)
        self.part_counts.add(parts)

    def _note_name(self, address: str, *_arguments: float) -> None:
        self.names.add(address)


class ZmqReceiver:
    """A pyzmq subscriber that waits for its publisher to appear."""

    def __init__(self, port: int) -> None:
        self.frame_ids = list[int]()
        self.topics = set[bytes]()
        self.port = port
        self._over = threading.Event()

    @contextmanager
    def listening(self) -> Generator[None, None, None]:
        thread = threading.Thread(target=self._receive)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _receive(self) -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
            subscriber.linger = 0
            subscriber.subscribe(b"")
            subscriber.connect(f"tcp://127.0.0.1:{self.port}")
            while subscriber.poll(50) or not self._over.is_set():
                if subscriber.poll(0):
                    topic, payload = subscriber.recv_multipart()
                    self.topics.add(topic)
                    if topic == b"tester/frame":
                        self.frame_ids.append(msgspec.msgpack.decode(payload)["frame_id"])


class UdpReceiver:
    """A plain UDP socket that reads our link."""

    def __init__(self) -> None:
        self.frame_ids = list[int]()
        self.kinds = set[str]()
        self._over = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.port: int = self._socket.getsockname()[1]

    @contextmanager
    def listening(self) -> Generator[None, None, None]:
        thread = threading.Thread(target=self._receive)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
            self._socket.close()

    def _receive(self) -> None:
        while True:
            try:
                datagram = self._socket.recv(65535)
            except TimeoutError:
                if self._over.is_set():
                    return
                continue
            _header, message = link.decode(datagram)
            self.kinds.add(type(message).__name__)
            if isinstance(message, link.Frame):
                self.frame_ids.append(message.frame_id)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_every_frame_of_footage_reaches_osc_zmq_udp_and_the_take(tmp_path: Path) -> None:
    osc, udp = OscReceiver(), UdpReceiver()
    subscriber = ZmqReceiver(free_port())
    config = tmp_path / "streams.yaml"
    ports = {"osc": osc.port, "zmq": subscriber.port, "link": udp.port}
    config.write_text(CONFIG.format(frames=FRAMES, **ports), encoding="utf-8")
    stats = tmp_path / "stats.json"
    command = [sys.executable, "-m", "mocapbridge", "run", "--config", str(config)]
    with osc.listening(), subscriber.listening(), udp.listening():
        done = subprocess.run(
            [*command, "--stats-json", str(stats)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, "")

    everything = list(range(FRAMES))
    (parts,) = osc.part_counts
    assert sorted(osc.parts) == everything
    assert all(len(found) == parts for found in osc.parts.values())
    assert len(osc.names) == 55 + 52
    assert subscriber.frame_ids == everything
    assert {b"tester/frame", b"tester/static"} <= subscriber.topics
    assert udp.frame_ids == everything
    assert "StaticPart" in udp.kinds

    (path,) = (tmp_path / "takes").iterdir()
    take = read_take(path)
    assert take.header.face_source == "synthetic"
    assert take.footer is not None
    assert [frame.motion.frame_id for frame in take.frames()] == everything

    end = json.loads(stats.read_text(encoding="utf-8"))
    assert (end["captured"], end["processed"], end["skipped"]) == (FRAMES, FRAMES, 0)
    assert end["take"]["path"] == str(path)
    assert [out["frames"] for out in end["outputs"]] == [FRAMES] * 3
    assert [out["errors"] for out in end["outputs"]] == [0] * 3
    assert str(path) in done.stdout
