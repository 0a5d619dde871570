"""Reading a take: packed, being recorded, or cut off."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.errors import TakeUnreadable
from mocapbridge.skeleton import JOINT_COUNT, JOINT_NAMES
from mocapbridge.takes.columns import LandmarkColumns, MotionColumns
from mocapbridge.takes.gather import (
    Arrays,
    Columns,
    landmark_columns,
    motion_columns,
    values_of,
)
from mocapbridge.takes.journal_reader import JournalFile
from mocapbridge.takes.layout import COLUMNS, LANDMARK_COLUMNS, MOTION_COLUMNS
from mocapbridge.takes.packed_reader import MAGIC, PackedFile
from mocapbridge.takes.records import FORMAT, VERSION, StepSizes, TakeFooter, TakeHeader
from mocapbridge.types import Landmarks, MocapFrame

logger = logging.getLogger(__name__)


class _Start(msgspec.Struct):
    """What every version of the format begins with."""

    format: str
    version: int


class TakeFrame(NamedTuple):
    """One recorded frame."""

    landmarks: Landmarks
    """Raw, as tracking gave them, to the format's steps."""
    motion: MocapFrame
    """What was solved from them."""


class TakeBlock(NamedTuple):
    """Some frames that follow each other."""

    landmarks: LandmarkColumns
    motion: MotionColumns

    def frame(self, row: int) -> TakeFrame:
        """One of them."""
        return TakeFrame(self.landmarks.frame(row), self.motion.frame(row))


class TakeContent(Protocol):
    """What both kinds of file hold."""

    header_json: bytes
    footer: TakeFooter | None
    texts: list[str]
    """Complete once all blocks were read."""

    def blocks(self, names: Collection[str]) -> Iterator[Columns]:
        """Some columns, block by block."""
        ...

    def gather(self, names: Collection[str], steps: StepSizes) -> Arrays:
        """Some columns of all frames."""
        ...


@dataclass(frozen=True, slots=True)
class Take:
    """A recorded take. Frames are read from the file as they are asked for."""

    path: Path
    header: TakeHeader
    footer: TakeFooter | None
    """None when the recording was cut off."""
    content: TakeContent
    """What the file holds, as integers."""

    def frames(self) -> Iterator[TakeFrame]:
        """The frames in order, from the first one each time; a block of them is in memory.

        Raises:
            TakeUnreadable: something in the file is not what it must be, or the file is gone.
        """
        for block in self.blocks():
            for row in range(block.motion.frames):
                yield block.frame(row)

    def blocks(self) -> Iterator[TakeBlock]:
        """The frames in order, up to 1024 together.

        A torn last line, as a kill or a power cut leaves it, ends the take.

        Raises:
            TakeUnreadable: something in the file is not what it must be, or the file is gone.
        """
        read = 0
        for block in self.content.blocks(tuple(COLUMNS)):
            arrays = values_of(block, self.header.steps)
            texts = tuple(self.content.texts)
            motion = motion_columns(arrays, self.header, texts)
            yield TakeBlock(landmark_columns(arrays, texts), motion)
            read += motion.frames
        self._compare_count(read)

    def motion(self) -> MotionColumns:
        """The solved motion of all frames, in memory: 3 kB a frame.

        Raises:
            TakeUnreadable: something in the file is not what it must be, or the file is gone.
        """
        arrays = self.content.gather(MOTION_COLUMNS, self.header.steps)
        motion = motion_columns(arrays, self.header, tuple(self.content.texts))
        self._compare_count(motion.frames)
        return motion

    def landmarks(self) -> LandmarkColumns:
        """The raw landmarks of all frames, in memory: 8 kB a frame.

        Raises:
            TakeUnreadable: something in the file is not what it must be, or the file is gone.
        """
        arrays = self.content.gather(LANDMARK_COLUMNS, self.header.steps)
        landmarks = landmark_columns(arrays, tuple(self.content.texts))
        self._compare_count(landmarks.frames)
        return landmarks

    def first_and_last_ns(self) -> tuple[int, int] | None:
        """Capture times of both ends, where they are known without reading all frames."""
        content = self.content
        if not isinstance(content, PackedFile) or not content.index.frames:
            return None
        return content.index.first_time_ns, content.index.last_time_ns

    def _compare_count(self, read: int) -> None:
        if self.footer is not None and self.footer.frames != read:
            logger.warning(
                "the take says it has %d frames and has %d (%s)",
                self.footer.frames,
                read,
                self.path,
            )


def read_take(path: Path) -> Take:
    """Open a take.

    Args:
        path: the file, finished or not.

    Raises:
        TakeUnreadable: no such file, not a take, or one of another version.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(len(MAGIC)) == MAGIC
        content: TakeContent = PackedFile(path) if packed else JournalFile(path)
    except OSError as error:
        raise TakeUnreadable(f"{error.strerror or error} ({path})") from error
    return Take(path, _header(content.header_json, path), content.footer, content)


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
