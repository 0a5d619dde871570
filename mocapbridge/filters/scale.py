"""How large a picture width is at the performer, part by part.

Speeds in the picture mean nothing by themselves: a step is large near the camera and small far
away. Body and hands are seen twice, in the picture and in metres, with the same axes; the ratio of
their extents across the picture is the scale. The face has no metric landmarks: there an adult's
face is assumed.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.filters import layout
from mocapbridge.filters.presets import HEAD_LEVER_M
from mocapbridge.types import Float64Array

FACE_EXTENT_M: Final = 0.056
"""Root mean square distance of the 478 mesh points from their centre, across the picture, face
towards the camera [m]: what MediaPipe's own metric face (the transformation matrix, with its 63
degrees of vertical field of view) gives on nine clips of talking heads, 0.054 to 0.058. A turned
face looks smaller and so counts as farther away: by up to a third in profile."""
_LEAST_EXTENT: Final = 1e-4
"""Smaller parts are not measured: a thousandth of a small face in the picture."""


class SpeedScale:
    """Factors that turn changes of the columns into metres at the performer.

    Depth does not count in the picture (z of image landmarks is far noisier than x and y): its
    factor is 0 there.
    """

    def __init__(self) -> None:
        self.metres_per_unit = np.ones((3, layout.COLUMN_COUNT))
        """(3, columns), overwritten by ``measure``."""
        for block in layout.IMAGE_BLOCKS:
            self.metres_per_unit[2, block] = 0.0
        self.metres_per_unit[:, layout.HEAD_PLACE] = 1.0 / HEAD_LEVER_M

    def measure(self, columns: Float64Array) -> None:
        """Take the scale of the picture from one frame's columns (3, columns)."""
        across = columns[:2]
        sums = np.add.reduceat(across, layout.BLOCK_STARTS, axis=1)
        squares = np.add.reduceat(across * across, layout.BLOCK_STARTS, axis=1)
        variances = (squares - sums * sums / layout.BLOCK_SIZES).sum(axis=0) / layout.BLOCK_SIZES
        extents = np.sqrt(np.maximum(variances, _LEAST_EXTENT * _LEAST_EXTENT)).tolist()
        pose, pose_m, _, face, _, left, left_m, right, right_m = extents
        scale = self.metres_per_unit
        scale[:2, layout.POSE_IMAGE] = pose_m / pose
        scale[:2, layout.FACE_IMAGE] = FACE_EXTENT_M / face
        scale[:2, layout.LEFT_HAND_IMAGE] = left_m / left
        scale[:2, layout.RIGHT_HAND_IMAGE] = right_m / right
