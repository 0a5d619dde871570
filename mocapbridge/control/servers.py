"""The control sockets of one run, opened and closed together."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator
from typing import TypeAlias

from mocapbridge.control.commands import Gate, Handler
from mocapbridge.control.options import ControlOptions
from mocapbridge.control.osc_server import OscControl
from mocapbridge.control.zmq_server import ZmqControl
from mocapbridge.errors import OutputUnavailable

_log = logging.getLogger(__name__)

_Server: TypeAlias = ZmqControl | OscControl


@contextlib.contextmanager
def control_sockets(options: ControlOptions | None, handler: Handler) -> Generator[list[str]]:
    """Open control sockets; they are closed on leaving.

    Args:
        options: what the configuration says; None where it says nothing: the default sockets, and
            none where another run has them.
        handler: carries commands out; called on the threads of the sockets.

    Returns:
        Where they listen.

    Raises:
        OutputUnavailable: a socket that was asked for cannot be opened.
    """
    wanted = options or ControlOptions()
    with contextlib.ExitStack() as opened:
        targets: list[str] = []
        for server in _servers(wanted, handler):
            try:
                server.open()
            except OutputUnavailable as error:
                if options is not None:
                    raise
                _log.info("this run cannot be controlled from outside: %s", error)
                continue
            opened.callback(server.close)
            targets.append(server.target)
        yield targets


def _servers(options: ControlOptions, handler: Handler) -> list[_Server]:
    if not options.enabled:
        return []
    servers: list[_Server] = []
    if options.zmq is not None:
        servers.append(ZmqControl(options.zmq, Gate(handler, options.token)))
    if options.osc_port is not None:
        gate = Gate(handler, options.token)
        servers.append(OscControl(options.osc_host, options.osc_port, gate))
    return servers
