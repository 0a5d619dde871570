"""How long each output takes for one frame: ``python -m bench.outputs``.

Builds and sends random frames on loopback to a receiver in a process of its own. Prints, for the
building and sending of one frame, the median and 95th percentile of the wall time and the median
of the processor time of the sending thread [us], and the bytes that arrived. Once back to back,
where the processor's caches are warm and a ZeroMQ subscriber may fall behind, and once at a
camera's pace, where the caches are as cold as whatever else runs leaves them.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import time
from dataclasses import replace
from typing import Final

import numpy as np
import zmq

from mocapbridge.outputs.base import Output
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.options import LinkOptions, OscOptions, ZmqOptions
from mocapbridge.outputs.osc import OscOutput
from mocapbridge.outputs.zmq_pub import ZmqOutput
from tests.motion_frames import random_frame, stream_info

_WARM_UP: Final = 50
_SILENCE_S: Final = 1.0
"""A receiver that hears nothing for so long takes the run for over."""


def receive_udp() -> None:
    """Print a free port, take datagrams in until they stop, print how many bytes came."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        print(receiver.getsockname()[1], flush=True)
        received = len(receiver.recv(2048))
        receiver.settimeout(_SILENCE_S)
        try:
            while True:
                received += len(receiver.recv(2048))
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


def start_receiver(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    """One of the above in its own process, and the first line it printed."""
    command = [sys.executable, "-m", "bench.outputs", "--receive", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def measure(name: str, output: Output, frames: int, rate_hz: float) -> tuple[str, int]:
    """Send frames at that rate, 0 for back to back: the line to print, and how many were sent."""
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
    p50, p95 = np.percentile(wall_us[_WARM_UP:], (50, 95))
    cpu = np.median(cpu_us[_WARM_UP:])
    return f"{name:12} p50 {p50:5.0f}  p95 {p95:5.0f}  processor {cpu:5.0f} us", len(wall_us)


def run(frames: int, rate_hz: float) -> None:
    """Measure every output, one after the other."""
    info = stream_info()
    print(f"{frames} frames, " + (f"{rate_hz:g} a second" if rate_hz else "back to back"))
    for name in ("osc", "link", "zmq msgpack", "zmq json"):
        if name in {"osc", "link"}:
            process, port = start_receiver("udp")
            output: Output = (
                OscOutput(OscOptions(port=int(port)), info)
                if name == "osc"
                else LinkOutput(LinkOptions(port=int(port)), info)
            )
            output.open()
        else:
            encoding = "json" if name.endswith("json") else "msgpack"
            output = ZmqOutput(ZmqOptions(bind="tcp://127.0.0.1:*", encoding=encoding), info)
            output.open()
            process, _ = start_receiver("zmq", output.target)
            time.sleep(0.5)
        line, sent = measure(name, output, frames, rate_hz)
        received, _ = process.communicate()
        output.close()
        print(f"{line}, {int(received) / sent:5.0f} bytes a frame")


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
    else:
        receive_zmq(arguments.receive[1])


if __name__ == "__main__":
    main()
