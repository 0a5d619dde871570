"""``mocapbridge listen`` as a user runs it."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator

import pytest

from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.listen.arrivals import UdpArrivals
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.options import VmcOptions, WebsocketOptions
from mocapbridge.outputs.vmc import VmcOutput
from mocapbridge.outputs.websocket import WebsocketOutput
from mocapbridge.wire import osc
from tests.motion_frames import stream_info
from tests.raised_arm import raised_arm_frame


def free_port(kind: socket.SocketKind = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def listen(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mocapbridge", "listen", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextlib.contextmanager
def sending(send: Callable[[], object]) -> Generator[None, None, None]:
    """Something that is done thirty times a second meanwhile."""
    stopping = threading.Event()

    def run() -> None:
        while not stopping.wait(1 / 30):
            with contextlib.suppress(OutputFailed, OSError):
                send()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


@contextlib.contextmanager
def opened(output: Output) -> Generator[Output, None, None]:
    output.open()
    try:
        yield output
    finally:
        output.close()


def test_good_packets_are_shown_and_found_right() -> None:
    port = free_port()
    with opened(VmcOutput(VmcOptions(port=port), stream_info())) as output:
        process = listen("vmc", port, "--check", "--for", "2.5s")
        with sending(lambda: output.send(raised_arm_frame())):
            told, errors = process.communicate(timeout=60)
    assert process.returncode == 0, told + errors
    assert "bone Hips -0.300 0.930 0.000" in told
    assert "packets" in told
    assert told.rstrip().endswith("nothing is wrong with them")


def test_bad_packets_are_found_wrong() -> None:
    port = free_port()
    packet = osc.encode(osc.Message("/VMC/Ext/Bone/Pos", "sffffff", ("Hips", *(0.0,) * 6)))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        process = listen("vmc", port, "--check", "--for", "2s")
        with sending(lambda: sender.sendto(packet, ("127.0.0.1", port))):
            told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "x /VMC/Ext/Bone/Pos has the types 'sffffff'; valid: 'sfffffff'" in told


def test_silence_is_told_with_what_to_look_at() -> None:
    process = listen("live_link_face", free_port(), "--for", "0.3s")
    told, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "nothing arrived at udp://127.0.0.1:" in told
    assert "firewall" in told


def test_two_listeners_join_a_multicast_group() -> None:
    group, port = "239.255.77.78", free_port()
    try:
        joined = [UdpArrivals(group, port), UdpArrivals(group, port)]
    except OutputUnavailable as error:
        pytest.skip(f"this machine has no way to multicast groups: {error}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto(b"to the group", (group, port))
        except OSError as error:
            pytest.skip(f"this machine has no way to multicast groups: {error}")
    assert [arrivals.next_packet(5.0) for arrivals in joined] == [b"to the group"] * 2
    for arrivals in joined:
        arrivals.close()


def test_a_port_in_use_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        process = listen("vmc", taken.getsockname()[1], "--for", "1s")
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "cannot listen on udp://127.0.0.1:" in errors
    assert "close the program that receives there" in errors


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to a process there")
def test_ctrl_c_ends_it() -> None:
    process = listen("osc", free_port())
    assert process.stdout is not None
    assert process.stdout.readline().startswith("listening: osc on udp://127.0.0.1:")
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    told, errors = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "nothing arrived" in told
    assert errors == ""


def test_a_websocket_server_is_listened_to() -> None:
    port = free_port(socket.SOCK_STREAM)
    with opened(WebsocketOutput(WebsocketOptions(port=port), stream_info())) as output:
        process = listen("websocket", port, "--check", "--for", "1.5s")
        with sending(lambda: output.send(raised_arm_frame())):
            told, errors = process.communicate(timeout=60)
    assert process.returncode == 0, told + errors
    assert "root 0.300 0.930 0.000" in told


@pytest.mark.parametrize("arguments", [["vmx"], ["vmc", "0"], ["vmc", "70000"], ["vmc", "x"], []])
def test_arguments_that_mean_nothing(arguments: list[str]) -> None:
    process = listen(*arguments)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "see mocapbridge listen --help" in errors
