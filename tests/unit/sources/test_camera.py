"""Cameras, with the hardware made up: a port into which a device is plugged or not."""

from __future__ import annotations

import itertools
import logging
import sys
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from mocapbridge.clock import SystemClock
from mocapbridge.errors import ConfigError, SourceLost, SourceUnavailable
from mocapbridge.sources.camera import CameraSource
from mocapbridge.sources.known_cameras import KnownCamera
from mocapbridge.sources.options import CameraOptions
from mocapbridge.types import UInt8Array, VideoFrame


class Port:
    """What OpenCV and the system find when they look for the camera."""

    def __init__(self, node: Path) -> None:
        self.node = node
        self.index = 0
        self.plugged = True
        self.busy = False
        self.silent = False
        self.damaged = False
        self.working = threading.Event()
        self.working.set()
        self.blocking = threading.Event()
        self.open_now = 0
        self.asked: list[tuple[int, float]] = []
        self.gives: dict[int, float] = {cv2.CAP_PROP_FPS: 30.0}

    def known(self) -> list[KnownCamera]:
        if not self.plugged:
            return []
        return [KnownCamera(self.index, "HD Webcam C525", str(self.node), primary=True)]


class PluggedCapture:
    """Behaves like a cv2.VideoCapture of that port."""

    def __init__(self, port: Port, target: int | str) -> None:
        self._port = port
        self._open = port.plugged and not port.busy and target == port.index
        self._count = 0
        if self._open:
            port.open_now += 1

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self._open

    def grab(self) -> bool:
        if not self._port.working.is_set():
            self._port.blocking.set()
            self._port.working.wait()
        time.sleep(0.001)
        return self._port.plugged and not self._port.silent

    def retrieve(self) -> tuple[bool, UInt8Array | None]:
        if self._port.damaged:
            return False, None
        self._count += 1
        return True, np.full((48, 64, 3), self._count % 200 + 20, dtype=np.uint8)

    def get(self, setting: int) -> float:
        return self._port.gives.get(setting, 0.0)

    def set(self, setting: int, value: float) -> bool:
        self._port.asked.append((setting, value))
        return True

    def release(self) -> None:
        if self._open:
            self._port.open_now -= 1
        self._open = False


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Port:
    node = tmp_path / "video0"
    node.touch()
    port = Port(node)

    def capture(target: int | str, _backend: int, _settings: object) -> PluggedCapture:
        return PluggedCapture(port, target)

    monkeypatch.setattr("cv2.VideoCapture", capture)
    monkeypatch.setattr("mocapbridge.sources.camera.known_cameras", port.known)
    return port


def camera(device: int | str = 0) -> CameraSource:
    return CameraSource(CameraOptions(device=device), SystemClock())


def next_frame(source: CameraSource) -> VideoFrame:
    frame = source.read()
    assert frame is not None
    return frame


def read_on(source: CameraSource) -> None:
    while source.read() is not None:
        pass


def test_first_picture_arrives_at_open_and_is_stamped_at_the_grab(port: Port) -> None:
    before_ns = time.monotonic_ns()
    source = camera()
    source.open()
    after_ns = time.monotonic_ns()
    first = next_frame(source)
    assert before_ns <= first.capture_time_ns <= after_ns + 10**9
    frames = [first, *(next_frame(source) for _ in range(20))]
    source.close()
    assert all(a.capture_time_ns < b.capture_time_ns for a, b in itertools.pairwise(frames))
    assert all(a.frame_index < b.frame_index for a, b in itertools.pairwise(frames))
    assert (source.nominal_fps, source.live, source.source_id) == (30.0, True, "camera:0")
    assert port.open_now == 0


def test_slow_reader_gets_the_newest_and_sees_the_gap(port: Port) -> None:
    source = camera()
    source.open()
    first = next_frame(source)
    time.sleep(0.05)
    second = next_frame(source)
    source.close()
    assert second.frame_index > first.frame_index + 1
    assert port.open_now == 0


def test_unplugging_and_plugging_in_again_twenty_times(port: Port) -> None:
    source = camera()
    source.open()
    threads = threading.active_count()
    frames: list[VideoFrame] = []
    for cycle in range(20):
        frames += [next_frame(source) for _ in range(3)]
        assert {frame.segment for frame in frames[-3:]} == {cycle}
        port.plugged = False
        with pytest.raises(SourceLost, match="camera:0 was lost"):
            read_on(source)
        with pytest.raises(SourceUnavailable):
            source.open()
        port.plugged = True
        source.open()
        assert threading.active_count() == threads
        assert port.open_now == 1
    source.close()
    assert port.open_now == 0
    assert all(a.capture_time_ns < b.capture_time_ns for a, b in itertools.pairwise(frames))
    assert all(a.frame_index < b.frame_index for a, b in itertools.pairwise(frames))


def test_camera_that_comes_back_under_another_number_is_found_by_its_name(port: Port) -> None:
    source = camera(0)
    source.open()
    port.index = 3
    source.open()
    assert next_frame(source).segment == 0
    source.close()


def test_blocked_driver_does_not_hold_up_close(port: Port) -> None:
    source = camera()
    source.open()
    next_frame(source)
    port.working.clear()
    results: list[VideoFrame | None] = []

    def read_until_closed() -> None:
        while (frame := source.read()) is not None:
            results.append(frame)
        results.append(None)

    reader = threading.Thread(target=read_until_closed, daemon=True)
    reader.start()
    assert port.blocking.wait(30)
    source.close()
    reader.join(30)
    # Closed and read to the end while the driver still blocks and holds the device.
    assert results[-1] is None
    assert port.open_now == 1
    port.working.set()
    wait_for_release(port)


def test_stalled_camera_is_lost_and_not_piled_up(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mocapbridge.sources.live.STALL_S", 0.1)
    monkeypatch.setattr("mocapbridge.sources.live._RELEASE_TIMEOUT_S", 0.05)
    source = camera()
    source.open()
    next_frame(source)
    port.working.clear()
    with pytest.raises(SourceLost, match="delivered nothing for"):
        read_on(source)
    threads = threading.active_count()
    for _ in range(3):
        with pytest.raises(SourceUnavailable, match="not come back"):
            source.open()
    assert threading.active_count() == threads
    port.working.set()
    wait_for_release(port)
    source.open()
    assert next_frame(source).segment == 1
    source.close()


def wait_for_release(port: Port) -> None:
    for _ in range(1000):
        if port.open_now == 0:
            return
        time.sleep(0.01)
    pytest.fail("the device was never released")


def test_absent_camera(port: Port) -> None:
    port.plugged = False
    with pytest.raises(SourceUnavailable, match="no camera 0; this machine has no camera"):
        camera().open()


def test_busy_camera_is_told_from_an_absent_one(port: Port) -> None:
    port.busy = True
    with pytest.raises(SourceUnavailable, match=r"0 \(HD Webcam C525\) is there.*another program"):
        camera().open()


def test_camera_that_is_not_passed_into_the_container(port: Port) -> None:
    port.busy = True
    port.node.unlink()
    with pytest.raises(SourceUnavailable, match="container"):
        camera().open()


def test_camera_that_opens_but_delivers_nothing(
    port: Port, monkeypatch: pytest.MonkeyPatch
) -> None:
    port.silent = True
    monkeypatch.setattr("mocapbridge.sources.camera._FIRST_PICTURE_TIMEOUT_S", 0.05)
    source = camera()
    with pytest.raises(SourceUnavailable, match="delivers no picture"):
        source.open()
    assert port.open_now == 0


def test_undecodable_pictures_are_counted_and_skipped(port: Port) -> None:
    source = camera()
    source.open()
    next_frame(source)
    port.damaged = True
    time.sleep(0.02)
    port.damaged = False
    next_frame(source)
    next_frame(source)
    source.close()
    assert source.corrupt_frames > 0


def test_mode_is_asked_for_with_the_format_first(
    port: Port, caplog: pytest.LogCaptureFixture
) -> None:
    mjpg = cv2.VideoWriter.fourcc(*"MJPG")
    port.gives = {
        cv2.CAP_PROP_FOURCC: mjpg,
        cv2.CAP_PROP_FRAME_WIDTH: 1280,
        cv2.CAP_PROP_FRAME_HEIGHT: 720,
        cv2.CAP_PROP_FPS: 30.0,
    }
    options = CameraOptions(width=1920, height=1080, fps=30.0, fourcc="MJPG")
    source = CameraSource(options, SystemClock())
    with caplog.at_level(logging.WARNING):
        source.open()
    source.close()
    assert port.asked == [
        (cv2.CAP_PROP_FOURCC, mjpg),
        (cv2.CAP_PROP_FRAME_WIDTH, 1920),
        (cv2.CAP_PROP_FRAME_HEIGHT, 1080),
        (cv2.CAP_PROP_FPS, 30.0),
    ]
    (record,) = caplog.records
    assert record.getMessage() == (
        "camera:0 gives width 1280 instead of 1920, height 720 instead of 1080"
    )


def test_backend_that_this_opencv_lacks() -> None:
    foreign = "dshow" if sys.platform == "darwin" else "avfoundation"
    with pytest.raises(ConfigError, match=f"no backend '{foreign}'.*valid: auto"):
        CameraSource(CameraOptions(backend=foreign), SystemClock()).open()


def test_crop_outside_the_picture_is_told_at_open(port: Port) -> None:
    source = CameraSource(CameraOptions(crop=(0, 0, 65, 48)), SystemClock())
    with pytest.raises(ConfigError, match="64x48"):
        source.open()
    assert port.open_now == 0
