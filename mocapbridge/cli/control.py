"""``mocapbridge control``: tells a run that goes on in another terminal what to do."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mocapbridge.control.commands import Reply, Value

_DESCRIPTION = """\
Send a command to a run that goes on, on this or another machine, and print what comes back. `list`
says which commands there are and which settings can be changed."""

_EPILOG = """\
examples:
  mocapbridge control list
  mocapbridge control status
  mocapbridge control recentre
  mocapbridge control set parameter=solve.smoothing value=smooth
  mocapbridge control status --at tcp://192.168.1.20:5557 --token SECRET
"""

_TIMEOUT_MS: Final = 3000


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "control",
        help="send a command to a run that goes on: status, recentre, set, ...",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", metavar="COMMAND", help="such as list, status, recentre, set")
    parser.add_argument(
        "arguments", metavar="NAME=VALUE", nargs="*", type=_argument, help="the command's arguments"
    )
    parser.add_argument(
        "--at",
        default="tcp://127.0.0.1:5557",
        metavar="ENDPOINT",
        help="where the run listens, as control.zmq has it (default %(default)s)",
    )
    parser.add_argument("--token", metavar="SECRET", help="as control.token has it")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Ask, and print the answer as JSON."""
    import msgspec

    from mocapbridge.errors import CommandRefused

    reply = _ask(arguments.at, arguments.command, dict(arguments.arguments), arguments.token)
    if not reply.ok:
        raise CommandRefused(reply.error or "refused without a reason")
    print(msgspec.json.format(msgspec.json.encode(reply.result or {}), indent=2).decode())
    return 0


def _ask(endpoint: str, command: str, arguments: dict[str, Value], token: str | None) -> Reply:
    import msgspec
    import zmq

    from mocapbridge.control.commands import Reply, Request
    from mocapbridge.errors import OutputUnavailable

    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    socket = context.socket(zmq.REQ)
    try:
        socket.connect(endpoint)
        socket.send(msgspec.json.encode(Request(command, arguments, token)))
        if not socket.poll(_TIMEOUT_MS):
            raise OutputUnavailable(
                f"no run answers at {endpoint}: start one with `mocapbridge run`, or say with "
                "--at where it listens"
            )
        return msgspec.json.decode(socket.recv(), type=Reply)
    except zmq.ZMQError as error:
        raise OutputUnavailable(
            f"{endpoint!r} is no address to ask at ({error}); expected tcp://HOST:PORT"
        ) from error
    finally:
        context.destroy(linger=0)


def _argument(text: str) -> tuple[str, Value]:
    """Name and value; numbers, true, false and null are what they look like.

    Raises:
        argparse.ArgumentTypeError: there is no name.
    """
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE, got {text!r}")
    try:
        plain = json.loads(value)
    except ValueError:
        return name, value
    return name, plain if isinstance(plain, (int, float, bool, type(None))) else value
