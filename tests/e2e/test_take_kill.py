"""A recording process is killed at random moments; everything but the last second is there.

This file is the recording process, too: ``python test_take_kill.py FOLDER SLATE COUNT PACE_S``
records that many frames, says each frame's number once it is written, and finishes the take.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import mocapbridge
from mocapbridge.clock import NS_PER_S, RunAnchor
from mocapbridge.export.formats import export_take
from mocapbridge.export.options import ExportOptions
from mocapbridge.skeleton import JOINT_COUNT, rest_positions_m
from mocapbridge.takes.reader import read_take
from mocapbridge.takes.save import recover
from mocapbridge.takes.writer import TakeWriter, make_header
from mocapbridge.types import (
    FaceLandmarks,
    FaceMotion,
    Float32Array,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    PoseMotion,
    StreamInfo,
    TrackState,
)

AT_ONCE = 10
SEEN = TrackState.TRACKED


def test_ten_kills_lose_less_than_a_second_each(tmp_path: Path) -> None:
    """While 30 frames a second are recorded."""
    _kill_some(tmp_path, 0, count=1800, pace_s=1 / 30, latest_kill_s=0.3)


@pytest.mark.thorough
@pytest.mark.parametrize("batch", range(20))
def test_two_hundred_kills_lose_less_than_a_second_each(batch: int, tmp_path: Path) -> None:
    """As fast as it goes, so that blocks are packed and takes finished when the kill comes."""
    _kill_some(tmp_path, batch, count=1300, pace_s=0.0, latest_kill_s=1.5)


def _kill_some(
    folder: Path, batch: int, *, count: int, pace_s: float, latest_kill_s: float
) -> None:
    python_path = os.pathsep.join(
        [str(Path(mocapbridge.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    )
    recorders = {
        f"kill{batch}-{number}": subprocess.Popen(
            [
                sys.executable,
                __file__,
                str(folder),
                f"kill{batch}-{number}",
                str(count),
                str(pace_s),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": python_path},
        )
        for number in range(AT_ONCE)
    }
    for recorder in recorders.values():
        assert recorder.stdout is not None
        assert recorder.stdout.readline() == "0\n"
    rng = np.random.default_rng()
    order: list[str] = rng.permutation(list(recorders)).tolist()
    recovered: list[Path] = []
    for slate in order:
        time.sleep(rng.uniform(0.0, latest_kill_s / AT_ONCE * 2))
        recorders[slate].kill()
        said, _ = recorders[slate].communicate(timeout=30)
        recovered.append(_check(folder, slate, said.split()))
    _check_export(recovered[-1])


def _check(folder: Path, slate: str, said: list[str]) -> Path:
    journal, finished = (folder / f"{slate}_001{end}" for end in (".mocap.jsonl", ".mocap"))
    if journal.exists() and not finished.exists():
        assert len(list(read_take(journal).frames())) > int(said[-1] if said else 0)
        a_minute_ago_s = time.time() - 60.0
        os.utime(journal, (a_minute_ago_s, a_minute_ago_s))
        assert recover(journal) == finished
        assert not journal.exists()
    take = read_take(finished)
    frames = list(take.frames())
    last_said = int(said[-1]) if said else 0
    assert len(frames) > last_said, f"{slate}: lost more than the line being written"
    assert [frame.motion.frame_id for frame in frames] == list(range(len(frames)))
    np.testing.assert_allclose(
        frames[-1].motion.pose.root_position_in_world_m, len(frames) - 1, atol=1e-4
    )
    return finished


def _check_export(finished: Path) -> None:
    frames = list(read_take(finished).frames())
    exported = [finished.with_suffix(ending) for ending in (".json", ".bvh")]
    export_take(finished, exported, ExportOptions(), force=False, report=lambda _what, _done: None)
    assert json.loads(exported[0].read_text("utf-8"))["frame_count"] == len(frames)
    rows = exported[1].read_text("ascii").partition("\nMOTION\n")[2].splitlines()
    assert rows[0] == f"Frames: {len(rows) - 2}"
    assert abs(len(rows) - 2 - len(frames)) <= 1


def _frame(index: int, time_ns: int) -> tuple[Landmarks, MocapFrame]:
    """Everything is seen; the hips' coordinates are the frame's number."""
    hand = HandLandmarks(SEEN, 1.0, _ramp(21, 3), _ramp(21, 3), "", 0.0)
    landmarks = Landmarks(
        capture_time_ns=time_ns,
        frame_index=index,
        source_id="camera:0",
        segment=0,
        image_size_px=(1280, 720),
        pose=PoseLandmarks(SEEN, 1.0, _ramp(33, 3), _ramp(33, 3), _ramp(33), _ramp(33)),
        face=FaceLandmarks(SEEN, 1.0, _ramp(478, 3), _ramp(52), True, _ramp(4, 4), True),
        left_hand=hand,
        right_hand=hand,
    )
    body = PoseMotion(
        state=SEEN,
        confidence=1.0,
        root_position_in_world_m=np.full(3, index, dtype=np.float32),
        rotations_wxyz=_ramp(JOINT_COUNT, 4),
        positions_in_world_m=rest_positions_m(),
        joint_state=np.full(JOINT_COUNT, SEEN, dtype=np.uint8),
        joint_confidence=_ramp(JOINT_COUNT),
    )
    face = FaceMotion(SEEN, 1.0, _ramp(52), _ramp(4, 4), _ramp(2, 2))
    return landmarks, MocapFrame("Anna", index, time_ns, body, face, SEEN, SEEN, ("", ""))


def _ramp(*shape: int) -> Float32Array:
    count = int(np.prod(shape))
    return np.reshape(np.linspace(0, 1, count, dtype=np.float32), shape)


def _record(folder: Path, slate: str, count: int, pace_s: float) -> None:
    info = StreamInfo(
        subject="Anna",
        session_id=1,
        frame_rate=(30, 1),
        rest_positions_m=rest_positions_m(),
        blendshapes_measured=True,
    )
    header = make_header(info, source="camera:0", anchor=RunAnchor.now(), config={})
    writer = TakeWriter(folder, slate, header)
    started_ns = time.monotonic_ns()
    for index in range(count):
        writer.write(*_frame(index, started_ns + index * NS_PER_S // 30))
        sys.stdout.write(f"{index}\n")
        sys.stdout.flush()
        writer.flush_if_due(time.monotonic_ns())
        passed_s = (time.monotonic_ns() - started_ns) / NS_PER_S
        time.sleep(max(0.0, (index + 1) * pace_s - passed_s))
    writer.close()


if __name__ == "__main__":
    _record(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
