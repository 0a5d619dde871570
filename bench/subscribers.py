"""Many ZeroMQ subscribers, and one that stops: ``python -m bench.subscribers``.

Publishes random frames at 60 a second to 50 subscribers in processes of their own, and prints the
processor time that publishing takes as a share of one core (all threads of this process, ZeroMQ's
included), what arrived, and how long a send takes. Then stops one subscriber (SIGSTOP) while the
rest goes on: the 99th percentile of a send before and meanwhile, in wall time and in processor
time of the sending thread (a loaded machine spoils the former), and, when it goes on, how old the
first pose is that it finds, and how soon it has one of at most 100 ms.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Final

import msgspec
import numpy as np
import zmq

from mocapbridge.clock import SystemClock
from mocapbridge.outputs.options import ZmqOptions
from mocapbridge.outputs.zmq_pub import ZmqOutput
from mocapbridge.types import Float64Array
from tests.motion_frames import random_frame, stream_info

_RATE_HZ: Final = 60.0
_SILENCE_MS: Final = 2000
_FRESH_MS: Final = 100.0


def receive(endpoint: str) -> None:
    """Subscribe, take frames in until they stop, print how many came and how old they were.

    After a pause of its own (it was stopped) it says how old the first frame was, and how long it
    took from there, reading on, to a pose that is at most 100 ms old.
    """
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    subscriber = context.socket(zmq.SUB)
    subscriber.setsockopt(zmq.RCVHWM, 2)
    subscriber.setsockopt(zmq.SUBSCRIBE, b"performer/frame")
    subscriber.connect(endpoint)
    print("connected", flush=True)
    received = 0
    first_ms = fresh_after_ms = 0.0
    last_ns = time.monotonic_ns()
    while _something_comes(subscriber, _SILENCE_MS if received else 20_000):
        _, payload = subscriber.recv_multipart()
        received += 1
        resumed_ns = time.monotonic_ns()
        if resumed_ns - last_ns > 1_000_000_000 and received > 1:
            first_ms = _age_ms(payload)
            # What waits in the system comes in bit by bit: an empty queue is not yet the newest.
            while _age_ms(payload) > _FRESH_MS:
                _, payload = subscriber.recv_multipart()
                received += 1
            fresh_after_ms = (time.monotonic_ns() - resumed_ns) / 1e6
        last_ns = time.monotonic_ns()
    print(received, round(first_ms, 1), round(fresh_after_ms, 1))
    context.destroy(linger=0)


def _something_comes(subscriber: zmq.Socket[bytes], within_ms: int) -> bool:
    # Asked twice: while the process is stopped, the time of the first question runs out.
    return bool(subscriber.poll(within_ms)) or bool(subscriber.poll(within_ms))


def _age_ms(payload: bytes) -> float:
    captured_ns = msgspec.msgpack.decode(payload)["capture_time_ns"]
    return (time.monotonic_ns() - captured_ns) / 1e6


def publish(output: ZmqOutput, seconds: float) -> Float64Array:
    """Send frames at the rate; wall and processor time of each send, ``(n, 2)`` [ms]."""
    material = [random_frame(seed) for seed in range(32)]
    times_ms: list[tuple[float, float]] = []
    due_s = time.monotonic()
    for index in range(round(seconds * _RATE_HZ)):
        frame = replace(
            material[index % len(material)], frame_id=index, capture_time_ns=time.monotonic_ns()
        )
        wall_ns, processor_ns = time.perf_counter_ns(), time.thread_time_ns()
        output.send(frame)
        processor_ns = time.thread_time_ns() - processor_ns
        times_ms.append(((time.perf_counter_ns() - wall_ns) / 1e6, processor_ns / 1e6))
        due_s += 1.0 / _RATE_HZ
        time.sleep(max(0.0, due_s - time.monotonic()))
    return np.array(times_ms)


def _percentiles(times_ms: Float64Array) -> str:
    (wall, processor), (wall_99, processor_99) = np.percentile(times_ms, (50, 99), axis=0)
    return (
        f"p50 {wall:.2f} ms, p99 {wall_99:.2f} ms; processor p50 {processor:.2f} ms, "
        f"p99 {processor_99:.2f} ms"
    )


def run(subscribers: int, seconds: float, stopped_s: float) -> None:
    """Measure and print."""
    output = ZmqOutput(ZmqOptions(bind="tcp://127.0.0.1:*"), stream_info(), SystemClock())
    output.open()
    command = [sys.executable, "-m", "bench.subscribers", "--receive", output.target]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(subscribers)
    ]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    time.sleep(1.0)
    before, started_s = time.process_time(), time.monotonic()
    times_ms = publish(output, seconds)
    share = (time.process_time() - before) / (time.monotonic() - started_s)
    print(f"{subscribers} subscribers, {_RATE_HZ:g} frames a second, {seconds:g} s")
    print(f"publishing takes {100 * share:.1f} % of a core (at most 20)")
    print(f"a send: {_percentiles(times_ms)}")
    processes[0].send_signal(signal.SIGSTOP)
    meanwhile_ms = publish(output, stopped_s)
    print(
        f"one of them stopped for {stopped_s:g} s: {_percentiles(meanwhile_ms)} "
        "(p99 within 1 ms of before)"
    )
    processes[0].send_signal(signal.SIGCONT)
    publish(output, 2.0)
    output.close()
    told = [process.communicate()[0].split() for process in processes]
    counts = [int(words[0]) for words in told[1:]]
    sent = len(times_ms) + len(meanwhile_ms) + round(2.0 * _RATE_HZ)
    print(f"the others got {min(counts)} to {max(counts)} of {sent} frames")
    print(
        f"the one that was stopped: its first pose is {told[0][1]} ms old; reading on, it has one "
        f"of at most {_FRESH_MS:g} ms after {told[0][2]} ms"
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subscribers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--stopped", type=float, default=60.0, help="[s] one stands still")
    parser.add_argument("--receive", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.receive is not None:
        receive(arguments.receive)
    else:
        run(arguments.subscribers, arguments.seconds, arguments.stopped)


if __name__ == "__main__":
    main()
