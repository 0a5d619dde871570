"""Blendshape scores from the face mesh alone, for face bundles that have no network for them.

A small network of our own, trained to say what MediaPipe's blendshape network says (the training
program is `bench/face/train_blendshapes.py`; the figures are in `docs/face.md`). Like that network
it looks at 146 of the 478 points in the plane of the picture, after taking out where the face is
and how large: a score must not change when the performer steps aside.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from mocapbridge.bundled import bundled_path
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array

BLENDSHAPE_WEIGHTS_FILE: Final = "models/face_blendshapes.npz"

FaceMesh = Literal["official", "rebuilt"]
"""Which network the landmarks come from: that of Google's face bundle, or that of the bundle that
is rebuilt from the Python package index. The two place the same face a little differently."""

_SMALLEST_FACE_PX: Final = 1.0
"""Mean distance of the points from their centre below which there is no face."""
_SANE_PX: Final = 1e6
