"""Commands over OSC: ``/mocap/control/<command> name value name value ...``.

A command is answered with ``/mocap/control/ok <command>`` or ``/mocap/control/error <command>
<why>``, to whoever sent it and only on this machine: a datagram's sender can be forged, and nobody
else shall be sent anything for it.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket, ParseError

from mocapbridge.control.commands import MAX_REQUEST_BYTES, Gate, Reply, Value
from mocapbridge.errors import OutputUnavailable

_log = logging.getLogger(__name__)

ADDRESS: Final = "/mocap/control/"
_TOKEN: Final = "token"  # noqa: S105 - the name of an argument, not a secret
"""Name of the argument that carries the token."""
_POLL_S: Final = 0.1
_MAX_COMMANDS: Final = 8
"""Commands in one bundle that are carried out."""


class OscControl:
    """Listens on a thread of its own.

    Args:
        host: address of this machine to listen at.
        port: UDP port.
        gate: carries commands out.
    """

    def __init__(self, host: str, port: int, gate: Gate) -> None:
        self._host = host
        self._port = port
        self._gate = gate
        self._stopping = threading.Event()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        shown = f"[{host}]" if ":" in host else host
        self.target = f"udp://{shown}:{port}"

    def open(self) -> None:
        """Bind and begin to listen.

        Raises:
            OutputUnavailable: the port is in use, or the address is not of this machine.
        """
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        made = socket.socket(family, socket.SOCK_DGRAM)
        try:
            made.bind((self._host, self._port))
        except OSError as error:
            made.close()
            raise OutputUnavailable(
                f"no commands can be taken at {self.target} ({error.strerror or error}): stop the "
                "program that has this port, choose another with control.osc_port, or set it to "
                "null"
            ) from error
        made.settimeout(_POLL_S)
        self._socket = made
        self._thread = threading.Thread(
            target=self._serve, args=(made,), name="mocapbridge control osc", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening. May be called twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._socket is not None:
            self._socket.close()
        self._thread = self._socket = None

    def _serve(self, listening: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                datagram, sender = listening.recvfrom(MAX_REQUEST_BYTES + 1)
            except TimeoutError:
                continue
            except OSError as error:
                # Windows says here that an earlier reply found nobody.
                _log.debug("nothing read at %s: %s", self.target, error)
                continue
            for message in _commands(datagram):
                reply = self._answer(message)
                self._send_reply(listening, sender, message, reply)

    def _answer(self, message: OscMessage) -> Reply:
        command = message.address.removeprefix(ADDRESS)
        arguments = _named(list(message.params))
        if arguments is None:
            return self._gate.refuse("arguments come as name, value, name, value")
        token = arguments.pop(_TOKEN, None)
        return self._gate.take({"command": command, "arguments": arguments, "token": token})

    def _send_reply(
        self, through: socket.socket, sender: tuple[Any, ...], message: OscMessage, reply: Reply
    ) -> None:
        if not ipaddress.ip_address(sender[0].partition("%")[0]).is_loopback:
            return
        builder = OscMessageBuilder(f"{ADDRESS}{'ok' if reply.ok else 'error'}")
        builder.add_arg(message.address.removeprefix(ADDRESS), "s")
        if not reply.ok:
            builder.add_arg(reply.error or "", "s")
        try:
            through.sendto(builder.build().dgram, sender)
        except OSError as error:
            _log.debug("a reply did not leave through %s: %s", self.target, error)


def _commands(datagram: bytes) -> list[OscMessage]:
    """The commands in a datagram; none in what is no OSC."""
    if len(datagram) > MAX_REQUEST_BYTES:
        return []
    try:
        timed = OscPacket(datagram).messages
    except (ParseError, ValueError, IndexError, RecursionError) as error:
        _log.debug("ignored a datagram that is no OSC: %s", error)
        return []
    found = [one.message for one in timed if one.message.address.startswith(ADDRESS)]
    return found[:_MAX_COMMANDS]


def _named(params: Sequence[object]) -> dict[str, Value] | None:
    """Arguments by name; None when they do not come in pairs of a name and a plain value."""
    if len(params) % 2:
        return None
    named: dict[str, Value] = {}
    for name, value in zip(params[::2], params[1::2], strict=True):
        if not isinstance(name, str) or not isinstance(value, (str, int, float, bool, type(None))):
            return None
        named[name] = value
    return named


def command_message(command: str, arguments: Mapping[str, Value]) -> bytes:
    """The datagram of a command, as a sender makes it."""
    builder = OscMessageBuilder(ADDRESS + command)
    for name, value in arguments.items():
        builder.add_arg(name, "s")
        builder.add_arg(value)
    return builder.build().dgram
