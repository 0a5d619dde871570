"""The page of docs/browser.md, run by Node's JavaScript engine with its own WebSocket client."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import threading
from pathlib import Path

from mocapbridge.errors import OutputFailed
from mocapbridge.outputs.options import WebsocketOptions
from mocapbridge.outputs.websocket import WebsocketOutput
from tests.motion_frames import stream_info
from tests.raised_arm import raised_arm_frame
from tests.receivers.programs import node

PAGE = Path(__file__).parents[2] / "docs" / "browser.md"
# Stands in for the page: the first text with numbers is printed and ends the script.
STAND_IN = """
const shown = { set textContent(text) { console.log(text); process.exit(0); } };
globalThis.document = { getElementById: () => shown };
setTimeout(() => process.exit(3), 20000);
"""


def test_the_page_shows_what_is_sent(tmp_path: Path) -> None:
    engine = node(oldest=22)  # the first with a WebSocket client of its own
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = re.findall(r"<script>(.*?)</script>", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(script) == 1
    assert "ws://localhost:8765" in script[0]
    path = tmp_path / "page.cjs"
    path.write_text(STAND_IN + script[0].replace("8765", str(port)), encoding="utf-8")
    output = WebsocketOutput(WebsocketOptions(port=port), stream_info())
    output.open()
    stopping = threading.Event()

    def send_on() -> None:
        while not stopping.wait(1 / 30):
            with contextlib.suppress(OutputFailed):
                output.send(raised_arm_frame())

    thread = threading.Thread(target=send_on)
    thread.start()
    try:
        done = subprocess.run(
            [engine, str(path)], capture_output=True, check=False, text=True, timeout=60
        )
    finally:
        stopping.set()
        thread.join()
        output.close()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[:3] == [
        "hips 0.30 0.93 0.00",
        "mouthSmileLeft 0.80",
        "mouthSmileRight 0.40",
    ]
