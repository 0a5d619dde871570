"""Commands over ZeroMQ: a ROUTER socket that REQ and DEALER sockets talk to."""

from __future__ import annotations

import logging
import threading
from typing import Final

import msgspec
import zmq

from mocapbridge.control.commands import MAX_REQUEST_BYTES, Gate
from mocapbridge.errors import OutputUnavailable

_log = logging.getLogger(__name__)

_POLL_MS: Final = 100
_LINGER_MS: Final = 200
_HANDSHAKE_MS: Final = 5000
_QUEUE_MESSAGES: Final = 64
_HEARTBEAT_MS: Final = 1000
_HEARTBEAT_TIMEOUT_MS: Final = 3000
_PARTS: Final = (2, 3)
"""Identity and request as a DEALER sends them; a REQ puts an empty part between."""


class ZmqControl:
    """Listens on a thread of its own.

    Args:
        endpoint: where to bind, such as ``tcp://127.0.0.1:5557``.
        gate: answers the requests.
    """

    def __init__(self, endpoint: str, gate: Gate) -> None:
        self._endpoint = endpoint
        self._gate = gate
        self._stopping = threading.Event()
        self._context: zmq.Context[zmq.Socket[bytes]] | None = None
        self._thread: threading.Thread | None = None
        self.target = endpoint
        """Where it listens, with the port that ``*`` stands for once it is open."""

    def open(self) -> None:
        """Bind and begin to listen.

        Raises:
            OutputUnavailable: the port is in use, or the address is not of this machine.
        """
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        socket = context.socket(zmq.ROUTER)
        for option, value in (
            (zmq.LINGER, _LINGER_MS),
            (zmq.RCVHWM, _QUEUE_MESSAGES),
            (zmq.SNDHWM, _QUEUE_MESSAGES),
            (zmq.MAXMSGSIZE, MAX_REQUEST_BYTES),
            (zmq.HANDSHAKE_IVL, _HANDSHAKE_MS),
            (zmq.HEARTBEAT_IVL, _HEARTBEAT_MS),
            (zmq.HEARTBEAT_TIMEOUT, _HEARTBEAT_TIMEOUT_MS),
            (zmq.IPV6, int("[" in self._endpoint)),
        ):
            socket.setsockopt(option, value)
        try:
            socket.bind(self._endpoint)
        except zmq.ZMQError as error:
            socket.close(linger=0)
            context.destroy(linger=0)
            raise OutputUnavailable(
                f"no commands can be taken at {self._endpoint} ({error}): stop the program that "
                "has this port, choose another with control.zmq, or set it to null"
            ) from error
        self.target = socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")
        self._context = context
        self._thread = threading.Thread(
            target=self._serve, args=(socket,), name="mocapbridge control zmq", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening. May be called twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._context is not None:
            self._context.destroy(linger=_LINGER_MS)
        self._thread = self._context = None

    def _serve(self, socket: zmq.Socket[bytes]) -> None:
        # Closed by the thread that uses it: sockets of ZeroMQ do not like to change threads.
        with socket:
            while not self._stopping.is_set():
                if socket.poll(_POLL_MS):
                    self._answer(socket)

    def _answer(self, socket: zmq.Socket[bytes]) -> None:
        parts = socket.recv_multipart()
        if len(parts) not in _PARTS:
            _log.debug("ignored a message of %d parts at %s", len(parts), self.target)
            return
        *envelope, request = parts
        reply = msgspec.json.encode(self._gate.answer(request))
        try:
            socket.send_multipart((*envelope, reply), zmq.NOBLOCK)
        except zmq.ZMQError as error:
            _log.debug("a reply did not leave through %s: %s", self.target, error)
