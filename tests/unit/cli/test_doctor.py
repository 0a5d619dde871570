from __future__ import annotations

import contextlib
import socket
from pathlib import Path

import pytest

from mocapbridge.cli import checkup
from mocapbridge.cli.checkup import Finding, examine
from mocapbridge.cli.main import main
from mocapbridge.cli.ports import host_and_port
from mocapbridge.outputs.options import ZmqOptions


@pytest.fixture(autouse=True)
def _no_models_and_no_cameras(  # pyright: ignore[reportUnusedFunction] - used by pytest
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    models.mkdir()
    monkeypatch.setenv("MOCAPBRIDGE_MODELS", str(models))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    # Opening cameras takes seconds and switches them on.
    monkeypatch.setattr("mocapbridge.sources.devices.list_cameras", list)


def _found(what: str) -> Finding:
    (finding,) = [finding for finding in examine() if finding.what == what]
    return finding


def test_everything_a_run_needs_is_looked_at() -> None:
    findings = examine()
    looked_at = {finding.what for finding in findings}
    assert looked_at >= {
        *("Python", "mediapipe", "OpenCV", "camera", "ZeroMQ port", "OSC target", "link target"),
        *("takes", "terminal", "pose_landmarker_full", "face_landmarker", "hand_landmarker"),
    }
    assert all(finding.advice for finding in findings if finding.verdict != "ok")


def test_a_machine_that_can_run_gets_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert "Ready: `mocapbridge demo`" in printed
    assert "mocapbridge run --source clip.mp4" in " ".join(printed.split())


def test_a_damaged_model_in_the_users_folder_is_a_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models" / "hand_landmarker.task").write_bytes(b"half a download")
    assert main(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert "FAIL" in printed
    assert "Not ready: hand_landmarker." in printed


def test_a_port_in_use_is_told_with_the_way_out() -> None:
    with contextlib.ExitStack() as opened:
        other_program = opened.enter_context(socket.socket())
        # Where the port is in use already, that is the other program.
        with contextlib.suppress(OSError):
            other_program.bind(host_and_port(ZmqOptions().bind))
            other_program.listen()
        finding = _found("ZeroMQ port")
    assert finding.verdict == "warn"
    assert "--zmq" in finding.advice


def test_a_take_folder_on_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "_LOW_DISK_BYTES", 1 << 70)
    finding = _found("takes")
    assert finding.verdict == "warn"
    assert "free some space" in finding.advice
