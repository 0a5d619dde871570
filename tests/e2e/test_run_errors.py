"""Bad input: one clear line, the documented exit code, nothing half-written."""

from __future__ import annotations

import socket
from collections.abc import Generator
from pathlib import Path

import pytest

from mocapbridge.cli.main import main

SYNTHETIC = """\
source: {type: synthetic, frames: 3, pace: fast}
tracking: {backend: synthetic}
outputs: []
"""


@pytest.fixture(autouse=True)
def _in_empty_folder(  # pyright: ignore[reportUnusedFunction] - used by pytest
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[None, None, None]:
    monkeypatch.chdir(tmp_path)
    before = set(tmp_path.rglob("*"))
    yield
    left = {path.name for path in set(tmp_path.rglob("*")) - before}
    assert not {name for name in left if name.endswith((".jsonl", ".json"))}, left


def _one_line(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    assert printed.err.startswith("mocapbridge: error: ")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    return printed.err


def _config(text: str) -> list[str]:
    Path("run.yaml").write_text(text, encoding="utf-8")
    return ["--config", "run.yaml"]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("missing.mp4", "missing.mp4"),
        ("empty.mp4", "empty.mp4"),
        ("noise.mp4", "noise.mp4"),
        ("97", "camera 97"),
        ("empty_folder", "empty_folder"),
        ("camera:No Such Camera", "No Such Camera"),
        ("http://127.0.0.1:9/nothing.mjpg", "127.0.0.1:9"),
    ],
)
def test_a_source_that_is_not_there_or_is_none(
    source: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record = _config("record: {enabled: true, folder: takes}")
    Path("empty.mp4").touch()
    Path("noise.mp4").write_bytes(bytes(range(256)) * 40)
    Path("empty_folder").mkdir()
    assert main(["run", *record, "--source", source]) == 3
    assert told in _one_line(capsys)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sauce: {type: camera}", "sauce"),
        ("source: {type: synthetic, fps: quick}", "fps"),
        ("source: {type: synthetic}", "synthetic"),
        ("outputs: [{type: osc, port: 90000}]", "port"),
        ("source: [", "run.yaml"),
    ],
)
def test_a_configuration_that_means_nothing(
    text: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *_config(text)]) == 2
    assert told in _one_line(capsys)


def test_a_port_in_use(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other_program:
        other_program.bind(("127.0.0.1", 0))
        other_program.listen()
        port = other_program.getsockname()[1]
        flags = _config(SYNTHETIC + "record: {enabled: true, folder: takes}")
        assert main(["run", *flags, "--zmq", f"127.0.0.1:{port}"]) == 5
    assert str(port) in _one_line(capsys)


def test_a_control_port_in_use_leaves_no_empty_take(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as other_program:
        other_program.bind(("127.0.0.1", 0))
        other_program.listen()
        port = other_program.getsockname()[1]
        control = f"control: {{zmq: 'tcp://127.0.0.1:{port}', osc_port: null}}"
        recorded = "record: {enabled: true, folder: takes}"
        assert main(["run", *_config(f"{SYNTHETIC}{recorded}\n{control}")]) == 5
    assert str(port) in _one_line(capsys)
    assert not Path("takes").exists()


def test_an_unknown_host(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", *_config(SYNTHETIC), "--osc", "no-such-host.invalid:9000"]) == 5
    assert "no-such-host.invalid" in _one_line(capsys)


def test_a_take_folder_that_is_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("takes").touch()
    assert main(["run", *_config(SYNTHETIC + "record: {enabled: true, folder: takes}")]) == 6
    assert "takes" in _one_line(capsys)


def test_a_folder_of_models_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    clip = Path(__file__).resolve().parents[2] / "samples" / "performer_upper.mp4"
    text = f"source: {{type: video, path: '{clip}'}}\ntracking: {{models_folder: nowhere}}"
    assert main(["run", *_config(text)]) == 2
    assert "nowhere" in _one_line(capsys)


@pytest.mark.parametrize("flag", ["--stats-json", "--overlay"])
def test_a_file_to_write_in_a_folder_that_does_not_exist(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *_config(SYNTHETIC), flag, "nowhere/file"]) == 2
    assert "nowhere" in _one_line(capsys)


def test_after_an_error_the_same_run_works(capsys: pytest.CaptureFixture[str]) -> None:
    flags = _config(SYNTHETIC)
    with socket.socket() as other_program:
        other_program.bind(("127.0.0.1", 0))
        other_program.listen()
        port = other_program.getsockname()[1]
        assert main(["run", *flags, "--zmq", f"127.0.0.1:{port}"]) == 5
    capsys.readouterr()
    assert main(["run", *flags, "--zmq", f"127.0.0.1:{port}"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "3 frames" in printed.out
