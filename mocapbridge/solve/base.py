"""What every solver is to the pipeline."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from mocapbridge.types import Float32Array, MocapFrame, SmoothedLandmarks


class BoneChange(Enum):
    """What became of the performer's bones between two frames."""

    NONE = "none"
    GOING_ON = "going on"
    """They are on their way to those that were measured."""
    SETTLED = "settled"
    """They have come to stay: receivers may be told."""


class Solver(Protocol):
    """Turns smoothed landmarks into a skeleton's motion, one frame at a time, on one thread."""

    @property
    def rest_positions_m(self) -> Float32Array:
        """(55, 3) joint positions of the performer's rest pose, world axes [m].

        They change in ``adopt_bones`` and ``go_on_from`` alone.
        """
        ...

    def solve(self, landmarks: SmoothedLandmarks) -> MocapFrame:
        """The motion of one frame. Frames come in the order of their capture times."""
        ...

    def adopt_bones(self) -> BoneChange:
        """Go on towards the performer's own bones, as far as they are known by now.

        Called after a frame where the next one may have other bones; without it they stay.
        """
        ...

    def go_on_from(self, before: Solver) -> None:
        """Begin with the bones that another solver has found, unless this one was given some."""
        ...

    def recentre(self) -> None:
        """From the next frame on the world's origin is on the floor under the performer."""
        ...
