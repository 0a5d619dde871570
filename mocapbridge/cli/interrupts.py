"""Ctrl-C, termination and a closed terminal: the first asks a run to end, the second ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator
from types import FrameType
from typing import Final, TypeAlias

from mocapbridge.cli.keys import restore_terminal

_SHOW_CURSOR: Final = b"\x1b[?25h"

# SIGHUP: the terminal was closed (POSIX). SIGBREAK: Ctrl-Break or the console was closed (Windows).
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")

_Previous: TypeAlias = Callable[[int, FrameType | None], object] | int | None


@contextlib.contextmanager
def stop_on_interrupt() -> Generator[threading.Event, None, None]:
    """An event that Ctrl-C and its relatives set; a second one ends the process at once.

    Call from the main thread. Signals that the operating system lacks are left out.
    """
    stop = threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            _end_now(128 + number)
        stop.set()

    previous: dict[int, _Previous] = {}
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        # What was ignored on purpose (nohup) stays ignored.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            previous[number] = signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _end_now(exit_code: int) -> None:
    # Threads may hang in drivers: nothing is waited for. Takes are valid up to their last line.
    with contextlib.suppress(OSError, ValueError):
        if sys.stdout.isatty():
            os.write(sys.stdout.fileno(), _SHOW_CURSOR)
    with contextlib.suppress(Exception):
        restore_terminal()
    os._exit(exit_code)
