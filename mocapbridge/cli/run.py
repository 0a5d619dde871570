"""``mocapbridge run``: tracks a source, streams the motion and records takes."""

from __future__ import annotations

import argparse
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mocapbridge.config.schema import RunConfig

_DESCRIPTION = """\
Track a camera, a video, pictures or a network stream, and stream the motion to every output of the
configuration until the footage ends, Ctrl-C is pressed or the time is over."""

_EPILOG = """\
examples:
  mocapbridge run                                  the first camera
  mocapbridge run clip.mp4 --record                footage as fast as it goes, into a take
  mocapbridge run clip.mp4 --loop                  again and again, at its own pace
  mocapbridge run --source clip.mp4 --offline --record --render film.mp4
  mocapbridge run --source 1 --mirror --osc 192.168.1.20:9000
  mocapbridge run --config full-body --for 30s --headless
"""

_DURATION: Final = re.compile(r"(?P<number>\d+(?:\.\d*)?|\.\d+)(?P<unit>[smh]?)")
_SECONDS_PER: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "run",
        help="track a camera or footage, stream the motion, record takes",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_input(parser.add_argument_group("input"))
    _add_tracking(parser.add_argument_group("tracking"))
    _add_solving(parser.add_argument_group("solving"))
    _add_output(parser.add_argument_group("output"))
    add_running(parser.add_argument_group("running"))
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run as the flags and the configuration say; the summary is the last thing printed."""
    from mocapbridge.cli.session import conduct, summary

    config = configured(arguments)
    if arguments.offline:
        from mocapbridge.cli.offline import run_offline

        return run_offline(config, arguments)
    end = conduct(
        config,
        duration_s=arguments.duration_s,
        overlay_path=arguments.overlay,
        film_path=arguments.render,
        stats_path=arguments.stats_json,
    )
    print(summary(end))
    return 0


def configured(arguments: argparse.Namespace) -> RunConfig:
    """What the flags make of the configuration.

    Raises:
        ConfigError: the configuration or a flag cannot be meant.
    """
    from mocapbridge.cli import flags
    from mocapbridge.config import overrides
    from mocapbridge.config.load import checked, load_config
    from mocapbridge.config.paths import find_config
    from mocapbridge.config.schema import RunConfig

    config = load_config(find_config(arguments.config)) if arguments.config else RunConfig()
    source = flags.the_source(arguments.footage, arguments.source)
    if source is not None:
        config = overrides.with_source(config, source)
    if arguments.mirror:
        config = overrides.with_mirror(config)
    if arguments.loop:
        config = flags.with_loop(config)
    if arguments.pace is not None:
        config = flags.with_pace(config, arguments.pace)
    if arguments.model is not None:
        config = flags.with_model(config, arguments.model)
    config = flags.without_parts(config, arguments.without)
    if arguments.profile is not None:
        config = flags.with_profile(config, arguments.profile)
    config = with_addresses(config, arguments)
    if arguments.mapping is not None:
        config = overrides.with_mapping(config, arguments.mapping)
    if arguments.record is not None:
        config = overrides.with_record(config, arguments.record or None)
    if arguments.headless:
        config = overrides.without_view(config)
    return checked(config)


def with_addresses(config: RunConfig, arguments: argparse.Namespace) -> RunConfig:
    """Motion goes where the flags of ``add_addresses`` say.

    Raises:
        ConfigError: not an address.
    """
    from mocapbridge.config import overrides

    if arguments.osc:
        config = overrides.with_osc(config, arguments.osc)
    if arguments.zmq:
        config = overrides.with_zmq(config, arguments.zmq)
    if arguments.link:
        config = overrides.with_link(config, arguments.link)
    return config


def duration_s(text: str) -> float:
    """Seconds of ``10s``, ``2m``, ``1.5h`` or ``10``.

    Raises:
        argparse.ArgumentTypeError: it is none of these, or no time at all.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    seconds = float(match["number"]) * _SECONDS_PER[match["unit"]] if match else 0.0
    if seconds <= 0.0 or not math.isfinite(seconds):
        raise argparse.ArgumentTypeError(f"expected a time such as 10s, 2m or 1.5h, got {text!r}")
    return seconds


def add_running(
    # What parsers and groups of arguments have in common has no public name.
    group: argparse._ActionsContainer,  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Flags of every command that runs the pipeline."""
    group.add_argument(
        "--for", dest="duration_s", type=duration_s, metavar="TIME", help="stop after 10s, 2m, 1.5h"
    )
    group.add_argument(
        "--headless", action="store_true", help="a plain line every few seconds, no live view"
    )
    group.add_argument(
        "--stats-json",
        type=Path,
        metavar="FILE",
        help="write all counters and timings there at the end",
    )


def _add_input(group: argparse._ArgumentGroup) -> None:  # pyright: ignore[reportPrivateUsage]
    group.add_argument(
        "footage",
        nargs="?",
        metavar="SOURCE",
        help="camera number or name, video, picture, folder, stream address or `synthetic`",
    )
    group.add_argument("--source", metavar="SOURCE", help="the same, as a flag")
    group.add_argument(
        "--config", metavar="FILE", help="a YAML file, or the name of a ready configuration"
    )
    group.add_argument("--mirror", action="store_true", help="flip the picture left to right")
    group.add_argument(
        "--pace",
        choices=("native", "fast"),
        help="footage as fast as it was filmed, or as fast as this machine allows (default)",
    )
    group.add_argument(
        "--loop",
        action="store_true",
        help="footage again and again until Ctrl-C, as fast as it was filmed",
    )


def _add_tracking(group: argparse._ArgumentGroup) -> None:  # pyright: ignore[reportPrivateUsage]
    for part in ("body", "face", "hands"):
        group.add_argument(
            f"--no-{part}",
            dest="without",
            action="append_const",
            const=part,
            default=[],
            help=f"do not track the {part}",
        )
    group.add_argument(
        "--model", choices=("lite", "full", "heavy"), help="body model: quicker or more accurate"
    )


def add_addresses(
    group: argparse._ActionsContainer,  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Flags that say where motion goes."""
    for flag, what in (
        ("--osc", "send OSC to"),
        ("--zmq", "publish with ZeroMQ at"),
        ("--link", "send the mocapbridge link (Blender add-on) to"),
    ):
        group.add_argument(
            flag,
            action="append",
            metavar="HOST:PORT",
            help=f"{what} this address instead of the configured one; may be repeated",
        )


def _add_solving(group: argparse._ArgumentGroup) -> None:  # pyright: ignore[reportPrivateUsage]
    group.add_argument(
        "--profile",
        metavar="NAME",
        help="a performer measured with `mocapbridge calibrate`, by name or by the file's path",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:  # pyright: ignore[reportPrivateUsage]
    add_addresses(group)
    group.add_argument(
        "--mapping",
        metavar="NAME",
        help="change what is sent by a shipped mapping (`mocapbridge map list`) or a YAML file",
    )
    group.add_argument(
        "--record",
        nargs="?",
        const="",
        metavar="SLATE",
        help="record a take, named after the slate",
    )
    group.add_argument(
        "--overlay", type=Path, metavar="FILE.mp4", help="write the footage with landmarks drawn"
    )
    group.add_argument(
        "--render",
        type=Path,
        metavar="FILE.mp4",
        help="write a film of the solved motion beside the footage",
    )
    group.add_argument(
        "--offline",
        action="store_true",
        help="track the footage to its end, then solve it as a whole: best quality, for --record "
        "and --render; nothing is streamed",
    )
