"""Where the performer is: the hips in front of the camera, and the floor.

MediaPipe's world landmarks have their origin between the hips and so do not travel. Where the
hips are follows from how large and where the same points appear in the picture: with the camera's
field of view known, every landmark gives two linear equations for the three unknowns.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

_SOLE_POINTS: Final = np.array(((0.0, -0.08, -0.05), (0.0, -0.08, 0.13), (0.0, -0.08, 0.19)))
"""Heel, ball and tip of the sole in the foot joint's axes, default proportions [m]: the ankle is
8 cm above the floor in ``skeleton.JOINTS``."""
_CORE: Final = np.array((11, 12, 23, 24, 25, 26, 27, 28, 13, 14, 15, 16))
_LEAST_DEPTH_M: Final = 0.2
_LARGEST_DEPTH_M: Final = 30.0


def camera_from_hips_m(
    points_m: Float64Array, rays: Float64Array, weight: Float64Array
) -> Float64Array:
    """Position of the hips' midpoint in camera axes (x right, y down, z away) [m].

    For a landmark ``p`` relative to the hips, seen along the ray ``(u, v, 1)``, the hips ``t``
    satisfy ``p + t ~ (u, v, 1)``: ``t_x - u t_z = u p_z - p_x`` and the same with ``v`` and y.

    Args:
        points_m: ``(33, 3)`` MP frame.
        rays: ``(33, 2)`` x / z and y / z of the landmarks in the picture.
        weight: ``(33,)`` how far each counts.
    """
    p, uv = points_m[_CORE], rays[_CORE]
    w = weight[_CORE][:, None] + 1e-6
    offset = uv * p[:, 2:] - p[:, :2]
    total = w.sum()
    mean_ray, mean_offset = (w * uv).sum(0) / total, (w * offset).sum(0) / total
    centred = uv - mean_ray
    spread = float((w * centred * centred).sum()) + 1e-9
    # Elimination of t_x and t_y leaves one equation for the depth.
    depth = -float((w * centred * (offset - mean_offset)).sum()) / spread
    depth = min(max(depth, _LEAST_DEPTH_M), _LARGEST_DEPTH_M)
    return np.array((*(mean_offset + mean_ray * depth), depth))


def lowest_sole_m(feet: Float64Array, ankles_m: Float64Array, scale: float) -> float:
    """Height of the lower foot's lowest point, relative to the hips [m].

    Args:
        feet: ``(2, 3, 3)`` world rotations of the feet.
        ankles_m: ``(2, 3)`` foot joints relative to the hips, world axes.
        scale: size of the performer against the default proportions.
    """
    heights = np.einsum("nj,kj->nk", feet[:, 1], _SOLE_POINTS * scale)
    return float((heights + ankles_m[:, 1:2]).min())


def legs_seen(confidence: Float64Array) -> bool:
    """Whether at least one whole leg is seen, so that the floor can be told."""
    legs = np.minimum(confidence[anatomy.LOWER_LEG_JOINTS], confidence[anatomy.FOOT_JOINTS])
    return bool(legs.max() >= _LEG_SEEN)


_LEG_SEEN: Final = 0.5
