"""Answers receivers that ask for this machine's clock over the link."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from typing import Final

from mocapbridge.clock import Clock
from mocapbridge.outputs.udp import UdpSender
from mocapbridge.wire import link

_log = logging.getLogger(__name__)

_PROBE_ROOM_BYTES: Final = 2048
_PAUSE_S: Final = 0.001
"""Rest after each datagram: a flood of them cannot keep the process busy."""


class ClockResponder:
    """A thread that waits for clock probes on an output's own socket.

    A thread, because the moment a probe comes in is half of the answer: a receiver's idea of the
    offset is off by half of what the probe waits here.
    """

    def __init__(self, udp: UdpSender, session_id: int, clock: Clock) -> None:
        self._udp = udp
        self._session_id = session_id
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._wake: socket.socket | None = None

    def start(self) -> None:
        """Wait for probes on the socket that is open now."""
        watched = self._udp.socket
        if watched is None or self._thread is not None:
            return
        self._stopping.clear()
        self._wake, woken = socket.socketpair()
        self._thread = threading.Thread(
            target=self._serve, args=(watched, woken), name="link-clock", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the socket stays open."""
        if self._thread is None or self._wake is None:
            return
        self._stopping.set()
        self._wake.close()
        self._thread.join()
        self._thread = None

    def _serve(self, watched: socket.socket, woken: socket.socket) -> None:
        with woken, selectors.DefaultSelector() as selector:
            selector.register(watched, selectors.EVENT_READ)
            selector.register(woken, selectors.EVENT_READ)
            while not self._stopping.is_set():
                selector.select()
                if not self._stopping.is_set():
                    self._answer(watched)
                    self._stopping.wait(_PAUSE_S)

    def _answer(self, watched: socket.socket) -> None:
        try:
            datagram, address = watched.recvfrom(_PROBE_ROOM_BYTES)
            received_time_ns = self._clock.monotonic_ns()
            reply = self._reply_to(datagram, received_time_ns)
            if reply is not None:
                self._udp.reply(reply, address)
        except (ConnectionRefusedError, ConnectionResetError):
            self._udp.note_refused()
        except OSError as error:
            _log.debug("no clock reply through %s: %s", self._udp.target, error)

    def _reply_to(self, datagram: bytes, received_time_ns: int) -> bytes | None:
        """The reply, as long as the probe; None to what is no probe for this session."""
        try:
            header, message = link.decode(datagram)
        except link.LinkError as error:
            _log.debug("ignored a datagram at %s: %s", self._udp.target, error)
            return None
        if not isinstance(message, link.ClockProbe):
            return None
        if header.session_id not in (0, self._session_id):
            return None
        own = link.Header(self._session_id, header.sequence, header.subject)
        probed = message.probe_time_ns
        return link.encode(
            own, link.ClockReply(probed, received_time_ns, self._clock.monotonic_ns())
        )
