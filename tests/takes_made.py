"""Takes of the synthetic performer, for tests and benches of what is done with takes."""

from __future__ import annotations

import os
import time
from pathlib import Path

from mocapbridge.cli.main import main
from mocapbridge.takes.journal import Journal
from mocapbridge.takes.pack import FramePacker
from mocapbridge.takes.reader import read_take

_CONFIG = """\
version: 1
control: {{enabled: false}}
source: {{type: synthetic, frames: {frames}, fps: {fps}, pace: fast}}
tracking: {{backend: synthetic}}
outputs: []
record: {{enabled: true, folder: "{folder}", slate: {slate}}}
"""


def synthetic_take(folder: Path, *, frames: int, fps: float = 30.0, slate: str = "take") -> Path:
    """A finished take; the path is that of the slate's first number."""
    config = folder / "synthetic.yaml"
    config.write_text(_CONFIG.format(frames=frames, fps=fps, folder=folder, slate=slate))
    assert main(["run", "--config", str(config), "--headless"]) == 0
    config.unlink()
    return folder / f"{slate}_001.mocap"


def cut_off(take: Path, journal: Path, *, keep: float) -> int:
    """What a kill leaves of the recording of a take, a minute ago.

    Args:
        take: finished.
        journal: where to write.
        keep: share of the recording's bytes.

    Returns:
        How many whole frames are left.
    """
    opened = read_take(take)
    packer = FramePacker()
    made = Journal(journal.parent, "in-the-making", opened.header)
    for landmarks, motion in opened.frames():
        made.write(packer.pack(landmarks, motion))
    made.close(0)
    whole = made.path.read_bytes()
    made.path.unlink()
    left = whole[: int(keep * len(whole))]
    journal.write_bytes(left)
    a_minute_ago_s = time.time() - 60.0
    os.utime(journal, (a_minute_ago_s, a_minute_ago_s))
    return left.count(b"\n") - 1
