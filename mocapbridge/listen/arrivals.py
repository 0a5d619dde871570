"""Where packets come from: a UDP port, a ZeroMQ publisher or a WebSocket server."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from typing import Any, Final, Protocol, TypeAlias

from mocapbridge.errors import OutputUnavailable

MAX_PACKET_BYTES: Final = 1 << 20
"""Longer messages over TCP are refused; UDP carries 65507 at most."""
_BUFFER_BYTES: Final = 1 << 21
_CONNECT_S: Final = 5.0
_ANY_INTERFACE: Final = bytes(4)
_NOT_THERE: Final = (
    "close the program that receives there, or have the sender use another port and name it here"
)
_NO_GROUP: Final = (
    "this machine needs a network that carries multicast; without one, have the sender use an "
    "address of this machine"
)
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class Arrivals(Protocol):
    """Packets as they come."""

    where: str
    """For people: ``udp://127.0.0.1:39539``."""

    def next_packet(self, within_s: float) -> bytes | None:
        """The next packet, None when none comes in that time.

        Raises:
            OutputUnavailable: the sender has gone for good.
        """
        ...

    def close(self) -> None:
        """Let the socket go."""
        ...


class UdpArrivals:
    """Datagrams that are sent to a port of this machine, or to a multicast group."""

    def __init__(self, host: str, port: int) -> None:
        """Listen; for a group, as a further member.

        Raises:
            OutputUnavailable: the port is in use, the address is not of this machine, or there is
                no network that carries groups.
        """
        self.where = f"udp://{host}:{port}"
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        group = _group(host)
        try:
            if group is None:
                self._socket.bind((host, port))
            else:
                _join(self._socket, group, port)
        except OSError as error:
            self._socket.close()
            remedy = _NOT_THERE if group is None else _NO_GROUP
            raise OutputUnavailable(
                f"cannot listen on {self.where} ({error.strerror or error}): {remedy}"
            ) from error

    def next_packet(self, within_s: float) -> bytes | None:
        """The next datagram, None when none comes in that time."""
        self._socket.settimeout(max(within_s, 1e-3))
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            return self._socket.recv(65536)
        return None

    def close(self) -> None:
        """Let the socket go."""
        self._socket.close()


def _group(host: str) -> _Address | None:
    """The multicast group that a host is, None when it is something else."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name
        return None
    return address if address.is_multicast else None


def _join(receiver: socket.socket, group: _Address, port: int) -> None:
    """Become a member, on the interface that the machine prefers; others may be members, too."""
    receiver.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    receiver.bind(("", port))
    membership = group.packed + _ANY_INTERFACE
    if group.version == 4:  # noqa: PLR2004 - of the protocol
        receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    else:
        receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, membership)


def _in_address(host: str) -> str:
    """A host as it stands before a port: IPv6 in brackets (RFC 3986)."""
    return f"[{host}]" if ":" in host else host


class ZmqArrivals:
    """Messages of a publisher, whatever their topic; the payload without the topic."""

    def __init__(self, host: str, port: int) -> None:
        """Connect; the publisher may come later.

        Raises:
            OutputUnavailable: that is no host.
        """
        import zmq

        self.where = f"tcp://{_in_address(host)}:{port}"
        self._context: Any = zmq.Context()
        self._socket: Any = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.SUBSCRIBE, b"")
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_PACKET_BYTES)
        self._socket.setsockopt(zmq.IPV6, int(":" in host))
        try:
            self._socket.connect(self.where)
        except zmq.ZMQError as error:
            self.close()
            raise OutputUnavailable(
                f"{self.where} is no address to connect to ({error}): give the name or the "
                "address of the sender's machine with --host"
            ) from error

    def next_packet(self, within_s: float) -> bytes | None:
        """The next message, None when none comes in that time."""
        if not self._socket.poll(within_s * 1000):
            return None
        return self._socket.recv_multipart()[-1]

    def close(self) -> None:
        """Let the socket go."""
        self._context.destroy(linger=0)


class WebsocketArrivals:
    """Messages of a server."""

    def __init__(self, host: str, port: int) -> None:
        """Connect.

        Raises:
            OutputUnavailable: no server is there, or it refuses.
        """
        from websockets.exceptions import InvalidHandshake, InvalidURI
        from websockets.sync.client import connect

        self.where = f"ws://{_in_address(host)}:{port}"
        self._opened = contextlib.ExitStack()
        try:
            made = connect(
                self.where, compression=None, open_timeout=_CONNECT_S, max_size=MAX_PACKET_BYTES
            )
            self._client = self._opened.enter_context(made)
        except (OSError, InvalidHandshake, InvalidURI) as error:
            raise OutputUnavailable(
                f"no WebSocket server answers at {self.where} ({error}): start the sender first, "
                "with an output of type websocket"
            ) from error

    def next_packet(self, within_s: float) -> bytes | None:
        """The next message, None when none comes in that time.

        Raises:
            OutputUnavailable: the server has closed the connection.
        """
        from websockets.exceptions import ConnectionClosed

        try:
            message = self._client.recv(timeout=within_s)
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise OutputUnavailable(f"{self.where} has closed the connection: {error}") from error
        return message.encode() if isinstance(message, str) else bytes(message)

    def close(self) -> None:
        """Let the connection go."""
        self._opened.close()
