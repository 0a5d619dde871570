"""The footage of a performer through the whole program, to a listener of every protocol at once."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from mocapbridge.bundled import bundled_path
from mocapbridge.listen.protocols import PROTOCOLS

SERVERS = ("zmq", "websocket")


def free_port(tcp: bool) -> int:
    kind = socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "mocapbridge", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def configuration(ports: dict[str, int]) -> dict[str, Any]:
    outputs: list[dict[str, Any]] = []
    for protocol, port in ports.items():
        where = {"bind": f"tcp://127.0.0.1:{port}"} if protocol == "zmq" else {"port": port}
        outputs.append({"type": protocol, **where})
    footage = str(bundled_path("samples/performer_full.mp4"))
    source = {"type": "video", "path": footage, "pace": "native", "loop": True}
    return {"version": 1, "source": source, "outputs": outputs}


@pytest.mark.thorough
@pytest.mark.models
def test_every_protocols_listener_finds_nothing_wrong(tmp_path: Path) -> None:
    ports = {name: free_port(name in SERVERS) for name in PROTOCOLS}
    config = tmp_path / "all.yaml"
    config.write_text(yaml.safe_dump(configuration(ports)), encoding="utf-8")
    stats = tmp_path / "stats.json"
    sender = start("run", "--config", config, "--for", "30s", "--headless", "--stats-json", stats)
    # The listeners that connect need a server; those that are sent to may be there before.
    wait_for_server(ports["websocket"])
    listeners = {
        name: start("listen", name, port, "--check", "--for", "12s", "--headless")
        for name, port in ports.items()
    }
    told = {name: process.communicate(timeout=120) for name, process in listeners.items()}
    _, errors = sender.communicate(timeout=120)
    assert sender.returncode == 0, errors
    for name, process in listeners.items():
        assert process.returncode == 0, (name, told[name])
    for out in json.loads(stats.read_text(encoding="utf-8"))["outputs"]:
        assert out["errors"] == 0, out
        assert out["frames"] > 0, out


def wait_for_server(port: int) -> None:
    for _ in range(600):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    pytest.fail("the sender did not start")
