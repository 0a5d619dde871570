"""The buttons that steer a running mocapbridge, from Blender to the daemon and back."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests.blender.blenders import Blender

pytestmark = [
    pytest.mark.blender,
    pytest.mark.models,
    pytest.mark.skipif(sys.platform == "darwin", reason="profiles cannot be put elsewhere there"),
]

ROOT = Path(__file__).parents[2]


def test_standing_in_t_pose_measures_the_performer_and_the_rig_follows_the_new_skeleton(
    live_blender: Blender, tmp_path: Path
) -> None:
    link, osc, zmq, published = free_ports(4)
    profile = tmp_path / "mocapbridge" / "profiles" / "performer.yaml"
    with running(tmp_path, link, osc, zmq, published):
        live_blender.run("check_calibrate.py", link, osc, profile)
        told = control(zmq, "get", "parameter=filters.preset")
    assert "crisp" in told
    measured = yaml.safe_load(profile.read_text())
    assert 0.2 < measured["bones"]["upper_arm_m"] < 0.4


@contextmanager
def running(folder: Path, link: int, osc: int, zmq: int, published: int) -> Generator[None]:
    """The daemon on the sample, again and again; what it keeps is kept in the folder."""
    config = folder / "run.yaml"
    config.write_text(f'control: {{zmq: "tcp://127.0.0.1:{zmq}", osc_port: {osc}}}\n')
    daemon = subprocess.Popen(
        [
            *(sys.executable, "-m", "mocapbridge", "run", "--config", str(config), "--headless"),
            *("--source", str(ROOT / "samples" / "performer_full.mp4"), "--loop"),
            *("--link", f"127.0.0.1:{link}", "--zmq", f"127.0.0.1:{published}"),
        ],
        cwd=ROOT,
        env={**os.environ, "XDG_DATA_HOME": str(folder)},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        daemon.terminate()
        daemon.wait(timeout=30)


def control(zmq: int, *words: str) -> str:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mocapbridge", "control", *words),
            *("--at", f"tcp://127.0.0.1:{zmq}"),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
