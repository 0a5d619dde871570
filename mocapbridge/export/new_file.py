"""Files that appear whole or not at all, and replace nothing unless told to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from mocapbridge.errors import TakeUnwritable


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
        # The ending is kept: some writers choose the format by it.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".export-", suffix=path.suffix)
        os.close(handle)
    except OSError as error:
        raise TakeUnwritable(f"{error.strerror or error} ({path})") from error
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        if not force:
            # Takes the name only if nobody has it; replaced below by what was written.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL))
        temporary.replace(path)
    except OSError as error:
        raise TakeUnwritable(f"{error.strerror or error} ({path})") from error
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    # There is no other way to ask for it.
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
