"""The daemon's own datagrams of a sample clip."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BUFFER_BYTES = 4 << 20


def record(clip: str, path: Path) -> None:
    """Write every datagram of a run over a clip of samples/, each after its length."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.2)
        path.write_bytes(_recorded(receiver, ROOT / "samples" / f"{clip}.mp4"))


def _recorded(receiver: socket.socket, clip: Path) -> bytes:
    target = f"127.0.0.1:{receiver.getsockname()[1]}"
    command = [sys.executable, "-m", "mocapbridge", "run", "--source", str(clip)]
    daemon = subprocess.Popen(
        [*command, "--link", target, "--zmq", f"127.0.0.1:{_free_tcp_port()}", "--headless"],
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


def _free_tcp_port() -> int:
    """One that another daemon on this machine does not publish at."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
