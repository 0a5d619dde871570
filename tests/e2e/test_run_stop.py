"""Ending a run from outside: Ctrl-C once, Ctrl-C twice, and while something hangs."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mocapbridge.takes.reader import read_take
from mocapbridge.wire import link

ROOT = Path(__file__).resolve().parents[2]
WINDOWS = sys.platform == "win32"
CONFIG = """\
source: {{type: synthetic, fps: 60}}
tracking: {{backend: synthetic, synthetic_delay_s: {delay_s}}}
outputs: [{{type: link, port: {port}}}]
record: {{enabled: true, folder: takes, slate: stopped}}
"""


@contextmanager
def running(folder: Path, delay_s: float) -> Generator[subprocess.Popen[str], None, None]:
    """A run in a process of its own that has sent its first frame, or hangs in it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(30.0)
        config = folder / "stop.yaml"
        port = receiver.getsockname()[1]
        config.write_text(CONFIG.format(delay_s=delay_s, port=port), encoding="utf-8")
        command = [sys.executable, "-m", "mocapbridge", "run", "--config", str(config)]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-Break can be sent to a group alone; there must be no test runner in it.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            _wait_for_packet(receiver, frame=delay_s == 0.0)
            yield process
        finally:
            process.kill()
            process.communicate()


def _wait_for_packet(receiver: socket.socket, *, frame: bool) -> None:
    while True:
        _header, message = link.decode(receiver.recv(65535))
        if isinstance(message, link.Frame):
            return
        if not frame:  # no frame will come: the run is where it hangs soon after the first packet
            time.sleep(1.0)
            return


def interrupt(process: subprocess.Popen[str]) -> None:
    process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))


def _take_frames(folder: Path) -> int:
    (path,) = (folder / "takes").iterdir()
    take = read_take(path)
    assert take.footer is not None, "the take was finished in order"
    assert take.footer.complete
    return len(list(take.frames()))


def test_ctrl_c_ends_a_run_in_order(tmp_path: Path) -> None:
    with running(tmp_path, delay_s=0.0) as process:
        interrupt(process)
        printed, complained = process.communicate(timeout=20)
    assert (process.returncode, complained) == (0, "")
    frames = _take_frames(tmp_path)
    assert frames > 0
    assert f"take: {frames} frames" in printed


@pytest.mark.skipif(WINDOWS, reason="Windows ends a terminated process without asking it")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_termination_and_a_closed_terminal_end_a_run_in_order(tmp_path: Path, name: str) -> None:
    with running(tmp_path, delay_s=0.0) as process:
        process.send_signal(signal.Signals[name])
        process.communicate(timeout=20)
    assert process.returncode == 0
    assert _take_frames(tmp_path) > 0


def test_ctrl_c_ends_a_run_whose_inference_hangs(tmp_path: Path) -> None:
    with running(tmp_path, delay_s=600.0) as process:
        interrupt(process)
        _, complained = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "left behind: tracker" in complained
    assert _take_frames(tmp_path) == 0


def test_a_second_ctrl_c_ends_it_at_once(tmp_path: Path) -> None:
    with running(tmp_path, delay_s=600.0) as process:
        interrupt(process)
        while process.poll() is None:
            interrupt(process)
            try:
                process.communicate(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
    assert process.returncode not in (0, 1)
