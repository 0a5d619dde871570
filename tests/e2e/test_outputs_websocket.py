"""The WebSocket output with clients of all manners."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from mocapbridge.outputs.options import WebsocketOptions
from mocapbridge.outputs.websocket import WebsocketOutput
from mocapbridge.outputs.websocket_server import MAX_CLIENTS
from tests.motion_frames import seen_frame, stream_info


@pytest.fixture
def output() -> Iterator[WebsocketOutput]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = WebsocketOptions(port=port, origins=("https://example.org",))
    made = WebsocketOutput(options, stream_info("Ann"))
    made.open()
    yield made
    made.close()


def client(
    output: WebsocketOutput, origin: str | None = None, max_queue: int = 16
) -> contextlib.AbstractContextManager[ClientConnection]:
    page = None if origin is None else Origin(origin)
    return connect(output.target, compression=None, origin=page, max_queue=max_queue)


def frame_ids(connection: ClientConnection, seconds: float) -> list[int]:
    """Of the frames that arrive in that time."""
    found: list[int] = []
    end_s = time.monotonic() + seconds
    with contextlib.suppress(TimeoutError):
        while (left_s := end_s - time.monotonic()) > 0:
            message = json.loads(connection.recv(timeout=left_s))
            if message["kind"] == "frame":
                found.append(message["frame_id"])
    return found


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_strange_pages_are_refused(output: WebsocketOutput, origin: str) -> None:
    with pytest.raises(InvalidStatus) as raised, client(output, origin):
        pass
    assert raised.value.response.status_code == 403
    assert b"`origins`" in (raised.value.response.body or b"")


def test_strange_host_names_are_refused(output: WebsocketOutput) -> None:
    """As a page does that has pointed its own name at this machine."""
    port = int(output.target.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as raw:
        raw.sendall(
            b"GET / HTTP/1.1\r\nHost: evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        raw.settimeout(5.0)
        assert raw.recv(4096).startswith(b"HTTP/1.1 403")


def test_named_pages_may_connect(output: WebsocketOutput) -> None:
    with client(output, "https://example.org") as connection:
        assert json.loads(connection.recv(timeout=5.0))["kind"] == "static"


def test_no_more_clients_than_there_is_room_for(output: WebsocketOutput) -> None:
    with contextlib.ExitStack() as opened:
        connections = [opened.enter_context(client(output)) for _ in range(MAX_CLIENTS)]
        for connection in connections:
            connection.recv(timeout=5.0)
        with pytest.raises(InvalidStatus) as raised:
            opened.enter_context(client(output))
        assert raised.value.response.status_code == 503
        connections[0].close()
        deadline_s = time.monotonic() + 5.0
        while output.send(seen_frame(1)) and time.monotonic() < deadline_s:
            with contextlib.suppress(InvalidStatus):
                opened.enter_context(client(output))
                return
        pytest.fail("a client that left still takes up room")


def test_a_slow_client_loses_frames_and_others_do_not(output: WebsocketOutput) -> None:
    with client(output, max_queue=1) as slow, client(output) as quick:
        slow.recv(timeout=5.0)
        quick.recv(timeout=5.0)
        received: list[int] = []
        for frame_id in range(200):
            output.send(seen_frame(frame_id))
            received += frame_ids(quick, 0.01)
        received += frame_ids(quick, 0.5)
        # The slow one has read nothing so far. Little waits for it, the newest last.
        late = frame_ids(slow, 1.0)
    assert received == sorted(received)
    assert received[-1] == late[-1] == 199
    assert len(received) > 150
    assert len(late) < 150


def test_what_clients_say_is_ignored_and_long_messages_end_the_connection(
    output: WebsocketOutput,
) -> None:
    with client(output) as talkative, client(output) as verbose:
        for connection in (talkative, verbose):
            connection.recv(timeout=5.0)
        for _ in range(100):
            talkative.send("x")
        with contextlib.suppress(Exception):
            verbose.send("x" * 100_000)
        time.sleep(0.2)
        output.send(seen_frame(7))
        assert frame_ids(talkative, 0.5) == [7]
    assert verbose.close_code == 1009
