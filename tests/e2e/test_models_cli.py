"""`mocapbridge models`, with small bundles, a loopback host and pip without an index."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest

from mocapbridge.cli import models
from mocapbridge.cli.progress import model_progress
from mocapbridge.errors import ConfigError
from mocapbridge.tracking.model_store import Manifest, store
from tests.model_bundles import (
    FACE_BUNDLE,
    answer_with,
    http_host,
    small_manifest,
    write_wheel,
)


def command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers())
    parsed = parser.parse_args(["models", *arguments])
    exit_code = parsed.run(parsed)
    assert isinstance(exit_code, int)
    return exit_code


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on it and nothing in reach; returns its cache."""
    monkeypatch.delenv("MOCAPBRIDGE_MODELS", raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    (tmp_path / "index").mkdir()
    cache = tmp_path / "cache" / "models"
    monkeypatch.setattr(store, "default_cache", lambda: cache)
    use(monkeypatch, small_manifest())
    return cache


def use(monkeypatch: pytest.MonkeyPatch, manifest: Manifest) -> None:
    monkeypatch.setattr(store, "load_manifest", lambda: manifest)


def test_list_says_what_there_is_and_what_it_takes(
    machine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.mkdir(parents=True)
    (machine / "face_landmarker.task").write_bytes(FACE_BUNDLE)
    (machine / "pose_landmarker_full.task").write_bytes(b"damaged")
    assert command("list") == 0
    said = capsys.readouterr().out
    lines = {line.split()[0]: line for line in said.splitlines() if line}
    assert "cache, official" in lines["face_landmarker"]
    assert "corrupt" in lines["pose_landmarker_full"]
    assert "not here, can be pulled" in lines["hand_landmarker"]
    assert "not here, official only" in lines["pose_landmarker_heavy"]
    assert "30.7 MB" in lines["pose_landmarker_heavy"]
    assert "Apache-2.0" in lines["pose_landmarker_heavy"]
    assert str(machine) in said


def test_pull_fetches_what_it_can_and_explains_the_rest(
    machine: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write_wheel(tmp_path / "index")
    with http_host(answer_with(FACE_BUNDLE)) as (url, _):
        use(monkeypatch, small_manifest(url))
        names = ("pose_landmarker_heavy", "face_landmarker", "hand_landmarker.task")
        assert command("pull", *names) == 4
    captured = capsys.readouterr()
    assert "face_landmarker: official" in captured.out
    assert "hand_landmarker: rebuilt" in captured.out
    assert (machine / "face_landmarker.task").read_bytes() == FACE_BUNDLE
    assert "fetching face_landmarker\n" in captured.err
    assert captured.err.count("fetching networks of mediapipe") == 1
    (error,) = [line for line in captured.err.splitlines() if "error:" in line]
    assert "pose_landmarker_heavy" in error
    assert "tracking.pose_options.model" in error


def test_pull_of_an_unknown_name_gives_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"did you mean face_landmarker\?") as caught:
        command("pull", "face_landmark")
    assert caught.value.exit_code == 2


def test_verify_tells_sound_from_damaged(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("verify") == 0
    assert "no bundle is here yet" in capsys.readouterr().out
    machine.mkdir(parents=True)
    (machine / "face_landmarker.task").write_bytes(FACE_BUNDLE)
    assert command("verify") == 0
    said = capsys.readouterr().out
    assert "face_landmarker: sound, official (face source in use: official" in said
    (machine / "hand_landmarker.task").write_bytes(b"damaged")
    assert command("verify") == 4
    assert "hand_landmarker: CORRUPT" in capsys.readouterr().out


def test_verify_says_what_a_rebuilt_bundle_lacks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_wheel(tmp_path / "index")
    assert command("pull", "hand_landmarker") == 0
    capsys.readouterr()
    assert command("verify") == 0
    assert "hand_landmarker: sound, rebuilt," in capsys.readouterr().out


def test_progress_without_a_terminal_is_one_line_for_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with model_progress() as progress:
        for done_bytes in range(0, 100, 10):
            progress("face_landmarker", done_bytes, 90)
            progress("hand_landmarker", done_bytes, None)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "fetching face_landmarker\nfetching hand_landmarker\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_on_a_terminal_is_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with model_progress() as progress:
        assert terminal.getvalue() == ""
        progress("face_landmarker", 1_000_000, None)
        progress("face_landmarker", 4_000_000, 4_000_000)
    assert "face_landmarker" in terminal.getvalue()
    assert "4.0/4.0 MB" in terminal.getvalue()
