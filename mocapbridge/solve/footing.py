"""Feet that stand are shown where they were shown when they came down.

The figure that is fitted to the picture and the skeleton that is shown differ by some centimetres.
A foot that was drawn to where the figure has it would slide there under everybody's eyes, so it is
the skeleton's own foot that is held: it comes down where it happens to be, and only sinks to the
floor. The hips make up for it.
"""

from __future__ import annotations

import math
from typing import Final

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Vector

_SINK_S: Final = 0.05
"""Time constant with which a foot that came down settles on the floor."""
_RELEASE_S: Final = 0.06
"""Time constant with which a foot is let go."""
_FARTHEST_M: Final = 0.25
"""A performer who is that far from where a foot stood has gone, or come back elsewhere."""
_FREE: Final = 1e-3
"""A hold that is weaker is none."""


class Footing:
    """Where one foot stands."""

    def __init__(self) -> None:
        self.hold = 0.0
        """1 while it stands, falling to 0 when it is let go."""
        self._stands = False
        self._place_m: Vector = (0.0, 0.0, 0.0)

    def rescale(self, factor: float) -> None:
        """Its place is that much further from the camera."""
        self._place_m = plain.scaled(self._place_m, factor)

    def comes_down(self, stands: bool) -> bool:
        """Whether this is the first frame of a step."""
        return stands and not self._stands

    def follow(self, stands: bool, ankle_m: Vector, standing_height_m: float, dt_s: float) -> None:
        """Take hold of a foot, keep it, or let it go.

        Args:
            stands: whether it stands in this frame.
            ankle_m: where the ankle would be without any hold.
            standing_height_m: height of a standing ankle.
            dt_s: time since the frame before [s].
        """
        if plain.length(self.astray_m(ankle_m)) > _FARTHEST_M:
            self.hold = 0.0
        if self.comes_down(stands) or (stands and self.hold == 0.0):
            self._place_m = self.target_m(ankle_m)
            self.hold = 1.0
        elif stands:
            x, y, z = self._place_m
            y += (standing_height_m - y) * (1.0 - math.exp(-dt_s / _SINK_S))
            self._place_m = (x, y, z)
        else:
            self.hold *= math.exp(-dt_s / _RELEASE_S)
            if self.hold < _FREE:
                self.hold = 0.0
        self._stands = stands

    def astray_m(self, ankle_m: Vector) -> Vector:
        """How far the place is from where the ankle would be."""
        return plain.subtract(self._place_m, ankle_m)

    def target_m(self, ankle_m: Vector) -> Vector:
        """Where the ankle is shown."""
        return plain.mix(ankle_m, self._place_m, self.hold)
