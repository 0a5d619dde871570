"""How the fetching of models looks in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

ProgressCallback: TypeAlias = Callable[[str, int, "int | None"], None]
"""Takes what is being fetched, bytes so far, and bytes in all (None: not known)."""


@contextmanager
def model_progress() -> Generator[ProgressCallback, None, None]:
    """Yield a callback for `ModelStore(progress=...)` that tells the user what is being fetched.

    On a terminal a bar for each bundle, elsewhere one line for each, on standard error. Nothing
    appears before something is fetched. The bars go away from the screen's control when the block
    ends, so end it before another live display starts.
    """
    with ExitStack() as stack:
        yield _Bars(stack) if sys.stderr.isatty() else _Lines()


class _Lines:
    """One line for each thing, when it begins."""

    def __init__(self) -> None:
        self._announced: set[str] = set()

    def __call__(self, what: str, _done_bytes: int, _total_bytes: int | None) -> None:
        if what not in self._announced:
            self._announced.add(what)
            print(f"fetching {what}", file=sys.stderr, flush=True)


class _Bars:
    """One bar for each thing; the display starts with the first."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._display: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, what: str, done_bytes: int, total_bytes: int | None) -> None:
        if self._display is None:
            self._display = self._stack.enter_context(_bar_display())
        if what not in self._tasks:
            self._tasks[what] = self._display.add_task(what, total=total_bytes)
        self._display.update(self._tasks[what], completed=done_bytes, total=total_bytes)


def _bar_display() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    return Progress(
        TextColumn("fetching {task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(stderr=True),
    )
