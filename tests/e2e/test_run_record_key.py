"""``r`` in the live view begins and ends takes, in a terminal of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mocapbridge.takes.reader import read_take

pty = pytest.importorskip("pty", reason="needs the terminals of POSIX")
termios = pytest.importorskip("termios", reason="needs the terminals of POSIX")

_CONFIG = """
version: 1
source: {type: synthetic, live: true, fps: 60}
tracking: {backend: synthetic}
outputs: []
record: {folder: FOLDER, slate: pressed, pre_roll_s: 0.2}
"""


def test_r_begins_and_ends_takes(tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text(_CONFIG.replace("FOLDER", str(tmp_path / "takes")))
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _OWN_TERMINAL, "run", "--config", str(config)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    os.close(theirs)
    folder = tmp_path / "takes"
    try:
        _wait_until(lambda: _listens(ours), process)
        os.write(ours, b"r")
        _wait_until(lambda: len(_takes(folder)) == 1, process)
        time.sleep(0.5)
        os.write(ours, b"r")
        time.sleep(0.7)
        os.write(ours, b"r")
        _wait_until(lambda: len(_takes(folder)) == 2, process)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        os.close(ours)
    assert process.returncode == 0
    first, second = (read_take(path) for path in _takes(folder))
    assert first.footer is not None
    assert second.footer is not None
    assert first.footer.frames > 10
    for name in ("pressed_001", "pressed_002"):
        assert name in said, "the summary names every take"


_OWN_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from mocapbridge.cli.main import main
sys.exit(main())
"""


def _takes(folder: Path) -> list[Path]:
    """Takes that are finished or being recorded."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("pressed_*") if path.suffix != ".part")


def _listens(terminal: int) -> bool:
    """Whether the program takes single keys from the terminal."""
    return not termios.tcgetattr(terminal)[3] & termios.ICANON


def _wait_until(done: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline_s = time.monotonic() + 30.0
    while not done():
        assert process.poll() is None
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
