"""The head's turn as three angles."""

from __future__ import annotations

import math

from mocapbridge.outputs.frame_vector import FloatArray


def head_angles_rad(world_from_head: FloatArray) -> tuple[float, float, float]:
    """Yaw towards the performer's left, pitch up, roll to the performer's right shoulder [rad].

    The rotation is yaw about +Y, then pitch about +X, then roll about +Z, each about the axes that
    those before have turned.

    Args:
        world_from_head: (4, 4), the head's turn from facing the camera.
    """
    (_, _, xz, _), (yx, yy, yz, _), (_, _, zz, _), _ = world_from_head.tolist()
    down = math.asin(max(-1.0, min(1.0, -yz)))
    return math.atan2(xz, zz), -down, math.atan2(yx, yy)
