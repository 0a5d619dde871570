"""Reading the lines of a take that is being recorded, was cut off, or comes from version 0.1."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from mocapbridge.errors import TakeUnreadable
from mocapbridge.takes.blocks import Block, BlockBuffer, Texts
from mocapbridge.takes.gather import Arrays, Columns, Gathering, frames_of
from mocapbridge.takes.layout import COLUMNS
from mocapbridge.takes.lines import LineUnpacker
from mocapbridge.takes.packed_frame import PackedFrame
from mocapbridge.takes.records import FrameRecord, StepSizes, TakeFooter

LINE_LIMIT_BYTES: Final = 1_000_000
"""No line of a take is longer; frames are about 10 kB, a header holds the configuration."""

_FOOTER_BYTES: Final = 4096


class JournalFile:
    """The lines of a take."""

    def __init__(self, path: Path) -> None:
        """Read both ends.

        Raises:
            TakeUnreadable: the first line is too long.
            OSError: the file cannot be read.
        """
        self._path = path
        with path.open("rb") as file:
            self.header_json = _next_line(file, path, 1)
            self.footer = _footer(file)
        self.texts: list[str] = []

    def blocks(self, names: Collection[str]) -> Iterator[Columns]:
        """Some columns of the frames, in blocks. ``texts`` grows with them.

        A torn last line, as a kill or a power cut leaves it, ends the take.

        Args:
            names: which columns.

        Raises:
            TakeUnreadable: a line other than the last is not a frame, or the file is gone.
        """
        texts = Texts()
        buffer = BlockBuffer(texts)
        for packed in self.packed_frames():
            buffer.add(packed)
            if buffer.full:
                self.texts = texts.all()
                yield _columns(buffer.take(), names)
        if not buffer.empty:
            self.texts = texts.all()
            yield _columns(buffer.take(), names)

    def gather(self, names: Collection[str], steps: StepSizes) -> Arrays:
        """Some columns of all frames.

        Args:
            names: which columns.
            steps: the header's.

        Raises:
            TakeUnreadable: a line other than the last is not a frame, or the file is gone.
        """
        blocks = [{name: array.copy() for name, array in b.items()} for b in self.blocks(names)]
        gathering = Gathering(names, steps)
        gathering.grow(sum(map(frames_of, blocks)))
        first = 0
        for block in blocks:
            gathering.fill(first, block)
            first += frames_of(block)
        return gathering.arrays

    def packed_frames(self) -> Iterator[PackedFrame]:
        """The frames in order. Each is good until the next is asked for.

        Raises:
            TakeUnreadable: a line other than the last is not a frame, or the file is gone.
        """
        unpacker = LineUnpacker(_source(self.header_json))
        for number, record in _records(self._path):
            yield _unpacked(unpacker, record, number, self._path)


def _unpacked(unpacker: LineUnpacker, record: FrameRecord, number: int, path: Path) -> PackedFrame:
    try:
        return unpacker.unpack(record)
    except ValueError as error:
        raise TakeUnreadable(f"line {number} is not a frame: {error} ({path})") from error


class _HeaderSource(msgspec.Struct):
    source: str


def _source(header_json: bytes) -> str:
    return msgspec.json.decode(header_json, type=_HeaderSource).source


def _columns(block: Block, names: Collection[str]) -> Columns:
    return {name: block.tables[COLUMNS[name].table][:, COLUMNS[name].place].T for name in names}


def _records(path: Path) -> Iterator[tuple[int, FrameRecord]]:
    decoder = msgspec.json.Decoder(FrameRecord | TakeFooter)
    try:
        with path.open("rb") as file:
            _next_line(file, path, 1)
            number = 1
            while line := _next_line(file, path, number := number + 1):
                try:
                    record = decoder.decode(line)
                except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
                    if not file.read(1):  # nothing follows: torn by a kill or a power cut
                        return
                    raise TakeUnreadable(
                        f"line {number} is not a frame: {error} ({path})"
                    ) from error
                if isinstance(record, TakeFooter):
                    return
                yield number, record
    except OSError as error:
        raise TakeUnreadable(f"{error.strerror or error} ({path})") from error


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


def _footer(file: BinaryIO) -> TakeFooter | None:
    """The footer, when the file ends with one."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _FOOTER_BYTES))
    last_line = file.read().rstrip(b"\n").rpartition(b"\n")[2]
    try:
        return msgspec.json.decode(last_line, type=TakeFooter)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None
