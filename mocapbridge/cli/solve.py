"""``mocapbridge solve``: a take or footage, solved as a whole, into a new take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mocapbridge.cli.clean_flags import add_clean_flags, clean_up

if TYPE_CHECKING:
    from mocapbridge.config.schema import RunConfig
    from mocapbridge.pipeline.resolve import Save, Solved
    from mocapbridge.takes.records import TakeHeader

_DESCRIPTION: Final = """\
Solve the raw landmarks of a take again, or those of footage, as a whole: every frame is used, every
frame knows what comes after it. Then clean up, and write a new take; the old one stays as it is.
TAKE is a file, or the name of a take in the folder of takes."""

_EPILOG: Final = """\
examples:
  mocapbridge solve take_001                          with the settings it was recorded with
  mocapbridge solve take_001 --config tall.yaml       with others
  mocapbridge solve clip.mp4 --folder solved
  mocapbridge solve take_001 --repair-outliers --fill-gaps 0.5 --smooth 6 --fps 24
  mocapbridge solve walk_003 --keep-motion --make-loop 1.0
"""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "solve",
        help="solve a take or footage again, as a whole, and clean it up",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="TAKE_OR_VIDEO")
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--folder", type=Path, metavar="DIR", help="where the new take goes, under the next number"
    )
    where.add_argument(
        "--output", type=Path, metavar="FILE.mocap", help="the new take itself; must not exist"
    )
    parser.add_argument(
        "--keep-motion", action="store_true", help="clean up what was solved before, do not solve"
    )
    add_clean_flags(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Solve, then say where the new take is."""
    from mocapbridge.sources.formats import TAKE_SUFFIXES

    path = Path(arguments.source).expanduser()
    is_video = path.is_file() and not path.name.lower().endswith(TAKE_SUFFIXES)
    solved = _solve_video(arguments, path) if is_video else _solve_take(arguments)
    for note in solved.notes:
        print(note)
    print(f"{solved.frames} frames, {solved.length_s:.2f} s: {solved.path}")
    return 0


def _solve_take(arguments: argparse.Namespace) -> Solved:
    from mocapbridge.cli.offline import step_bars
    from mocapbridge.cli.take_paths import find_take
    from mocapbridge.pipeline.resolve import solve_take
    from mocapbridge.takes.names import slate_of
    from mocapbridge.takes.reader import read_take

    take = read_take(find_take(arguments.source))
    config = _config(arguments, take.header)
    save = _save(arguments, take.path.parent, slate_of(take.path))
    with step_bars() as tell:
        return solve_take(
            take,
            config,
            clean_up(arguments),
            save,
            keep_motion=arguments.keep_motion,
            tell=tell,
        )


def _solve_video(arguments: argparse.Namespace, path: Path) -> Solved:
    import threading
    from contextlib import ExitStack

    from msgspec.structs import replace

    from mocapbridge.cli.offline import step_bars
    from mocapbridge.cli.progress import model_progress
    from mocapbridge.errors import ConfigError
    from mocapbridge.native_noise import quiet_native_stderr
    from mocapbridge.pipeline.resolve import solve_clip
    from mocapbridge.sources.shorthand import source_from_text
    from mocapbridge.takes.names import default_takes_folder

    if arguments.keep_motion:
        raise ConfigError("--keep-motion needs a take: footage has no motion yet")
    source = source_from_text(str(path))
    config = replace(_config(arguments, None), source=source)
    folder = default_takes_folder()
    with ExitStack() as opened:
        opened.enter_context(quiet_native_stderr())
        return solve_clip(
            config,
            clean_up(arguments),
            _save(arguments, folder, slate_from(path.stem)),
            # Ctrl-C breaks off: `process` would take the take of half a clip for done.
            stop=threading.Event(),
            progress=opened.enter_context(model_progress()),
            tell=opened.enter_context(step_bars()),
        )


def slate_from(stem: str) -> str:
    """A slate like the name of a clip, with what a slate cannot have replaced."""
    from mocapbridge.takes.names import slate_problem

    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in stem)
    slate = plain.lstrip(".-")[:80] or "clip"
    return slate if slate_problem(slate) is None else f"clip_{slate}"[:80]


def _config(arguments: argparse.Namespace, recorded: TakeHeader | None) -> RunConfig:
    """The configuration that is named; else the one the take was recorded with; else defaults."""
    import msgspec

    from mocapbridge.config.load import load_config
    from mocapbridge.config.paths import find_config
    from mocapbridge.config.schema import RunConfig
    from mocapbridge.solve.options import SolveOptions

    if arguments.config:
        return load_config(find_config(arguments.config))
    if recorded is None:
        return RunConfig()
    try:
        config = msgspec.convert(recorded.config, RunConfig, strict=False)
        if recorded.calibration is None:
            return config
        # The profile as it was then: by now it may be another one, or on another machine.
        measured = {**recorded.calibration, "profile": None}
        solve = msgspec.convert(measured, SolveOptions, strict=False)
    except msgspec.ValidationError:  # recorded by a version whose settings were others
        return RunConfig(subject=recorded.subject)
    return msgspec.structs.replace(config, solve=solve)


def _save(arguments: argparse.Namespace, folder: Path, slate: str) -> Save:
    from functools import partial

    from mocapbridge.errors import ConfigError
    from mocapbridge.takes.names import PACKED_SUFFIX
    from mocapbridge.takes.save import save_take, save_take_as

    output: Path | None = arguments.output
    if output is None:
        return partial(save_take, arguments.folder or folder, slate)
    if not output.name.endswith(PACKED_SUFFIX):
        raise ConfigError(f"the name of a take ends with {PACKED_SUFFIX}: {output}")
    if output.exists():
        raise ConfigError(f"this file exists already, and no take is ever replaced: {output}")
    return partial(save_take_as, output)
