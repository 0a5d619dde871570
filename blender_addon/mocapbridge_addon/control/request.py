# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends one command to a running mocapbridge over OSC and waits for its answer.

The addresses are those of mocapbridge's docs/control.md; the encoding is Open Sound Control 1.0
(opensoundcontrol.stanford.edu/spec-1_0.html): strings end in one to four zero bytes.
"""

from __future__ import annotations

import socket
import struct
from typing import Final

from ..receive.osc import MalformedOsc, messages

CONTROL_PORT: Final = 54301
_PREFIX: Final = "/mocap/control/"
_WAIT_S: Final = 0.5
"""A run on this machine answers within milliseconds; Blender stands still meanwhile."""
_ROOM: Final = 65535


class NotDone(RuntimeError):
    """The command was not carried out; says why and what to do."""


def ask(host: str, port: int, command: str, arguments: dict[str, str | float | bool]) -> None:
    """Let a run do something.

    Args:
        host: address of the machine that it runs on.
        port: its ``control.osc_port``.
        command: one of docs/control.md, such as ``calibrate``.
        arguments: of the command, by name.

    Raises:
        NotDone: nobody answers, or the run refuses.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.settimeout(_WAIT_S)
        try:
            # Connected, so that a port nobody listens on is told at once and others are not heard.
            own.connect((host, port))
            own.send(encoded(_PREFIX + command, arguments))
            answer = own.recv(_ROOM)
        except OSError as error:
            raise NotDone(
                f"no answer from mocapbridge at {host}:{port}. Is it running there, and is "
                "control.osc_port the same? It answers to its own machine alone, so with another "
                "computer the command may have been carried out all the same"
            ) from error
    _check(answer, command)


def encoded(address: str, arguments: dict[str, str | float | bool]) -> bytes:
    """An OSC message with name and value of each argument in turn."""
    types, values = ",", b""
    for name, value in arguments.items():
        types += "s"
        values += _text(name)
        if isinstance(value, bool):
            types += "T" if value else "F"
        elif isinstance(value, str):
            types += "s"
            values += _text(value)
        else:
            types += "f"
            values += struct.pack(">f", value)
    return _text(address) + _text(types) + values


def _text(text: str) -> bytes:
    raw = text.encode()
    return raw + bytes(4 - len(raw) % 4)


def _check(answer: bytes, command: str) -> None:
    try:
        address, arguments = next(iter(messages(answer)))
    except (MalformedOsc, StopIteration) as error:
        raise NotDone(f"the answer to {command!r} is not mocapbridge's: {error}") from error
    if address != _PREFIX + "ok":
        words = " ".join(str(argument) for argument in arguments)
        raise NotDone(f"mocapbridge refuses: {words or address}")
