from __future__ import annotations

import base64
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from mocapbridge.cli.main import main
from mocapbridge.errors import TakeUnwritable
from mocapbridge.takes.blocks import BLOCK_FRAMES
from mocapbridge.takes.journal import LOW_DISK_BYTES, Journal
from mocapbridge.takes.pack import FramePacker
from mocapbridge.takes.reader import Take, TakeFrame, read_take
from mocapbridge.takes.records import TakeFooter, TakeHeader
from mocapbridge.takes.save import recover
from mocapbridge.takes.writer import TakeWriter
from mocapbridge.types import Landmarks, MocapFrame, TrackState

from .conftest import MakeFrame


def _lines(path: Path) -> list[Any]:
    """The file as any JSON library sees it."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _journal_lines(
    folder: Path, header: TakeHeader, *frames: tuple[Landmarks, MocapFrame]
) -> list[Any]:
    """The journal of a finished recording, as it is before it is packed."""
    packer, journal = FramePacker(), Journal(folder, "take", header)
    for landmarks, motion in frames:
        journal.write(packer.pack(landmarks, motion))
    journal.close(packer.rejected_parts)
    return _lines(journal.path)


def test_another_json_library_reads_the_numbers(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    landmarks, motion = make_frame(3)
    head, frame, footer = _journal_lines(tmp_path, header, (landmarks, motion))
    assert (head["kind"], head["format"], head["version"]) == ("header", "mocapbridge-take", 1)
    assert footer == {"kind": "footer", "frames": 1, "rejected_parts": 0, "complete": True}
    steps = head["steps"]
    assert frame["time_ns"] == landmarks.capture_time_ns
    np.testing.assert_allclose(
        np.reshape(frame["pose"]["world"], (33, 3)) * steps["world"],
        landmarks.pose.world_m,
        atol=0.51e-4,
    )
    np.testing.assert_allclose(
        np.reshape(frame["motion"]["rotations"], (55, 4)) * steps["rotation"],
        motion.pose.rotations_wxyz,
        atol=0.51e-5,
    )
    # The recipe of docs/take-format.md.
    mesh = frame["face"]["mesh"]
    offsets = np.reshape(np.frombuffer(base64.b64decode(mesh["points"]), dtype="<i2"), (478, 3))
    image = (np.array(mesh["origin"]) + offsets * mesh["scale"]) * steps["image"]
    np.testing.assert_allclose(image, landmarks.face.image, atol=0.51e-5)


def test_the_header_says_when(tmp_path: Path, header: TakeHeader) -> None:
    head, _ = _journal_lines(tmp_path, header)
    assert datetime.fromisoformat(head["created"]) == datetime.fromtimestamp(
        1_700_000_000, tz=timezone.utc
    )
    assert head["frame_rate"] == [30000, 1001]
    assert len(head["joint_names"]) == len(head["rest_positions_m"]) == 55


def test_every_frame_can_be_read_before_the_take_is_closed(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    writer = TakeWriter(tmp_path, "take", header)
    for index in range(5):
        writer.write(*make_frame(index))
        take = read_take(writer.path)
        assert take.footer is None
        assert [frame.motion.frame_id for frame in take.frames()] == list(range(index + 1))
    writer.close()


def test_flushing_is_due_within_a_second_and_only_after_frames(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    writer = TakeWriter(tmp_path, "take", header)
    assert not writer.flush_if_due(0)
    assert not writer.flush_if_due(2_000_000_000)  # nothing new
    writer.write(*make_frame(0))
    assert writer.flush_if_due(2_100_000_000)
    writer.write(*make_frame(1))
    assert not writer.flush_if_due(2_200_000_000)
    assert writer.flush_if_due(3_000_000_000)
    writer.close()


def test_a_lost_part_is_its_state_only(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    landmarks, motion = make_frame(0)
    lost = dataclasses.replace(
        landmarks,
        pose=dataclasses.replace(landmarks.pose, state=TrackState.LOST),
        face=dataclasses.replace(landmarks.face, state=TrackState.LOST),
        left_hand=dataclasses.replace(landmarks.left_hand, state=TrackState.LOST),
    )
    _, frame, _ = _journal_lines(tmp_path, header, (lost, motion))
    assert frame["pose"] == frame["face"] == frame["left_hand"] == {"state": 0}
    assert frame["right_hand"]["gesture"] == "Thumb_Up"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_numbers_that_are_none_lose_their_part_and_are_counted(
    bad: float, tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    good = make_frame(0)
    landmarks, motion = make_frame(1)
    landmarks.pose.world_m[3, 1] = bad
    landmarks.face.image[400, 2] = bad
    landmarks.left_hand.image[0, 0] = bad
    motion.pose.rotations_wxyz[7, 2] = bad
    writer = TakeWriter(tmp_path, "take", header)
    writer.write(*good)
    writer.write(landmarks, motion)
    writer.close()
    assert writer.rejected_parts == 4
    take = read_take(writer.path)
    assert take.footer is not None
    assert take.footer.rejected_parts == 4
    first, second = take.frames()
    for part in (second.landmarks.pose, second.landmarks.face, second.landmarks.left_hand):
        assert part.state is TrackState.LOST
    assert second.landmarks.right_hand.state is TrackState.TRACKED
    assert second.motion.pose.state is TrackState.LOST
    np.testing.assert_array_equal(
        second.motion.pose.rotations_wxyz, first.motion.pose.rotations_wxyz
    )


def test_a_face_larger_than_sixteen_bits_keeps_its_shape(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    landmarks, motion = make_frame(0)
    landmarks.face.image[:] = np.reshape(np.linspace(-3.0, 4.0, 478 * 3), (478, 3))
    writer = TakeWriter(tmp_path, "take", header)
    writer.write(landmarks, motion)
    writer.close()
    (frame,) = read_take(writer.path).frames()
    scale = np.ceil(3.5e5 / 32767)
    np.testing.assert_allclose(
        frame.landmarks.face.image, landmarks.face.image, atol=scale * 0.51e-5
    )


def test_landmarks_and_motion_of_different_frames_are_refused(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    writer = TakeWriter(tmp_path, "take", header)
    with pytest.raises(ValueError, match="do not belong together"):
        writer.write(make_frame(0)[0], make_frame(1)[1])
    writer.close()


def test_closing_twice_writes_one_footer_and_ends_the_take(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    writer = TakeWriter(tmp_path, "take", header)
    writer.close()
    writer.close()
    with pytest.raises(TakeUnwritable, match="closed"):
        writer.write(*make_frame(0))
    take = read_take(writer.path)
    assert take.footer == TakeFooter(frames=0)
    assert list(take.frames()) == []
    assert take.motion().frames == 0


def _same(first: Take, second: Take) -> None:
    """Every number, state and text of every frame."""
    pairs = list(zip(first.frames(), second.frames(), strict=True))
    assert pairs
    for one, other in pairs:
        _same_fields(one, other)


def _same_fields(one: object, other: object) -> None:
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            _same_fields(getattr(one, field.name), getattr(other, field.name))
    elif isinstance(one, TakeFrame):
        assert isinstance(other, TakeFrame)
        _same_fields(one.landmarks, other.landmarks)
        _same_fields(one.motion, other.motion)
    elif isinstance(one, np.ndarray):
        np.testing.assert_array_equal(cast("object", one), other)
    else:
        assert one == other


def test_packing_changes_nothing_and_leaves_one_file(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    """More than one block; a part that comes and goes; texts that change."""
    writer = TakeWriter(tmp_path, "take", header)
    for index in range(BLOCK_FRAMES + 3):
        landmarks, motion = make_frame(index)
        if index % 3 == 1:
            lost = dataclasses.replace(landmarks.face, state=TrackState.LOST)
            landmarks = dataclasses.replace(landmarks, face=lost, source_id=f"camera:{index % 7}")
        writer.write(landmarks, motion)
    recorded = tmp_path / "kept.mocap.jsonl"
    shutil.copy(writer.path, recorded)
    assert writer.path.name == "take_001.mocap.jsonl"
    writer.close()
    assert writer.path == tmp_path / "take_001.mocap"
    assert sorted(path.name for path in tmp_path.iterdir()) == [recorded.name, "take_001.mocap"]
    _same(read_take(recorded), read_take(writer.path))


def test_columns_are_the_frames(tmp_path: Path, header: TakeHeader, make_frame: MakeFrame) -> None:
    writer = TakeWriter(tmp_path, "take", header)
    for index in range(BLOCK_FRAMES + 2):
        writer.write(*make_frame(index % 5 + BLOCK_FRAMES * (index // 5)))
    kept = tmp_path / "kept.mocap.jsonl"
    shutil.copy(writer.path, kept)
    journal = read_take(kept)
    writer.close()
    for take in (journal, read_take(writer.path)):
        motion, landmarks = take.motion(), take.landmarks()
        frames = list(take.frames())
        assert motion.frames == landmarks.frames == len(frames)
        for row in (0, 1, BLOCK_FRAMES - 1, BLOCK_FRAMES, BLOCK_FRAMES + 1):
            _same_fields(TakeFrame(landmarks.frame(row), motion.frame(row)), frames[row])


def test_numpy_and_the_document_alone_read_a_packed_take(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame
) -> None:
    """The recipe of docs/take-format.md."""
    writer = TakeWriter(tmp_path, "take", header)
    frames = [make_frame(index) for index in range(BLOCK_FRAMES + 5)]
    for frame in frames:
        writer.write(*frame)
    writer.close()
    recipe = _recipe(Path(__file__).parents[3] / "docs" / "take-format.md")
    found: dict[str, Any] = {}
    exec(recipe.replace("take_001.mocap", str(writer.path)), found)  # noqa: S102
    np.testing.assert_allclose(
        found["column"]("motion_root") * found["header"]["steps"]["position"],
        [motion.pose.root_position_in_world_m for _, motion in frames],
        atol=0.51e-4,
    )
    assert found["column"]("time_ns", "i8").ravel().tolist() == [
        landmarks.capture_time_ns for landmarks, _ in frames
    ]
    np.testing.assert_array_equal(
        found["column"]("motion_joint_state", "i1"),
        [motion.pose.joint_state for _, motion in frames],
    )
    # Every frame's points are at random, so that differences exceed the width and wrap around.
    scale, origin = found["column"]("face_mesh_scale"), found["column"]("face_mesh_origin")
    points = found["column"]("face_mesh", "i2").reshape(-1, 478, 3) * scale[:, :, None]
    np.testing.assert_allclose(
        (points + origin[:, None]) * found["header"]["steps"]["image"],
        [landmarks.face.image for landmarks, _ in frames],
        atol=1.1e-5,
    )
    found["take"].close()


def _recipe(document: Path) -> str:
    blocks = document.read_text(encoding="utf-8").split("```python\n")[1:]
    (recipe,) = (block.partition("```")[0] for block in blocks if "def column" in block)
    return recipe


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open")
def test_a_recording_without_frames_just_now_is_neither_recovered_nor_deleted(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = TakeWriter(tmp_path, "take", header)
    writer.write(*make_frame(1))
    a_minute_ago_s = time.time() - 60.0  # a camera that was unplugged, a process that was stopped
    os.utime(writer.path, (a_minute_ago_s, a_minute_ago_s))
    with pytest.raises(TakeUnwritable, match="being recorded"):
        recover(writer.path)
    assert main(["takes", "delete", str(writer.path), "--yes"]) == 6
    assert main(["takes", "list", "--folder", str(tmp_path)]) == 0
    assert "being recorded" in capsys.readouterr().out
    writer.write(*make_frame(2))
    writer.close()
    assert read_take(tmp_path / "take_001.mocap").motion().frames == 2


def test_a_name_that_is_taken_meanwhile_is_not_replaced(
    tmp_path: Path, header: TakeHeader, make_frame: MakeFrame, caplog: pytest.LogCaptureFixture
) -> None:
    writer = TakeWriter(tmp_path, "take", header)
    writer.write(*make_frame(0))
    (tmp_path / "take_001.mocap").write_text("somebody else's")
    writer.close()
    assert "cannot be packed" in caplog.text
    assert (tmp_path / "take_001.mocap").read_text() == "somebody else's"
    assert writer.path.name == "take_001.mocap.jsonl"
    assert len(list(read_take(writer.path).frames())) == 1
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "disk",
    [
        (LOW_DISK_BYTES - 1, "499 MB left"),
        (LOW_DISK_BYTES + 1, "4 minutes"),
        (5 * LOW_DISK_BYTES, ""),
    ],
)
def test_a_disk_that_fills_is_told_once(
    disk: tuple[int, str],
    tmp_path: Path,
    header: TakeHeader,
    make_frame: MakeFrame,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """At 150 frames of 9 kB a second (packed, as well: 12 kB) 500 MB last 4 minutes and a half."""
    free_bytes, told = disk
    usage = shutil.disk_usage(tmp_path)._replace(free=free_bytes)

    def disk_usage(_path: Path) -> object:
        return usage

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    writer = TakeWriter(tmp_path, "take", header)
    for second in range(11):
        for _ in range(150):
            writer.write(*make_frame(0))
        writer.flush_if_due(second * 1_000_000_000)
    writer.close()
    assert caplog.text.count("disk nearly full") == bool(told)
    assert told in caplog.text


_DISK_OF_LIMITED_SIZE = """
import importlib.util, resource, sys
from pathlib import Path

spec = importlib.util.spec_from_file_location("frames", sys.argv[1])
frames = importlib.util.module_from_spec(spec)
spec.loader.exec_module(frames)
from mocapbridge.cli.main import main
from mocapbridge.errors import TakeUnwritable
from mocapbridge.takes.records import AnchorRecord, TakeHeader
from mocapbridge.takes.save import recover
from mocapbridge.takes.writer import TakeWriter

header = TakeHeader(
    app_version="0", subject="Anna", source="clip.mp4", created="", frame_rate=(30, 1),
    anchor=AnchorRecord(monotonic_ns=0, unix_ns=0), rest_positions_m=[(0, 0, 0)] * 55, config={},
)
writer = TakeWriter(Path(sys.argv[2]), "take", header)
resource.setrlimit(resource.RLIMIT_FSIZE, (55_555, 55_555))
for index in range(100):
    try:
        writer.write(*frames._frame(index))
    except TakeUnwritable as error:
        writer.close()
        print(writer.frames, error)
        break
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a file size limit needs POSIX")
def test_a_full_disk_keeps_every_whole_frame(tmp_path: Path) -> None:
    conftest = Path(__file__).with_name("conftest.py")
    result = subprocess.run(
        [sys.executable, "-c", _DISK_OF_LIMITED_SIZE, str(conftest), str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    written, _, message = result.stdout.partition(" ")
    assert "recording stopped after" in message
    assert "what was recorded is kept" in message
    (path,) = tmp_path.iterdir()
    assert path.read_bytes().endswith(b"}\n")
    read = [frame.motion.frame_id for frame in read_take(path).frames()]
    assert read == list(range(int(written)))
    assert len(read) >= 3
