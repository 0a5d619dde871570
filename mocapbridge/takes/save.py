"""Writing a take at once: what was solved again, trimmed or recovered."""

from __future__ import annotations

import os
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from mocapbridge.clock import NS_PER_S
from mocapbridge.errors import TakeUnreadable, TakeUnwritable
from mocapbridge.takes.journal_reader import JournalFile
from mocapbridge.takes.names import (
    PACKED_SUFFIX,
    make_take_folder,
    packed_path,
    packing_path,
    put_in_place,
    put_under_next_number,
    slate_of,
)
from mocapbridge.takes.pack import FramePacker
from mocapbridge.takes.packed_writer import PackedWriter
from mocapbridge.takes.reader import Take, read_take
from mocapbridge.takes.recorded_now import is_recorded_now
from mocapbridge.takes.records import TakeHeader
from mocapbridge.types import Landmarks, MocapFrame
from mocapbridge.workplace import workplace

_RESTING_S: Final = 3.0
"""A recording writes several times a second while frames come. Where the file system has no locks,
a file that rests this long is not being recorded."""


def save_take(
    folder: Path,
    slate: str,
    header: TakeHeader,
    frames: Iterable[tuple[Landmarks, MocapFrame]],
) -> Path:
    """Write a finished take under the slate's next number; nothing is replaced.

    Args:
        folder: created when missing.
        slate: first part of the name.
        header: of the take.
        frames: in order.

    Returns:
        The file.

    Raises:
        TakeUnwritable: the name is not allowed, or the disk is full; nothing is left then.
    """
    make_take_folder(folder, slate)
    with _written(folder, folder, header, frames) as written:
        return put_under_next_number(written, folder, slate)


def save_take_as(
    path: Path, header: TakeHeader, frames: Iterable[tuple[Landmarks, MocapFrame]]
) -> Path:
    """Write a finished take to a file of a given name; nothing is replaced.

    Args:
        path: its folder is created when missing.
        header: of the take.
        frames: in order.

    Returns:
        The same path.

    Raises:
        TakeUnwritable: the file exists, or the disk is full; nothing is left then.
    """
    if path.exists():
        raise TakeUnwritable(f"this file exists already: delete it or choose another name ({path})")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error
    with _written(path.parent, path, header, frames) as written:
        put_in_place(written, path)
    return path


@contextmanager
def _written(
    folder: Path,
    wanted: Path,
    header: TakeHeader,
    frames: Iterable[tuple[Landmarks, MocapFrame]],
) -> Generator[Path, None, None]:
    """A finished take that has no name yet; what is wanted is named when something goes wrong.

    Raises:
        TakeUnwritable: it cannot be written, or be given its name in the block.
    """
    packer = FramePacker()
    try:
        with workplace(folder) as place:
            written = place / f"written{PACKED_SUFFIX}"
            writer = PackedWriter(written, header)
            try:
                for landmarks, motion in frames:
                    writer.add(packer.pack(landmarks, motion))
                writer.finish(packer.rejected_parts)
            except BaseException:
                writer.abandon()
                raise
            yield written
    except OSError as error:
        raise _unwritable(wanted, error) from error


def recover(journal: Path) -> Path:
    """Pack what a killed recording left; the journal goes once that is done.

    Args:
        journal: the recording.

    Returns:
        The finished take.

    Raises:
        TakeUnreadable: it is no recording, or broken elsewhere than at its end.
        TakeUnwritable: it is being recorded at this moment, a take of that name exists, or the
            disk is full. The journal stays as it is.
    """
    take = read_take(journal)
    content = _journal_of(take, journal)
    rests = time.time() - journal.stat().st_mtime >= _RESTING_S or take.footer is not None
    if not rests or is_recorded_now(journal):
        raise TakeUnwritable(f"this take is being recorded at this moment ({journal})")
    finished, packing = packed_path(journal), packing_path(journal)
    if finished.exists():
        raise TakeUnwritable(
            f"{finished.name} exists already: move or delete one of the two ({journal})"
        )
    try:
        packing.unlink(missing_ok=True)
        writer = PackedWriter(packing, take.header)
        try:
            for packed in content.packed_frames():
                writer.add(packed)
            writer.finish(0 if take.footer is None else take.footer.rejected_parts)
            put_in_place(packing, finished)
        except BaseException:
            writer.abandon()
            raise
        journal.unlink()
    except OSError as error:
        raise _unwritable(journal, error) from error
    return finished


def trim(take: Take, start_s: float, end_s: float | None) -> Path:
    """A new take beside the old with the frames of a stretch of time.

    Args:
        take: stays as it is.
        start_s: from the take's first frame on [s].
        end_s: what comes at or after it is left out; None: nothing is [s].

    Returns:
        The new take.

    Raises:
        TakeUnreadable: the take is broken, or has no frames there.
        TakeUnwritable: the disk is full.
    """
    frames = list(_between(take, start_s, end_s))
    if not frames:
        raise TakeUnreadable(f"the take has no frame between these times ({take.path})")
    until = "the end" if end_s is None else f"{end_s:g} s"
    origin = f"{start_s:g} s to {until} of {take.path.name}"
    header = replace(take.header, history=[*take.header.history, origin])
    return save_take(take.path.parent, slate_of(take.path), header, frames)


def _between(
    take: Take, start_s: float, end_s: float | None
) -> Iterator[tuple[Landmarks, MocapFrame]]:
    first_ns: int | None = None
    for frame in take.frames():
        time_ns = frame.motion.capture_time_ns
        first_ns = time_ns if first_ns is None else first_ns
        since_s = (time_ns - first_ns) / NS_PER_S
        if end_s is not None and since_s >= end_s:
            return
        if since_s >= start_s:
            yield frame


def _journal_of(take: Take, path: Path) -> JournalFile:
    if not isinstance(take.content, JournalFile):
        raise TakeUnreadable(f"this take is finished: there is nothing to recover ({path})")
    return take.content


def _unwritable(path: Path, error: OSError) -> TakeUnwritable:
    return TakeUnwritable(
        f"the take cannot be written: {error.strerror or os.strerror(error.errno or 0)}; "
        f"free some space or choose another folder ({path})"
    )
