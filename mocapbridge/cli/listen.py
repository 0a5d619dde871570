"""``mocapbridge listen``: stands in for a receiver and shows what arrives."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from mocapbridge.cli.run import duration_s

if TYPE_CHECKING:
    from mocapbridge.listen.arrivals import Arrivals
    from mocapbridge.listen.tally import Tally

PROTOCOL_NAMES: Final = (
    "osc",
    "vmc",
    "vrchat",
    "live_link_face",
    "ifacialmocap",
    "openseeface",
    "json_live_link",
    "rokoko",
    "link",
    "zmq",
    "websocket",
)
"""Written down here too, so that --help imports nothing; a test holds them to the table."""

_DESCRIPTION = """\
Take the place of a receiver: decode what arrives in one of the protocols and show it, until Ctrl-C
or the time is over. Use it when nothing moves: it says whether anything arrives, and with --check
what is wrong with it."""

_EPILOG = """\
examples:
  mocapbridge listen vmc                      what would reach VSeeFace
  mocapbridge listen live_link_face --check --for 5s
  mocapbridge listen osc 9001 --host 0.0.0.0  from other machines too
  mocapbridge listen zmq --host 192.168.1.7   a publisher on another machine

exit codes: 0 packets came (with --check: and nothing is wrong), 1 otherwise, 5 cannot listen there
"""

_TURN_S: Final = 0.1
_NOTHING: Final = 1


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "listen",
        help="show what arrives in any of the protocols, and what is wrong with it",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "protocol", choices=PROTOCOL_NAMES, metavar="PROTOCOL", help=", ".join(PROTOCOL_NAMES)
    )
    parser.add_argument("port", nargs="?", type=_port, help="the protocol's own when left out")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address of this machine to listen on (0.0.0.0: all), or a multicast group to join; "
        "zmq, websocket: the sender's",
    )
    parser.add_argument(
        "--for", dest="duration_s", type=duration_s, metavar="TIME", help="stop after 10s, 2m, 1.5h"
    )
    parser.add_argument(
        "--check", action="store_true", help="say at the end what is wrong with what arrived"
    )
    parser.add_argument("--headless", action="store_true", help="plain lines, no live table")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Listen, show, and sum up."""
    from mocapbridge.cli.listen_view import closing_lines
    from mocapbridge.clock import SystemClock
    from mocapbridge.listen.protocols import PROTOCOLS
    from mocapbridge.listen.tally import Tally

    protocol = PROTOCOLS[arguments.protocol]
    arrivals = protocol.arrivals(arguments.host, arguments.port or protocol.port)
    tally = Tally(protocol.reader(), SystemClock())
    try:
        _listen(arrivals, tally, arguments)
    finally:
        arrivals.close()
    print("\n".join(closing_lines(tally, arrivals.where, check=arguments.check)))
    wrong = not tally.packets or (arguments.check and (tally.problems or tally.missing()))
    return _NOTHING if wrong else 0


def _listen(arrivals: Arrivals, tally: Tally, arguments: argparse.Namespace) -> None:
    import time

    from mocapbridge.cli.interrupts import stop_on_interrupt
    from mocapbridge.cli.listen_view import watching

    title = f"{arguments.protocol} on {arrivals.where}"
    end_s = None if arguments.duration_s is None else time.monotonic() + arguments.duration_s
    with stop_on_interrupt() as stop, watching(title, headless=arguments.headless) as watch:
        while not stop.is_set() and (end_s is None or time.monotonic() < end_s):
            packet = arrivals.next_packet(_TURN_S)
            if packet is not None:
                tally.take(packet)
            watch(tally)


def _port(text: str) -> int:
    port = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= port <= 65535:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text!r} is no port; valid: 1 to 65535")
    return port
