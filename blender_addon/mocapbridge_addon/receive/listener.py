# SPDX-License-Identifier: GPL-3.0-or-later
"""A thread that owns one UDP socket and feeds what comes in to a stream's decoder."""

from __future__ import annotations

import socket
import threading
import time
from typing import Final, Protocol

from .counters import Counters

_BUFFER_BYTES: Final = 4 << 20
"""Asked of the system for what comes in while Blender is busy: a second of many performers."""
_DATAGRAM_ROOM: Final = 65535
_TURN_S: Final = 0.05
"""Longest wait for a datagram: how fast the thread ends, and how fine probes are timed."""


class PortUnavailable(OSError):
    """The port cannot be listened on; says why and what to do."""


class Stream(Protocol):
    """What decodes datagrams."""

    def feed(self, datagram: bytes, address: tuple[str, int], arrival_ns: int) -> None:
        """Take in one datagram."""
        ...

    def probes(self, now_ns: int) -> list[tuple[bytes, tuple[str, int]]]:
        """Datagrams to be sent, with where to."""
        ...

    def loss(self) -> tuple[int, int]:
        """(lost, expected) datagrams."""
        ...


class Listener:
    """Listens from ``start`` to ``stop``."""

    def __init__(
        self, host: str, port: int, sender: str, stream: Stream, counters: Counters
    ) -> None:
        """Say where to listen.

        Args:
            host: address of this machine to listen on; ``127.0.0.1`` hears this machine alone.
            port: UDP port; 0 for any free one.
            sender: address or name whose datagrams are accepted; "" for everybody's.
            stream: decodes the datagrams.
            counters: are counted up.
        """
        self._host, self._port, self._sender = host, port, sender
        self.stream = stream
        self.counters = counters
        self._accepted: frozenset[str] | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        if self._socket is None:
            return self._host, self._port
        host, port = self._socket.getsockname()[:2]
        return host, port

    def start(self) -> None:
        """Open the socket and start the thread.

        Raises:
            PortUnavailable: the port is taken, the address is not this machine's, or the sender's
                name is not known.
        """
        if self._thread is not None:
            return
        self._accepted = _addresses_of(self._sender)
        self._socket = _bound(self._host, self._port)
        self._stopping.clear()
        self._thread = threading.Thread(
            target=self._serve, args=(self._socket,), name="mocapbridge-receive", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the thread and close the socket."""
        if self._thread is None or self._socket is None:
            return
        self._stopping.set()
        self._thread.join()
        self._socket.close()
        self._thread = self._socket = None

    def _serve(self, own: socket.socket) -> None:
        while not self._stopping.is_set():
            self._ask(own)
            received = self._next(own)
            if received is None:
                continue
            datagram, address = received
            arrival_ns = time.monotonic_ns()
            self.counters.received += 1
            if self._accepted is not None and address[0] not in self._accepted:
                self.counters.foreign += 1
                self.counters.last_foreign = str(address[0])
                continue
            self.stream.feed(datagram, (address[0], address[1]), arrival_ns)

    def _next(self, own: socket.socket) -> tuple[bytes, tuple[str, int]] | None:
        """The next datagram; None when none came for a while."""
        try:
            return own.recvfrom(_DATAGRAM_ROOM)
        except TimeoutError:
            return None
        except OSError:
            # A probe met a closed port (the sender ended), or the network is down.
            self._stopping.wait(_TURN_S)
            return None

    def _ask(self, own: socket.socket) -> None:
        """Send the probes that are due."""
        address = self._host, 0
        try:
            for probe, address in self.stream.probes(time.monotonic_ns()):
                own.sendto(probe, address)
        except OSError as error:
            # The sender is gone or unreachable: its clock stays unknown, and says so.
            self.counters.last_problem = f"no way back to the sender at {address[0]}: {error}"


def _bound(host: str, port: int) -> socket.socket:
    own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        own.settimeout(_TURN_S)
        own.bind((host, port))
    except OSError as error:
        own.close()
        raise PortUnavailable(
            f"cannot listen on {host}:{port}: {error.strerror or error}. Another Blender or "
            "receiver may have this port: close it, or choose another port here and in the sender"
        ) from error
    return own


def _addresses_of(sender: str) -> frozenset[str] | None:
    """The addresses a name stands for; None for everybody."""
    if not sender:
        return None
    try:
        found = socket.getaddrinfo(sender, None, socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        raise PortUnavailable(
            f"the sender {sender!r} is not known here: {error.strerror or error}. Write its "
            "address, or nothing to accept every sender"
        ) from error
    return frozenset(str(address[0]) for *_, address in found)
