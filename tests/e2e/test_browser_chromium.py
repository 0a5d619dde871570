"""The page of docs/browser.md in a real browser: Chromium without a window, asked what it shows."""

from __future__ import annotations

import contextlib
import functools
import json
import re
import shutil
import subprocess
import threading
import time
import urllib.request
from collections.abc import Generator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from mocapbridge.outputs.options import WebsocketOptions
from mocapbridge.outputs.websocket import WebsocketOutput
from tests.motion_frames import stream_info
from tests.raised_arm import raised_arm_frame
from tests.receivers.programs import free_port

PAGE = Path(__file__).parents[2] / "docs" / "browser.md"
NAMES = ("chromium", "chromium-browser", "google-chrome")


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves a folder without a word."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing."""


@contextlib.contextmanager
def served(folder: Path) -> Generator[str, None, None]:
    """Where a web server shows a folder, as ``python3 -m http.server`` does."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://localhost:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def sending(port: int) -> Generator[None, None, None]:
    """A performer with a raised arm and a smile, thirty times a second."""
    output = WebsocketOutput(WebsocketOptions(port=port), stream_info())
    output.open()
    stopping = threading.Event()

    def send_on() -> None:
        while not stopping.wait(1 / 30):
            output.send(raised_arm_frame())

    thread = threading.Thread(target=send_on)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        output.close()


@contextlib.contextmanager
def browser(url: str, profile: Path) -> Generator[str, None, None]:
    """Where Chromium with that page can be asked over its DevTools protocol."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("Chromium is not installed (Debian package chromium)")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    process = subprocess.Popen(
        [program, *flags, f"--user-data-dir={profile}", url],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        told = (re.search(r"ws://(127\.0\.0\.1:\d+)/", line) for line in process.stderr)
        yield next(match[1] for match in told if match)
    finally:
        process.kill()
        process.communicate()


def shown_by(address: str, url: str) -> str:
    """What stands in the page's text once motion has come."""
    page: Any = None
    for _ in range(100):
        with urllib.request.urlopen(f"http://{address}/json/list") as answer:
            pages = [each for each in json.load(answer) if each["url"] == url]
        if pages:
            page = pages[0]
            break
        time.sleep(0.1)
    question = {"expression": "document.getElementById('out').textContent"}
    with connect(page["webSocketDebuggerUrl"], origin=None) as tools:
        for number in range(200):
            ask = {"id": number, "method": "Runtime.evaluate", "params": question}
            tools.send(json.dumps(ask))
            text = json.loads(tools.recv(timeout=10))["result"]["result"].get("value", "")
            if text.startswith("hips"):
                return text
            time.sleep(0.1)
    return "nothing"


@pytest.mark.thorough
def test_the_page_shows_the_performer(tmp_path: Path) -> None:
    port = free_port()
    folder = tmp_path / "site"
    folder.mkdir()
    (html,) = re.findall(r"```html\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "index.html").write_text(html.replace("8765", str(port)), encoding="utf-8")
    with sending(port), served(folder) as url, browser(url, tmp_path / "profile") as address:
        lines = shown_by(address, url).splitlines()
    assert lines[:3] == ["hips 0.30 0.93 0.00", "mouthSmileLeft 0.80", "mouthSmileRight 0.40"]
