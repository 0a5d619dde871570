"""A WebSocket server that sends the newest of everything to each client, on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final, Literal, TypeAlias, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from mocapbridge.outputs.websocket_policy import ConnectionPolicy

Encoding: TypeAlias = Literal["json", "msgpack"]
Payload: TypeAlias = str | bytes
"""Text goes out as a text frame, bytes as a binary one."""

MAX_CLIENTS: Final = 32
SUBPROTOCOLS: Final[dict[str, Encoding]] = {
    "mocapbridge.json": "json",
    "mocapbridge.msgpack": "msgpack",
}
"""By which a client says what it reads."""

_MAX_INBOUND_BYTES: Final = 1024
"""Clients have nothing to say; what they send is thrown away."""
_WRITE_LIMIT_BYTES: Final = 16384
"""What waits here for a client that is slow; further frames replace each other."""
_SEND_BUFFER_BYTES: Final = 65536
"""What the machine holds for such a client."""
_HANDSHAKE_S: Final = 5.0
_START_S: Final = 5.0
_STOP_S: Final = 1.0

# Anyone can fail at a handshake; the library would log each with a traceback.
_quiet = logging.getLogger(f"{__name__}.connections")
_quiet.setLevel(logging.CRITICAL)
_log = logging.getLogger(__name__)


class _Client:
    """What waits for one client: the newest payload of each place."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding: Encoding = encoding
        self._waiting: dict[str, Payload] = {}
        self._news = asyncio.Event()
        self.gone = False

    def offer(self, place: str, payload: Payload) -> None:
        self._waiting[place] = payload
        self._news.set()

    def leave(self) -> None:
        """The connection has ended: nobody is to wait for news any more."""
        self.gone = True
        self._news.set()

    async def next_payloads(self) -> Sequence[Payload]:
        await self._news.wait()
        self._news.clear()
        waiting, self._waiting = self._waiting, {}
        return list(waiting.values())


class BroadcastServer:
    """Sends what it is offered to all clients; a slow one loses frames and holds nobody up."""

    def __init__(
        self,
        address: tuple[str, int],
        policy: ConnectionPolicy,
        default_encoding: Encoding,
        greeting: Callable[[Encoding], Payload],
    ) -> None:
        """Set up; ``start`` listens.

        Args:
            address: host and port to listen on.
            policy: who may connect.
            default_encoding: for clients that ask for no subprotocol.
            greeting: the first message a client gets.
        """
        self._address = address
        self._policy = policy
        self._default: Encoding = default_encoding
        self._greeting = greeting
        self._clients: dict[_Client, ServerConnection] = {}
        self._refused = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stopping: asyncio.Event | None = None
        self._started = threading.Event()
        self._error: OSError | None = None

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is in use, or the address is not of this machine.
        """
        self._thread = threading.Thread(target=self._run, name="websocket", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_S):
            raise OSError("the server did not start")
        if self._error is not None:
            self._thread.join()
            self._thread = None
            raise self._error

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._thread is not None and self._thread.is_alive()

    def encodings(self) -> list[Encoding]:
        """What each client reads that is connected now."""
        return [client.encoding for client in list(self._clients)]

    def offer(self, place: str, payloads: Mapping[Encoding, Payload]) -> None:
        """Give each client the payload it reads, instead of one that waits at the same place."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop ended between the two lines
                self._loop.call_soon_threadsafe(self._hand_out, place, payloads)

    def stop(self) -> None:
        """Close all connections and let the port go."""
        if self._thread is None:
            return
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(stopping.set)
        self._thread.join(_STOP_S + _HANDSHAKE_S)
        self._thread = None

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            self._error = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        host, port = self._address
        async with serve(
            self._attend,
            host,
            port,
            process_request=self._judge,
            select_subprotocol=_choose,
            compression=None,
            open_timeout=_HANDSHAKE_S,
            close_timeout=_STOP_S,
            max_size=_MAX_INBOUND_BYTES,
            max_queue=1,
            write_limit=_WRITE_LIMIT_BYTES,
            logger=_quiet,
        ) as server:
            self._loop = asyncio.get_running_loop()
            self._started.set()
            await self._stopping.wait()
            self._loop = None
            _cut_off(server)

    def _judge(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse whoever may not connect, before anything is sent."""
        host, origin = request.headers.get("Host"), request.headers.get("Origin")
        reason = self._policy.refusal(host, origin)
        if reason is not None:
            self._refused += 1
            if self._refused == 1:
                asked = f"Host {host!r}, Origin {origin!r}"
                _log.warning("refused a WebSocket client (%s): %s", asked, reason)
            return connection.respond(HTTPStatus.FORBIDDEN, reason + "\n")
        if len(self._clients) >= MAX_CLIENTS:
            return connection.respond(
                HTTPStatus.SERVICE_UNAVAILABLE, f"{MAX_CLIENTS} clients are connected already\n"
            )
        return None

    async def _attend(self, connection: ServerConnection) -> None:
        encoding = SUBPROTOCOLS.get(connection.subprotocol or "", self._default)
        client = _Client(encoding)
        _keep_little(connection)
        self._clients[client] = connection
        ignoring = asyncio.create_task(_ignore(connection))
        ignoring.add_done_callback(lambda _: client.leave())
        try:
            # A client that leaves is the ordinary end of this.
            with contextlib.suppress(ConnectionClosed):
                await connection.send(self._greeting(encoding))
                while not client.gone:
                    for payload in await client.next_payloads():
                        await connection.send(payload)
        finally:
            del self._clients[client]
            ignoring.cancel()

    def _hand_out(self, place: str, payloads: Mapping[Encoding, Payload]) -> None:
        for client in self._clients:
            payload = payloads.get(client.encoding)
            if payload is not None:
                client.offer(place, payload)


def _choose(_connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The first subprotocol that we speak; a client may do without."""
    return next((each for each in offered if each in SUBPROTOCOLS), None)


async def _ignore(connection: ServerConnection) -> None:
    """Take in what a client sends, so that its signs of life are seen."""
    with contextlib.suppress(ConnectionClosed):
        async for _ in connection:
            pass


def _keep_little(connection: ServerConnection) -> None:
    """Have the machine hold little for a client: what it holds grows old."""
    channel = cast("socket.socket | None", connection.transport.get_extra_info("socket"))
    if channel is not None:
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)


def _cut_off(server: Server) -> None:
    """Close connections whose clients do not read: they would not answer a farewell either."""
    for connection in server.connections:
        if connection.transport.get_write_buffer_size() > 0:
            connection.transport.abort()
