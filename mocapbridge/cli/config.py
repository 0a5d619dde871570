"""``mocapbridge config``: check a configuration, show it with all defaults, print its schema."""

from __future__ import annotations

import argparse
import sys
from typing import Final

_DESCRIPTION: Final = """\
A configuration is one YAML file that describes a run. None is needed: every key has a default.
FILE is a path, or the bare name of a ready configuration (`mocapbridge config show` without a
file lists the defaults)."""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "config", help="check, show or describe configurations", description=_DESCRIPTION
    )
    parser.set_defaults(run=run, config_parser=parser, config_command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    check = commands.add_parser("check", help="say whether a configuration can be run, and why not")
    check.add_argument("file", metavar="FILE")
    check.set_defaults(config_command=_check)
    show = commands.add_parser("show", help="print a configuration with every default written out")
    show.add_argument("file", metavar="FILE", nargs="?", help="all defaults when left out")
    show.set_defaults(config_command=_show)
    schema = commands.add_parser("schema", help="print the JSON Schema, for editors")
    schema.set_defaults(config_command=_schema)


def run(args: argparse.Namespace) -> int:
    """Run ``config check``, ``show`` or ``schema``; its help when none is given."""
    if args.config_command is None:
        args.config_parser.print_help()
        return 0
    return args.config_command(args)


def _check(args: argparse.Namespace) -> int:
    from mocapbridge.config.load import load_config
    from mocapbridge.config.paths import find_config
    from mocapbridge.errors import ConfigError

    try:
        path = find_config(args.file)
        load_config(path)
    except ConfigError as error:
        # One line for each problem: what editors and people jump to.
        print(error, file=sys.stderr)
        return ConfigError.exit_code
    print(f"{path}: good")
    return 0


def _show(args: argparse.Namespace) -> int:
    from mocapbridge.config.load import load_config
    from mocapbridge.config.paths import find_config
    from mocapbridge.config.schema import RunConfig
    from mocapbridge.config.show import to_yaml

    config = RunConfig() if args.file is None else load_config(find_config(args.file))
    print_utf8(to_yaml(config))
    return 0


def _schema(_args: argparse.Namespace) -> int:
    from mocapbridge.config.json_schema import schema_text

    print_utf8(schema_text())
    return 0


def print_utf8(text: str) -> None:
    """Print what is meant for a file: UTF-8 with plain line ends, whatever the terminal has."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
