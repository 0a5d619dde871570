"""Files that appear whole or not at all, and replace nothing unless told to."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mocapbridge.errors import TakeUnwritable
from mocapbridge.workplace import workplace


def check_free(path: Path, *, force: bool) -> None:
    """Say at once, before any work, that a file cannot be written.

    Raises:
        TakeUnwritable: it is there already (and `force` is not given), is a folder, or its folder
            is missing.
    """
    if path.is_dir():
        raise TakeUnwritable(f"this is a folder: name a file in it ({path})")
    if not path.parent.is_dir():
        raise TakeUnwritable(f"there is no folder {path.parent}: make it, or choose another")
    if not force and os.path.lexists(path):
        raise TakeUnwritable(f"the file is there already: choose another name or --force ({path})")


@contextmanager
def new_file(path: Path, *, force: bool) -> Generator[Path, None, None]:
    """A path to write to; what was written gets the wanted name when the block ends well.

    Args:
        path: the wanted name.
        force: whether an existing file is replaced.

    Raises:
        TakeUnwritable: the file cannot be written, or has come to be in the meantime.
    """
    check_free(path, force=force)
    try:
        with workplace(path.parent) as place:
            # The ending is kept: some writers choose the format by it.
            written = place / f"written{path.suffix}"
            yield written
            if not force:
                # Takes the name only if nobody has it; replaced below by what was written.
                os.close(os.open(path, os.O_CREAT | os.O_EXCL))
            written.replace(path)
    except OSError as error:
        raise TakeUnwritable(f"{error.strerror or error} ({path})") from error
