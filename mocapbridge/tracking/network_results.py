"""What the networks find in a picture: plain arrays, in fractions of that picture."""

from __future__ import annotations

from dataclasses import dataclass

from mocapbridge.types import Float32Array


@dataclass(frozen=True, slots=True)
class PoseResult:
    """A body in the picture a network was given (coordinates are fractions of that picture)."""

    image: Float32Array
    """(33, 3) x, y as fractions of the picture, z in picture widths."""
    world_m: Float32Array
    """(33, 3) MP frame [m]."""
    visibility: Float32Array
    """(33,) 0..1."""
    presence: Float32Array
    """(33,) 0..1."""
    mask: Float32Array | None
    """(h, w) 0..1, person against background, of the picture's size."""


@dataclass(frozen=True, slots=True)
class FaceResult:
    """A face in the picture a network was given."""

    image: Float32Array
    """(478, 3) as ``PoseResult.image``."""
    blendshapes: Float32Array | None
    """(52,) in ARKit order, or None where the bundle has no network for them."""


@dataclass(frozen=True, slots=True)
class HandResult:
    """A hand in the picture a network was given."""

    image: Float32Array
    """(21, 3) as ``PoseResult.image``."""
    world_m: Float32Array
    """(21, 3) MP axes, origin near the hand's centre [m]."""
    labelled_left: bool
    """The network's own opinion of the side (the performer's)."""
    score: float
    """How sure it is of that, 0..1."""
    gesture: str
    gesture_score: float


@dataclass(frozen=True, slots=True)
class HolisticResult:
    """What the unified landmarker says of one picture."""

    pose: PoseResult | None
    face: FaceResult | None
    left_hand: HandResult | None
    right_hand: HandResult | None
