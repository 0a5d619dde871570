"""How long each output takes for one frame: ``python -m bench.outputs``.

Builds and sends random frames on loopback to a receiver in a process of its own, for every output
with its defaults. Prints, for the building and sending of one frame, the median and 95th percentile
of the wall time and the median of the processor time of the sending thread [us], and the bytes that
arrived; and the medians added up: what all outputs together take, each on its own thread. Once back
to back, where the processor's caches are warm and a ZeroMQ subscriber may fall behind, and once at
a camera's pace, where the caches are as cold as whatever else runs leaves them.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from dataclasses import replace
from typing import Final, NamedTuple

import msgspec
import numpy as np
import zmq
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from mocapbridge.outputs.base import Output
from mocapbridge.outputs.options import OutputOptions, ZmqOptions
from mocapbridge.outputs.zmq_pub import ZmqOutput
from mocapbridge.registry import OUTPUTS, implementation
from mocapbridge.types import StreamInfo
from tests.motion_frames import random_frame, stream_info

_OUTPUTS: Final = {
    "osc": "osc",
    "link": "link",
    "vmc": "vmc",
    "live link face": "live_link_face",
    "vrchat": "vrchat",
    "json live link": "json_live_link",
    "rokoko": "rokoko",
    "ifacialmocap": "ifacialmocap",
    "openseeface": "openseeface",
    "zmq msgpack": "msgpack",
    "zmq json": "json",
    "websocket": "websocket",
}
"""Name in the table, and kind of output; of ZeroMQ the encoding."""
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


def receive_websocket(address: str) -> None:
    """Connect, say so, take messages in until they stop, print how many bytes came."""
    with connect(address, compression=None, max_size=None) as client:
        print("connected", flush=True)
        received = 0
        timeout_s: float | None = None
        try:
            while True:
                received += len(client.recv(timeout_s))
                timeout_s = _SILENCE_S
        except (TimeoutError, ConnectionClosed):
            print(received)


def start_receiver(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """One of the above in its own process, and the first line it printed."""
    command = [sys.executable, "-m", "bench.outputs", "--receive", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


class Measured(NamedTuple):
    """What sending one frame takes."""

    p50_us: float
    p95_us: float
    cpu_us: float
    """Median of the sending thread's processor time."""
    sent: int
    """Frames sent, warm-up included."""

    def line(self) -> str:
        """For the table."""
        return f"p50 {self.p50_us:5.0f}  p95 {self.p95_us:5.0f}  processor {self.cpu_us:5.0f} us"


def measure(output: Output, frames: int, rate_hz: float) -> Measured:
    """Send frames at that rate, 0 for back to back."""
    material = [replace(random_frame(seed), gestures=("", "")) for seed in range(32)]
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
    p50_us, p95_us = np.percentile(wall_us[_WARM_UP:], (50, 95))
    cpu = float(np.median(cpu_us[_WARM_UP:]))
    return Measured(float(p50_us), float(p95_us), cpu, len(wall_us))


def run(frames: int, rate_hz: float) -> None:
    """Measure every output, one after the other."""
    info = stream_info()
    print(f"{frames} frames, " + (f"{rate_hz:g} a second" if rate_hz else "back to back"))
    wall_us = cpu_us = 0.0
    for name, kind in _OUTPUTS.items():
        if name.startswith("zmq"):
            encoding = "json" if kind == "json" else "msgpack"
            output = ZmqOutput(ZmqOptions(bind="tcp://127.0.0.1:*", encoding=encoding), info)
            output.open()
            process, _ = start_receiver("zmq", output.target)
            time.sleep(0.5)
        elif name == "websocket":
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            output = _made(kind, info, port)
            output.open()
            process, _ = start_receiver("websocket", output.target)
        else:
            process, port = start_receiver("udp")
            output = _made(kind, info, int(port))
            output.open()
        measured = measure(output, frames, rate_hz)
        received, _ = process.communicate()
        output.close()
        wall_us, cpu_us = wall_us + measured.p50_us, cpu_us + measured.cpu_us
        print(f"{name:14} {measured.line()}, {int(received) / measured.sent:6.0f} bytes a frame")
    print(f"{'all of them':14} p50 {wall_us:5.0f}             processor {cpu_us:5.0f} us")


def _made(kind: str, info: StreamInfo, port: int) -> Output:
    """An output of that kind that sends to or listens at a port of this machine."""
    options = msgspec.convert({"type": kind, "host": "127.0.0.1", "port": port}, OutputOptions)
    return implementation(OUTPUTS, "mocapbridge.output", kind)(options, info)


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
    elif arguments.receive[0] == "websocket":
        receive_websocket(arguments.receive[1])
    else:
        receive_zmq(arguments.receive[1])


if __name__ == "__main__":
    main()
