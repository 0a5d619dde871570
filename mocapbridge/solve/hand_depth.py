"""Hands in space, from where the picture shows them and from two ideas of their depth.

The hand network gives every landmark twice: in the picture, with a depth in the picture's scale,
and in metres. Across the line of sight the first is measured and the second guessed. Along it both
are guessed, the one too flat where a hand is seen from the side, the other with fingertips that
bend too far: their mean is nearer to the rendered performers than either.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.types import HAND_LANDMARK_COUNT, Float64Array

_NEAREST_M: Final = 0.1
_FARTHEST_M: Final = 100.0
_NO_SPREAD: Final = 1e-12
"""Sum of squared slopes below which a hand has no size in the picture."""
_AROUND_MEAN: Final = np.eye(HAND_LANDMARK_COUNT) - 1.0 / HAND_LANDMARK_COUNT


def hands_in_space_m(in_picture: Float64Array, points_m: Float64Array) -> Float64Array:
    """Landmarks ``(2, 21, 3)`` of left and right hand in image axes, from the camera [m].

    For a landmark ``w`` of the world landmarks, seen along the ray ``(u, v, 1)``, the distance
    ``d`` of the hand satisfies ``w_x + t_x = u (d + w_z)`` and the same with ``v`` and y: linear
    least squares. A hand that cannot be placed like that stays what its world landmarks are.

    Args:
        in_picture: ``(2, 21, 3)`` slopes of the rays, and depth in multiples of the distance.
        points_m: ``(2, 21, 3)`` world landmarks, image axes, any origin near the hand.
    """
    slopes, depth_m = in_picture[..., :2], points_m[..., 2]
    around: Float64Array = (_AROUND_MEAN @ slopes).reshape(2, -1)
    across_m = (points_m[..., :2] - slopes * depth_m[..., None]).reshape(2, -1)
    spread = np.maximum(np.vecdot(around, around), _NO_SPREAD)
    distance_m = (np.vecdot(around, across_m) / spread)[:, None]
    far_m = distance_m + 0.5 * (depth_m + distance_m * in_picture[..., 2])
    placed = in_picture * far_m[..., None]
    placed[..., 2] = far_m
    for side, (distance,) in enumerate(distance_m.tolist()):
        if not _NEAREST_M < distance < _FARTHEST_M:
            placed[side] = points_m[side]
    return placed
