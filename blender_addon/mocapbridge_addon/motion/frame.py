# SPDX-License-Identifier: GPL-3.0-or-later
"""One frame of motion and the skeleton its numbers belong to.

World axes are those of the link (glTF, VRM 1.0): metres, right-handed, +Y up, the performer faces
+Z, the performer's left is +X, the floor is y = 0. Rotations of a joint are relative to its parent;
identity everywhere is the T-pose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .quaternion import Quaternion, Vector


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The joints of a stream. Equal skeletons are the same skeleton, whichever stream sent them."""

    names: tuple[str, ...]
    """Names of the VRM 1.0 humanoid."""
    parents: tuple[int | None, ...]
    """Index of each joint's parent, lower than the joint's own; None for the root."""
    offsets_m: tuple[Vector, ...]
    """From the parent in the T-pose, world axes [m]; for the root from the world's origin."""
    frame_rate: tuple[int, int] = (30, 1)
    """(numerator, denominator) of the stream's nominal rate."""
    blendshape_names: tuple[str, ...] = ()
    blendshapes_measured: bool = True

    def rest_positions_m(self) -> list[Vector]:
        """Where each joint is in the T-pose, world [m]."""
        positions: list[Vector] = []
        for parent, (x, y, z) in zip(self.parents, self.offsets_m, strict=True):
            px, py, pz = positions[parent] if parent is not None else (0.0, 0.0, 0.0)
            positions.append((px + x, py + y, pz + z))
        return positions


@dataclass(frozen=True, slots=True)
class Motion:
    """One frame of one performer."""

    subject: str
    skeleton: Skeleton
    frame_id: int
    """Rises by one for each captured frame; skipped frames leave gaps."""
    capture_time_ns: int
    """Instant of capture on the sender's clock [ns]."""
    root_position_m: Vector
    rotations_wxyz: Sequence[Quaternion]
    """One for each joint of the skeleton."""
    blendshapes: Sequence[float] = ()
    """One weight 0..1 for each of the skeleton's blendshape names."""
    head_rotation_wxyz: Quaternion = (1.0, 0.0, 0.0, 0.0)
    """world_from_head: the turn of the face from looking at the camera."""
    gaze_rad: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """Left yaw, left pitch, right yaw, right pitch: towards the performer's left, up [rad]."""
    feet_planted: tuple[bool, bool] = (False, False)
    """(left, right) whether the foot stands on the floor and keeps its place there."""
    states: tuple[int, int, int, int] = field(default=(3, 3, 3, 3))
    """Body, face, left hand, right hand: 0 lost, 1 predicted, 2 held, 3 tracked."""
    arrival_time_ns: int = 0
    """Instant the datagram came in, on this machine's monotonic clock [ns]."""
