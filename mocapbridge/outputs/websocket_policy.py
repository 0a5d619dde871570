"""Which WebSocket clients may connect.

A server on loopback is still within reach of every web page the user has open: a page may name it
directly, or point its own host name at 127.0.0.1 (DNS rebinding). So the ``Host`` that a client
asked for must be an address or a known name, and the page it comes from (``Origin``) must be of
this machine or named in the configuration. Programs that are no browsers send no ``Origin``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit


class ConnectionPolicy:
    """Judges the headers of a client's first request."""

    def __init__(self, hosts: Iterable[str], origins: Iterable[str]) -> None:
        """Set up.

        Args:
            hosts: names by which clients may reach the server, besides ``localhost`` and addresses.
            origins: web pages that may connect, besides those of this machine.
        """
        self._hosts = {"localhost", *(host.lower() for host in hosts)}
        self._origins = {origin.lower() for origin in origins}

    def refusal(self, host: str | None, origin: str | None) -> str | None:
        """Why a client may not connect, None when it may.

        Args:
            host: value of its ``Host`` header, None when it sent none.
            origin: value of its ``Origin`` header, None when it sent none.
        """
        if host is None or not self._is_known(_host_name(f"http://{host}")):
            return "this host name is not known here; name it under `hosts` of the output"
        if origin is None or origin.lower() in self._origins:
            return None
        page = _host_name(origin)
        if page == "localhost" or (page is not None and _is_loopback(page)):
            return None
        return "this web page may not connect; name it under `origins` of the output"

    def _is_known(self, name: str | None) -> bool:
        return name is not None and (name in self._hosts or _is_address(name))


def _host_name(url: str) -> str | None:
    """Host of a URL without port and brackets, None when it has none."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # a bad port raises too
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback
