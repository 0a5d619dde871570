"""A UDP socket towards one host, or a multicast or broadcast group."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import socket
from typing import Any, Final, TypeAlias

from mocapbridge.clock import NS_PER_S, Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable

_log = logging.getLogger(__name__)

Address: TypeAlias = tuple[Any, ...]
"""As ``socket`` has it: (host, port), for IPv6 (host, port, flow, scope)."""

_REOPEN_PERIOD_NS: Final = NS_PER_S // 2
_BROADCAST_BYTE: Final = 255


class UdpSender:
    """Sends datagrams without ever waiting.

    The host's name is looked up by ``open`` alone. The socket is connected, so that the machine
    says when nothing listens at the far end; towards groups it is not, because answers to those
    come from other addresses. A connected socket keeps the address this machine had; when the
    network changes under it ``recover`` makes a new one.
    """

    def __init__(self, host: str, port: int, clock: Clock | None = None) -> None:
        self._host = host
        self._port = port
        self._clock = clock or SystemClock()
        self._family = socket.AF_INET
        self._address: Address = ()
        self._socket: socket.socket | None = None
        self._connected = False
        self._refused = False
        self._broken_since_ns: int | None = None
        shown = f"[{host}]" if ":" in host else host
        self.target = f"udp://{shown}:{port}"

    @property
    def socket(self) -> socket.socket | None:
        """The socket while open."""
        return self._socket

    def open(self) -> None:
        """Look the host up and make the socket.

        Raises:
            OutputUnavailable: the host is not known, or there is no way to it.
        """
        self._family, self._address = self._look_up()
        try:
            self._socket = self._make_socket()
        except OSError as error:
            raise OutputUnavailable(
                f"cannot send to {self.target}: {error.strerror or error}; "
                "check that this machine is on that network"
            ) from error

    def send(self, datagram: bytes | memoryview) -> None:
        """Hand one datagram to the machine.

        Raises:
            OutputFailed: it did not leave. Refused means that an earlier one found no receiver.
        """
        try:
            self._transmit(datagram, self._address)
        except (ConnectionRefusedError, ConnectionResetError) as error:
            self._send_unheard(datagram)
            raise OutputFailed(
                f"nothing listens at {self.target}: start the receiver, or correct host and port"
            ) from error
        except BlockingIOError as error:
            raise OutputFailed(
                f"the network does not keep up with {self.target}: one packet dropped"
            ) from error
        except OSError as error:
            if self._broken_since_ns is None:
                self._broken_since_ns = self._clock.monotonic_ns()
            raise self._failure(error) from error
        self._broken_since_ns = None

    def reply(self, datagram: bytes, address: Address) -> None:
        """Send to whoever a datagram came from.

        Raises:
            OSError: it did not leave.
        """
        if self._socket is not None:
            self._transmit_to(self._socket, datagram, address)

    def note_refused(self) -> None:
        """Whoever reads this socket was told that nothing listens: the next ``send`` says so."""
        self._refused = True

    @property
    def recovery_due(self) -> bool:
        """Whether sending has failed for long enough to try a new socket."""
        if self._broken_since_ns is None:
            return False
        return self._clock.monotonic_ns() - self._broken_since_ns >= _REOPEN_PERIOD_NS

    def recover(self) -> None:
        """Replace the socket by a new one towards the same address.

        Raises:
            OutputFailed: there is still no way there.
        """
        self._broken_since_ns = self._clock.monotonic_ns()
        try:
            fresh = self._make_socket()
        except OSError as error:
            raise self._failure(error) from error
        self.close()
        self._socket = fresh
        _log.info("made a new socket after the network failed, for %s", self.target)

    def close(self) -> None:
        """Let the socket go."""
        self._broken_since_ns = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send_unheard(self, datagram: bytes | memoryview) -> None:
        """Send what was held up by the news that an earlier datagram found nobody.

        The news says nothing of this datagram: a receiver that has come meanwhile gets it.
        """
        with contextlib.suppress(OSError):
            self._transmit(datagram, self._address)

    def _transmit(self, datagram: bytes | memoryview, address: Address) -> None:
        if self._socket is None:
            raise OSError(errno.EBADF, "not open")
        if self._refused:
            self._refused = False
            raise ConnectionRefusedError
        self._transmit_to(self._socket, datagram, address)

    def _transmit_to(
        self, through: socket.socket, datagram: bytes | memoryview, address: Address
    ) -> None:
        if self._connected:
            through.send(datagram)
        else:
            through.sendto(datagram, address)

    def _failure(self, error: OSError) -> OutputFailed:
        return OutputFailed(f"cannot send to {self.target}: {error.strerror or error}")

    def _look_up(self) -> tuple[socket.AddressFamily, Address]:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            raise OutputUnavailable(
                f"host {self._host!r} is not known ({error}); check its spelling or give its IP "
                f"address, for {self.target}"
            ) from error
        # Most receivers listen on IPv4 alone, while ``localhost`` often names ::1 first.
        found.sort(key=lambda entry: entry[0] != socket.AF_INET)
        family, _, _, _, address = found[0]
        return family, address

    def _make_socket(self) -> socket.socket:
        made = socket.socket(self._family, socket.SOCK_DGRAM)
        try:
            made.setblocking(False)
            if self._family == socket.AF_INET:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._connected = not _is_group(str(self._address[0]))
            if self._connected:
                made.connect(self._address)
            else:
                made.bind(("", 0))
        except OSError:
            made.close()
            raise
        return made


def _is_group(address: str) -> bool:
    """Whether an address may stand for several machines.

    Which addresses are a network's broadcast is known to its machines only; all of them end in 255
    except in networks smaller than 256, whose users may name 255.255.255.255.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    broadcast = isinstance(ip, ipaddress.IPv4Address) and ip.packed[-1] == _BROADCAST_BYTE
    return ip.is_multicast or broadcast
