"""What every solver is to the pipeline."""

from __future__ import annotations

from typing import Protocol

from mocapbridge.types import Float32Array, MocapFrame, SmoothedLandmarks


class Solver(Protocol):
    """Turns smoothed landmarks into a skeleton's motion, one frame at a time, on one thread."""

    @property
    def rest_positions_m(self) -> Float32Array:
        """(55, 3) joint positions of the performer's rest pose, world axes [m]."""
        ...

    def solve(self, landmarks: SmoothedLandmarks) -> MocapFrame:
        """The motion of one frame. Frames come in the order of their capture times."""
        ...

    def recentre(self) -> None:
        """From the next frame on the world's origin is on the floor under the performer."""
        ...
