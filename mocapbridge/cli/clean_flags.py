"""Flags of every command that solves recorded motion anew: configuration and clean-up."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mocapbridge.cli.number_flags import frame_rate_flag, not_negative, positive

if TYPE_CHECKING:
    from mocapbridge.takes.clean.plan import CleanUp


def add_clean_flags(
    # What parsers and groups of arguments have in common has no public name.
    parser: argparse._ActionsContainer,  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add them to a command."""
    parser.add_argument(
        "--config", metavar="FILE", help="a YAML file, or the name of a ready configuration"
    )
    parser.add_argument(
        "--repair-outliers", action="store_true", help="joints that jump away and back at once"
    )
    parser.add_argument(
        "--fill-gaps",
        type=positive,
        metavar="S",
        help="bridge what was unseen, up to S seconds",
    )
    parser.add_argument(
        "--smooth", type=positive, metavar="HZ", help="smooth without lag; walking needs about 6"
    )
    parser.add_argument(
        "--lock-feet", action="store_true", help="feet that stand keep one place, after smoothing"
    )
    parser.add_argument("--from", dest="start_s", type=not_negative, default=0.0, metavar="S")
    parser.add_argument("--to", dest="end_s", type=positive, metavar="S")
    parser.add_argument(
        "--make-loop",
        type=positive,
        metavar="S",
        help="find the best loop of S seconds or more, and blend its ends",
    )
    parser.add_argument(
        "--fps",
        type=frame_rate_flag,
        metavar="RATE",
        help="frames at exactly this rate: 24, 29.97 ...",
    )


def clean_up(arguments: argparse.Namespace) -> CleanUp:
    """What the flags ask for."""
    from mocapbridge.takes.clean.plan import CleanUp

    return CleanUp(
        repair_outliers=arguments.repair_outliers,
        fill_gaps_s=arguments.fill_gaps or 0.0,
        smooth_hz=arguments.smooth,
        lock_feet=arguments.lock_feet,
        start_s=arguments.start_s,
        end_s=arguments.end_s,
        loop_s=arguments.make_loop,
        rate=arguments.fps,
    )


def clean_arguments(arguments: argparse.Namespace) -> list[str]:
    """The same flags as words of a command line, for another process."""
    words: list[str] = ["--repair-outliers"] if arguments.repair_outliers else []
    words += ["--lock-feet"] if arguments.lock_feet else []
    for flag, value in (
        ("--config", arguments.config),
        ("--fill-gaps", arguments.fill_gaps),
        ("--smooth", arguments.smooth),
        ("--from", arguments.start_s or None),
        ("--to", arguments.end_s),
        ("--make-loop", arguments.make_loop),
        ("--fps", arguments.fps),
    ):
        if value is not None:
            words += [flag, str(value)]
    return words
