"""Blenders, the built add-on and the daemon's own datagrams."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from blender_addon.build import build
from tests.blender.blenders import Blender, blender

ROOT = Path(__file__).parents[2]
LIVE_VERSIONS = ("4.5", "5.0")
ALL_VERSIONS = ("3.4", "4.2", *LIVE_VERSIONS)


@pytest.fixture(params=LIVE_VERSIONS)
def live_blender(request: pytest.FixtureRequest, tmp_path: Path) -> Blender:
    """The Blenders that every check runs in."""
    return blender(request.param, tmp_path)


@pytest.fixture(params=ALL_VERSIONS)
def any_blender(request: pytest.FixtureRequest, tmp_path: Path) -> Blender:
    """Every Blender that the add-on is made for."""
    return blender(request.param, tmp_path)


@pytest.fixture(scope="session")
def addon_zip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-on as it is shipped."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every datagram of a run over samples/performer_full.mp4, each after its length."""
    path = tmp_path_factory.mktemp("stream") / "performer_full.link"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.2)
        path.write_bytes(_recorded(receiver))
    return path


def _recorded(receiver: socket.socket) -> bytes:
    clip = ROOT / "samples" / "performer_full.mp4"
    target = f"127.0.0.1:{receiver.getsockname()[1]}"
    command = [sys.executable, "-m", "mocapbridge", "run", "--source", str(clip)]
    daemon = subprocess.Popen(
        [*command, "--link", target, "--headless"],
        cwd=ROOT,
        env=os.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    kept = b""
    ended = False
    with daemon:
        while True:
            try:
                datagram = receiver.recv(65535)
            except TimeoutError:
                if ended:
                    break
                ended = daemon.poll() is not None
                continue
            kept += struct.pack("<H", len(datagram)) + datagram
        complaints = daemon.stderr.read().decode() if daemon.stderr is not None else ""
    assert daemon.returncode == 0, complaints
    return kept
