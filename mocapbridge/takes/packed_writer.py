"""Writing a packed take: a zip archive of blocks of columns (docs/take-format.md)."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from mocapbridge.takes.blocks import Block, BlockBuffer, Texts
from mocapbridge.takes.coding import ByteArray, differences, to_planes
from mocapbridge.takes.layout import COLUMNS
from mocapbridge.takes.packed_frame import PackedFrame
from mocapbridge.takes.records import TakeHeader, TakeIndex

HEADER_MEMBER: Final = "header.json"
INDEX_MEMBER: Final = "index.json"

_LEVEL: Final = 6


def column_member(block: int, name: str) -> str:
    """Name of the archive's member that holds a column of a block."""
    return f"{block:06d}/{name}.npy"


class PackedWriter:
    """Packs frames as they come: when the last has come, little is left to do.

    Every method that writes raises ``OSError`` when the disk is full or gone.
    """

    def __init__(self, path: Path, header: TakeHeader) -> None:
        """Create the file, or begin an empty one anew, and write the header.

        Args:
            path: the file; no archive before ``finish``.
            header: of the take.
        """
        self._path = path
        self._texts = Texts()
        self._buffer = BlockBuffer(self._texts)
        self._blocks: list[int] = []
        self._time_ns: tuple[int, int] | None = None
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        try:
            self._write(HEADER_MEMBER, msgspec.json.encode(header))
        except OSError:
            self.abandon()
            raise

    def add(self, packed: PackedFrame) -> None:
        """One more frame."""
        if self._buffer.full:
            self._write_block()
        self._buffer.add(packed)

    def finish(self, rejected_parts: int) -> None:
        """Complete the archive and force it to the disk.

        Args:
            rejected_parts: as in ``TakeFooter``.
        """
        if not self._buffer.empty:
            self._write_block()
        first_ns, last_ns = self._time_ns or (0, 0)
        index = TakeIndex(
            frames=sum(self._blocks),
            rejected_parts=rejected_parts,
            blocks=self._blocks,
            texts=self._texts.all(),
            first_time_ns=first_ns,
            last_time_ns=last_ns,
        )
        self._write(INDEX_MEMBER, msgspec.json.encode(index))
        self._archive.close()
        with self._path.open("rb+") as file:
            os.fsync(file.fileno())

    def abandon(self) -> None:
        """Remove the file."""
        # Closing would write the archive's directory, which a full disk refuses.
        with contextlib.suppress(OSError):
            self._archive.close()
        self._path.unlink(missing_ok=True)

    def _write_block(self) -> None:
        block = self._buffer.take()
        number = len(self._blocks)
        folded = {name: differences(table) for name, table in block.tables.items()}
        for name, column in COLUMNS.items():
            planes = to_planes(folded[column.table][column.place])
            self._write(column_member(number, name), _npy(planes))
        self._blocks.append(block.frames)
        self._note_times(block)

    def _note_times(self, block: Block) -> None:
        times_ns = block.column("time_ns")
        first_ns = int(times_ns[0]) if self._time_ns is None else self._time_ns[0]
        self._time_ns = (first_ns, int(times_ns[-1]))

    def _write(self, name: str, data: bytes) -> None:
        member = zipfile.ZipInfo(name)  # without the time of writing: the same take, the same bytes
        member.compress_type = zipfile.ZIP_DEFLATED
        self._archive.writestr(member, data, compresslevel=_LEVEL)


def _npy(planes: ByteArray) -> bytes:
    """A NumPy file, version 1.0 (NEP 1)."""
    file = io.BytesIO()
    np.lib.format.write_array(file, planes, version=(1, 0), allow_pickle=False)
    return file.getvalue()
