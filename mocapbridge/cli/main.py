"""The command line: parses, hands over to one command, and turns errors into one line each."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from mocapbridge import __version__
from mocapbridge.cli import (
    calibrate,
    config,
    control,
    curve_keys,
    demo,
    devices,
    doctor,
    export,
    listen,
    mappings,
    models,
    play,
    process,
    run,
    solve,
    takes,
)
from mocapbridge.cli.log_lines import set_up_logging
from mocapbridge.errors import MocapBridgeError

_DESCRIPTION = """\
Live, rig-ready motion capture from one camera: tracks body, face and hands, streams the motion to
every 3D tool at once and records takes."""

_EPILOG = """\
first steps:
  mocapbridge demo                      see it work, without a camera
  mocapbridge run                       the first camera, with everything's defaults
  mocapbridge run --source clip.mp4 --record
  mocapbridge doctor                    what works on this machine, and what to do

exit codes:
  0 done, also when stopped with Ctrl-C   4 a model is missing or damaged
  1 unexpected error                      5 an output cannot start: port or host
  2 configuration or command line         6 a take cannot be written or read
  3 camera or footage                     130 interrupted while starting, or twice
"""

INTERRUPTED = 130
"""Exit code of a program ended by Ctrl-C, as shells have it: 128 + SIGINT."""


class _Parser(argparse.ArgumentParser):
    # Says what is wrong in one line, as everything else here does.
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"mocapbridge: error: {message}; see {self.prog} --help\n")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands. Imports nothing heavy: ``--help`` must be quick."""
    parser = _Parser(
        prog="mocapbridge",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mocapbridge {__version__}")
    parser.add_argument("--debug", action="store_true", help="show tracebacks and all log lines")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in (
        run,
        calibrate,
        demo,
        play,
        takes,
        solve,
        process,
        export,
        devices,
        models,
        config,
        mappings,
        control,
        curve_keys,
        listen,
        doctor,
    ):
        command.add_parser(subparsers)
    for command_parser in set(subparsers.choices.values()):
        command_parser.allow_abbrev = False
        # Accepted on both sides of the command; absent here, the value before it stays.
        command_parser.add_argument(
            "--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS
        )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program.

    Args:
        argv: arguments without the program's name; those of the process when left out.

    Returns:
        The exit code.
    """
    parser = build_parser()
    arguments = parser.parse_args(argv)
    if "run" not in arguments:
        parser.print_help()
        return 0
    set_up_logging(debug=arguments.debug)
    try:
        return arguments.run(arguments)
    except MocapBridgeError as error:
        return _fail(str(error), error.exit_code, debug=arguments.debug)
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED, debug=False)
    except BrokenPipeError:
        # Whoever read our output has gone (`| head`). Nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:  # noqa: BLE001 - top of the program: nobody else can say it
        told = " ".join(str(error).split())
        return _fail(
            f"unexpected {type(error).__name__}: {told}; this is a bug in mocapbridge: "
            "run again with --debug and report what it prints",
            MocapBridgeError.exit_code,
            debug=arguments.debug,
        )


def _fail(message: str, exit_code: int, *, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    print(f"mocapbridge: error: {message}", file=sys.stderr)
    return exit_code
