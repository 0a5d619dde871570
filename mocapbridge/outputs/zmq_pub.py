"""Motion as a ZeroMQ publisher (docs/zmq.md)."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import zmq

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.message_stream import KINDS, Message, MessageStream
from mocapbridge.outputs.options import ZmqOptions
from mocapbridge.outputs.zmq_curve import CurveGuard
from mocapbridge.types import MocapFrame, StreamInfo

_log = logging.getLogger(__name__)

_OLDEST_LIBZMQ: Final = (4, 3, 5)
"""Earlier ones have holes that a subscriber can reach (CVE-2019-13132, CVE-2020-15166)."""
_SEND_QUEUE_MESSAGES: Final = 10
"""Room for a frame with its events while ZeroMQ's own thread waits for its turn; few enough to
be young."""
_SEND_BUFFER_BYTES: Final = 16384
"""A subscriber that stalls finds old poses first; what the kernel holds for it is kept small."""
_LINGER_MS: Final = 200
"""What was sent just before closing may still leave: the last frames of footage."""
_MAX_INBOUND_BYTES: Final = 8192
"""All that subscribers send is which topics they want."""
_HANDSHAKE_MS: Final = 5000
_ENCODERS: Final[dict[str, Callable[[object], bytes]]] = {
    "msgpack": msgspec.msgpack.Encoder().encode,
    "json": msgspec.json.Encoder().encode,
}


class ZmqOutput:
    """Publishes frames, the stream's description every second, and events."""

    def __init__(self, options: ZmqOptions, info: StreamInfo, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self.name = options.name or f"zmq {options.bind}"
        self.target = options.bind
        self._bind = options.bind
        self._encode = _ENCODERS[options.encoding]
        self._stream = MessageStream(info, clock)
        self._static_payload = self._encode(self._stream.static)
        self._topics = {kind: f"{info.subject}/{kind}".encode() for kind in KINDS}
        self._guard = CurveGuard(options.curve, clock) if options.curve else None
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None
        self._socket: zmq.Socket[bytes] | None = None

    def open(self) -> None:
        """Bind the publisher; ``target`` then names the port, also where ``*`` was asked for.

        Raises:
            OutputUnavailable: the port is in use, the address is not of this machine, or libzmq
                is too old to be safe.
        """
        if zmq.zmq_version_info() < _OLDEST_LIBZMQ:
            raise OutputUnavailable(
                f"libzmq {zmq.zmq_version()} is too old to be safe: install pyzmq 26 or newer "
                "from the package index, which brings its own"
            )
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUB)
        for option, value in (
            (zmq.SNDHWM, _SEND_QUEUE_MESSAGES),
            (zmq.SNDBUF, _SEND_BUFFER_BYTES),
            (zmq.LINGER, _LINGER_MS),
            (zmq.MAXMSGSIZE, _MAX_INBOUND_BYTES),
            (zmq.HANDSHAKE_IVL, _HANDSHAKE_MS),
            (zmq.IPV6, int("[" in self._bind)),
        ):
            self._socket.setsockopt(option, value)
        try:
            if self._guard is not None:
                self._guard.start(self._context, self._socket)
            self._socket.bind(self._bind)
        except OutputUnavailable:
            self.close()
            raise
        except zmq.ZMQError as error:
            self.close()
            raise OutputUnavailable(_bind_failure(self._bind, error)) from error
        self.target = self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")
        if self._guard is None and _reachable_from_outside(self.target):
            _log.warning(
                "anyone on the network can receive this performance: bind to tcp://127.0.0.1:... "
                "to keep it on this machine, instead of %s",
                self.target,
            )

    def send(self, frame: MocapFrame) -> int:
        """Publish one frame, and events for what it changes.

        Returns:
            How many messages were handed to ZeroMQ; those without subscribers go nowhere.

        Raises:
            OutputFailed: the frame holds a number that is not finite, or ZeroMQ refuses it.
        """
        try:
            messages = self._stream.of_frame(frame)
        except ValueError as error:
            raise OutputFailed(f"{self.name}: {error}; not sent") from error
        return self._publish(messages)

    def describe(self, info: StreamInfo) -> None:
        """Go on with other names, and publish them at once."""
        self._stream.describe(info)
        self._static_payload = self._encode(self._stream.static)

    def idle(self) -> int:
        """Publish the description, and a heartbeat when frames have stopped.

        Returns:
            How many messages were handed to ZeroMQ.

        Raises:
            OutputFailed: ZeroMQ refuses one.
        """
        if self._guard is not None:
            self._guard.note_refusals(self.target)
        return self._publish(self._stream.of_silence())

    def close(self) -> None:
        """Let the socket go; what cannot leave within 0.2 s is dropped."""
        if self._guard is not None:
            self._guard.stop()
        if self._context is not None:
            self._context.destroy(linger=_LINGER_MS)
        self._context = self._socket = None

    def _publish(self, messages: Sequence[Message]) -> int:
        if self._socket is None:
            raise OutputFailed(f"{self.name} is not open")
        for message in messages:
            is_static = message is self._stream.static
            payload = self._static_payload if is_static else self._encode(message)
            try:
                self._socket.send_multipart((self._topics[message.kind], payload), zmq.NOBLOCK)
            except zmq.ZMQError as error:
                raise OutputFailed(
                    f"{self.name} could not publish a {message.kind}: {error}"
                ) from error
        return len(messages)


def _bind_failure(endpoint: str, error: zmq.ZMQError) -> str:
    """What to tell the user."""
    if error.errno == zmq.EADDRINUSE:
        return (
            "the ZeroMQ port is in use by another program, or by another mocapbridge: stop it or "
            f"choose another port than {endpoint}"
        )
    return (
        f"cannot publish ({error}): `bind` must be an address of this machine and a free port "
        f"above 1023, such as tcp://127.0.0.1:5556, not {endpoint}"
    )


def _reachable_from_outside(endpoint: str) -> bool:
    """Whether other machines can connect to a bound endpoint."""
    transport, _, address = endpoint.partition("://")
    if transport != "tcp":
        return False
    host = address.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
