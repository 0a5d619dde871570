"""iFacialMocap's call and answer, over real sockets."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.face_options import IFacialMocapOptions
from mocapbridge.outputs.ifacialmocap import IFacialMocapOutput
from mocapbridge.wire import ifacialmocap as wire
from tests.motion_frames import stream_info
from tests.raised_arm import raised_arm_frame


@pytest.fixture
def output() -> Iterator[IFacialMocapOutput]:
    """An output that answers calls on a free port, where nothing listens for unasked frames."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = IFacialMocapOutput(IFacialMocapOptions(port=port, answer_calls=True), stream_info())
    made.open()
    yield made
    made.close()


@pytest.fixture
def caller() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(0.3)
        yield made


def call(output: IFacialMocapOutput, caller: socket.socket, text: str) -> bytes | None:
    """What comes back when a receiver calls and a frame is sent."""
    port = int(output.target.rpartition(":")[2])
    caller.sendto(text.encode(), ("127.0.0.1", port))
    with contextlib.suppress(OutputFailed):
        output.idle()
        output.send(raised_arm_frame())
    try:
        return caller.recv(8192)
    except TimeoutError:
        return None


def test_a_call_is_answered_where_it_came_from(
    output: IFacialMocapOutput, caller: socket.socket
) -> None:
    answer = call(output, caller, wire.CALL)
    assert answer is not None
    assert b"mouthSmile_L-80|" in answer
    assert wire.decode(answer).shapes["mouthSmile_R"] == 40


def test_the_version_asked_for_is_sent(output: IFacialMocapOutput, caller: socket.socket) -> None:
    answer = call(output, caller, wire.CALL_V2)
    assert answer is not None
    assert b"mouthSmile_L&80|" in answer


@pytest.mark.parametrize("text", ["", "hello", wire.CALL[:-1], wire.CALL + "|sendDataVersion=v3"])
def test_nothing_else_is_answered(
    text: str, output: IFacialMocapOutput, caller: socket.socket
) -> None:
    assert call(output, caller, text) is None


def test_calls_of_other_machines_are_not_answered(caller: socket.socket) -> None:
    """Else anyone could aim the stream at a third machine by a forged address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = IFacialMocapOptions(host="127.0.0.3", port=port, answer_calls=True)
    output = IFacialMocapOutput(options, stream_info())
    output.open()
    assert call(output, caller, wire.CALL) is None
    output.close()


def test_a_port_that_is_taken_is_said(output: IFacialMocapOutput) -> None:
    port = int(output.target.rpartition(":")[2])
    second = IFacialMocapOutput(IFacialMocapOptions(port=port, answer_calls=True), stream_info())
    with pytest.raises(OutputUnavailable, match="is in use, so calls cannot be answered"):
        second.open()
    second.close()
