"""How far the mesh lifts the brows of people whom Google scores as raising them.

Says what travel is a full raise: people are taken from their own low scores to their own high ones.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from bench.face.tracks import FaceTrack
from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.solve.face_measures import FaceMeter
from mocapbridge.solve.face_rest import HEIGHTS

_LOW: Final = 0.1
_HIGH: Final = 0.7
_FEWEST: Final = 4
"""Faces at either end; people with fewer say nothing."""


class BrowTravel(NamedTuple):
    """One person's brows (their inner halves), from not raised to raised."""

    up_cm: float
    score: float
    """Mean official score of browInnerUp where it is high."""


def brow_travel(official: FaceTrack, measured: FaceTrack) -> BrowTravel | None:
    """The travel in one clip, in faces that look about straight ahead.

    Args:
        official: the clip with Google's scores.
        measured: the same frames with the mesh to be measured.

    Returns:
        None where the brows are not raised, or always.
    """
    meter = FaceMeter()
    heights_cm = np.full(len(measured.image), np.nan)
    for index, image in enumerate(measured.image):
        found = meter.measure(image, measured.image_size_px)
        if found is not None and found.straight:
            heights_cm[index] = found.values[HEIGHTS][:2].mean()
    scores = official.blendshapes[:, ARKIT_INDEX["browInnerUp"]]
    seen = ~np.isnan(heights_cm)
    low, high = seen & (scores < _LOW), seen & (scores > _HIGH)
    if min(low.sum(), high.sum()) < _FEWEST:
        return None
    up_cm = float(heights_cm[high].mean() - heights_cm[low].mean())
    return BrowTravel(up_cm, float(scores[high].mean()))
