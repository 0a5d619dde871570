"""One process at a time in a folder: the operating system lets go when the process dies."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)
_POLL_S: Final = 0.1

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextmanager
def only_process_in(folder: Path) -> Generator[None, None, None]:
    """Hold the folder; waits while another process (or thread) holds it.

    Raises:
        OSError: the folder cannot be written or its file system knows no locks.
    """
    with (folder / ".lock").open("wb") as file:
        if not _try_lock(file.fileno()):
            _log.warning("another mocapbridge is fetching models; waiting for it")
            while not _try_lock(file.fileno()):
                time.sleep(_POLL_S)
        try:
            yield
        finally:
            _unlock(file.fileno())
