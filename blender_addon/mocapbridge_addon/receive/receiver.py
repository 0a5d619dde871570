# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is received: the link's port and, when wanted, VMC's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..wire.link import DEFAULT_PORT
from .counters import Counters
from .inbox import Inbox
from .link_stream import LinkStream
from .listener import Listener
from .vmc_stream import VmcStream

VMC_PORT: Final = 39539
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen and to whom."""

    host: str = LOOPBACK
    link_port: int | None = DEFAULT_PORT
    """None: the link is not listened for."""
    vmc_port: int | None = None
    sender: str = LOOPBACK
    """Whose datagrams are accepted; "" for everybody's."""


class Receiver:
    """Listens on the configured ports and fills one inbox."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.inbox = Inbox()
        self.listeners: dict[str, Listener] = {}
        if ports.link_port is not None:
            counters = Counters()
            stream = LinkStream(self.inbox, counters)
            self.listeners["link"] = Listener(
                ports.host, ports.link_port, ports.sender, stream, counters
            )
        if ports.vmc_port is not None:
            counters = Counters()
            vmc = VmcStream(self.inbox, counters)
            self.listeners["vmc"] = Listener(
                ports.host, ports.vmc_port, ports.sender, vmc, counters
            )

    def start(self) -> None:
        """Open every port.

        Raises:
            PortUnavailable: one of them cannot be had; then none is open.
        """
        try:
            for listener in self.listeners.values():
                listener.start()
        except OSError:
            self.stop()
            raise

    def stop(self) -> None:
        """Close every port and end the threads."""
        for listener in self.listeners.values():
            listener.stop()

    def loss(self) -> tuple[int, int]:
        """(lost, expected) datagrams of the link."""
        listener = self.listeners.get("link")
        return (0, 0) if listener is None else listener.stream.loss()
