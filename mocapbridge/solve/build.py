"""A performer's build: the bones the fit and the skeleton are made of."""

from __future__ import annotations

from dataclasses import dataclass

from mocapbridge.solve import bones, proportions
from mocapbridge.types import Float64Array


@dataclass(frozen=True, slots=True)
class Build:
    """Bones of one performer, constant."""

    scale: float
    """Size against the adult of ``proportions.STANDARD_HEIGHT_M``."""
    lengths_m: Float64Array
    """(16,) of the fitted figure, ``bones``."""
    offsets_m: Float64Array
    """(55, 3) each joint in its parent's axes."""


def standard_build(height_m: float | None) -> Build:
    """The usual adult at that height; at the standard height when it is not known."""
    height_m = height_m or proportions.STANDARD_HEIGHT_M
    scale = height_m / proportions.STANDARD_HEIGHT_M
    return Build(scale, bones.LENGTHS_M * scale, proportions.offsets_m(height_m))
