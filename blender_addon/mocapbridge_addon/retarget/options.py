# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may choose about how motion is carried over."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from ..motion.quaternion import Vector


class Travel(enum.Enum):
    """How much of the performer's way through the room the rig goes."""

    FULL = "FULL"
    """All of it, scaled by the length of the legs."""
    IN_PLACE = "IN_PLACE"
    """Up and down alone."""
    NONE = "NONE"
    """The hips turn and stay."""


@dataclass(frozen=True, slots=True)
class Options:
    """How motion is carried over to one rig."""

    travel: Travel = Travel.FULL
    floor_offset_m: float = 0.0
    """Lifts the rig [m of the performer's room]."""
    origin_m: Vector = (0.0, 0.0, 0.0)
    """The place in the performer's room that is the armature's own origin [m]."""
    pin_feet: bool = True
    """Keep a foot in its place for as long as the performer's stands in its place."""
    ik_feet: bool = False
    """Move the feet by the controls of their inverse kinematics, where the rig has them."""
    keep_rest_pose: bool = False
    """Take the rest pose for the T-pose as it is, without turning limbs into it."""
