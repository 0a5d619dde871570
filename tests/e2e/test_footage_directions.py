"""The rendered performer, through the whole program, to a receiver of another make per output.

The clip has exact truth: a wave with the left arm, a step to the left, a smile, a turning head.
What each receiver sees must rise and fall with it, with the right sign, and go on when the clip
begins anew. docs/receivers-tested.md says what this covers and what not.
"""

from __future__ import annotations

import json
import logging
import math
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
import yaml
from pythonosc.osc_packet import OscPacket
from scipy.spatial.transform import Rotation

from mocapbridge.bundled import bundled_path
from mocapbridge.registry import OUTPUTS
from tests.receivers.datagrams import READERS, Packets
from tests.receivers.programs import (
    Datagrams,
    LinkProgram,
    Subscriber,
    WebsocketClient,
    of_messages,
)

_log = logging.getLogger(__name__)

CLIP = bundled_path("samples/performer_full.mp4")
CONNECTED = ("zmq", "websocket", "link")
FRAMES = 300
"""At least so many are seen: the clip has 255, so that it has begun anew."""
AT_LEAST = {"wrist": 0.9, "elbow": 0.9, "step": 0.85, "smile": 0.6, "turn": 0.85}
"""Correlation with the truth; a wrong sign or side gives a negative one or none. The smile is as
good as the face network is (0.75 with the one that is rebuilt from the package index)."""

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.models,
    pytest.mark.skipif(sys.platform == "win32", reason="a run cannot be interrupted there"),
]


class Sent(NamedTuple):
    """What each receiver got of one run."""

    packets: dict[str, Packets]
    frames: dict[str, list[dict[str, float]]]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """``mocapbridge run samples/performer_full.mp4 --loop``, interrupted in the second round."""
    sockets = {name: Datagrams() for name in READERS}
    subscriber, client, link = Subscriber(), WebsocketClient(), LinkProgram()
    receivers = {**sockets, "zmq": subscriber, "websocket": client, "link": link}
    with ExitStack() as running:
        for receiver in receivers.values():
            running.callback(receiver.stop)
        assert receivers.keys() == OUTPUTS.keys()
        path = tmp_path_factory.mktemp("footage") / "all.yaml"
        outputs = [output(name, each.port) for name, each in receivers.items()]
        path.write_text(yaml.safe_dump({"version": 1, "outputs": outputs}), encoding="utf-8")
        command = [sys.executable, "-m", "mocapbridge", "run", str(CLIP), "--loop", "--headless"]
        process = subprocess.Popen(
            [*command, "--config", str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        interrupt_after(FRAMES, process, sockets["osc"])
        _, told = process.communicate(timeout=60)
        assert process.returncode in (0, 130), told
    return Sent(
        {name: each.packets for name, each in sockets.items()},
        {
            "zmq": of_messages(subscriber.messages),
            "websocket": of_messages(client.messages),
            "link": link.frames,
        },
    )


def output(kind: str, port: int) -> dict[str, Any]:
    where = {"bind": f"tcp://127.0.0.1:{port}"} if kind == "zmq" else {"port": port}
    return {"type": kind, **where}


def interrupt_after(count: int, process: subprocess.Popen[str], osc: Datagrams) -> None:
    """Ctrl-C once OSC has told of that many frames."""
    until = time.monotonic() + 150.0
    while process.poll() is None and newest_frame(osc.packets) < count:
        assert time.monotonic() < until, f"only {newest_frame(osc.packets)} frames came"
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)


def newest_frame(packets: Packets) -> int:
    for packet in reversed(packets):
        first = OscPacket(packet).messages[0].message
        if first.address == "/mocap/frame":
            return first.params[0]
    return -1


@pytest.fixture(scope="module")
def truth() -> dict[str, npt.NDArray[np.float64]]:
    """By the names of ``tests.receivers.datagrams``, for each frame of the clip."""
    clip = json.loads(Path(bundled_path("samples/performer_full.json")).read_text("utf-8"))
    names, frames = clip["joint_names"], clip["frames_data"]
    places = np.array([frame["positions_m"] for frame in frames])
    joint = {name: places[:, index] for index, name in enumerate(names)}
    head = names.index("head")
    return {
        "wrist": joint["leftHand"][:, 1] - joint["rightHand"][:, 1],
        "elbow": joint["leftLowerArm"][:, 1] - joint["rightLowerArm"][:, 1],
        "step": joint["hips"][:, 0],
        "smile": np.array([frame["controls"]["smile"] for frame in frames]),
        "turn": np.array([turn_rad(frame["rotations_wxyz"][head]) for frame in frames]),
    }


def turn_rad(rotation_in_world_wxyz: list[float]) -> float:
    """How far what looks along +Z is turned to the performer's left."""
    turn: Any = Rotation.from_quat(np.array(rotation_in_world_wxyz), scalar_first=True)
    looks = turn.apply((0.0, 0.0, 1.0))
    return math.atan2(looks[0], looks[2])


@pytest.mark.parametrize("protocol", READERS)
def test_datagrams_move_as_the_performer_does(
    protocol: str, sent: Sent, truth: dict[str, npt.NDArray[np.float64]]
) -> None:
    frames = newest_frame(sent.packets["osc"]) + 1
    for name, series in READERS[protocol](sent.packets[protocol]).items():
        assert 0.8 * frames <= len(series) <= frames + 2
        # What cannot be said before the performer is found is missing at the start.
        judge(protocol, name, np.array(series), np.arange(frames - len(series), frames), truth)


@pytest.mark.parametrize("protocol", CONNECTED)
def test_messages_move_as_the_performer_does(
    protocol: str, sent: Sent, truth: dict[str, npt.NDArray[np.float64]]
) -> None:
    frames = sent.frames[protocol]
    assert len(frames) >= 0.8 * FRAMES
    for name in ("wrist", "step", "smile", "turn"):
        at = np.array([int(frame["id"]) for frame in frames])
        judge(protocol, name, np.array([frame[name] for frame in frames]), at, truth)


def judge(
    protocol: str,
    name: str,
    seen: npt.NDArray[np.float64],
    at: npt.NDArray[np.intp],
    truth: dict[str, npt.NDArray[np.float64]],
) -> None:
    """Hold what was seen in these frames against the truth of the clip."""
    at = at % len(truth[name])
    correlation = float(np.corrcoef(seen, truth[name][at])[0, 1])
    _log.info("%s %s: correlation %.3f, %d frames", protocol, name, correlation, len(seen))
    assert correlation > AT_LEAST[name]
