"""Which take a word on the command line means."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mocapbridge.errors import ConfigError
from mocapbridge.takes.names import (
    JOURNAL_SUFFIX,
    PACKED_SUFFIX,
    default_takes_folder,
)

_NEAR_COUNT: Final = 5


def find_take(text: str, folder: Path | None = None) -> Path:
    """The take that is meant: a path, or the name of a take in the folder of takes.

    Args:
        text: what the user said, with or without the ending.
        folder: where takes lie; the default folder when left out.

    Raises:
        ConfigError: there is none.
    """
    folder = folder or default_takes_folder()
    for base in (Path(text).expanduser(), folder / text):
        for candidate in (base, *(base.with_name(base.name + end) for end in _ENDINGS)):
            if candidate.is_file():
                return candidate
    there = [take.name for take in takes_in(folder)]
    raise ConfigError(
        f"there is no take {text!r}, neither as a path nor in {folder}; "
        + (f"the latest there: {', '.join(there[-_NEAR_COUNT:])}" if there else "it has no takes")
    )


def takes_in(folder: Path) -> list[Path]:
    """Every take in a folder, the latest last.

    Args:
        folder: need not exist.
    """
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if path.name.endswith(_ENDINGS) and path.is_file()]
    return sorted(found, key=lambda path: (path.stat().st_mtime_ns, path.name))


_ENDINGS: Final = (PACKED_SUFFIX, JOURNAL_SUFFIX)
