"""Which takes are being recorded at this moment: a lock that ends with the process that has it.

Windows needs none: there, a file that a program has open cannot be removed.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":

    def mark_recorded_now(file: BinaryIO) -> None:
        """Nothing."""

    def is_recorded_now(journal: Path) -> bool:  # noqa: ARG001
        """Not known."""
        return False

else:
    import fcntl

    def mark_recorded_now(file: BinaryIO) -> None:
        """Say so until the file is closed, however that comes about.

        Args:
            file: the journal, open for writing.
        """
        with contextlib.suppress(OSError):  # some network file systems have no locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def is_recorded_now(journal: Path) -> bool:
        """Whether a program on this machine still writes to it, even if nothing comes just now.

        Raises:
            OSError: the file cannot be opened.
        """
        with journal.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError:  # a file system without locks
                return False
        return False
