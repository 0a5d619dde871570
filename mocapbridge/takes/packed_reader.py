"""Reading a packed take, whatever is in the file that claims to be one.

Nothing is believed: a member is inflated up to the size that the format gives it and no further,
and room is made only for frames whose columns have all been read and found right.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from mocapbridge.errors import TakeUnreadable
from mocapbridge.takes.blocks import BLOCK_FRAMES
from mocapbridge.takes.coding import ByteArray, from_planes
from mocapbridge.takes.gather import Arrays, Columns, Gathering, bytes_per_frame
from mocapbridge.takes.layout import COLUMNS, TABLE_TYPES, Column, IntArray
from mocapbridge.takes.packed_writer import HEADER_MEMBER, INDEX_MEMBER, column_member
from mocapbridge.takes.records import StepSizes, TakeFooter, TakeIndex

MAGIC: Final = b"PK\x03\x04"
"""How a packed take begins."""

_JSON_LIMIT_BYTES: Final = 1_000_000
_NPY_START: Final = b"\x93NUMPY\x01\x00"
_NPY_DESCRIPTION: Final = re.compile(
    rb"\{'descr': '\|u1', 'fortran_order': False, "
    rb"'shape': \((?P<planes>\d{1,2}), (?P<columns>\d{1,6}), (?P<frames>\d{1,6})\), \}\s*\n"
)
_NPY_HEADER_BYTES: Final = 256

_ZIP_TROUBLE: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    NotImplementedError,  # methods of compression that zipfile does not have
    RuntimeError,  # encrypted
    UnicodeError,
    ValueError,
)

_THREADS: Final = 4
_PLAUSIBLE_BYTES: Final = 500_000_000
_PLAUSIBLE_RATIO: Final = 100
"""A file that would take more memory than both, the latter times its size, is refused. Takes of
people need 3 to 5 times their size; ten minutes at 60 frames/s in which nothing moves are a file of
1 MB and need 300 MB."""


class PackedFile:
    """The blocks of a packed take."""

    def __init__(self, path: Path) -> None:
        """Read the index.

        Raises:
            TakeUnreadable: the file is no packed take, or cut off.
            OSError: it cannot be opened.
        """
        self._path = path
        try:
            with zipfile.ZipFile(path) as archive:
                self.header_json = _member(archive, HEADER_MEMBER, _JSON_LIMIT_BYTES)
                index_json = _member(archive, INDEX_MEMBER, _JSON_LIMIT_BYTES)
            self.index = msgspec.json.decode(index_json, type=TakeIndex)
        except (*_ZIP_TROUBLE, msgspec.MsgspecError, RecursionError) as error:
            raise TakeUnreadable(
                f"this is no finished take, or it is damaged: {error} ({path})"
            ) from error
        blocks = self.index.blocks
        if sum(blocks) != self.index.frames or any(count > BLOCK_FRAMES for count in blocks):
            raise TakeUnreadable(f"the take contradicts itself about its frames ({path})")
        self.texts = self.index.texts
        self.footer: TakeFooter | None = TakeFooter(
            frames=self.index.frames, rejected_parts=self.index.rejected_parts
        )

    def blocks(self, names: Collection[str]) -> Iterator[Columns]:
        """Some columns of the blocks, in order.

        Args:
            names: which columns.

        Raises:
            TakeUnreadable: a column is missing or not what it must be, or the file is gone.
        """
        with self._opened() as archive:
            for number in range(len(self.index.blocks)):
                yield self._block(archive, number, names)

    def gather(self, names: Collection[str], steps: StepSizes) -> Arrays:
        """Some columns of all frames.

        Args:
            names: which columns.
            steps: the header's.

        Raises:
            TakeUnreadable: a column is missing or not what it must be, or the file is gone.
        """
        blocks = self.index.blocks
        needed_bytes = self.index.frames * bytes_per_frame(names)
        if needed_bytes > max(_PLAUSIBLE_BYTES, _PLAUSIBLE_RATIO * self._path.stat().st_size):
            raise TakeUnreadable(
                f"the take would need {needed_bytes // 1_000_000} MB of memory, too much for what "
                f"the file holds ({self._path})"
            )
        gathering = Gathering(names, steps)
        with self._opened() as archive, ThreadPoolExecutor(_THREADS) as threads:
            self._check_members(archive, names)
            decode = partial(self._block, archive, names=names)
            for start in range(0, len(blocks), _THREADS):
                some = range(start, min(start + _THREADS, len(blocks)))
                there = list(threads.map(decode, some))
                # Room is made only for frames that are there.
                firsts = [sum(blocks[:number]) for number in some]
                gathering.grow(sum(blocks[: some.stop]))
                for _ in threads.map(gathering.fill, firsts, there):
                    pass
        return gathering.arrays

    @contextmanager
    def _opened(self) -> Generator[zipfile.ZipFile, None, None]:
        try:
            with zipfile.ZipFile(self._path) as archive:
                yield archive
        except zipfile.BadZipFile as error:
            raise TakeUnreadable(f"the take is damaged: {error} ({self._path})") from error
        except OSError as error:
            raise TakeUnreadable(f"{error.strerror or error} ({self._path})") from error

    def _block(self, archive: zipfile.ZipFile, number: int, names: Collection[str]) -> Columns:
        frames = self.index.blocks[number]
        columns: Columns = {}
        for name in names:
            column = COLUMNS[name]
            member = column_member(number, name)
            try:
                planes = _planes(archive, member, column, frames)
                values = from_planes(planes, np.dtype(TABLE_TYPES[column.table]).itemsize)
                self._check(column, values)
            except _ZIP_TROUBLE as error:
                raise TakeUnreadable(f"{member} is damaged: {error} ({self._path})") from error
            columns[name] = values
        return columns

    def _check_members(self, archive: zipfile.ZipFile, names: Collection[str]) -> None:
        """Before anything is decoded."""
        there = set(archive.namelist())
        for number in range(len(self.index.blocks)):
            for name in names:
                if column_member(number, name) not in there:
                    raise TakeUnreadable(f"{column_member(number, name)} is missing ({self._path})")

    def _check(self, column: Column, values: IntArray) -> None:
        """What the format allows; a step times any integer is finite."""
        if column.table == "states":
            _check_range(values, 0, 1 if column.name in _FLAGS else 3)
        elif column.table == "texts":
            _check_range(values, 0, len(self.index.texts) - 1)
        elif column.name in _AT_LEAST:
            _check_range(values, _AT_LEAST[column.name], 2**62)


_FLAGS: Final = frozenset({"face_measured", "motion_feet_planted"})
_AT_LEAST: Final = {"index": 0, "segment": 0, "size_px": 0, "face_mesh_scale": 1}


def _check_range(values: IntArray, low: int, high: int) -> None:
    if values.size and not (low <= values.min() and values.max() <= high):
        raise ValueError(f"numbers beyond {low} to {high}")


def _member(archive: zipfile.ZipFile, name: str, limit_bytes: int) -> bytes:
    """A member's bytes.

    Raises:
        ValueError: there are more than the limit.
    """
    with archive.open(name) as file:
        data = file.read(limit_bytes + 1)
        if len(data) > limit_bytes:
            raise ValueError(f"{name} has more than {limit_bytes} bytes")
        if file.read(1):  # reaching the end is what verifies the checksum
            raise ValueError(f"{name} has more than it says")
    return data


def _npy_parts(data: bytes) -> tuple[re.Match[bytes], memoryview]:
    """The description of a NumPy file, version 1.0, and what follows it (NEP 1)."""
    start = len(_NPY_START) + 2
    end = start + int.from_bytes(data[start - 2 : start], "little")
    head = _NPY_DESCRIPTION.fullmatch(data, start, end)
    if head is None or not data.startswith(_NPY_START):
        raise ValueError("no array of bytes with three dimensions")
    return head, memoryview(data)[end:]


def _planes(archive: zipfile.ZipFile, member: str, column: Column, frames: int) -> ByteArray:
    width = column.place.stop - column.place.start
    itemsize = np.dtype(TABLE_TYPES[column.table]).itemsize
    data = _member(archive, member, _NPY_HEADER_BYTES + itemsize * width * frames)
    head, body = _npy_parts(data)
    shape = int(head["planes"]), int(head["columns"]), int(head["frames"])
    if shape[1:] != (width, frames) or shape[0] > itemsize:
        raise ValueError(f"an array of {shape} where {(itemsize, width, frames)} belongs")
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)
