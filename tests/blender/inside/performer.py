"""A performer who moves everything, put into the add-on as if received."""

from __future__ import annotations

import math
from functools import cache

from mocapbridge_addon.motion.arkit import ARKIT_NAMES
from mocapbridge_addon.motion.frame import Motion, Skeleton
from mocapbridge_addon.motion.quaternion import about
from mocapbridge_addon.receive.rest_proportions import DEFAULT_OFFSETS_M, NAMES, PARENTS

NAME = "Ann"


@cache
def skeleton() -> Skeleton:
    """One for all frames, as a stream has."""
    return Skeleton(NAMES, PARENTS, DEFAULT_OFFSETS_M, blendshape_names=ARKIT_NAMES)


def motion(number: int, capture_time_ns: int, arrival_time_ns: int) -> Motion:
    """Where the performer is at that time; swings far enough for signs of quaternions to change."""
    second = capture_time_ns * 1e-9
    turns = [
        about((math.sin(joint), math.cos(joint), 0.3), 2.0 * math.sin(second * 2.0 + joint))
        for joint in range(len(NAMES))
    ]
    weights = [0.5 + 0.5 * math.sin(second * 3.0 + shape) for shape in range(len(ARKIT_NAMES))]
    return Motion(
        subject=NAME,
        skeleton=skeleton(),
        frame_id=number,
        capture_time_ns=capture_time_ns,
        root_position_m=(0.3 * math.sin(second), 0.93, 0.2 * math.cos(second)),
        rotations_wxyz=turns,
        blendshapes=weights,
        feet_planted=(int(second) % 2 == 0, int(second) % 2 == 1),
        arrival_time_ns=arrival_time_ns,
    )
