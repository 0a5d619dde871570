# SPDX-License-Identifier: GPL-3.0-or-later
"""Bones of the face: the jaw opens by its blendshapes. Eyes and head turn with their joints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from ..motion.frame import Motion
from ..motion.quaternion import Quaternion, multiply

_OPEN_RAD: Final = 0.35
"""A human jaw's turn between closed and wide open, about 20 degrees."""
_SIDEWAYS_RAD: Final = 0.12
_SHAPES: Final = ("jawOpen", "jawLeft", "jawRight")


def with_jaw(motion: Motion, jaw: int) -> Sequence[Quaternion]:
    """The joints' rotations with the jaw's, where the sender leaves the jaw to its blendshapes."""
    rotations = motion.rotations_wxyz
    if abs(rotations[jaw][0]) < 1.0:
        return rotations
    weights = motion.blendshapes
    places = _places(motion.skeleton.blendshape_names)
    opened, left, right = (weights[at] if at < len(weights) else 0.0 for at in places)
    if opened == left == right:
        return rotations
    # Half angles of small turns: sine and angle are the same to 0.5 %.
    half_open, half_left = _OPEN_RAD * opened / 2.0, _SIDEWAYS_RAD * (left - right) / 2.0
    pitch = (1.0 - half_open * half_open / 2.0, half_open, 0.0, 0.0)
    yaw = (1.0 - half_left * half_left / 2.0, 0.0, half_left, 0.0)
    turned = list(rotations)
    turned[jaw] = multiply(yaw, pitch)
    return turned


@lru_cache(maxsize=8)
def _places(names: tuple[str, ...]) -> tuple[int, ...]:
    """Where the jaw's shapes are; far outside when they are not."""
    return tuple(names.index(shape) if shape in names else 1 << 30 for shape in _SHAPES)
