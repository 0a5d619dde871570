"""``mocapbridge run --offline``: footage solved as a whole, with a bar for each step."""

from __future__ import annotations

import argparse
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from mocapbridge.cli.interrupts import stop_on_interrupt
from mocapbridge.cli.progress import model_progress
from mocapbridge.cli.session import check_folder
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError
from mocapbridge.native_noise import quiet_native_stderr
from mocapbridge.pipeline.footage import SolvedFootage, solve_footage
from mocapbridge.pipeline.tracked import Tell
from mocapbridge.sources.options import CameraOptions, StreamOptions

_NOT_WITH: Final = {"overlay": "--overlay", "duration_s": "--for", "stats_json": "--stats-json"}


def run_offline(config: RunConfig, arguments: argparse.Namespace) -> int:
    """Solve the footage of a run as a whole; the summary is the last thing printed.

    Raises:
        MocapBridgeError: the source is live, nothing is to be written, or something broke.
    """
    _check(config, arguments)
    film_path: Path | None = arguments.render
    check_folder(film_path)
    solved = solve_with_bars(config, film_path)
    print(f"{solved.frames} frames, {solved.length_s:.1f} s, solved as a whole")
    if solved.take_path is not None:
        print(f"take: {solved.take_path}")
    if solved.film_path is not None:
        print(f"film: {solved.film_path}")
    return 0


def _check(config: RunConfig, arguments: argparse.Namespace) -> None:
    if isinstance(config.source, (CameraOptions, StreamOptions)):
        raise ConfigError(
            "--offline needs footage, and this source is live: give a video or pictures as "
            "--source, or record first and solve the take"
        )
    if getattr(config.source, "loop", False):
        raise ConfigError("--offline needs footage that ends, and this loops: leave --loop out")
    for name, flag in _NOT_WITH.items():
        if getattr(arguments, name) is not None:
            raise ConfigError(f"{flag} does not work with --offline: leave one of them out")
    if not config.record.enabled and arguments.render is None:
        raise ConfigError(
            "--offline streams nothing, and nothing is to be written: add --record for a take, "
            "--render FILE.mp4 for a film, or both"
        )


def solve_with_bars(config: RunConfig, film_path: Path | None) -> SolvedFootage:
    """``solve_footage`` with its progress shown on standard error."""
    with ExitStack() as opened:
        opened.enter_context(quiet_native_stderr())
        stop = opened.enter_context(stop_on_interrupt())
        fetching = opened.enter_context(model_progress())
        tell = opened.enter_context(step_bars())
        return solve_footage(config, film_path=film_path, progress=fetching, stop=stop, tell=tell)


@contextmanager
def step_bars() -> Generator[Tell, None, None]:
    """Yield what to tell how far each step of some work is: a bar for each on standard error.

    Where there is no terminal, one line for each step when it begins.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(console).tell
        return
    with Progress(
        TextColumn("{task.description:9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    ) as display:
        yield _Bars(display).tell


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun: set[str] = set()

    def tell(self, step: str, _done: int, _total: int | None) -> None:
        if step not in self._begun:
            self._begun.add(step)
            self._console.print(f"{step} ...")


class _Bars:
    def __init__(self, display: Progress) -> None:
        self._display = display
        self._tasks: dict[str, TaskID] = {}

    def tell(self, step: str, done: int, total: int | None) -> None:
        if step not in self._tasks:
            self._tasks[step] = self._display.add_task(step, total=total)
        self._display.update(self._tasks[step], completed=done, total=total)
