"""A recording process is killed at random moments; everything but the last second is there.

This file is the recording process, too: ``python test_take_kill.py FOLDER SLATE`` records 30 frames
a second until it is killed, and says each frame's number once it is written.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import mocapbridge
from mocapbridge.clock import NS_PER_S, RunAnchor
from mocapbridge.skeleton import JOINT_COUNT, rest_positions_m
from mocapbridge.takes.reader import read_take
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

KILLS = 10
SEEN = TrackState.TRACKED


def test_ten_kills_lose_less_than_a_second_each(tmp_path: Path) -> None:
    python_path = os.pathsep.join(
        [str(Path(mocapbridge.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    )
    recorders = [
        subprocess.Popen(
            [sys.executable, __file__, str(tmp_path), f"kill{number}"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": python_path},
        )
        for number in range(KILLS)
    ]
    for recorder in recorders:
        assert recorder.stdout is not None
        assert recorder.stdout.readline() == "0\n"
    rng = np.random.default_rng()
    order: list[int] = rng.permutation(KILLS).tolist()
    for number in order:
        recorder = recorders[number]
        time.sleep(rng.uniform(0.05, 0.25))
        recorder.kill()
        said, _ = recorder.communicate(timeout=30)
        take = read_take(tmp_path / f"kill{number}_001.mocap.jsonl")
        frames = list(take.frames())
        assert take.footer is None
        assert [frame.motion.frame_id for frame in frames] == list(range(len(frames)))
        last_said = int(said.split()[-1]) if said.split() else 0
        assert len(frames) > last_said, f"kill {number}: lost more than the line being written"
        np.testing.assert_allclose(
            frames[-1].motion.pose.root_position_in_world_m, len(frames) - 1, atol=1e-4
        )


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


def _record(folder: Path, slate: str) -> None:
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
    for index in range(30 * 60):
        writer.write(*_frame(index, started_ns + index * NS_PER_S // 30))
        sys.stdout.write(f"{index}\n")
        sys.stdout.flush()
        writer.flush_if_due(time.monotonic_ns())
        time.sleep(max(0.0, (index + 1) / 30 - (time.monotonic_ns() - started_ns) / NS_PER_S))


if __name__ == "__main__":
    _record(Path(sys.argv[1]), sys.argv[2])
