"""``mocapbridge play``: streams a take as if it happened now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mocapbridge.cli.number_flags import not_negative, positive
from mocapbridge.cli.run import add_addresses, add_running, with_addresses

if TYPE_CHECKING:
    from pathlib import Path

    from mocapbridge.config.schema import RunConfig
    from mocapbridge.sources.options import TakeOptions

_DESCRIPTION = """\
Stream a take through the same mapping and outputs as a camera, with its own timing: receivers can
be tried without a performer. TAKE is a file, or the name of a take in the folder of takes."""

_EPILOG = """\
examples:
  mocapbridge play take_001
  mocapbridge play take_001 --loop --speed 0.5
  mocapbridge play shots/duel_004.mocap --from 2 --to 7.5 --resolve --config my.yaml
"""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "play",
        help="stream a take, as if it happened now",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("take", metavar="TAKE")
    parser.add_argument(
        "--speed", type=float, default=1.0, help="times as fast as it was recorded: 0.01 to 100"
    )
    parser.add_argument("--loop", action="store_true", help="start again at the end")
    parser.add_argument(
        "--from",
        dest="start_s",
        type=not_negative,
        default=0.0,
        metavar="S",
        help="begin there [s]",
    )
    parser.add_argument("--to", dest="end_s", type=positive, metavar="S", help="stop there [s]")
    parser.add_argument(
        "--resolve",
        action="store_true",
        help="filter and solve the raw landmarks again, as the configuration says",
    )
    parser.add_argument(
        "--config", metavar="FILE", help="a YAML file, or the name of a ready configuration"
    )
    add_addresses(parser)
    add_running(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Play, then say what was sent."""
    from mocapbridge.cli.session import conduct, summary

    end = conduct(
        configured(arguments),
        duration_s=arguments.duration_s,
        stats_path=arguments.stats_json,
    )
    print(summary(end))
    return 0


def configured(arguments: argparse.Namespace) -> RunConfig:
    """The run that plays the take. Nothing is recorded, whatever the configuration says.

    Raises:
        ConfigError: no such take, or a flag cannot be meant.
        TakeUnreadable: it is no take.
    """
    from msgspec.structs import replace

    from mocapbridge.cli.take_paths import find_take
    from mocapbridge.config import overrides
    from mocapbridge.config.load import checked, load_config
    from mocapbridge.config.paths import find_config
    from mocapbridge.config.schema import RunConfig
    from mocapbridge.takes.reader import read_take

    path = find_take(arguments.take)
    config = RunConfig(subject=read_take(path).header.subject)
    if arguments.config:
        config = load_config(find_config(arguments.config))
    config = replace(
        config,
        source=_source(arguments, path),
        record=replace(config.record, enabled=False),
    )
    config = with_addresses(config, arguments)
    if arguments.headless:
        config = overrides.without_view(config)
    return checked(config)


def _source(arguments: argparse.Namespace, path: Path) -> TakeOptions:
    import msgspec

    from mocapbridge.errors import ConfigError
    from mocapbridge.sources.options import TakeOptions

    keys = ("start_s", "end_s", "speed", "loop", "resolve")
    told = {key: getattr(arguments, key) for key in keys}
    try:
        return msgspec.convert({"type": "take", "path": str(path), **told}, TakeOptions)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{error}: --speed takes 0.01 to 100") from error
