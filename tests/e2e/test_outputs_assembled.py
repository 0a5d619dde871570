"""What every output can be given: a subject and a rate of its own, through the whole pipeline."""

from __future__ import annotations

import socket
import threading

import msgspec

from mocapbridge.config.schema import RunConfig
from mocapbridge.pipeline.assemble import open_pipeline
from mocapbridge.wire import osc


def test_each_output_has_its_own_subject_and_rate() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as second,
    ):
        for receiver in (first, second):
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(0.5)
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        config = msgspec.convert(
            {
                "subject": "Ann",
                "source": {"type": "synthetic", "fps": 60, "frames": 60, "pace": "native"},
                "tracking": {"backend": "synthetic"},
                "outputs": [
                    {"type": "osc", "port": first.getsockname()[1]},
                    {
                        "type": "osc",
                        "port": second.getsockname()[1],
                        "subject": "Bea",
                        "rate_limit_hz": 15.0,
                    },
                ],
            },
            RunConfig,
        )
        with open_pipeline(config) as pipeline:
            end = pipeline.run(threading.Event())
        subjects, frames = zip(received(first), received(second), strict=True)
    assert subjects == ({"Ann"}, {"Bea"})
    assert len(frames[0]) > 30
    assert 8 <= len(frames[1]) <= 17
    assert [out.frames for out in end.outputs] == list(map(len, frames))
    assert [out.errors for out in end.outputs] == [0, 0]


def received(receiver: socket.socket) -> tuple[set[object], set[object]]:
    """Subjects and frame ids of all that has arrived."""
    subjects: set[object] = set()
    frame_ids: set[object] = set()
    try:
        while True:
            for message in osc.decode(receiver.recv(65536)):
                if message.address == "/mocap/subject":
                    subjects.add(message.arguments[0])
                elif message.address == "/mocap/frame":
                    frame_ids.add(message.arguments[0])
    except TimeoutError:
        return subjects, frame_ids
