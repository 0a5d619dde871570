"""``mocapbridge solve`` and ``process``: new takes of old ones, and of footage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from mocapbridge.cli.main import main
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.takes.reader import read_take
from tests.takes_made import synthetic_take

SAMPLE = Path(__file__).parents[2] / "samples" / "performer_upper.mp4"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A take of the synthetic performer: 120 frames at 30 frames/s."""
    return synthetic_take(tmp_path_factory.mktemp("recorded"), frames=120)


def test_a_take_is_solved_into_a_new_one(recorded: Path, tmp_path: Path) -> None:
    before = recorded.read_bytes()
    assert main(["solve", str(recorded), "--folder", str(tmp_path)]) == 0
    assert recorded.read_bytes() == before
    old, new = read_take(recorded), read_take(tmp_path / "take_001.mocap")
    np.testing.assert_array_equal(new.landmarks().face.image, old.landmarks().face.image)
    np.testing.assert_array_equal(new.motion().capture_time_ns, old.motion().capture_time_ns)
    assert new.header.history == ["take_001.mocap: solved offline"]
    # Another solver of the same performer: near the live motion, not the same.
    arm = JOINT_INDEX["leftUpperArm"]
    apart_deg = np.degrees(
        quaternion.angle_rad(
            new.motion().rotations_wxyz[20:, arm].astype(float),
            old.motion().rotations_wxyz[20:, arm].astype(float),
        )
    )
    assert 0.01 < np.median(apart_deg) < 15


def test_another_configuration_makes_another_performer(recorded: Path, tmp_path: Path) -> None:
    config = tmp_path / "small.yaml"
    config.write_text("version: 1\nsubject: Bo\nsolve: {height_m: 1.2}\n")
    output = tmp_path / "deep" / "small.mocap"
    assert main(["solve", str(recorded), "--config", str(config), "--output", str(output)]) == 0
    take = read_take(output)
    assert take.motion().subject == take.header.subject == "Bo"
    assert max(y for _, y, _ in take.header.rest_positions_m) < 1.2
    assert take.header.config["solve"]["height_m"] == 1.2


def test_clean_up_without_solving_again(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "clean.mocap"
    flags = ["--repair-outliers", "--fill-gaps", "0.5", "--smooth", "6", "--from", "1"]
    flags += ["--lock-feet", "--to", "3", "--fps", "59.94", "--keep-motion"]
    assert main(["solve", str(recorded), "--output", str(output), *flags]) == 0
    told = capsys.readouterr().out
    assert "outliers repaired: " in told
    assert "steps whose feet were locked: " in told
    take, old = read_take(output), read_take(recorded)
    motion, landmarks = take.motion(), take.landmarks()
    assert take.header.frame_rate == (60000, 1001)
    steps_ns = np.diff(motion.capture_time_ns)
    assert np.abs(steps_ns - 1001e9 / 60000).max() <= 1
    assert motion.frames == landmarks.frames == round(59 / 30 * 60000 / 1001) + 1
    np.testing.assert_array_equal(landmarks.capture_time_ns, motion.capture_time_ns)
    np.testing.assert_array_equal(landmarks.face.image[0], old.landmarks().face.image[30])
    gap = motion.positions_in_world_m[0] - old.motion().positions_in_world_m[30]
    assert np.abs(gap).max() < 0.03


def test_a_loop_is_found_and_said(
    recorded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "loop.mocap"
    command = ["solve", str(recorded), "--keep-motion", "--make-loop", "1"]
    assert main([*command, "--output", str(output)]) == 0
    assert "loop: " in capsys.readouterr().out
    assert 30 <= read_take(output).motion().frames < 120


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["solve", "nowhere"], 2, "no take 'nowhere'"),
        (["solve", "TAKE", "--output", "THERE"], 2, "exists already"),
        (["solve", "TAKE", "--output", "x.bvh"], 2, ".mocap"),
        (["solve", "TAKE", "--from", "60", "--output", "NEW"], 6, "between these times"),
        (["solve", "TAKE", "--make-loop", "60", "--output", "NEW"], 6, "does not fit"),
        (["solve", "CLIP", "--keep-motion"], 2, "needs a take"),
        (["process", "CLIP", "CLIP", "--out", "DIR"], 2, "same take"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    arguments: list[str],
    exit_code: int,
    said: str,
    recorded: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    there = tmp_path / "there.mocap"
    there.write_bytes(b"somebody's")
    places = {
        "TAKE": str(recorded),
        "THERE": str(there),
        "NEW": str(tmp_path / "new.mocap"),
        "CLIP": str(SAMPLE),
        "DIR": str(tmp_path),
    }
    assert main([places.get(word, word) for word in arguments]) == exit_code
    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["there.mocap"]
    assert there.read_bytes() == b"somebody's"


@pytest.mark.parametrize("rate", ["0", "x", "1/0", "1e9", "-24"])
def test_rates_that_are_none_are_refused(
    rate: str, recorded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["solve", str(recorded), "--fps", rate])
    assert ended.value.code == 2
    assert "frames a second" in capsys.readouterr().err


def _short_clip(path: Path, frames: int) -> None:
    reading = cv2.VideoCapture(str(SAMPLE))
    writing: Any = None
    for _ in range(frames):
        _, picture = reading.read()
        if writing is None:
            size = picture.shape[1], picture.shape[0]
            writing = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25.0, size)
        writing.write(picture)
    writing.release()
    reading.release()


@pytest.mark.models
def test_a_folder_of_footage_is_processed_once_and_a_bad_clip_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clips = [tmp_path / f"clip {n}.mp4" for n in range(2)]
    _short_clip(clips[0], 12)
    clips[1].write_bytes(b"no film")
    out = tmp_path / "out"
    command = ["process", *map(str, clips), "--out", str(out), "--jobs", "2", "--fps", "50"]
    command += ["--export", "bvh"]
    assert main(command) == 3, "the exit code of what failed"
    told = capsys.readouterr().out
    assert "clip 0.mp4" in told
    assert "clip 1.mp4" in told
    assert sorted(path.name for path in out.iterdir()) == ["clip 0.bvh", "clip 0.mocap"]
    assert (out / "clip 0.bvh").read_text().startswith("HIERARCHY")
    take = read_take(out / "clip 0.mocap")
    assert take.header.frame_rate == (50, 1)
    assert take.motion().frames == 23
    assert take.header.models["mediapipe"]
    before = (out / "clip 0.mocap").stat().st_mtime_ns
    assert main(command) == 3
    assert "done before" in capsys.readouterr().out
    assert (out / "clip 0.mocap").stat().st_mtime_ns == before
    assert main([*command, "--export", "trc"]) == 3
    assert "solved before; now clip 0.trc" in capsys.readouterr().out


def test_an_ending_that_is_no_format_is_said_before_anything_is_tracked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["process", str(SAMPLE), "--out", str(tmp_path / "out"), "--export", "bhv"]
    assert main(command) == 2
    assert "did you mean .bvh" in capsys.readouterr().err


@pytest.mark.models
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C goes to a process group")
def test_ctrl_c_leaves_no_take_of_half_a_clip(tmp_path: Path) -> None:
    """Else the next call would take it for done."""
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    scratch.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "mocapbridge", "process", str(SAMPLE), "--out", str(out)],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline_s = time.monotonic() + 60.0
    while not list(scratch.rglob("written.mocap")):  # tracked frames go there
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60.0) == 130
    assert not out.exists()
    assert not list(scratch.iterdir())


@pytest.mark.thorough
@pytest.mark.models
@pytest.mark.filterwarnings("default")  # Dask's own threads and sockets are not ours to judge
def test_a_dask_scheduler_does_the_same(tmp_path: Path) -> None:
    distributed: Any = pytest.importorskip("distributed", reason="needs mocapbridge[cluster]")
    clips = [tmp_path / "a.mp4", tmp_path / "b.mp4"]
    _short_clip(clips[0], 8)
    clips[1].write_bytes(b"no film")
    out = tmp_path / "out"
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    ) as cluster:
        address = cluster.scheduler_address
        command = ["process", *map(str, clips), "--out", str(out), "--cluster", address]
        assert main(command) == 3
    assert main([*command[:-1], "tcp://127.0.0.1:9"]) == 2, "no scheduler answers there"
    assert [path.name for path in out.iterdir()] == ["a.mocap"]
    assert read_take(out / "a.mocap").header.history == ["a.mp4: solved offline"]
