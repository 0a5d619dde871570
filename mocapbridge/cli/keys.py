"""Single keys pressed in the terminal while a run is shown."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Generator
from typing import Final

POLL_S: Final = 0.05
"""The longest wait for a key, so that ending is noticed soon."""


@contextlib.contextmanager
def key_presses(on_key: Callable[[str], None]) -> Generator[bool, None, None]:
    """Call ``on_key`` with every character that is typed, until the block ends.

    Yields whether keys can be had: only where standard input is a terminal, and ours.

    Args:
        on_key: called on a thread of its own.
    """
    if not _at_a_terminal():
        yield False
        return
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            key = _next_key(POLL_S, over)
            if key:
                on_key(key)

    with _single_keys():
        thread = threading.Thread(target=listen, name="mocapbridge keys", daemon=True)
        thread.start()
        try:
            yield True
        finally:
            over.set()
            thread.join(1.0)


def restore_terminal() -> None:
    """Give the terminal back as it was, for a process that ends at once."""
    _restorers.close()


_restorers: Final = contextlib.ExitStack()


if sys.platform == "win32":
    import msvcrt

    def _at_a_terminal() -> bool:
        return sys.stdin is not None and sys.stdin.isatty()

    @contextlib.contextmanager
    def _single_keys() -> Generator[None, None, None]:
        yield

    def _next_key(timeout_s: float, over: threading.Event) -> str:
        if msvcrt.kbhit():
            return msvcrt.getwch()
        over.wait(timeout_s)
        return ""

else:
    import select
    import termios

    def _at_a_terminal() -> bool:
        try:
            descriptor = sys.stdin.fileno()
            # Where another job has the terminal, changing it would stop this process (SIGTTOU).
            return os.isatty(descriptor) and os.tcgetpgrp(descriptor) == os.getpgrp()
        except (AttributeError, OSError, ValueError):  # closed, or replaced by something else
            return False

    @contextlib.contextmanager
    def _single_keys() -> Generator[None, None, None]:
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        single = termios.tcgetattr(descriptor)
        # No waiting for Enter, no echo; Ctrl-C and Ctrl-Z keep their meaning.
        single[3] &= ~(termios.ICANON | termios.ECHO)
        _restorers.callback(termios.tcsetattr, descriptor, termios.TCSADRAIN, before)
        # What was typed before anything was shown was not meant for it.
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, single)
        try:
            yield
        finally:
            restore_terminal()

    def _next_key(timeout_s: float, over: threading.Event) -> str:
        descriptor = sys.stdin.fileno()
        ready, _, _ = select.select([descriptor], [], [], timeout_s)
        if not ready:
            return ""
        typed = os.read(descriptor, 1)
        if not typed:  # the terminal is gone
            over.set()
        return typed.decode("ascii", "ignore")
