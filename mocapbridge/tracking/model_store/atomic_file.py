"""Files that exist whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

UNFINISHED_SUFFIX: Final = ".part"
"""Ending of everything that is still being written."""


@contextmanager
def writing_atomically(path: Path) -> Generator[IO[bytes], None, None]:
    """Write a file so that no other process ever sees a part of it.

    The content goes to a temporary file in the same folder, which takes the place of `path` when
    the block ends, and is deleted when it raises.

    Raises:
        OSError: the folder cannot be written, the disk is full, or (Windows) another program
            holds the old file open.
    """
    handle, name = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=UNFINISHED_SUFFIX
    )
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
