"""What comes in over OSC is limited in length, number and keys before it reaches the handler."""

from __future__ import annotations

import socket
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from mocapbridge.control.commands import MAX_REQUEST_BYTES, Gate, Result, Value
from mocapbridge.control.osc_server import ADDRESS, OscControl, command_message

Told = list[tuple[str, dict[str, Value]]]


class Asked:
    """A control socket, a program that talks to it, and what was carried out."""

    def __init__(self, token: str | None) -> None:
        self.told: Told = []
        self.gate = Gate(self._carry_out, token)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.control = OscControl("127.0.0.1", port, self.gate)
        self.control.open()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(5.0)
        self.socket.connect(("127.0.0.1", port))

    def _carry_out(self, command: str, arguments: Mapping[str, Value]) -> Result:
        self.told.append((command, dict(arguments)))
        return {}

    def send(self, datagram: bytes) -> None:
        self.socket.send(datagram)

    def reply(self) -> list[Any]:
        message = OscMessage(self.socket.recv(65536))
        return [message.address.removeprefix(ADDRESS), *message.params]


@contextmanager
def asked(token: str | None = None) -> Generator[Asked, None, None]:
    made = Asked(token)
    try:
        yield made
    finally:
        made.control.close()
        made.socket.close()


def raw(address: str, *arguments: str | bytes) -> OscMessage:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    return builder.build()


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        ("a" * 65, {}),
        ("set", {"n" * 65: 1}),
        ("set", {f"n{index}": index for index in range(17)}),
        ("set", {"token": "t" * 129}),
        ("set", {"token": 7}),
    ],
)
def test_long_names_and_many_keys_are_refused_and_counted(
    command: str, arguments: dict[str, Value]
) -> None:
    with asked() as run:
        run.send(command_message(command, arguments))
        assert run.reply()[:2] == ["error", command]
        assert (run.told, run.gate.refused) == ([], 1)


def test_what_is_no_command_is_not_carried_out() -> None:
    with asked() as run:
        run.send(raw(ADDRESS + "set", "odd").dgram)
        assert run.reply()[:2] == ["error", "set"]
        run.send(raw(ADDRESS + "set", "blob", b"bytes").dgram)
        assert run.reply()[:2] == ["error", "set"]
        run.send(raw(ADDRESS + "set", "text", "x" * MAX_REQUEST_BYTES).dgram)
        run.send(command_message("status", {}))
        assert run.reply() == ["ok", "status"]  # the long one got no answer
        assert (run.told, run.gate.refused) == ([("status", {})], 2)


def test_a_bundle_carries_eight_commands_at_most() -> None:
    builder = OscBundleBuilder(IMMEDIATELY)
    for index in range(20):
        builder.add_content(raw(f"{ADDRESS}command{index}"))
    with asked() as run:
        run.send(builder.build().dgram)
        run.send(command_message("last", {}))
        while run.reply() != ["ok", "last"]:
            pass
        assert [command for command, _ in run.told] == [*(f"command{i}" for i in range(8)), "last"]


def test_the_token_is_no_argument_of_the_command() -> None:
    with asked("a long secret") as run:
        run.send(command_message("set", {"value": 1, "token": "a long secret"}))
        assert run.reply() == ["ok", "set"]
        run.send(command_message("set", {"value": 2}))
        assert run.reply()[:2] == ["error", "set"]
        assert run.told == [("set", {"value": 1})]
