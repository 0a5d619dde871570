"""A UDP socket towards one host, or a multicast or broadcast group."""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import logging
import socket
from collections.abc import Iterable
from typing import Final

from mocapbridge.clock import NS_PER_S, Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable, OutputUnheard
from mocapbridge.outputs.host_lookup import Destination, HostLookup, SocketAddress

_log = logging.getLogger(__name__)

_REOPEN_PERIOD_NS: Final = NS_PER_S // 2
_BROADCAST_BYTE: Final = 255


class UdpSender:
    """Sends datagrams without ever waiting.

    The host's name is looked up by ``open``, and on another thread when sending fails. The socket
    is connected, so that the machine says when nothing listens at the far end; towards groups it
    is not, because answers to those come from other addresses. A connected socket keeps the
    address this machine had; when the network changes under it ``recover`` makes a new one.
    """

    def __init__(self, host: str, port: int, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lookup = HostLookup(host, port, self._clock)
        self._destination: Destination | None = None
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
        destination = self._lookup.look_up()
        try:
            self._socket = self._make_socket(destination)
        except OSError as error:
            raise OutputUnavailable(
                f"cannot send to {self.target}: {error.strerror or error}; "
                "check that this machine is on that network"
            ) from error
        if not is_loopback(str(destination.address[0])):
            _log.warning(
                "motion leaves this machine, towards %s: whoever shares the network can read it",
                self.target,
            )

    def send(self, datagram: bytes | memoryview) -> None:
        """Hand one datagram to the machine.

        Raises:
            OutputUnheard: it left, but an earlier one found no receiver.
            OutputFailed: it did not leave.
        """
        try:
            self._transmit(datagram)
        except (ConnectionRefusedError, ConnectionResetError) as error:
            self._send_unheard(datagram)
            self._lookup.refresh()
            raise OutputUnheard(
                f"nothing listens at {self.target} yet: start the receiver, or correct host and "
                "port",
                packets=1,
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

    def send_all(self, datagrams: Iterable[bytes | memoryview]) -> int:
        """Hand all datagrams of a frame to the machine.

        Returns:
            How many there were.

        Raises:
            OutputUnheard: they left, but nothing listens at the far end.
            OutputFailed: one did not leave; those after it were not tried.
        """
        count = 0
        unheard: OutputUnheard | None = None
        for datagram in datagrams:
            try:
                self.send(datagram)
            except OutputUnheard as error:
                unheard = error
            count += 1
        if unheard is not None:
            unheard.packets = count
            raise unheard
        return count

    def reply(self, datagram: bytes, address: SocketAddress) -> None:
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
        """Whether sending has failed for long enough, or the host moved: time for a new socket."""
        if self._socket is not None and self._lookup.latest != self._destination:
            return True
        if self._broken_since_ns is None:
            return False
        return self._clock.monotonic_ns() - self._broken_since_ns >= _REOPEN_PERIOD_NS

    def mend(self) -> None:
        """Make a new socket if that is due.

        Raises:
            OutputFailed: it is not open, or there is no way there.
        """
        if self._socket is None:
            raise OutputFailed(f"{self.target} is not open")
        if self.recovery_due:
            self.recover()

    def recover(self) -> None:
        """Replace the socket by a new one towards where the host was last found.

        Raises:
            OutputFailed: there is still no way there.
        """
        self._lookup.refresh()
        self._broken_since_ns = self._clock.monotonic_ns()
        destination = self._lookup.latest
        if destination is None:
            raise OutputFailed(f"{self.target} is not open")
        try:
            fresh = self._make_socket(destination)
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
            self._transmit(datagram)

    def _transmit(self, datagram: bytes | memoryview) -> None:
        if self._socket is None or self._destination is None:
            raise OSError(errno.EBADF, "not open")
        if self._refused:
            self._refused = False
            raise ConnectionRefusedError
        self._transmit_to(self._socket, datagram, self._destination.address)

    def _transmit_to(
        self, through: socket.socket, datagram: bytes | memoryview, address: SocketAddress
    ) -> None:
        if self._connected:
            through.send(datagram)
        else:
            through.sendto(datagram, address)

    def _failure(self, error: OSError) -> OutputFailed:
        return OutputFailed(f"cannot send to {self.target}: {error.strerror or error}")

    def _make_socket(self, destination: Destination) -> socket.socket:
        made = socket.socket(destination.family, socket.SOCK_DGRAM)
        try:
            made.setblocking(False)
            if destination.family == socket.AF_INET:
                made.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            self._connected = not _is_group(str(destination.address[0]))
            if self._connected:
                made.connect(destination.address)
            else:
                made.bind(("", 0))
        except OSError:
            made.close()
            raise
        self._destination = destination
        return made


def is_loopback(address: str) -> bool:
    """Whether a numeric address stays on this machine."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _is_group(address: str) -> bool:
    """Whether an address may stand for several machines.

    Which addresses are a network's broadcast is known to its machines only; all of them end in 255
    except in networks smaller than 256, whose users may name 255.255.255.255.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    broadcast = isinstance(ip, ipaddress.IPv4Address) and ip.packed[-1] == _BROADCAST_BYTE
    return ip.is_multicast or broadcast
