"""``mocapbridge process``: a folder of footage into solved takes, several clips at once."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mocapbridge.cli.clean_flags import add_clean_flags, clean_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mocapbridge.cli.clip_jobs import ClipJob, ClipResult

_DESCRIPTION: Final = """\
Track and solve many clips, each into a take of its own name in DIR. Clips whose files are there
already are skipped, so that the same command goes on after an interruption; a clip that fails does
not stop the others. Each clip is solved by a process of its own."""

_EPILOG: Final = """\
examples:
  mocapbridge process shoot/*.mp4 --out solved --export bvh --export glb
  mocapbridge process shoot/*.mp4 --out solved --jobs 4 --smooth 6 --config tall.yaml
  mocapbridge process shoot/*.mp4 --out /shared/solved --cluster tcp://10.0.0.5:8786
"""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "process",
        help="turn a folder of footage into solved takes",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clips", nargs="+", type=Path, metavar="CLIP")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the takes go")
    parser.add_argument(
        "--export",
        action="append",
        default=[],
        metavar="ENDING",
        help="also export each take: bvh, glb, csv ... (docs/export.md); may be repeated",
    )
    parser.add_argument(
        "--jobs", type=_jobs, metavar="N", help="clips at once; one for each core when left out"
    )
    parser.add_argument(
        "--cluster",
        metavar="tcp://HOST:PORT",
        help="let a Dask scheduler do it (install mocapbridge[cluster]); its workers must see the "
        "same folders",
    )
    add_clean_flags(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Process all clips, then print a table of what came of each."""
    from mocapbridge.cli.clip_jobs import jobs_of, run_here
    from mocapbridge.cli.cluster import run_on_cluster
    from mocapbridge.cli.offline import step_bars
    from mocapbridge.workplace import remove_left

    remove_left(arguments.out)
    flags = tuple(clean_arguments(arguments))
    jobs = jobs_of(arguments.clips, arguments.out, arguments.export, flags)
    done = [job for job in jobs if job.done]
    todo = [job for job in jobs if not job.done]
    results: list[ClipResult] = []
    with step_bars() as tell:
        tell("clips", len(done), len(jobs))
        finished = (
            run_on_cluster(todo, arguments.cluster)
            if arguments.cluster
            else run_here(todo, arguments.jobs or os.cpu_count() or 1)
        )
        for result in finished:
            results.append(result)
            tell("clips", len(done) + len(results), len(jobs))
    _print_table(done, sorted(results, key=lambda result: str(result.clip)))
    failed = [result for result in results if result.exit_code]
    return failed[0].exit_code if failed else 0


def _print_table(done: Sequence[ClipJob], results: Sequence[ClipResult]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("clip", style="bold", overflow="fold")
    table.add_column("s", justify="right")
    table.add_column("what came of it", overflow="fold")
    for job in done:
        table.add_row(Text(job.clip.name), "", Text(f"done before: {job.take}"))
    for result in results:
        style = "red" if result.exit_code else ""
        table.add_row(
            Text(result.clip.name), f"{result.seconds:.1f}", Text(result.told, style=style)
        )
    Console().print(table)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"expected 1 to {_MOST_JOBS}, got {text!r}")
    return int(text)


_MOST_JOBS: Final = 256
