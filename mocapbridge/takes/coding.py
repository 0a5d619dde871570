"""How a column of integers becomes bytes that compress well, and back (docs/take-format.md).

Differences from frame to frame are small, and small in either direction when the sign moves to the
lowest bit; their low bytes look like noise and their high bytes like nothing, so each kind is
stored together, joint by joint over time. Sums wrap around at the column's width: every integer
comes back exactly.
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.takes.layout import IntArray

UnsignedArray: TypeAlias = npt.NDArray[np.unsignedinteger]
ByteArray: TypeAlias = npt.NDArray[np.uint8]

_UNSIGNED: Final[dict[int, type[np.unsignedinteger]]] = {
    1: np.uint8,
    2: np.uint16,
    4: np.uint32,
    8: np.uint64,
}


def differences(table: IntArray) -> UnsignedArray:
    """Differences down a table, signs folded into the lowest bit.

    Args:
        table: ``(frames, columns)`` signed integers.

    Returns:
        ``(columns, frames)`` unsigned integers of the same width.
    """
    values = np.ascontiguousarray(table.T)
    steps = np.empty_like(values)
    steps[:, 0] = values[:, 0]
    np.subtract(values[:, 1:], values[:, :-1], out=steps[:, 1:])
    signs = steps >> (8 * steps.itemsize - 1)
    return ((steps << 1) ^ signs).view(_UNSIGNED[steps.itemsize])


def to_planes(folded: UnsignedArray) -> ByteArray:
    """The bytes of ``(columns, frames)`` integers, lowest first, as ``(bytes, columns, frames)``.

    High bytes that are zero throughout are left out.
    """
    used = (int(folded.max(initial=0)).bit_length() + 7) // 8
    little = folded.astype(folded.dtype.newbyteorder("<"), copy=False)
    split = little.view(np.uint8).reshape(*folded.shape, folded.itemsize)
    return np.ascontiguousarray(np.moveaxis(split[..., :used], -1, 0))


def from_planes(planes: ByteArray, itemsize: int) -> IntArray:
    """What ``differences`` and ``to_planes`` were given.

    Args:
        planes: ``(bytes, columns, frames)``.
        itemsize: bytes of one integer of the column.

    Returns:
        ``(columns, frames)`` signed integers.
    """
    unsigned = _UNSIGNED[itemsize]
    folded = np.zeros(planes.shape[1:], dtype=unsigned)
    for number, plane in enumerate(planes):
        folded |= np.left_shift(plane, 8 * number, dtype=unsigned)
    signs = folded & unsigned(1)
    folded >>= unsigned(1)
    folded ^= np.negative(signs)
    steps = folded.view(f"i{itemsize}")
    return np.cumsum(steps, axis=1, dtype=steps.dtype, out=steps)
