"""Reading a take, also one whose recording was cut off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.errors import TakeUnreadable
from mocapbridge.skeleton import JOINT_COUNT, JOINT_NAMES
from mocapbridge.takes.records import FORMAT, VERSION, FrameRecord, TakeFooter, TakeHeader
from mocapbridge.takes.unpack import landmarks_from, motion_from
from mocapbridge.types import Landmarks, MocapFrame

logger = logging.getLogger(__name__)

LINE_LIMIT_BYTES: Final = 1_000_000
"""No line of a take is longer; frames are about 10 kB, a header holds the configuration."""

_FOOTER_BYTES: Final = 4096


class _Start(msgspec.Struct):
    """What every version of the format begins with."""

    format: str
    version: int


class TakeFrame(NamedTuple):
    """One recorded frame."""

    landmarks: Landmarks
    """Raw, as tracking gave them, to the format's steps."""
    motion: MocapFrame
    """What was solved from them while recording."""


@dataclass(frozen=True, slots=True)
class Take:
    """A recorded take. Frames are read from the file as they are asked for."""

    path: Path
    header: TakeHeader
    footer: TakeFooter | None
    """None when the recording was cut off."""

    def frames(self) -> Iterator[TakeFrame]:
        """The frames in order, from the first one each time.

        A torn last line, as a kill or a power cut leaves it, ends the take.

        Raises:
            TakeUnreadable: a line other than the last is not a frame, or the file is gone.
        """
        read = 0
        for record in self._records():
            try:
                yield TakeFrame(
                    landmarks_from(record, self.header), motion_from(record, self.header)
                )
            except ValueError as error:
                raise TakeUnreadable(
                    f"line {read + 2} is not a frame: {error} ({self.path})"
                ) from error
            read += 1
        if self.footer is not None and self.footer.frames != read:
            logger.warning(
                "the take says it has %d frames and has %d (%s)",
                self.footer.frames,
                read,
                self.path,
            )

    def _records(self) -> Iterator[FrameRecord]:
        decoder = msgspec.json.Decoder(FrameRecord | TakeFooter)
        try:
            with self.path.open("rb") as file:
                _next_line(file, self.path, 1)
                number = 1
                while line := _next_line(file, self.path, number := number + 1):
                    try:
                        record = decoder.decode(line)
                    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
                        if not file.read(1):  # nothing follows: torn by a kill or a power cut
                            return
                        raise TakeUnreadable(
                            f"line {number} is not a frame: {error} ({self.path})"
                        ) from error
                    if isinstance(record, TakeFooter):
                        return
                    yield record
        except OSError as error:
            raise TakeUnreadable(f"{error.strerror or error} ({self.path})") from error


def read_take(path: Path) -> Take:
    """Open a take.

    Args:
        path: the file, finished or not.

    Raises:
        TakeUnreadable: no such file, not a take, or one of another version.
    """
    try:
        with path.open("rb") as file:
            header = _header(_next_line(file, path, 1), path)
            footer = _footer(file)
    except OSError as error:
        raise TakeUnreadable(f"{error.strerror or error} ({path})") from error
    return Take(path, header, footer)


def _next_line(file: BinaryIO, path: Path, number: int) -> bytes:
    """The next line; empty at the end of the file."""
    line = file.readline(LINE_LIMIT_BYTES + 1)
    if len(line) <= LINE_LIMIT_BYTES:
        return line
    if line.endswith(b"\0"):  # what some file systems leave of unflushed data
        return b""
    raise TakeUnreadable(
        f"line {number} is longer than the {LINE_LIMIT_BYTES} bytes a line of a take can have "
        f"({path})"
    )


def _header(line: bytes, path: Path) -> TakeHeader:
    try:
        start = msgspec.json.decode(line, type=_Start)
        if start.format != FORMAT:
            raise TakeUnreadable(f"this is not a take of mocapbridge ({path})")
        if start.version != VERSION:
            raise TakeUnreadable(
                f"this is a take of version {start.version}, and this mocapbridge reads "
                f"version {VERSION}: update mocapbridge ({path})"
            )
        header = msgspec.json.decode(line, type=TakeHeader)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise TakeUnreadable(f"this is not a take of mocapbridge: {error} ({path})") from error
    if tuple(header.joint_names) != JOINT_NAMES or len(header.rest_positions_m) != JOINT_COUNT:
        raise TakeUnreadable(
            f"the take has other joints than the {JOINT_COUNT} of this program ({path})"
        )
    if tuple(header.blendshape_names) != ARKIT_NAMES:
        raise TakeUnreadable(f"the take has other blendshapes than ARKit's 52 ({path})")
    return header


def _footer(file: BinaryIO) -> TakeFooter | None:
    """The footer, when the file ends with one."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _FOOTER_BYTES))
    last_line = file.read().rstrip(b"\n").rpartition(b"\n")[2]
    try:
        return msgspec.json.decode(last_line, type=TakeFooter)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
