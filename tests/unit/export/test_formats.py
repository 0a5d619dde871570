from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mocapbridge.cli.main import main
from mocapbridge.errors import TakeUnreadable
from mocapbridge.export.clip import Clip
from mocapbridge.export.formats import FORMATS, Format
from mocapbridge.export.from_take import clip_from_take
from mocapbridge.export.options import ExportOptions, Progress
from tests.export_clips import moving_clip, write_take

Export = Callable[..., int]


@pytest.fixture
def take(tmp_path: Path) -> Path:
    return write_take(tmp_path, moving_clip(12))


def _export(take: Path, *arguments: str | Path) -> int:
    return main(["export", str(take), *map(str, arguments)])


def test_several_files_at_once(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    targets = [tmp_path / f"a{ending}" for ending in FORMATS if ending not in _BY_BLENDER]
    flags = [word for target in targets for word in ("--to", target)]
    assert _export(take, *flags) == 0
    out = capsys.readouterr().out
    for target in targets:
        assert target.stat().st_size > 1000
        assert str(target) in out
    assert sorted(tmp_path.iterdir()) == sorted([*targets, take]), "nothing else is left"


_BY_BLENDER = (".fbx", ".usd", ".usda", ".usdc", ".usdz")


def test_a_take_reads_back_as_the_clip_it_was_made_from(tmp_path: Path) -> None:
    clip = moving_clip(600, jitter=0.4)
    told: list[float] = []
    back = clip_from_take(write_take(tmp_path, clip), with_landmarks=True, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert back.frame_rate == clip.frame_rate
    assert np.abs(back.times_s - clip.times_s).max() < 1e-8
    assert np.abs(back.rotations_wxyz - clip.rotations_wxyz).max() < 2e-5
    assert np.abs(back.positions_in_world_m - clip.positions_in_world_m).max() < 1e-4
    assert np.abs(back.blendshapes - clip.blendshapes).max() < 1e-4
    assert np.array_equal(back.feet_planted, clip.feet_planted)
    assert back.landmarks is not None
    assert back.landmarks.face_image.shape == (600, 478, 3)


def test_an_existing_file_stays_unless_forced(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "a.bvh"
    target.write_text("precious")
    assert _export(take, "--to", tmp_path / "b.glb", "--to", target) == 6
    assert "there already" in capsys.readouterr().err
    assert target.read_text() == "precious"
    assert not (tmp_path / "b.glb").exists(), "said before anything is written"
    assert _export(take, "--to", target, "--force") == 0
    assert target.read_text().startswith("HIERARCHY")


def test_a_dangling_link_is_not_followed(take: Path, tmp_path: Path) -> None:
    link = tmp_path / "a.bvh"
    try:
        link.symlink_to(tmp_path / "elsewhere.bvh")
    except OSError:
        pytest.skip("links need a right that this user lacks")
    assert _export(take, "--to", link) == 6
    assert not (tmp_path / "elsewhere.bvh").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--to", "{}/a.bhv"], ["'.bhv'", ".bvh, .c3d, .csv", "did you mean .bvh?"]),
        (["--to", "{}/a.bvh", "--names", "mixam"], ["'mixam'", "did you mean 'mixamo'?"]),
        (["--to", "{}/a.bvh", "--names", "arkit"], ["names no joints"]),
        (["--to", "{}/noending"], ["''", "valid:"]),
        (["--to", "{}/a.bvh", "--to", "{}/sub/../a.bvh"], ["named twice"]),
    ],
)
def test_what_cannot_be_meant_is_said(
    take: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: list[str],
) -> None:
    (tmp_path / "sub").mkdir()
    assert _export(take, *(word.format(tmp_path) for word in arguments)) == 2
    error = capsys.readouterr().err
    for word in words:
        assert word in error


@pytest.mark.parametrize("rate", ["0", "fast", "1/0"])
def test_a_rate_that_is_none_is_refused(
    take: Path, capsys: pytest.CaptureFixture[str], rate: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        _export(take, "--to", "a.bvh", "--fps", rate)
    assert ended.value.code == 2
    assert "29.97" in capsys.readouterr().err


def test_a_missing_folder_and_a_folder_are_named(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _export(take, "--to", tmp_path / "missing" / "a.bvh") == 6
    assert "there is no folder" in capsys.readouterr().err
    (tmp_path / "folder.bvh").mkdir()
    assert _export(take, "--to", tmp_path / "folder.bvh", "--force") == 6
    assert "this is a folder" in capsys.readouterr().err


def test_an_empty_take_and_no_take_are_refused(tmp_path: Path) -> None:
    whole = write_take(tmp_path, moving_clip(2), finished=False)
    empty = tmp_path / "empty.mocap.jsonl"
    empty.write_bytes(whole.read_bytes().partition(b"\n")[0] + b"\n")
    with pytest.raises(TakeUnreadable, match="no frame"):
        clip_from_take(empty, with_landmarks=False, progress=lambda _done: None)
    assert _export(tmp_path / "none.mocap.jsonl", "--to", tmp_path / "a.bvh") == 6
    assert not (tmp_path / "a.bvh").exists()


def test_times_that_go_back_are_refused(tmp_path: Path) -> None:
    path = write_take(tmp_path, moving_clip(3), finished=False)
    lines = path.read_text("utf-8").splitlines()
    lines[2] = lines[2].replace('"time_ns":5', '"time_ns":4', 1)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    with pytest.raises(TakeUnreadable, match=r"do not increase at frame 1 .*take_001"):
        clip_from_take(path, with_landmarks=False, progress=lambda _done: None)


def test_hostile_times_end_in_an_error_not_in_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_take(tmp_path, moving_clip(3), finished=False)
    text = path.read_text("utf-8")
    last = text.rindex('"time_ns":')
    path.write_text(
        text[:last] + f'"time_ns":{2**62}' + text[text.index(",", last) :], encoding="utf-8"
    )
    assert _export(path, "--to", tmp_path / "a.bvh") == 6
    assert "at most 20120 can be made of 3" in capsys.readouterr().err


def test_the_chosen_rate_holds_for_every_format(take: Path, tmp_path: Path) -> None:
    assert _export(
        take, "--fps", "60", "--to", tmp_path / "a.bvh", "--to", tmp_path / "a.json",
        "--to", tmp_path / "a.csv", "--to", tmp_path / "a.npz",
    ) == 0  # fmt: skip
    expected = round(11 / 30 * 1.001 * 60) + 1
    document = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert document["frame_rate"] == [60, 1]
    assert len(document["frames"]) == document["frame_count"] == expected
    assert f"Frames: {expected}\n" in (tmp_path / "a.bvh").read_text("ascii")
    with (tmp_path / "a.csv").open(newline="", encoding="ascii") as file:
        assert len(list(csv.reader(file))) == expected + 1
    with np.load(tmp_path / "a.npz") as arrays:
        assert arrays["rotations_wxyz"].shape == (expected, 55, 4)


def test_json_is_the_take_frame_by_frame(take: Path, tmp_path: Path) -> None:
    assert _export(take, "--to", tmp_path / "a.json") == 0
    document = json.loads((tmp_path / "a.json").read_text("utf-8"))
    clip = clip_from_take(take, with_landmarks=True, progress=lambda _done: None)
    assert (document["format"], document["version"]) == ("mocapbridge-motion", 1)
    assert Fraction(*document["frame_rate"]) == clip.frame_rate
    assert document["start_unix_ns"] == clip.anchor.unix_time_ns(clip.start_time_ns)
    assert document["joint_names"][0] == "hips"
    for row, frame in enumerate(document["frames"]):
        assert np.allclose(frame["rotations_wxyz"], clip.rotations_wxyz[row], atol=1e-6)
        assert np.allclose(frame["positions_m"], clip.positions_in_world_m[row], atol=1e-6)
        assert np.allclose(frame["blendshapes"], clip.blendshapes[row], atol=1e-6)
        assert frame["time_s"] == pytest.approx(clip.times_s[row], abs=1e-9)
        assert frame["states"] == dict.fromkeys(("body", "face", "left_hand", "right_hand"), 3)
        assert np.shape(frame["landmarks"]["hands_image"]) == (2, 21, 3)


def test_npz_opens_without_pickles_and_has_it_all(take: Path, tmp_path: Path) -> None:
    assert _export(take, "--to", tmp_path / "a.npz") == 0
    clip = clip_from_take(take, with_landmarks=True, progress=lambda _done: None)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as arrays:
        assert json.loads(str(arrays["about"]))["format"] == "mocapbridge-npz"
        assert arrays["frame_rate"].tolist() == [30000, 1001]
        assert np.array_equal(arrays["rotations_wxyz"], clip.rotations_wxyz)
        assert clip.landmarks is not None
        assert np.array_equal(arrays["landmarks_face_image"], clip.landmarks.face_image)


def test_a_blender_that_is_none_is_named(
    take: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "a.fbx"
    assert _export(take, "--to", target, "--via-blender", tmp_path / "nowhere") == 6
    assert "--via-blender PATH" in capsys.readouterr().err
    # A Python without bpy: what it says is passed on.
    assert _export(take, "--to", target, "--via-blender", sys.executable) == 6
    assert "No module named 'bpy'" in capsys.readouterr().err
    assert not target.exists()


def test_formats_are_listed_by_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    words = capsys.readouterr().out.split()
    assert set(FORMATS) <= set(words)


@pytest.mark.parametrize("thrown", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_export_that_is_broken_off_leaves_nothing(
    take: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, thrown: BaseException
) -> None:
    def broken_off(_clip: Clip, path: Path, _options: ExportOptions, _progress: Progress) -> None:
        path.write_text("half")
        raise thrown

    monkeypatch.setitem(FORMATS, ".bvh", Format(broken_off, even=True))
    assert _export(take, "--to", tmp_path / "a.bvh") in (6, 130)
    assert list(tmp_path.iterdir()) == [take]
