"""Where a host's name leads, looked up off the path of the frames."""

from __future__ import annotations

import logging
import socket
import threading
from typing import Any, Final, NamedTuple, TypeAlias

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.errors import OutputUnavailable

_log = logging.getLogger(__name__)

SocketAddress: TypeAlias = tuple[Any, ...]
"""As ``socket`` has it: (host, port), for IPv6 (host, port, flow, scope)."""

_AGAIN_AFTER_NS: Final = 5 * NS_PER_S
"""A name server is not asked more often than this while nobody answers."""


class Destination(NamedTuple):
    """An address that can be sent to."""

    family: socket.AddressFamily
    address: SocketAddress


class HostLookup:
    """Looks a host up once while opening, and again on a thread of its own when sending fails.

    A name server that does not answer takes many seconds: no frame may wait for it.
    """

    def __init__(self, host: str, port: int, clock: Clock) -> None:
        self._host = host
        self._port = port
        self._clock = clock
        self._begun_ns: int | None = None
        self._thread: threading.Thread | None = None
        self.latest: Destination | None = None
        """What the last look-up that succeeded said."""

    def look_up(self) -> Destination:
        """Look the host up now.

        Raises:
            OutputUnavailable: the host is not known.
        """
        self._begun_ns = self._clock.monotonic_ns()
        try:
            self.latest = self._ask()
        except (OSError, UnicodeError) as error:
            raise OutputUnavailable(
                f"host {self._host!r} is not known ({error}); check its spelling or give its IP "
                f"address, for udp port {self._port}"
            ) from error
        return self.latest

    def refresh(self) -> None:
        """Look the host up again without waiting, unless that was done a moment ago."""
        now_ns = self._clock.monotonic_ns()
        if self._begun_ns is not None and now_ns - self._begun_ns < _AGAIN_AFTER_NS:
            return
        if self._thread is None or not self._thread.is_alive():
            self._begun_ns = now_ns
            self._thread = threading.Thread(target=self._refresh, name="host-lookup", daemon=True)
            self._thread.start()

    def _refresh(self) -> None:
        try:
            self.latest = self._ask()
        except (OSError, UnicodeError) as error:
            _log.debug("%s cannot be looked up now: %s", self._host, error)

    def _ask(self) -> Destination:
        found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_DGRAM)
        # Most receivers listen on IPv4 alone, while ``localhost`` often names ::1 first.
        found.sort(key=lambda entry: entry[0] != socket.AF_INET)
        family, _, _, _, address = found[0]
        return Destination(family, address)
