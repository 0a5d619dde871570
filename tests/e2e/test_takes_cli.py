"""``mocapbridge takes`` and ``play`` on takes of the synthetic performer."""

from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest

from mocapbridge.cli.main import main
from mocapbridge.takes.reader import Take, read_take
from tests.takes_made import cut_off, synthetic_take


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished take of 90 frames at 30 frames/s."""
    folder = tmp_path_factory.mktemp("finished")
    synthetic_take(folder, frames=90)
    return folder / "take_001.mocap"


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """A folder with a copy of that take."""
    shutil.copy2(finished, tmp_path)
    return tmp_path


def test_list_and_info_tell_what_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut_off(folder / "take_001.mocap", folder / "torn_001.mocap.jsonl", keep=0.5)
    (folder / "noise_001.mocap").write_bytes(b"PK\x03\x04noise")
    assert main(["takes", "list", "--folder", str(folder)]) == 0
    told = capsys.readouterr().out
    assert [line for line in told.splitlines() if "take_001.mocap" in line and "90" in line]
    assert [line for line in told.splitlines() if "torn_001" in line and "cut off" in line]
    assert "unreadable" in told
    assert main(["takes", "info", "take_001", "--folder", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "2.97 s, 90 frames" in told
    assert "body       seen in 100% of the frames" in told
    assert "left hand" in told


def test_recover_finishes_what_was_cut_off(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    torn = folder / "torn_001.mocap.jsonl"
    kept = cut_off(folder / "take_001.mocap", torn, keep=0.6)
    (folder / "torn_001.mocap.part").write_bytes(b"what the kill left of it")
    assert main(["takes", "recover", "--folder", str(folder)]) == 0
    assert f"{kept} frames" in capsys.readouterr().out
    recovered = read_take(folder / "torn_001.mocap")
    assert not torn.exists()
    assert not (folder / "torn_001.mocap.part").exists()
    whole = read_take(folder / "take_001.mocap").motion()
    np.testing.assert_array_equal(recovered.motion().rotations_wxyz, whole.rotations_wxyz[:kept])
    assert main(["takes", "recover", "--folder", str(folder)]) == 0
    assert "every take is finished" in capsys.readouterr().out


def test_recover_never_replaces_a_take(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torn = folder / "take_001.mocap.jsonl"
    cut_off(folder / "take_001.mocap", torn, keep=0.6)
    before = (folder / "take_001.mocap").read_bytes()
    assert main(["takes", "recover", str(torn)]) == 6
    assert "exists already" in capsys.readouterr().err
    assert torn.exists()
    assert (folder / "take_001.mocap").read_bytes() == before


def test_a_take_in_the_making_is_left_alone(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = folder / "fresh_001.mocap.jsonl"
    cut_off(folder / "take_001.mocap", fresh, keep=0.6)
    fresh.touch()
    assert main(["takes", "recover", str(fresh)]) == 6
    assert "being recorded" in capsys.readouterr().err
    assert fresh.exists()


def test_trim_makes_a_new_take_of_a_part(folder: Path) -> None:
    old = folder / "take_001.mocap"
    before = old.read_bytes()
    assert main(["takes", "trim", str(old), "--from", "1", "--to", "2"]) == 0
    assert old.read_bytes() == before
    made = read_take(folder / "take_002.mocap")
    whole = read_take(old).landmarks()
    np.testing.assert_array_equal(made.landmarks().face.image, whole.face.image[30:60])
    assert made.header.history == ["1 s to 2 s of take_001.mocap"]
    assert main(["takes", "trim", str(old), "--from", "7"]) == 6
    assert len(list(folder.iterdir())) == 2


def test_delete_asks_and_touches_nothing_but_takes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = folder / "notes.txt"
    other.write_text("keep me")
    assert main(["takes", "delete", str(other), "--yes"]) == 6
    assert main(["takes", "delete", "take_001", "--folder", str(folder)]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["takes", "delete", "../take_001", "--folder", str(folder / "x"), "--yes"]) == 2
    assert len(list(folder.iterdir())) == 2
    (folder / "take_001.reference.mp4").write_bytes(b"pictures")
    assert main(["takes", "delete", "take_001", "--folder", str(folder), "--yes"]) == 0
    assert list(folder.iterdir()) == [other]


@pytest.mark.parametrize(
    ("flags", "frames", "seconds"),
    [([], 90, 2.97), (["--speed", "3"], 90, 0.99), (["--from", "1", "--to", "2"], 30, 0.97)],
)
def test_play_sends_the_recorded_motion_with_its_timing(
    flags: list[str], frames: int, seconds: float, folder: Path, tmp_path: Path
) -> None:
    stats = tmp_path / "stats.json"
    config = tmp_path / "play.yaml"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        port = receiver.getsockname()[1]
        config.write_text(_PLAYED.format(port=port))
        take = folder / "take_001.mocap"
        command = ["play", str(take), "--headless", "--config", str(config), *flags]
        assert main([*command, "--stats-json", str(stats)]) == 0
    told = json.loads(stats.read_text())
    assert told["processed"] == told["outputs"][0]["frames"] == frames
    assert told["elapsed_s"] >= seconds


_PLAYED = """\
version: 1
control: {{enabled: false}}
subject: Anna
outputs: [{{type: osc, port: {port}}}]
"""


def test_a_take_flows_through_run_and_into_another_take(folder: Path, tmp_path: Path) -> None:
    config = tmp_path / "run.yaml"
    config.write_text(
        "version: 1\ncontrol: {enabled: false}\nsubject: Anna\n"
        "source: {type: take, path: take_001.mocap, pace: fast}\n"
        f"outputs: []\nrecord: {{enabled: true, folder: {tmp_path / 'again'}}}\n"
    )
    assert main(["run", "--config", str(config), "--headless"]) == 0
    first = read_take(folder / "take_001.mocap")
    again = read_take(tmp_path / "again" / "take_001.mocap")
    np.testing.assert_array_equal(again.landmarks().pose.image, first.landmarks().pose.image)
    np.testing.assert_array_equal(again.motion().rotations_wxyz, first.motion().rotations_wxyz)
    np.testing.assert_array_equal(
        np.diff(again.motion().capture_time_ns), np.diff(first.motion().capture_time_ns)
    )
    assert again.motion().subject == "Anna"


def test_resolve_filters_and_solves_again(folder: Path, tmp_path: Path) -> None:
    """Solved as it was recorded, it is the same; with another height, another performer."""
    shutil.copy(folder / "take_001.mocap", tmp_path / "source.mocap")
    takes: list[Take] = []
    for height in ("null", "1.2"):
        config = tmp_path / "run.yaml"
        config.write_text(
            "version: 1\ncontrol: {enabled: false}\n"
            "source: {type: take, path: source.mocap, pace: fast, resolve: true}\n"
            f"outputs: []\nsolve: {{height_m: {height}}}\n"
            f"record: {{enabled: true, folder: solved, slate: h{height[0]}}}\n"
        )
        assert main(["run", "--config", str(config), "--headless"]) == 0
        takes.append(read_take(tmp_path / "solved" / f"h{height[0]}_001.mocap"))
    same, small = takes
    first = read_take(folder / "take_001.mocap").motion()
    apart = np.abs(same.motion().rotations_wxyz - first.rotations_wxyz).max(axis=(1, 2))
    assert np.median(apart) < 5e-3, "what the format rounds is all that differs"
    heights = [max(y for _, y, _ in take.header.rest_positions_m) for take in takes]
    assert heights[1] < 0.8 * heights[0]
    assert small.motion().frames == first.frames


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["play", "nowhere"], 2, "there is no take 'nowhere'"),
        (["play", "TAKE", "--speed", "0"], 2, "--speed"),
        (["play", "TAKE", "--from", "5", "--to", "2"], 2, "end"),
        (["play", "TAKE", "--from", "60"], 3, "between start and end"),
        (["run", "--source", "TAKE", "--mirror"], 2, "--mirror"),
        (["takes", "info", "NOISE"], 6, "no finished take"),
    ],
)
def test_what_cannot_be_meant_is_said(
    arguments: list[str],
    exit_code: int,
    said: str,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    noise = folder / "noise.mocap"
    noise.write_bytes(b"PK\x03\x04" + bytes(100))
    places = {"TAKE": str(folder / "take_001.mocap"), "NOISE": str(noise)}
    assert main([places.get(word, word) for word in arguments]) == exit_code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("time_s", ["inf", "nan", "-1"])
def test_times_that_are_none_are_refused(time_s: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["play"], ["takes", "trim"]):
        with pytest.raises(SystemExit):
            main([*command, "take_001", "--to", time_s])
        assert "expected a number from 0 on" in capsys.readouterr().err
