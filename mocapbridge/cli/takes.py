"""``mocapbridge takes``: what was recorded, what of it can be saved, and what may go."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mocapbridge.cli.number_flags import not_negative, positive

if TYPE_CHECKING:
    from mocapbridge.takes.reader import Take

_DESCRIPTION: Final = """\
Takes lie in the folder of takes (`mocapbridge` in your documents, or record.folder of a
configuration). TAKE is a file, or the name of a take there, with or without its ending."""

_RECORDED_NOW: Final = "being recorded"
_NAME_WIDTH: Final = 30
"""Names of takes are broken over two lines only when they are longer."""
_PARTS: Final = ("body", "face", "left hand", "right hand")


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "takes", help="list, inspect, recover, trim or delete takes", description=_DESCRIPTION
    )
    parser.set_defaults(run=run, takes_parser=parser, takes_command=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    listing = commands.add_parser("list", help="every take, the latest last")
    listing.set_defaults(takes_command=_list)
    info = commands.add_parser("info", help="what a take holds")
    info.add_argument("take", metavar="TAKE")
    info.set_defaults(takes_command=_info)
    recover = commands.add_parser("recover", help="finish takes whose recording was cut off")
    recover.add_argument("take", metavar="TAKE", nargs="?", help="all of them when left out")
    recover.set_defaults(takes_command=_recover)
    trim = commands.add_parser("trim", help="a new take with a part of an old one")
    trim.add_argument("take", metavar="TAKE")
    trim.add_argument("--from", dest="start_s", type=not_negative, default=0.0, metavar="S")
    trim.add_argument("--to", dest="end_s", type=positive, metavar="S")
    trim.set_defaults(takes_command=_trim)
    delete = commands.add_parser("delete", help="delete a take, and its reference video")
    delete.add_argument("take", metavar="TAKE")
    delete.add_argument("--yes", action="store_true", help="do not ask")
    delete.set_defaults(takes_command=_delete)
    for command in (listing, info, recover, trim, delete):
        command.add_argument("--folder", type=Path, help="another folder of takes")


def run(args: argparse.Namespace) -> int:
    """Run one of the commands; their help when none is given."""
    if args.takes_command is None:
        args.takes_parser.print_help()
        return 0
    return args.takes_command(args)


def _folder(args: argparse.Namespace) -> Path:
    from mocapbridge.takes.names import default_takes_folder

    return args.folder or default_takes_folder()


def _list(args: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from mocapbridge.cli.take_paths import takes_in

    paths = takes_in(_folder(args))
    if not paths:
        print(f"no takes in {_folder(args)}")
        return 0
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    longest = max(len(path.name) for path in paths)
    table.add_column("take", style="bold", overflow="fold", min_width=min(longest, _NAME_WIDTH))
    for title in ("length", "frames", "MB"):
        table.add_column(title, justify="right")
    table.add_column("recorded")
    table.add_column("state")
    for path in paths:
        table.add_row(*(Text(cell) for cell in _row(path)))
    Console().print(table)
    return 0


def _row(path: Path) -> tuple[str, ...]:
    from mocapbridge.errors import TakeUnreadable
    from mocapbridge.takes.reader import read_take

    size_mb = f"{path.stat().st_size / 1e6:.1f}"
    try:
        take = read_take(path)
    except TakeUnreadable as error:
        return path.name, "", "", size_mb, "", f"unreadable: {error}"
    frames = "" if take.footer is None else str(take.footer.frames)
    return path.name, _length(take), frames, size_mb, _when(take), _state(take)


def _state(take: Take) -> str:
    from mocapbridge.takes.recorded_now import is_recorded_now

    if take.footer is not None:
        return "finished"
    if is_recorded_now(take.path):
        return _RECORDED_NOW
    return "cut off: `takes recover` finishes it"


def _length(take: Take) -> str:
    """How long it is, where that is known without reading it all."""
    from mocapbridge.cli.view import clock_time

    times = take.first_and_last_ns()
    return "" if times is None else clock_time((times[1] - times[0]) / 1e9)


def _when(take: Take) -> str:
    return take.header.created.partition(".")[0].replace("T", " ")


def _info(args: argparse.Namespace) -> int:
    import numpy as np

    from mocapbridge.cli.take_paths import find_take
    from mocapbridge.takes.reader import read_take
    from mocapbridge.types import TrackState

    path = find_take(args.take, args.folder)
    take = read_take(path)
    landmarks = take.landmarks()
    header, frames = take.header, landmarks.frames
    times_s = (landmarks.capture_time_ns - landmarks.capture_time_ns[:1]) / 1e9
    lines = {
        "take": str(path),
        "state": _state(take),
        "subject": header.subject,
        "source": header.source,
        "recorded": f"{_when(take)} UTC, timecode {header.timecode or '-'}",
        "length": f"{times_s[-1]:.2f} s, {frames} frames" if frames else "no frames",
        "rate": f"{header.frame_rate[0] / header.frame_rate[1]:.3f} frames/s stated",
        "program": f"mocapbridge {header.app_version}"
        + "".join(f", {name} {origin}" for name, origin in header.models.items()),
    }
    if frames > 1:
        lines["rate"] += f", {(frames - 1) / max(times_s[-1], 1e-9):.3f} recorded"
        gaps = int(np.sum(np.diff(landmarks.frame_index) - 1))
        lines["skipped"] = f"{gaps} frames"
    states = (
        landmarks.pose.state,
        landmarks.face.state,
        landmarks.left_hand.state,
        landmarks.right_hand.state,
    )
    for name, state in zip(_PARTS, states, strict=True):
        seen = np.count_nonzero(state == TrackState.TRACKED) / max(frames, 1)
        lines[name] = f"seen in {seen:.0%} of the frames"
    if header.history:
        lines["made by"] = "; ".join(header.history)
    for name, value in lines.items():
        print(f"{name:<11}{value}")
    return 0


def _recover(args: argparse.Namespace) -> int:
    from mocapbridge.cli.take_paths import find_take, takes_in
    from mocapbridge.takes.names import JOURNAL_SUFFIX

    if args.take is not None:
        return _recover_one(find_take(args.take, args.folder))
    left = [path for path in takes_in(_folder(args)) if path.name.endswith(JOURNAL_SUFFIX)]
    if not left:
        print("every take is finished")
    return max((_recover_one(path) for path in left), default=0)


def _recover_one(path: Path) -> int:
    """Finish one take; what goes wrong with it keeps no other from being finished."""
    from mocapbridge.errors import TakeError
    from mocapbridge.takes.reader import read_take
    from mocapbridge.takes.save import recover

    try:
        finished = recover(path)
    except TakeError as error:
        print(f"mocapbridge: error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{finished}: {_frame_count(read_take(finished))} frames")
    return 0


def _frame_count(take: Take) -> int:
    return 0 if take.footer is None else take.footer.frames


def _trim(args: argparse.Namespace) -> int:
    from mocapbridge.cli.take_paths import find_take
    from mocapbridge.takes.reader import read_take
    from mocapbridge.takes.save import trim

    made = trim(read_take(find_take(args.take, args.folder)), args.start_s, args.end_s)
    print(f"{made}: {_frame_count(read_take(made))} frames")
    return 0


def _delete(args: argparse.Namespace) -> int:
    from mocapbridge.cli.take_paths import find_take
    from mocapbridge.errors import ConfigError, TakeUnwritable
    from mocapbridge.takes.names import reference_path
    from mocapbridge.takes.reader import read_take

    path = find_take(args.take, args.folder)
    take = read_take(path)  # nothing else is deleted by this command
    if _state(take) == _RECORDED_NOW:
        raise TakeUnwritable(f"this take is being recorded at this moment: end it first ({path})")
    if not args.yes:
        if not sys.stdin.isatty():
            raise ConfigError("say --yes where nobody can be asked")
        if input(f"delete {path}? [y/N] ").strip().lower() not in {"y", "yes"}:
            print("kept")
            return 0
    try:
        path.unlink()
        reference_path(path).unlink(missing_ok=True)
    except OSError as error:
        raise TakeUnwritable(
            f"the take cannot be deleted: {error.strerror or error} ({path})"
        ) from error
    print(f"deleted {path}")
    return 0
