"""The average face that head pose and expression are measured against.

`models/face_canonical.json` holds it: 478 points in the frame of MediaPipe's face matrix
(centimetres, right-handed, x the performer's left, y up, z out of the face), averaged from tracked
faces and made symmetric, with how far the head pose may trust each point. `bench/face/canonical.py`
makes the file.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.bundled import bundled_path
from mocapbridge.types import FACE_LANDMARK_COUNT, Float64Array

CANONICAL_FACE_FILE: Final = "models/face_canonical.json"


@dataclass(frozen=True, slots=True)
class CanonicalFace:
    """The average face at rest."""

    points_cm: Float64Array
    """(478, 3) face frame: x the performer's left, y up, z out of the face [cm]."""
    pose_weights: Float64Array
    """(478,) >= 0, sum 1: how much each point says about the head's pose; 0 for points that
    expressions move."""
    mirrored: npt.NDArray[np.intp]
    """(478,) index of the point that lies opposite; its own index on the middle line."""


@functools.lru_cache(maxsize=1)
def load_canonical_face() -> CanonicalFace:
    """The average face, read once.

    Raises:
        FileNotFoundError: the file does not travel with this installation.
    """
    path = bundled_path(CANONICAL_FACE_FILE)
    data = json.loads(path.read_text(encoding="utf-8"))
    points_cm = np.array(data["points_cm"], dtype=np.float64)
    weights = np.array(data["pose_weights"], dtype=np.float64)
    mirrored = np.array(data["mirrored"], dtype=np.intp)
    if points_cm.shape != (FACE_LANDMARK_COUNT, 3) or len(weights) != len(points_cm):
        raise ValueError(f"needs {FACE_LANDMARK_COUNT} points with weights: {path}")
    return CanonicalFace(points_cm, weights / weights.sum(), mirrored)
