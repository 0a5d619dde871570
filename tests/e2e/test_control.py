"""A run in a process of its own, steered over real sockets."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import zmq
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from mocapbridge.cli.main import main
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.takes.reader import read_take
from mocapbridge.tracking.synthetic_performer import performer_at
from mocapbridge.wire import link

CONFIG = """\
source: {{type: synthetic, live: true, fps: 60}}
tracking: {{backend: synthetic}}
record: {{folder: takes}}
outputs: [{{type: link, port: {link}}}]
control: {{zmq: "tcp://127.0.0.1:{zmq}", osc_port: {osc}{extra}}}
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Steered:
    """A run and the ports that it listens at."""

    def __init__(self, process: subprocess.Popen[str], ports: list[int]) -> None:
        self.process = process
        self.zmq_port, self.osc_port = ports

    def ask(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(sys.executable, "-m", "mocapbridge", "control", command, *arguments),
                *("--at", f"tcp://127.0.0.1:{self.zmq_port}"),
            ],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def told(self, command: str, *arguments: str) -> dict[str, Any]:
        done = self.ask(command, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def osc(self, datagram: bytes) -> list[Any]:
        """What comes back for a datagram: address and arguments; [] for nothing."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("127.0.0.1", self.osc_port))
            asking.settimeout(1.0)
            asking.send(datagram)
            try:
                reply = OscMessage(asking.recv(8192))
            except TimeoutError:
                return []
        return [reply.address, *reply.params]


@contextmanager
def running(folder: Path, link_port: int = 9, extra: str = "") -> Generator[Steered]:
    ports = free_ports(2)
    config = folder / "run.yaml"
    config.write_text(CONFIG.format(link=link_port, zmq=ports[0], osc=ports[1], extra=extra))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "mocapbridge", "run"),
            *("--config", str(config), "--headless"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(folder), "LOCALAPPDATA": str(folder)},
    )
    run = Steered(process, ports)
    try:
        deadline_s = time.monotonic() + 30.0
        while run.ask("list", *(["--token", "a long secret"] if extra else [])).returncode != 0:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline_s
        yield run
    finally:
        process.terminate()
        process.communicate(timeout=20)


def osc_message(address: str, *arguments: str | float) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build().dgram


def test_a_run_tells_its_state_and_takes_settings(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        listed = run.told("list")
        assert {"status", "recentre", "set", "list"} <= listed["commands"].keys()
        assert listed["parameters"]["filters.preset"] == "normal"
        before = run.told("status")["run"]["processed"]
        assert run.told("set", "parameter=filters.preset", "value=smooth") == {
            "parameter": "filters.preset",
            "value": "smooth",
        }
        assert run.told("set", "parameter=solve.root", "value=locked")["value"] == "locked"
        assert run.told("get", "parameter=filters.preset")["value"] == "smooth"
        assert run.told("status")["run"]["processed"] > before
        refused = run.ask("set", "parameter=filters.preset", "value=silky")
        assert refused.returncode == 2
        assert "silky" in refused.stderr
        unknown = run.ask("statsu")
        assert "did you mean 'status'" in unknown.stderr
        assert run.process.poll() is None


def test_takes_begin_and_end_on_command(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        begun = Path(run.told("record_start", "slate=12")["take"])  # JSON's number
        assert begun.name.startswith("12_")
        assert "recorded already" in run.ask("record_start").stderr
        assert run.told("status")["run"]["take"]["path"]
        ended = Path(run.told("record_stop")["take"])
        assert "no take is being recorded" in run.ask("record_stop").stderr
        assert "valid: 1 to 80 letters" in run.ask("record_start", "slate=../../evil").stderr
        assert run.process.poll() is None
    take = read_take(ended)
    assert sum(1 for _ in take.frames()) > 0
    assert ended.parent == tmp_path / "takes"


def test_commands_over_osc_are_answered_with_little(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        control = "/mocap/control/"
        assert run.osc(osc_message(control + "recentre")) == [control + "ok", "recentre"]
        done = run.osc(
            osc_message(control + "set", "parameter", "filters.preset", "value", "crisp")
        )
        assert done == [control + "ok", "set"]
        assert run.told("get", "parameter=filters.preset")["value"] == "crisp"
        address, command, why = run.osc(osc_message(control + "jump"))
        assert (address, command) == (control + "error", "jump")
        assert "valid:" in why
        assert run.osc(osc_message(control + "set", "odd"))[0] == control + "error"
        assert run.osc(b"\x00" * 40) == []
        assert run.osc(osc_message("/somebody/else", 1)) == []
        assert run.process.poll() is None


def test_a_token_is_asked_for_on_both_sockets(tmp_path: Path) -> None:
    with running(tmp_path, extra=', token: "a long secret"') as run:
        assert "token is missing or wrong" in run.ask("status").stderr
        assert run.ask("status", "--token", "a long secret").returncode == 0
        control = "/mocap/control/"
        assert run.osc(osc_message(control + "recentre"))[0] == control + "error"
        with_token = osc_message(control + "recentre", "token", "a long secret")
        assert run.osc(with_token) == [control + "ok", "recentre"]


def test_recentring_brings_the_performer_to_the_origin(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        with running(tmp_path, receiver.getsockname()[1]) as run:
            run.told("recentre")
            deadline_s = time.monotonic() + 5.0
            nearest_m = 10.0
            while nearest_m > 0.05 and time.monotonic() < deadline_s:
                _, message = link.decode(receiver.recv(2048))
                if isinstance(message, link.Frame):
                    x, _, z = message.root_position_in_world_m
                    nearest_m = min(nearest_m, (x * x + z * z) ** 0.5)
            assert nearest_m <= 0.05


def curled_side(receiver: socket.socket) -> tuple[str, str]:
    """Which hand is the more curled, in what arrives and in what the synthetic performer does."""
    left, right = (JOINT_NAMES.index(f"{side}IndexIntermediate") for side in ("left", "right"))
    drain(receiver)
    while True:
        _, message = link.decode(receiver.recv(2048))
        if not isinstance(message, link.Frame):
            continue
        does = performer_at(message.capture_time_ns).curl
        if abs(does[0] - does[1]) > 0.5:
            bent = [abs(message.rotations_wxyz[joint][0]) for joint in (left, right)]
            arrives = "left" if bent[0] < bent[1] else "right"
            return arrives, "left" if does[0] > does[1] else "right"


def drain(receiver: socket.socket) -> None:
    """Drop what waits from before."""
    receiver.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            receiver.recv(2048)
    receiver.settimeout(5.0)


def test_the_motion_can_be_mirrored_and_back(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        with running(tmp_path, receiver.getsockname()[1]) as run:
            arrives, does = curled_side(receiver)
            assert arrives == does
            assert run.told("mirror") == {"on": True}
            arrives, does = curled_side(receiver)
            assert arrives != does
            assert run.told("mirror", "on=false") == {"on": False}
            assert run.told("mirror", "on=false") == {"on": False}
            arrives, does = curled_side(receiver)
            assert arrives == does


@pytest.mark.skipif(sys.platform == "darwin", reason="profiles cannot be put elsewhere there")
def test_calibrating_measures_and_goes_on_with_it(tmp_path: Path) -> None:
    with running(tmp_path) as run:
        told = run.told("calibrate", "name=anna", "body=false", "face=true")
        assert told["stand_still_s"] == 3.0
        deadline_s = time.monotonic() + 30.0
        while (state := run.told("status")["calibration"])["progress"] != "done":
            assert state["progress"] in ("watching", "measuring"), state
            assert time.monotonic() < deadline_s, state
        assert "did you mean" in run.ask("calibrat").stderr
        assert "a profile cannot be called" in run.ask("calibrate", "name=../x").stderr
        run.told("record_start")
        recorded = Path(run.told("record_stop")["take"])
    profiles = list(tmp_path.rglob("anna.yaml"))
    assert len(profiles) == 1
    header = read_take(recorded).header
    assert header.config["solve"]["profile"] == "anna"
    assert header.calibration is not None
    assert header.calibration["neutral_face"]
    # The take is enough to be solved where the profile is not.
    again = tmp_path / "again.mocap"
    assert main(["solve", str(recorded), "--output", str(again)]) == 0
    neutral = read_take(again).header.config["solve"]["neutral_face"]
    assert neutral == header.calibration["neutral_face"]


def test_a_port_in_use_is_said_where_it_was_asked_for(tmp_path: Path) -> None:
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    taken = context.socket(zmq.REP)
    port = taken.bind_to_random_port("tcp://127.0.0.1")
    config = tmp_path / "run.yaml"
    config.write_text(CONFIG.format(link=9, zmq=port, osc=free_ports(1)[0], extra=""))
    done = subprocess.run(
        [sys.executable, "-m", "mocapbridge", "run", "--config", str(config)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    context.destroy(linger=0)
    assert done.returncode == 5
    assert f"tcp://127.0.0.1:{port}" in done.stderr
    assert "control.zmq" in done.stderr


def test_nobody_there_is_said() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mocapbridge", "control", "status"),
            *("--at", f"tcp://127.0.0.1:{free_ports(1)[0]}"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 5
    assert "no run answers" in done.stderr
