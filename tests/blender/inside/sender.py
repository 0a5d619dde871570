"""A sender beside Blender: what the daemon sent, again and again."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import stream
from mocapbridge_addon.wire import link


class Sender:
    """Sends the daemon's datagrams over and over, as newly captured and from a new session."""

    def __init__(self, recording: Path, port: int) -> None:
        self._recording, self._port = recording, port
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _send(self) -> None:
        sent = frame_id = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
            for datagram in cycle(stream.datagrams(self._recording)):
                if self._ending.is_set():
                    return
                header, message = link.decode(datagram)
                if isinstance(message, link.Frame):
                    frame_id += 1
                    now = time.monotonic_ns()
                    message = replace(message, frame_id=frame_id, capture_time_ns=now)
                numbered = link.Header(header.session_id, sent, header.subject)
                own.sendto(link.encode(numbered, message), ("127.0.0.1", self._port))
                sent += 1
                time.sleep(0.005)
