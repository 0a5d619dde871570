"""Takes over mapping files that are edited while a run goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from mocapbridge.errors import ConfigError
from mocapbridge.retarget.mapping import Mapping, Retarget

_log = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.5
"""How often the files' times are looked at. An edit is read once it has been quiet for as long:
editors write in pieces."""

Stamp: TypeAlias = tuple[tuple[int, int] | None, ...]


class WatchedMapping(NamedTuple):
    """A mapping in use, and how it is read anew."""

    retarget: Retarget
    load: Callable[[], Mapping]


class MappingWatch:
    """Looks after the files of all mappings, on a thread of its own."""

    def __init__(self, watched: Sequence[WatchedMapping]) -> None:
        self._watched = watched
        self._known = [_stamp(each.retarget.mapping.files) for each in watched]
        self._seen = list(self._known)

    def run(self, halted: threading.Event) -> None:
        """Body of the thread: until the run is over."""
        while not halted.wait(LOOK_EVERY_S):
            self.look()

    def look(self) -> None:
        """Read what was edited before the last look and not since."""
        for index, each in enumerate(self._watched):
            stamp = _stamp(each.retarget.mapping.files)
            settled = stamp == self._seen[index]
            self._seen[index] = stamp
            if settled and stamp != self._known[index]:
                self._known[index] = stamp
                self._take_over(index, each)

    def _take_over(self, index: int, each: WatchedMapping) -> None:
        try:
            mapping = each.load()
        except ConfigError as error:
            name = each.retarget.mapping.name
            _log.warning("mapping %s stays as it was, the edited one is wrong: %s", name, error)
            return
        each.retarget.replace(mapping)
        # It may extend other files than before.
        self._known[index] = self._seen[index] = _stamp(mapping.files)
        _log.info("mapping %s was edited and is in use", mapping.name)


def _stamp(files: Sequence[Path]) -> Stamp:
    """Times and sizes of files; None for one that is not there."""
    return tuple(_stamp_of(file) for file in files)


def _stamp_of(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
