"""Where takes go and what they are called: names that stay inside the folder, files never replaced.

A take is one file, ``SLATE_NNN.mocap``, and while it is recorded ``SLATE_NNN.mocap.jsonl``. The
slate is the user's word for the shot, the number counts the takes of it. What a user, a script or
the network may ask for as a slate is checked here, so that it means the same on every operating
system and can never name another folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from platformdirs import user_documents_path

from mocapbridge.errors import TakeUnwritable

PACKED_SUFFIX: Final = ".mocap"
"""How the name of a finished take ends."""
JOURNAL_SUFFIX: Final = ".mocap.jsonl"
"""How the name of a take ends that is being recorded, or was when the process was killed."""
PACKING_SUFFIX: Final = ".mocap.part"
"""How the name of a file ends that becomes a finished take."""

_SLATE: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")

# Device names that Windows opens instead of files, whatever follows the first dot:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_WINDOWS_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)

_TRIES: Final = 1000
"""Numbers tried when other programs take them at the same moment."""

_Created = TypeVar("_Created")


def default_takes_folder() -> Path:
    """Where takes go when nobody says: ``mocapbridge`` in the user's documents."""
    return user_documents_path() / "mocapbridge"


def slate_problem(slate: str) -> str | None:
    """Why a slate cannot name a take; None when it can."""
    if not _SLATE.fullmatch(slate):
        return (
            "valid: 1 to 80 letters (a-z, A-Z), digits, dots, dashes and underscores, "
            "beginning with a letter, digit or underscore"
        )
    if slate.partition(".")[0].casefold() in _WINDOWS_DEVICES:
        return "Windows keeps this name for a device: choose another"
    return None


def stem_of(take: Path) -> str:
    """``SLATE_NNN`` of a take's name, or its name without its last suffix when it has no other."""
    for suffix in (JOURNAL_SUFFIX, PACKED_SUFFIX, PACKING_SUFFIX):
        if take.name.endswith(suffix):
            return take.name.removesuffix(suffix)
    return take.stem


def slate_of(take: Path) -> str:
    """The slate of a take's name; its stem when it has no number."""
    stem = stem_of(take)
    slate, _, number = stem.rpartition("_")
    return slate if slate and number.isdecimal() else stem


def packed_path(journal: Path) -> Path:
    """Where a take lies once it is finished."""
    return journal.with_name(stem_of(journal) + PACKED_SUFFIX)


def reference_path(journal: Path) -> Path:
    """Where the reference video of a take lies."""
    return journal.with_name(f"{stem_of(journal)}.reference.mp4")


def packing_path(journal: Path) -> Path:
    """Where a take is packed while it is recorded."""
    return journal.with_name(stem_of(journal) + PACKING_SUFFIX)


def put_in_place(written: Path, wanted: Path) -> None:
    """Give a finished file its name, replacing nothing.

    Raises:
        OSError: something has that name, or the folder is gone.
    """
    try:
        os.link(written, wanted)  # unlike renaming, this never replaces
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links, such as exFAT
        if wanted.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(wanted)) from None
        written.rename(wanted)
    else:
        written.unlink()


def make_take_folder(folder: Path, slate: str) -> None:
    """Make the folder for the takes of a slate, unless it is there.

    Raises:
        TakeUnwritable: the name is not allowed, or the folder cannot be made.
    """
    problem = slate_problem(slate)
    if problem is not None:
        raise TakeUnwritable(f"a take cannot be called {slate[:100]!r}; {problem}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _no_take(folder, error) from error


def put_under_next_number(written: Path, folder: Path, slate: str) -> Path:
    """Make a finished file the next take of a slate, replacing nothing.

    Raises:
        TakeUnwritable: the folder cannot be written to, or no number is free.
    """

    def put(path: Path) -> Path:
        put_in_place(written, path)
        return path

    return _under_next_number(folder, slate, PACKED_SUFFIX, put)


def create_take_file(folder: Path, slate: str) -> tuple[Path, BinaryIO]:
    """Create the journal of the next take of a slate, atomically and without replacing anything.

    Numbers rise from 001 past the highest in the folder. Two programs that record the same slate
    get two numbers. A link in the way is never followed.

    Args:
        folder: where takes go; created when missing.
        slate: first part of the name.

    Returns:
        The path, and the file open for writing, unbuffered: what was written survives a kill.

    Raises:
        TakeUnwritable: the name is not allowed, or the folder cannot be written to.
    """
    make_take_folder(folder, slate)
    return _under_next_number(folder, slate, JOURNAL_SUFFIX, lambda path: (path, _create(path)))


def _under_next_number(
    folder: Path, slate: str, suffix: str, create: Callable[[Path], _Created]
) -> _Created:
    try:
        first = _next_number(folder, slate)
        for number in range(first, first + _TRIES):
            with contextlib.suppress(FileExistsError):
                return create(folder / f"{slate}_{number:03d}{suffix}")
    except OSError as error:
        raise _no_take(folder, error) from error
    raise TakeUnwritable(
        f"no free number for slate {slate!r} from {first} on; choose another slate (in {folder})"
    )


def _no_take(folder: Path, error: OSError) -> TakeUnwritable:
    return TakeUnwritable(
        f"no take can be written: {error.strerror or error}; "
        f"choose another folder with record.folder (now {folder})"
    )


def _create(path: Path) -> BinaryIO:
    # O_EXCL: fails when anything has that name, a dangling symbolic link included.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o644), "wb", buffering=0)


def _next_number(folder: Path, slate: str) -> int:
    # Anything called SLATE_NNN.* counts, so that exports of a deleted take keep their number.
    # Case is ignored as the file systems of Windows and macOS do.
    taken = re.compile(re.escape(slate) + r"_([0-9]{3,9})\.", re.IGNORECASE)
    numbers = [int(match[1]) for path in folder.iterdir() if (match := taken.match(path.name))]
    return max(numbers, default=0) + 1
