"""From rotations in the parent joint to rotations in the world."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.outputs.frame_vector import FloatArray
from mocapbridge.skeleton import JOINT_COUNT, PARENTS
from mocapbridge.types import Float64Array

_NOBODY: Final = JOINT_COUNT
"""Parent of the hips, and of itself: a joint that never turns."""


def _strides() -> list[npt.NDArray[np.intp]]:
    """Of every joint and of nobody: the parent, the parent's parent, the fourth, the eighth ..."""
    above = np.array([_NOBODY if parent < 0 else parent for parent in (*PARENTS, _NOBODY)])
    strides: list[npt.NDArray[np.intp]] = []
    while (above != _NOBODY).any():
        strides.append(above)
        above = above[above]
    return strides


def _product_terms() -> Float64Array:
    """(16, 4): the Hamilton product as sums of the products of two quaternions' components."""
    terms = np.zeros((4, 4, 4))
    for part, entry in enumerate(("+ww-xx-yy-zz", "+wx+xw+yz-zy", "+wy-xz+yw+zx", "+wz+xy-yx+zw")):
        for sign, first, second in zip(entry[::3], entry[1::3], entry[2::3], strict=True):
            terms["wxyz".index(first), "wxyz".index(second), part] = float(f"{sign}1")
    return terms.reshape(16, 4)


_STRIDES: Final = _strides()
_PRODUCT_TERMS: Final = _product_terms()


def world_from_joints_wxyz(rotations_wxyz: FloatArray) -> Float64Array:
    """Unit quaternions ``(55, 4)`` world_from_joint of those from joint to parent ``(55, 4)``.

    Each round doubles how far up the turns of a joint reach, so that four do for eleven in a row.
    """
    turns = np.zeros((JOINT_COUNT + 1, 4))
    turns[:_NOBODY] = rotations_wxyz
    turns[_NOBODY, 0] = 1.0
    for above in _STRIDES:
        products = (turns.take(above, axis=0)[:, :, None] * turns[:, None, :]).reshape(-1, 16)
        turns = products @ _PRODUCT_TERMS
    world = turns[:_NOBODY]
    return world / np.sqrt(np.einsum("ij,ij->i", world, world))[:, None]
