from __future__ import annotations

import argparse
import os

import cv2
import pytest

from mocapbridge.cli import devices as command
from mocapbridge.sources.devices import CameraInfo, list_cameras
from mocapbridge.sources.known_cameras import KnownCamera


class FixedCapture:
    """Behaves like a cv2.VideoCapture; writes to stderr as some drivers do."""

    def __init__(self, is_open: bool) -> None:
        self._open = is_open
        os.write(2, b"driver: noise\n")

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self._open

    def get(self, setting: int) -> float:
        return {
            cv2.CAP_PROP_FRAME_WIDTH: 1280.0,
            cv2.CAP_PROP_FRAME_HEIGHT: 720.0,
            cv2.CAP_PROP_FPS: 30.0,
        }[setting]

    def release(self) -> None:
        self._open = False


def attach(
    monkeypatch: pytest.MonkeyPatch, opening: set[int], known: list[KnownCamera] | None
) -> None:
    def capture(target: int | str, _backend: int, _settings: object) -> FixedCapture:
        return FixedCapture(target in opening)

    def found() -> list[KnownCamera] | None:
        return known

    monkeypatch.setattr("cv2.VideoCapture", capture)
    monkeypatch.setattr("mocapbridge.sources.devices.known_cameras", found)


def test_listed_cameras_are_each_tried(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    known = [
        KnownCamera(0, "Integrated Camera", "/dev/video0", primary=True),
        KnownCamera(1, "Integrated Camera", "/dev/video1", primary=False),
        KnownCamera(2, "HD Webcam C525", "/dev/video2", primary=True),
    ]
    attach(monkeypatch, {0}, known)
    assert list_cameras() == [
        CameraInfo(0, "Integrated Camera", "/dev/video0", True, 1280, 720, 30.0),
        CameraInfo(2, "HD Webcam C525", "/dev/video2", False, 0, 0, 0.0),
    ]
    assert capfd.readouterr().err == ""


def test_unlisted_cameras_are_found_by_trying(monkeypatch: pytest.MonkeyPatch) -> None:
    attach(monkeypatch, {0, 2}, None)
    assert [camera.index for camera in list_cameras()] == [0, 2]
    attach(monkeypatch, set(), None)
    assert list_cameras() == []


def run_command() -> int:
    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    args = parser.parse_args(["devices"])
    return args.run(args)


def test_command_shows_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    attach(monkeypatch, {0}, [KnownCamera(0, "Cam [red]", "/dev/video0", primary=True)])
    monkeypatch.setenv("COLUMNS", "120")
    assert run_command() == 0
    shown = capsys.readouterr().out
    for text in ("Cam [red]", "ready", "1280x720", "30", "/dev/video0"):
        assert text in shown


def test_command_without_cameras_says_what_else_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    attach(monkeypatch, set(), [])
    assert run_command() == 0
    shown = capsys.readouterr().out
    assert "No camera was found" in shown
    assert "synthetic" in shown
    assert shown.count("\n") == 1


def test_real_machine_is_listed_without_noise(capfd: pytest.CaptureFixture[str]) -> None:
    for camera in list_cameras():
        assert camera.index >= 0
    assert capfd.readouterr().err == ""
