"""VMC and VRChat packets judged by liblo's oscdump and by tshark's dissector of OSC."""

from __future__ import annotations

import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from mocapbridge.outputs.base import Output
from mocapbridge.outputs.options import OutputOptions
from mocapbridge.registry import OUTPUTS, implementation
from tests.motion_frames import SteppedClock, stream_info
from tests.raised_arm import raised_arm_frame

_PCAP_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)  # 101: raw IP


def output_to(protocol: str, port: int) -> Output:
    options = msgspec.convert({"type": protocol, "port": port}, OutputOptions)
    kind = implementation(OUTPUTS, "mocapbridge.output", protocol)
    output = kind(options, stream_info("Ann"), SteppedClock())
    output.open()
    return output


def datagrams(protocol: str) -> list[bytes]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        output = output_to(protocol, receiver.getsockname()[1])
        received = [receiver.recv(65536) for _ in range(output.send(raised_arm_frame()))]
        output.close()
    return received


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [
        (
            "vmc",
            {
                '/VMC/Ext/Bone/Pos sfffffff "Hips"': (-0.3, 0.93, 0.0, 0.0, 0.0, 0.0, 1.0),
                '/VMC/Ext/Blend/Val sf "MouthSmileLeft"': (0.8,),
                "/VMC/Ext/OK iiii": (1, 3, 0, 1),
            },
        ),
        (
            "vrchat",
            {
                "/tracking/trackers/1/rotation fff": (0.0, 0.0, 0.0),
                "/avatar/parameters/FT/v2/MouthSmileLeft f": (0.8,),
            },
        ),
    ],
)
def test_oscdump_of_liblo_prints_the_right_motion(
    protocol: str, expected: dict[str, tuple[float, ...]]
) -> None:
    oscdump, stdbuf = shutil.which("oscdump"), shutil.which("stdbuf")
    if oscdump is None or stdbuf is None:
        pytest.skip("oscdump is not installed (Debian package liblo-tools)")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [stdbuf, "-oL", oscdump, str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        found = values_printed(process, datagrams(protocol), port, set(expected))
    finally:
        process.kill()
        process.communicate()
    for start, values in expected.items():
        assert found[start] == pytest.approx(values, abs=1e-5)


def values_printed(
    process: subprocess.Popen[str], packets: list[bytes], port: int, starts: set[str]
) -> dict[str, list[float]]:
    """What oscdump prints after each of these starts of its lines."""
    assert process.stdout is not None
    stopping = threading.Event()

    def send_on() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            while not stopping.wait(0.1):
                for packet in packets:
                    sender.sendto(packet, ("127.0.0.1", port))

    thread = threading.Thread(target=send_on)
    thread.start()
    found: dict[str, list[float]] = {}
    try:
        while starts - found.keys():
            line = process.stdout.readline().partition(" ")[2].strip()
            for start in starts:
                if line.startswith(start + " "):
                    found[start] = [float(word) for word in line[len(start) :].split()]
    finally:
        stopping.set()
        thread.join()
    return found


@pytest.mark.parametrize("protocol", ["osc", "vmc", "vrchat"])
def test_tsharks_dissector_finds_nothing_malformed(protocol: str, tmp_path: Path) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed (Debian package tshark)")
    packets = datagrams(protocol)
    capture = tmp_path / "capture.pcap"
    capture.write_bytes(_PCAP_HEADER + b"".join(map(captured, packets)))
    read: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    done = read(
        [tshark, "-r", capture, "--enable-heuristic", "osc_udp", "-V"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.count("Open Sound Control Encoding") == len(packets)
    assert "Malformed" not in done.stdout
    assert "MouthSmileLeft" in done.stdout or "mouthSmileLeft" in done.stdout


def captured(packet: bytes) -> bytes:
    """A datagram as a capture file holds it: a record with IP and UDP headers."""
    udp = struct.pack(">HHHH", 40000, 9000, 8 + len(packet), 0) + packet
    local = socket.inet_aton("127.0.0.1")
    ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + local + local + udp
    return struct.pack("<IIII", 0, 0, len(ip), len(ip)) + ip
