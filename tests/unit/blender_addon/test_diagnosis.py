"""Commands to a run, and why nothing moves, with real sockets."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from mocapbridge_addon.control.request import NotDone, ask, encoded
from mocapbridge_addon.receive.diagnosis import Follows, findings
from mocapbridge_addon.receive.listener import Listener
from mocapbridge_addon.receive.receiver import Ports, Receiver
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

ANN = Follows("Rig", enabled=True, subject="", has_target=True, mapped=20, problem="")


def test_another_library_reads_the_command() -> None:
    message = OscMessage(encoded("/mocap/control/set", {"value": "smooth", "on": True, "m": 1.5}))
    assert message.address == "/mocap/control/set"
    assert message.params == ["value", "smooth", "on", True, "m", 1.5]


def test_the_answer_of_a_run_is_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as run:
        run.bind(("127.0.0.1", 0))
        answers = {"/mocap/control/ok": ("calibrate",), "/mocap/control/error": ("set", "no such")}

        def serve() -> None:
            for address, words in answers.items():
                _, sender = run.recvfrom(4096)
                builder = OscMessageBuilder(address)
                for word in words:
                    builder.add_arg(word)
                run.sendto(builder.build().dgram, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        port = run.getsockname()[1]
        ask("127.0.0.1", port, "calibrate", {})
        with pytest.raises(NotDone, match="no such"):
            ask("127.0.0.1", port, "set", {"parameter": "x"})
        thread.join()
    with pytest.raises(NotDone, match="osc_port"):
        ask("127.0.0.1", port, "calibrate", {})


def test_what_is_wrong_is_said() -> None:
    assert "press Start" in findings(None, 0, [ANN])[0].text
    receiver = Receiver(Ports(link_port=0, sender="127.0.0.2"))
    receiver.start()
    try:
        listener = receiver.listeners["link"]
        assert not findings(receiver, 0, [ANN])[0].fine
        assert str(listener.address[1]) in findings(receiver, 0, [ANN])[0].text
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"hello", listener.address)
        _wait_for_one(listener)
        texts = [own.text for own in findings(receiver, 0, [ANN])]
    finally:
        receiver.stop()
    assert any("127.0.0.1" in text and "only 127.0.0.2 is accepted" in text for text in texts)


@pytest.mark.parametrize(
    ("follows", "words"),
    [
        (Follows("Rig", False, "", True, 20, ""), "Follow is off"),
        (Follows("Rig", True, "", False, 0, ""), "neither armature nor mesh"),
        (Follows("Rig", True, "", True, 0, "no bone"), "no bone"),
    ],
)
def test_what_is_wrong_with_a_character_is_said(follows: Follows, words: str) -> None:
    assert any(words in own.text and not own.fine for own in findings(None, 0, [follows]))


def _wait_for_one(listener: Listener) -> None:
    end = time.monotonic() + 5.0
    while not listener.counters.foreign:
        assert time.monotonic() < end
        time.sleep(0.01)
