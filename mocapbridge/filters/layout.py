"""Where everything that is filtered lies in one array of columns.

One column is one point: x, y, z downwards. A part's columns lie together, so that the whole
smoother is one array and a part of it one slice. Units: image points in picture widths (y too, so
that a millimetre is as long along x as along y), world points and the head's place in metres.
"""

from __future__ import annotations

import enum
from typing import Final

import numpy as np

from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
)


def _after(before: slice, count: int) -> slice:
    return slice(before.stop, before.stop + count)


POSE_IMAGE: Final = slice(0, POSE_LANDMARK_COUNT)
POSE_WORLD: Final = _after(POSE_IMAGE, POSE_LANDMARK_COUNT)
POSE_SEEN: Final = _after(POSE_WORLD, POSE_LANDMARK_COUNT)
"""Visibility in row 0, presence in row 1."""
FACE_IMAGE: Final = _after(POSE_SEEN, FACE_LANDMARK_COUNT)
HEAD_AXES: Final = _after(FACE_IMAGE, 3)
"""The columns of the head's rotation matrix."""
HEAD_PLACE: Final = _after(HEAD_AXES, 1)
BLENDSHAPES: Final = _after(HEAD_PLACE, BLENDSHAPE_COUNT)
"""Weights in row 0."""
LEFT_HAND_IMAGE: Final = _after(BLENDSHAPES, HAND_LANDMARK_COUNT)
LEFT_HAND_WORLD: Final = _after(LEFT_HAND_IMAGE, HAND_LANDMARK_COUNT)
RIGHT_HAND_IMAGE: Final = _after(LEFT_HAND_WORLD, HAND_LANDMARK_COUNT)
RIGHT_HAND_WORLD: Final = _after(RIGHT_HAND_IMAGE, HAND_LANDMARK_COUNT)
COLUMN_COUNT: Final = RIGHT_HAND_WORLD.stop

IMAGE_BLOCKS: Final = (POSE_IMAGE, FACE_IMAGE, LEFT_HAND_IMAGE, RIGHT_HAND_IMAGE)
"""Blocks in picture widths, in the order of ``Part``."""


class Part(enum.IntEnum):
    """What is seen or lost as a whole."""

    POSE = 0
    FACE = 1
    LEFT_HAND = 2
    RIGHT_HAND = 3


PART_COLUMNS: Final = (
    slice(POSE_IMAGE.start, POSE_SEEN.stop),
    slice(FACE_IMAGE.start, BLENDSHAPES.stop),
    slice(LEFT_HAND_IMAGE.start, LEFT_HAND_WORLD.stop),
    slice(RIGHT_HAND_IMAGE.start, RIGHT_HAND_WORLD.stop),
)
"""The columns of each part, in the order of ``Part``."""

BLOCKS: Final = (
    POSE_IMAGE,
    POSE_WORLD,
    POSE_SEEN,
    FACE_IMAGE,
    slice(HEAD_AXES.start, BLENDSHAPES.stop),
    LEFT_HAND_IMAGE,
    LEFT_HAND_WORLD,
    RIGHT_HAND_IMAGE,
    RIGHT_HAND_WORLD,
)
"""All columns in runs of one kind, for sums over each run (``numpy.add.reduceat``)."""
BLOCK_STARTS: Final = np.array([block.start for block in BLOCKS])
BLOCK_SIZES: Final = np.array([block.stop - block.start for block in BLOCKS])
