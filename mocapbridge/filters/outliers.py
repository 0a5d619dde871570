"""The outlier gate: a part cannot be farther from where it was than a person can move.

What is compared is the mean way of all points of a part since its last accepted frame, in metres
at the performer, against a speed times the time that passed. A part beyond its limit is held for at
most two frames; if it is still there then, the picture really changed (a cut, another person) and
the part starts anew at once.

The limits are ours: above what people did on 14 clips (24 to 60 frames/s; dance, one-leg balance,
signing, gestures, talking heads; the fastest part came to 0.8 of its limit) and below the mistakes
seen there: a body whose left and right are exchanged (24 m/s in the picture, 34 m/s in the world
at 60 frames/s) and a hand that is found at the other hand's place (20 to 60 m/s).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.filters import layout
from mocapbridge.types import Float64Array

MOST_HELD_FRAMES: Final = 2
"""So many frames in a row are taken for a mistake; the next one is believed."""


class _Limit(NamedTuple):
    """How far a block of columns can move on average."""

    block: int
    """Index into ``layout.BLOCKS``."""
    speed_m_s: float
    slack_m: float
    """What the detector's noise may add, however short the time [m]."""


_POSE: Final = (
    _Limit(layout.BLOCKS.index(layout.POSE_IMAGE), speed_m_s=15.0, slack_m=0.05),
    _Limit(layout.BLOCKS.index(layout.POSE_WORLD), speed_m_s=8.0, slack_m=0.05),
)
_FACE: Final = (_Limit(layout.BLOCKS.index(layout.FACE_IMAGE), speed_m_s=5.0, slack_m=0.03),)
_LEFT: Final = (_Limit(layout.BLOCKS.index(layout.LEFT_HAND_IMAGE), speed_m_s=12.0, slack_m=0.05),)
_RIGHT: Final = (
    _Limit(layout.BLOCKS.index(layout.RIGHT_HAND_IMAGE), speed_m_s=12.0, slack_m=0.05),
)
_LIMITS: Final = (_POSE, _FACE, _LEFT, _RIGHT)
"""In the order of ``layout.Part``."""


class OutlierGate:
    """Measures how far every part went, all at once, and judges part by part."""

    def __init__(self) -> None:
        self._way = np.zeros((3, layout.COLUMN_COUNT))
        self._length = np.zeros(layout.COLUMN_COUNT)
        self._mean_ways_m: list[float] = [0.0] * len(layout.BLOCKS)

    def measure(
        self, columns: Float64Array, accepted: Float64Array, metres_per_unit: Float64Array
    ) -> None:
        """Take the ways from the last accepted columns to this frame's, all (3, columns)."""
        way, length = self._way, self._length
        np.subtract(columns, accepted, out=way)
        way *= metres_per_unit
        way *= way
        np.add.reduce(way, axis=0, out=length)
        np.sqrt(length, out=length)
        means = np.add.reduceat(length, layout.BLOCK_STARTS) / layout.BLOCK_SIZES
        self._mean_ways_m = means.tolist()

    def is_outlier(self, part: layout.Part, elapsed_s: float) -> bool:
        """Whether a part went farther than it can in the time since its last accepted frame."""
        return any(
            self._mean_ways_m[limit.block] > limit.slack_m + limit.speed_m_s * elapsed_s
            for limit in _LIMITS[part]
        )
