"""Which ports of this machine are free."""

from __future__ import annotations

import os
import socket
from typing import Final

_TRIES: Final = 50


def tcp_port_is_free(host: str, port: int) -> bool:
    """Whether a program could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # Else a port that was used a minute ago still counts as in use (TIME_WAIT).
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _binds(probe, host, port)


def udp_port_is_free(host: str, port: int) -> bool:
    """Whether no program receives there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return _binds(probe, host, port)


def next_free_bind(bind: str) -> str:
    """The address itself when it is free, else the same with the next port that is.

    Args:
        bind: ``tcp://HOST:PORT`` with an IPv4 host; given back when none of the next ports is free.
    """
    host, port = host_and_port(bind)
    for candidate in range(port, min(port + _TRIES, 65536)):
        if tcp_port_is_free(host, candidate):
            return f"tcp://{host}:{candidate}"
    return bind


def host_and_port(bind: str) -> tuple[str, int]:
    """Host and port of ``tcp://HOST:PORT``."""
    host, _, port = bind.removeprefix("tcp://").rpartition(":")
    return host, int(port)


def _binds(probe: socket.socket, host: str, port: int) -> bool:
    try:
        probe.bind((host, port))
    except OSError:
        return False
    return True
