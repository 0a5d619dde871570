"""A frame of a take as rows of integers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.takes.layout import COLUMNS, TABLE_TYPES, TABLE_WIDTHS, IntArray, TableName

NO_TEXTS: Final = ("", "", "", "", "")


@dataclass
class PackedFrame:
    """One frame. A part that is lost keeps the numbers it had before: differences stay small."""

    tables: dict[TableName, IntArray] = field(
        default_factory=lambda: {
            name: np.zeros(TABLE_WIDTHS[name], dtype=TABLE_TYPES[name])
            for name in TABLE_TYPES
            if name != "texts"
        }
    )
    """A row for each table but that of the texts."""
    texts: tuple[str, str, str, str, str] = NO_TEXTS
    """Source, gestures of left and right hand, gestures of the motion (left, right)."""

    def numbers(self, name: str) -> npt.NDArray[np.int32]:
        """The integers of a column of the table of numbers; a view."""
        return self.tables["numbers"][COLUMNS[name].place]

    def state(self, name: str) -> int:
        """The value of a state with one integer."""
        return int(self.tables["states"][COLUMNS[name].place.start])

    def states(self, name: str) -> list[int]:
        """The values of a state with several integers."""
        return self.tables["states"][COLUMNS[name].place].tolist()
