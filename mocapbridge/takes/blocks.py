"""Frames of a take in blocks of integers: what is packed, and what columns are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mocapbridge.takes.layout import COLUMNS, TABLE_TYPES, TABLE_WIDTHS, IntArray, TableName
from mocapbridge.takes.packed_frame import PackedFrame

BLOCK_FRAMES: Final = 1024
"""The most frames a block has: 17 s at 60 frames/s."""


class Texts:
    """The texts of a take, each known by its number: gestures and sources repeat."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """The number of a text, a new one when it is new."""
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self) -> list[str]:
        """Every text, in the order of their numbers."""
        return list(self._numbers)


@dataclass(frozen=True, slots=True)
class Block:
    """Some frames that follow each other."""

    tables: dict[TableName, IntArray]
    """Each ``(frames, width)``."""

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.tables["clock"])

    def column(self, name: str) -> IntArray:
        """``(frames, *shape)`` integers of a column; a view."""
        column = COLUMNS[name]
        table = self.tables[column.table]
        return table[:, column.place].reshape(len(table), *column.shape)


class BlockBuffer:
    """Collects frames until a block is full."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._tables: dict[TableName, IntArray] = {
            name: np.zeros((BLOCK_FRAMES, TABLE_WIDTHS[name]), dtype=TABLE_TYPES[name])
            for name in TABLE_TYPES
        }
        self._count = 0

    @property
    def full(self) -> bool:
        """Whether the block must be taken before the next frame."""
        return self._count == BLOCK_FRAMES

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return self._count == 0

    def add(self, packed: PackedFrame) -> None:
        """One more frame."""
        row = self._count
        for name, values in packed.tables.items():
            self._tables[name][row] = values
        self._tables["texts"][row] = [self._texts.number(text) for text in packed.texts]
        self._count += 1

    def take(self) -> Block:
        """The frames so far; good until the next one is added."""
        count, self._count = self._count, 0
        return Block({name: table[:count] for name, table in self._tables.items()})
