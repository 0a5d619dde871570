"""The demo as a newcomer runs it: real networks, every output, a take, no complaint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mocapbridge.takes.reader import read_take
from mocapbridge.tracking.model_store.store import default_cache
from mocapbridge.types import TrackState

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.models
@pytest.mark.skipif(sys.platform == "win32", reason="the documents folder cannot be moved there")
@pytest.mark.thorough
@pytest.mark.parametrize("clip", ["full", "upper"])
def test_the_demo_tracks_the_performer_and_says_what_next(tmp_path: Path, clip: str) -> None:
    # Takes go to the documents of a new user; models stay where this one has them.
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    if default_cache().is_dir():
        home["MOCAPBRIDGE_MODELS"] = str(default_cache())
    done = subprocess.run(
        [sys.executable, "-m", "mocapbridge", "demo", "--clip", clip, "--for", "4s", "--headless"],
        cwd=ROOT,
        env={**os.environ, **home},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    complaints = [line for line in done.stderr.splitlines() if not line.startswith("fetching ")]
    assert (done.returncode, complaints) == (0, [])
    (path,) = tmp_path.rglob("*.mocap")
    assert str(path) in done.stdout
    assert done.stdout.count("  mocapbridge ") == 3
    frames = list(read_take(path).frames())
    assert frames
    tracked = [frame.landmarks.pose.state is TrackState.TRACKED for frame in frames]
    assert sum(tracked) > 0.9 * len(frames)
