"""Motion over WebSocket, for browsers (docs/browser.md)."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.message_stream import Message, MessageStream
from mocapbridge.outputs.options import WebsocketOptions
from mocapbridge.outputs.udp import is_loopback
from mocapbridge.outputs.websocket_policy import ConnectionPolicy
from mocapbridge.outputs.websocket_server import BroadcastServer, Encoding, Payload
from mocapbridge.outputs.zmq_messages import EventMessage
from mocapbridge.types import MocapFrame, StreamInfo

_log = logging.getLogger(__name__)

_to_json = msgspec.json.Encoder()
_to_msgpack = msgspec.msgpack.Encoder()
_ENCODERS: Final[dict[Encoding, Callable[[object], Payload]]] = {
    "json": lambda message: _to_json.encode(message).decode("utf-8"),
    "msgpack": _to_msgpack.encode,
}


class WebsocketOutput:
    """Serves frames, the stream's description and events to every client that connects."""

    def __init__(
        self, options: WebsocketOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        shown = f"[{options.host}]" if ":" in options.host else options.host
        self.name = options.name or f"websocket {shown}:{options.port}"
        self.target = f"ws://{shown}:{options.port}"
        self._options = options
        self._stream = MessageStream(info, clock or SystemClock())
        self._server: BroadcastServer | None = None

    def open(self) -> None:
        """Listen.

        Raises:
            OutputUnavailable: the port is in use, or the address is not of this machine.
        """
        options = self._options
        server = BroadcastServer(
            (options.host, options.port),
            ConnectionPolicy(options.hosts, options.origins),
            options.encoding,
            lambda encoding: _ENCODERS[encoding](self._stream.static),
        )
        try:
            server.start()
        except OSError as error:
            raise OutputUnavailable(_failure(self.target, error)) from error
        self._server = server
        if not _stays_here(options.host):
            _log.warning(
                "anyone on the network can receive this performance: set `host` to 127.0.0.1 to "
                "keep it on this machine, instead of %s",
                self.target,
            )

    def send(self, frame: MocapFrame) -> int:
        """Offer one frame to all clients.

        Returns:
            How many messages were handed over, all clients together.

        Raises:
            OutputFailed: the frame holds a number that is not finite.
        """
        try:
            messages = self._stream.of_frame(frame)
        except ValueError as error:
            raise OutputFailed(f"{self.name}: {error}; not sent") from error
        return self._offer(messages)

    def describe(self, info: StreamInfo) -> None:
        """Go on with the names of another mapping, and say them at once."""
        self._stream.describe(info)

    def idle(self) -> int:
        """Offer the description when due, and a heartbeat when frames have stopped.

        Returns:
            How many messages were handed over, all clients together.

        Raises:
            OutputFailed: the output is not open.
        """
        return self._offer(self._stream.of_silence())

    def close(self) -> None:
        """Close all connections and let the port go."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _offer(self, messages: Sequence[Message]) -> int:
        if self._server is None:
            raise OutputFailed(f"{self.name} is not open")
        if not self._server.running:
            raise OutputFailed(f"{self.name}: its server has ended; start mocapbridge anew")
        readers = self._server.encodings()
        for message in messages if readers else ():
            payloads: dict[Encoding, Payload] = {
                encoding: _ENCODERS[encoding](message) for encoding in set(readers)
            }
            self._server.offer(_place(message), payloads)
        return len(messages) * len(readers)


def _place(message: Message) -> str:
    """Messages of the same place replace each other while a client is slow."""
    return message.event if isinstance(message, EventMessage) else message.kind


def _stays_here(host: str) -> bool:
    try:
        return is_loopback(host)
    except ValueError:
        return host == "localhost"


def _failure(target: str, error: OSError) -> str:
    """What to tell the user."""
    if error.errno == errno.EADDRINUSE:
        return (
            "the WebSocket port is in use by another program, or by another mocapbridge: stop it "
            f"or choose another port than {target}"
        )
    return (
        f"cannot serve ({error.strerror or error}): `host` must be an address of this machine and "
        f"`port` a free one above 1023, not {target}"
    )
