"""Mapped motion at the far end: the whole program, with receivers of other makes."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path

import msgspec
import zmq
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer

from mocapbridge.wire import link, live_link_face
from tests.mapping_files import write_mapping

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
subject: tester
source: {{type: synthetic, frames: {frames}, fps: 40, pace: native}}
tracking: {{backend: synthetic}}
mapping: mine.yaml
outputs:
  - {{type: osc, port: {osc}, mapping: free.yaml}}
  - {{type: zmq, bind: "tcp://127.0.0.1:{zmq}", mapping: free.yaml}}
  - {{type: link, port: {link}, mapping: free.yaml}}
  - {{type: vmc, port: {vmc}, mapping: free.yaml}}
  - {{type: live_link_face, port: {face}}}
"""
MINE = "extends: arkit\nshapes: {jawOpen: {gain: 0, offset: 0.625}}\n"
FREE = """\
extends: mixamo
shapes:
  Fixed Smile: {from: jawOpen, gain: 0, offset: 0.25}
  AsItIs: jawOpen
  Doubled: {from: jawOpen, gain: 2, clamp: [0, 9]}
joints:
  Blade:
    from: head
    parent: mixamorig:Head
    gain: 0
    turn: {z: {from: jawOpen, gain: 0, offset: 90}}
"""


class OscReceiver:
    """A python-osc server that keeps what came last at each address, and for VMC by name."""

    def __init__(self) -> None:
        self.last = dict[str, tuple[float | str, ...]]()
        dispatcher = Dispatcher()
        # python-osc leaves the handler's return type open.
        dispatcher.set_default_handler(self._note)  # pyright: ignore[reportUnknownMemberType]
        self._server = BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher)
        self.port = self._server.server_address[1]

    @contextlib.contextmanager
    def listening(self) -> Generator[None, None, None]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def _note(self, address: str, *arguments: float | str) -> None:
        if arguments and isinstance(arguments[0], str):
            address, arguments = f"{address} {arguments[0]}", arguments[1:]
        self.last[address] = arguments


class PacketReceiver:
    """A UDP socket or ZeroMQ subscriber that keeps all it gets."""

    def __init__(self) -> None:
        self.packets = list[bytes]()
        self._over = threading.Event()
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._udp.settimeout(0.05)
        self.port: int = self._udp.getsockname()[1]

    @contextlib.contextmanager
    def listening(self, zmq_port: int | None = None) -> Generator[None, None, None]:
        body = self._receive if zmq_port is None else lambda: self._subscribe(zmq_port)
        thread = threading.Thread(target=body)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()
            self._udp.close()

    def _receive(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                while True:
                    self.packets.append(self._udp.recv(65535))

    def _subscribe(self, port: int) -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
            subscriber.linger = 0
            subscriber.subscribe(b"")
            subscriber.connect(f"tcp://127.0.0.1:{port}")
            while subscriber.poll(50) or not self._over.is_set():
                if subscriber.poll(0):
                    self.packets.append(subscriber.recv_multipart()[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(config: Path) -> list[str]:
    return [sys.executable, "-m", "mocapbridge", "run", "--config", str(config), "--headless"]


def test_every_receiver_gets_what_the_mapping_makes(tmp_path: Path) -> None:
    write_mapping(tmp_path, MINE)
    write_mapping(tmp_path, FREE, "free.yaml")
    osc, vmc = OscReceiver(), OscReceiver()
    subscriber, udp, face = PacketReceiver(), PacketReceiver(), PacketReceiver()
    zmq_port = free_port()
    ports = {"osc": osc.port, "vmc": vmc.port, "link": udp.port, "face": face.port}
    config = tmp_path / "mapped.yaml"
    config.write_text(CONFIG.format(frames=60, zmq=zmq_port, **ports), encoding="utf-8")
    with (
        osc.listening(),
        vmc.listening(),
        subscriber.listening(zmq_port),
        udp.listening(),
        face.listening(),
    ):
        done = subprocess.run(
            command(config), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")

    assert osc.last["/mocap/blend/Fixed_Smile"] == (0.25,)
    assert osc.last["/mocap/blend/Doubled"][0] == 2 * float(osc.last["/mocap/blend/AsItIs"][0])
    assert "/mocap/blend/jawOpen" not in osc.last
    assert "/mocap/joint/mixamorig:LeftForeArm" in osc.last
    _check_blade(osc.last["/mocap/joint/Blade"][3:7])
    _check_zmq(subscriber.packets)
    _check_link(udp.packets)
    assert vmc.last["/VMC/Ext/Blend/Val Fixed Smile"] == (0.25,)
    assert {"/VMC/Ext/Bone/Pos LeftLowerArm", "/VMC/Ext/Bone/Pos Jaw"} <= vmc.last.keys()
    faces = [live_link_face.decode(packet).face for packet in face.packets]
    values = [seen.values for seen in faces if seen is not None]
    assert {seen[17] for seen in values} == {0.625}
    assert len(set(values)) > 1, "the rest moves as it did"


def _check_blade(rotation_wxyz: tuple[float | str, ...]) -> None:
    assert [round(float(part), 4) for part in rotation_wxyz] == [0.7071, 0.0, 0.0, 0.7071]


def _check_zmq(packets: list[bytes]) -> None:
    messages = [msgspec.msgpack.decode(packet) for packet in packets]
    static = next(message for message in messages if message["kind"] == "static")
    frame = next(message for message in reversed(messages) if message["kind"] == "frame")
    assert frame["static_hash"] == static["static_hash"]
    assert static["blendshapes"] == ["Fixed Smile", "AsItIs", "Doubled"]
    joints = [joint["name"] for joint in static["joints"]]
    blade = joints.index("Blade")
    assert joints[static["joints"][blade]["parent"]] == "mixamorig:Head"
    assert frame["face"]["blendshapes"][0] == 0.25
    assert len(frame["pose"]["rotations_wxyz"]) == len(joints)
    _check_blade(tuple(frame["pose"]["rotations_wxyz"][blade]))


def _check_link(packets: list[bytes]) -> None:
    assembler, described, frames = link.StaticAssembler(), None, list[link.Frame]()
    for packet in packets:
        header, message = link.decode(packet)
        if isinstance(message, link.StaticPart):
            described = assembler.add(header.session_id, header.subject, message) or described
        elif isinstance(message, link.Frame):
            frames.append(message)
    assert described is not None
    assert described.blendshapes == ("Fixed Smile", "AsItIs", "Doubled")
    names = [joint.name for joint in described.joints]
    assert round(frames[-1].blendshapes[0], 4) == 0.25
    _check_blade(tuple(frames[-1].rotations_wxyz[names.index("Blade")]))


def test_edits_reach_receivers_while_it_runs(tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path, "shapes: {A: jawOpen}")
    osc = OscReceiver()
    config = tmp_path / "live.yaml"
    config.write_text(
        "source: {type: synthetic, fps: 40, pace: native}\ntracking: {backend: synthetic}\n"
        f"mapping: {Path(mapping).name}\noutputs: [{{type: osc, port: {osc.port}}}]\n",
        encoding="utf-8",
    )
    with (
        osc.listening(),
        subprocess.Popen(
            command(config), cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as running,
    ):
        try:
            _wait_for(osc, "/mocap/blend/A")
            write_mapping(tmp_path, "shapes: {B: jawOpn}")
            assert running.stderr is not None
            told = running.stderr.readline()
            write_mapping(tmp_path, "shapes: {C: jawOpen}")
            _wait_for(osc, "/mocap/blend/C")
        finally:
            running.terminate()
    assert "stays as it was" in told
    assert "did you mean 'jawOpen'?" in told
    assert "/mocap/blend/B" not in osc.last


def _wait_for(osc: OscReceiver, address: str) -> None:
    deadline_s = time.monotonic() + 30.0
    while address not in osc.last:
        assert time.monotonic() < deadline_s, f"{address} never came"
        time.sleep(0.02)
