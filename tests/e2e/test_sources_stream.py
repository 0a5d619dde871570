"""Network streams, from a real HTTP server on loopback."""

from __future__ import annotations

import http.server
import itertools
import logging
import socket
import threading
import time
from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from mocapbridge.clock import SystemClock
from mocapbridge.errors import ConfigError, SourceLost, SourceUnavailable
from mocapbridge.sources.options import StreamOptions
from mocapbridge.sources.stream import StreamSource
from mocapbridge.types import VideoFrame

SIZE_PX = (160, 120)


class MjpegCamera:
    """An IP camera: multipart MJPEG, as many web cameras and phone apps serve it."""

    def __init__(self) -> None:
        self.sending = threading.Event()
        self.sending.set()
        self.hanging_up = threading.Event()
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                camera.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - likewise
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def answer(self, request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        count = 0
        try:
            while not self.hanging_up.is_set():
                self.sending.wait()
                count += 1
                picture = np.full((SIZE_PX[1], SIZE_PX[0], 3), 30 + count % 200, dtype=np.uint8)
                jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
                request.wfile.write(
                    b"--frame\r\nContent-Type: image/jpeg\r\n"
                    b"Content-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg)
                )
                time.sleep(0.01)
        except OSError:
            pass  # the reader has hung up

    def shut_down(self) -> None:
        self.hanging_up.set()
        self.sending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def camera() -> Iterator[MjpegCamera]:
    camera = MjpegCamera()
    yield camera
    camera.shut_down()


def next_frame(source: StreamSource) -> VideoFrame:
    frame = source.read()
    assert frame is not None
    return frame


def read_on(source: StreamSource) -> None:
    while source.read() is not None:
        pass


def read_until_lost(source: StreamSource) -> SourceLost:
    with pytest.raises(SourceLost) as caught:
        read_on(source)
    return caught.value


def test_frames_of_a_web_camera(camera: MjpegCamera) -> None:
    url = f"http://me:secret@{camera.address}/video"
    source = StreamSource(StreamOptions(url=url, mirror=True), SystemClock())
    source.open()
    frames = [next_frame(source) for _ in range(20)]
    source.close()
    assert {frame.image_bgr.shape for frame in frames} == {(120, 160, 3)}
    assert all(a.capture_time_ns < b.capture_time_ns for a, b in itertools.pairwise(frames))
    assert all(a.frame_index < b.frame_index for a, b in itertools.pairwise(frames))
    assert {frame.source_id for frame in frames} == {f"http://{camera.address}/video"}
    assert source.live
    assert source.read() is None


def test_connection_that_breaks_off_is_lost_and_can_be_opened_again(camera: MjpegCamera) -> None:
    source = StreamSource(StreamOptions(url=f"http://{camera.address}/video"), SystemClock())
    source.open()
    last = next_frame(source)
    camera.hanging_up.set()
    read_until_lost(source)
    camera.hanging_up.clear()
    source.open()
    again = next_frame(source)
    source.close()
    assert again.segment == 1
    assert again.frame_index > last.frame_index
    assert again.capture_time_ns > last.capture_time_ns


def test_stalled_stream_is_lost_without_showing_the_password(
    camera: MjpegCamera, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"http://me:secret@{camera.address}/video?token=secret"
    source = StreamSource(StreamOptions(url=url), SystemClock())
    with caplog.at_level(logging.DEBUG):
        source.open()
        next_frame(source)
        camera.sending.clear()
        lost = read_until_lost(source)
        source.close()
    assert camera.address in str(lost)
    assert "secret" not in str(lost) + caplog.text


def test_nobody_there(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    source = StreamSource(
        StreamOptions(url=f"http://me:secret@127.0.0.1:{port}/video"), SystemClock()
    )
    with pytest.raises(SourceUnavailable, match="no stream could be opened") as caught:
        source.open()
    source.close()
    assert "secret" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_server_that_accepts_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        options = StreamOptions(url=f"http://127.0.0.1:{port}/video", open_timeout_s=0.5)
        source = StreamSource(options, SystemClock())
        with pytest.raises(SourceUnavailable, match="no stream could be opened"):
            source.open()


@pytest.mark.parametrize("url", ["clip.mp4", "file:///etc/passwd", "concat://a|b", ""])
def test_what_is_no_network_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="rtsp://"):
        StreamSource(StreamOptions(url=url), SystemClock())
