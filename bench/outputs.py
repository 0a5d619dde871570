"""How long each output takes for one frame: ``python -m bench.outputs``.

Builds and sends random frames on loopback to a receiver in a process of its own. Prints, for the
building and sending of one frame, the median and 95th percentile of the wall time and the median
of the processor time of the sending thread [us], and the bytes that arrived. Once back to back,
where the processor's caches are warm and a ZeroMQ subscriber may fall behind, and once at a
camera's pace, where the caches are as cold as whatever else runs leaves them. The last line sums
the medians of one output of each protocol: what a frame costs when it goes to all of them.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from dataclasses import replace
from typing import Final

import msgspec
import numpy as np
import zmq
from websockets.sync.client import connect

from mocapbridge.outputs.base import Output
from mocapbridge.outputs.options import OutputOptions
from mocapbridge.registry import OUTPUTS, implementation
from tests.motion_frames import seen_frame, stream_info

_UDP: Final = (
    "osc",
    "vmc",
    "vrchat",
    "live_link_face",
    "ifacialmocap",
    "openseeface",
    "json_live_link",
    "rokoko",
    "link",
)
_NAMES: Final = (*_UDP, "zmq msgpack", "zmq json", "websocket msgpack", "websocket json")
_WARM_UP: Final = 50
_SILENCE_S: Final = 1.0
"""A receiver that hears nothing for so long takes the run for over."""


def receive_udp() -> None:
    """Print a free port, take datagrams in until they stop, print how many bytes came."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        print(receiver.getsockname()[1], flush=True)
        received = len(receiver.recv(65536))
        receiver.settimeout(_SILENCE_S)
        try:
            while True:
                received += len(receiver.recv(65536))
        except TimeoutError:
            print(received)


def receive_zmq(endpoint: str) -> None:
    """Subscribe, say so, take messages in until they stop, print how many bytes came."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    subscriber = context.socket(zmq.SUB)
    subscriber.setsockopt(zmq.SUBSCRIBE, b"")
    subscriber.connect(endpoint)
    print("connected", flush=True)
    received = sum(map(len, subscriber.recv_multipart()))
    while subscriber.poll(int(_SILENCE_S * 1000)):
        received += sum(map(len, subscriber.recv_multipart()))
    print(received)
    context.destroy(linger=0)


def receive_websocket(endpoint: str) -> None:
    """Connect, say so, take messages in until they stop, print how many bytes came."""
    with connect(endpoint, compression=None) as client:
        received = len(client.recv())
        print("connected", flush=True)
        try:
            while True:
                received += len(client.recv(timeout=_SILENCE_S))
        except TimeoutError:
            print(received)


def start_receiver(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """One of the above in its own process, and the first line it printed."""
    command = [sys.executable, "-m", "bench.outputs", "--receive", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def make(kind: str, **where: object) -> Output:
    """An output of that type, open."""
    options = msgspec.convert({"type": kind, **where}, OutputOptions)
    output: Output = implementation(OUTPUTS, "mocapbridge.output", kind)(
        options, stream_info("Ann")
    )
    output.open()
    return output


def open_with_receiver(name: str) -> tuple[Output, subprocess.Popen[str]]:
    """An output and the process that takes in what it sends."""
    kind, _, encoding = name.partition(" ")
    if kind == "zmq":
        output = make(kind, bind="tcp://127.0.0.1:*", encoding=encoding)
        process, _ = start_receiver("zmq", output.target)
        time.sleep(0.5)
        return output, process
    if kind == "websocket":
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        output = make(kind, port=port, encoding=encoding)
        process, _ = start_receiver("websocket", output.target)
        return output, process
    process, port_text = start_receiver("udp")
    return make(kind, port=int(port_text)), process


def measure(output: Output, frames: int, rate_hz: float) -> tuple[list[float], list[float]]:
    """Send frames at that rate, 0 for back to back: wall and processor time of each [us]."""
    material = [replace(seen_frame(seed), gestures=("", "")) for seed in range(32)]
    wall_us: list[float] = []
    cpu_us: list[float] = []
    for index in range(_WARM_UP + frames):
        frame = material[index % len(material)]
        cpu_ns, wall_ns = time.thread_time_ns(), time.perf_counter_ns()
        output.send(frame)
        wall_us.append((time.perf_counter_ns() - wall_ns) / 1000)
        cpu_us.append((time.thread_time_ns() - cpu_ns) / 1000)
        if rate_hz:
            time.sleep(1.0 / rate_hz)
    return wall_us[_WARM_UP:], cpu_us[_WARM_UP:]


def run(frames: int, rate_hz: float) -> None:
    """Measure every output, one after the other."""
    print(f"{frames} frames, " + (f"{rate_hz:g} a second" if rate_hz else "back to back"))
    sums = np.zeros(2)
    for name in _NAMES:
        output, process = open_with_receiver(name)
        wall_us, cpu_us = measure(output, frames, rate_hz)
        received, _ = process.communicate()
        output.close()
        p50, p95 = np.percentile(wall_us, (50, 95))
        cpu = float(np.median(cpu_us))
        if not name.endswith("json"):
            sums += (p50, cpu)
        per_frame = int(received) / (frames + _WARM_UP)
        print(
            f"{name:17} p50 {p50:5.0f}  p95 {p95:5.0f}  processor {cpu:5.0f} us, "
            f"{per_frame:5.0f} bytes a frame"
        )
    print(f"one of each       p50 {sums[0]:5.0f}             processor {sums[1]:5.0f} us")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument(
        "--rates", type=float, nargs="+", default=(0.0, 60.0), help="frames a second; 0: no pause"
    )
    parser.add_argument("--receive", nargs="+", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.receive is None:
        for rate_hz in arguments.rates:
            run(arguments.frames, rate_hz)
    elif arguments.receive[0] == "udp":
        receive_udp()
    elif arguments.receive[0] == "zmq":
        receive_zmq(arguments.receive[1])
    else:
        receive_websocket(arguments.receive[1])


if __name__ == "__main__":
    main()
