"""Folders in which files are made before they get their names, and what killed processes left.

Each holds a locked file: the system unlocks it when the process ends, however it ends. A process
that made such a folder and finds it gone, or locked by one that is about to remove it, makes
another before it puts anything there.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

_SUFFIX: Final = ".part"
_HELD: Final = "held"
_TRIES: Final = 100


@contextmanager
def workplace(folder: Path) -> Generator[Path, None, None]:
    """A new folder in a folder, on the same disk; when the block ends it is removed with all in it.

    What killed processes left in the same folder is removed first.

    Args:
        folder: where it is made.

    Raises:
        OSError: it cannot be made.
    """
    remove_left(folder)
    place, handle = _made(folder)
    try:
        yield place
    finally:
        os.close(handle)
        shutil.rmtree(place, ignore_errors=True)


def scratch() -> AbstractContextManager[Path]:
    """A workplace where the system keeps what need not stay.

    Raises:
        OSError: it cannot be made.
    """
    return workplace(Path(tempfile.gettempdir()))


def remove_left(folder: Path) -> None:
    """Remove the workplaces of processes that live no more; what cannot be removed stays.

    Those of other machines stay, too: not every network drive tells whether they live.

    Args:
        folder: where they were made; may be missing.
    """
    prefix = _prefix()
    with contextlib.suppress(OSError):
        for place in sorted(folder.iterdir()):
            if place.name.startswith(prefix) and place.suffix == _SUFFIX:
                with contextlib.suppress(OSError):
                    _remove_if_left(place)


def _prefix() -> str:
    machine = re.sub(r"[^A-Za-z0-9]", "-", platform.node())[:40]
    return f".mocapbridge-{machine}-"


def _made(folder: Path) -> tuple[Path, int]:
    """A workplace, and the open file that holds it."""
    for _ in range(_TRIES):
        place = Path(tempfile.mkdtemp(prefix=_prefix(), suffix=_SUFFIX, dir=folder))
        held = place / _HELD
        try:
            handle = os.open(held, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except FileNotFoundError:
            continue  # another process took the empty folder for one that was left
        try:
            _lock(handle)
        except (BlockingIOError, PermissionError):
            os.close(handle)  # another process is removing it
            continue
        except OSError:  # a drive without locks: there nobody can lock it and take it for left
            return place, handle
        if held.exists():
            return place, handle
        os.close(handle)
    raise FileNotFoundError(f"no folder stays in {folder}")


def _remove_if_left(place: Path) -> None:
    """Remove a workplace.

    Raises:
        OSError: its process lives, or something in it cannot be removed.
    """
    try:
        handle = os.open(place / _HELD, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:  # killed before it was there, or while it was removed
        shutil.rmtree(place)
        return
    try:
        _lock(handle)
        if sys.platform != "win32":
            shutil.rmtree(place)
    finally:
        os.close(handle)
    if sys.platform == "win32":  # where nothing is removed that is open
        shutil.rmtree(place)


def _lock(handle: int) -> None:
    """Lock a file until it is closed.

    Raises:
        OSError: there are no locks on this drive.
        BlockingIOError, PermissionError: another process holds it.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
