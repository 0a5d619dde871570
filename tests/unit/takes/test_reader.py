from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

from mocapbridge.errors import TakeUnreadable
from mocapbridge.takes.journal import Journal
from mocapbridge.takes.journal_reader import LINE_LIMIT_BYTES
from mocapbridge.takes.pack import FramePacker
from mocapbridge.takes.reader import read_take
from mocapbridge.takes.records import TakeHeader

from .conftest import MakeFrame

Line: TypeAlias = dict[str, Any]


@pytest.fixture
def take(tmp_path: Path, header: TakeHeader, make_frame: MakeFrame) -> Path:
    """The journal of a take of four frames."""
    packer, journal = FramePacker(), Journal(tmp_path, "take", header)
    for index in range(4):
        journal.write(packer.pack(*make_frame(index)))
    journal.close(rejected_parts=0)
    return journal.path


def _ids(path: Path) -> list[int]:
    return [frame.motion.frame_id for frame in read_take(path).frames()]


def _edit(path: Path, number: int, change: Callable[[Line], None]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    line = json.loads(lines[number])
    change(line)
    lines[number] = json.dumps(line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_frames_can_be_read_again_and_again(take: Path) -> None:
    opened = read_take(take)
    assert [frame.motion.frame_id for frame in opened.frames()] == [0, 1, 2, 3]
    assert [frame.motion.frame_id for frame in opened.frames()] == [0, 1, 2, 3]
    assert opened.footer is not None
    assert opened.footer.frames == 4


def test_what_a_power_cut_leaves_of_the_last_line_is_dropped(take: Path) -> None:
    whole = take.read_bytes()
    cut = whole[: whole.index(b'"index":3') + 500]
    for tail in (b"", b"\0" * 4096, b"\0" * (2 * LINE_LIMIT_BYTES)):
        take.write_bytes(cut + tail)
        assert read_take(take).footer is None
        assert _ids(take) == [0, 1, 2]
    take.write_bytes(whole[: whole.index(b'{"kind":"footer"')] + b"\0" * (2 * LINE_LIMIT_BYTES))
    assert _ids(take) == [0, 1, 2, 3]


def test_a_broken_line_in_the_middle_is_named(take: Path) -> None:
    lines = take.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2][:300] + b"\n"
    take.write_bytes(b"".join(lines))
    with pytest.raises(TakeUnreadable, match="line 3 is not a frame"):
        _ids(take)


def test_keys_of_later_versions_are_ignored(take: Path) -> None:
    def add(line: Line) -> None:
        line["lens"] = {"coating": 60}

    for number in range(6):
        _edit(take, number, add)
    assert _ids(take) == [0, 1, 2, 3]


def _set(*keys: str, to: object) -> Callable[[Line], None]:
    def change(line: Line) -> None:
        part = line
        for key in keys[:-1]:
            part = part[key]
        part[keys[-1]] = to

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("pose", "world", to=[0] * 98),
        _set("pose", "world", to=[0] * 3000),
        _set("pose", "world", to=[0.5] * 99),
        _set("pose", "image", to=[10**12] * 99),
        _set("pose", "image", to=[10**30] * 99),
        _set("pose", "state", to=7),
        _set("face", "mesh", "points", to="AAAA"),
        _set("face", "mesh", "points", to="AAA"),
        _set("face", "mesh", "points", to="!"),
        _set("face", "mesh", "scale", to=10**9),
        _set("face", "mesh", "origin", to=[1]),
        _set("motion", "rotations", to=[[0, 0, 0, 0]] * 55),
        _set("motion", "rotations", to=[0] * 220 * 100),
        _set("motion", "joint_state", to=[9] * 55),
        _set("motion", "gaze", to=None),
        _set("time_ns", to=2**63),
        _set("time_ns", to=1e308),
        _set("index", to=-1),
        _set("size_px", to=[1]),
        _set("kind", to="joke"),
        _set("pose", to="x"),
    ],
)
def test_lies_about_sizes_and_numbers_are_refused(
    take: Path, change: Callable[[Line], None]
) -> None:
    _edit(take, 2, change)
    with pytest.raises(TakeUnreadable, match=r"line 3 is not a frame.*take_001\.mocap\.jsonl"):
        _ids(take)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "1e308"])
def test_numbers_that_are_none_are_refused(take: Path, literal: str) -> None:
    lines = take.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace('"time_ns":', f'"time_ns":{literal},"x":', 1)
    take.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(TakeUnreadable, match="line 3"):
        _ids(take)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set("version", to=2), "version 2.*update mocapbridge"),
        (_set("format", to="other"), "not a take"),
        (_set("joint_names", to=["hips"]), "joints"),
        (_set("joint_names", to=["hips"] * 513), "joints"),
        (_set("rest_positions_m", to=[[0, 0, 0]] * 54), "joints"),
        (_set("rest_positions_m", to=[[1e308, 0, 0]] * 55), "not a take"),
        (_set("blendshape_names", to=[]), "blendshapes"),
        (_set("steps", "world", to=0), "not a take"),
        (_set("steps", "world", to=1e300), "not a take"),
        (_set("frame_rate", to=[30, 0]), "not a take"),
        (_set("anchor", to=None), "not a take"),
    ],
)
def test_headers_that_cannot_be_are_refused(
    take: Path, change: Callable[[Line], None], message: str
) -> None:
    _edit(take, 0, change)
    with pytest.raises(TakeUnreadable, match=message):
        read_take(take)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hello\n",
        b"[]\n",
        b"{}\n",
        b"\xff\xfe\x00\n",
        b"\0" * 5000,
        b"[" * 900_000 + b"\n",
        b'{"a":' * 150_000 + b"\n",
        b'{"format":"mocapbridge-take","version":1,"config":' + b'{"a":' * 150_000 + b"\n",
        b"x" * (LINE_LIMIT_BYTES + 10),
        b'{"kind":"header","format":"mocapbridge-take","version":1}\n',
    ],
)
def test_other_files_are_not_takes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mocap.jsonl"
    path.write_bytes(content)
    with pytest.raises(TakeUnreadable, match=r"x\.mocap\.jsonl"):
        read_take(path)


def test_a_missing_file_and_a_folder_are_no_takes(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.jsonl", tmp_path):
        with pytest.raises(TakeUnreadable):
            read_take(path)


def test_a_lying_frame_count_is_told_and_allocates_nothing(
    take: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _edit(take, 5, _set("frames", to=2**60))
    with caplog.at_level(logging.WARNING):
        assert _ids(take) == [0, 1, 2, 3]
    assert "has 4" in caplog.text


def test_takes_of_the_first_version_are_read() -> None:
    """Recorded before takes were packed: the lines of two frames of a sample clip."""
    take = read_take(Path(__file__).with_name("first_version.mocap.jsonl"))
    first, second = take.frames()
    assert (first.motion.frame_id, second.motion.frame_id) == (0, 1)
    assert second.landmarks.capture_time_ns - first.landmarks.capture_time_ns == 40_000_000
    rotations = second.motion.pose.rotations_wxyz
    np.testing.assert_array_equal(take.motion().rotations_wxyz[1], rotations)
    lengths = np.linalg.norm(rotations, axis=1)
    np.testing.assert_allclose(lengths, 1, atol=1e-4)
    assert second.landmarks.face.state == 3
