"""A disk that fills up in the middle of a take: the stream goes on, the take is kept."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mocapbridge.takes.reader import read_take

_LIMITED = """
import resource, sys
from mocapbridge.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
sys.exit(main())
"""

_CONFIG = """
version: 1
control: {{enabled: false}}
source: {{type: synthetic, frames: 150, fps: 60, pace: fast}}
tracking: {{backend: synthetic}}
outputs: [{{type: osc, port: 39541}}]
record: {{enabled: true, folder: '{folder}', slate: full}}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file size limit needs POSIX")
def test_the_stream_goes_on_and_the_exit_code_says_so(tmp_path: Path) -> None:
    """Files may have 400 kB, which is some 40 frames."""
    config, stats = tmp_path / "run.yaml", tmp_path / "stats.json"
    folder = tmp_path / "takes"
    config.write_text(_CONFIG.format(folder=folder))
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            _LIMITED,
            "run",
            "--config",
            str(config),
            "--headless",
            "--stats-json",
            str(stats),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 6
    assert "recording stopped after" in ended.stderr
    told = json.loads(stats.read_text())
    assert told["processed"] == 150, "the run went on to its end"
    assert "recording stopped" in told["take"]["error"]
    (kept,) = folder.iterdir()
    frames = list(read_take(kept).frames())
    assert len(frames) == told["take"]["frames"] > 20
