"""The bytes of a file that somebody wrote, no more of them than it may have."""

from __future__ import annotations

from pathlib import Path

from mocapbridge.document.tree import SIZE_LIMIT_BYTES
from mocapbridge.errors import ConfigError


def read_document(path: Path, what: str, most_bytes: int = SIZE_LIMIT_BYTES) -> bytes:
    """The bytes of a file; of one that is too long, one more than it may have.

    Args:
        path: the file.
        what: names it in the message.
        most_bytes: how long it may be.

    Raises:
        ConfigError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(most_bytes + 1)
    except OSError as error:
        raise ConfigError(f"{what} cannot be read: {error.strerror or error} ({path})") from error
