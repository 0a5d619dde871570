"""Which control sockets other machines can reach."""

from __future__ import annotations

import ipaddress

from mocapbridge.control.options import ControlOptions


def unguarded(options: ControlOptions) -> list[str]:
    """Sockets that other machines can reach while no token guards them."""
    if not options.enabled or options.token is not None:
        return []
    reachable: list[str] = []
    if options.zmq is not None and not _is_local(_host_of(options.zmq)):
        reachable.append(options.zmq)
    if options.osc_port is not None and not _is_local(options.osc_host):
        reachable.append(f"{options.osc_host}:{options.osc_port}")
    return reachable


def _host_of(endpoint: str) -> str:
    transport, _, address = endpoint.partition("://")
    return "localhost" if transport != "tcp" else address.rpartition(":")[0].strip("[]")


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
