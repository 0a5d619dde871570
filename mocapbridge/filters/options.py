"""What a configuration may say of the filters."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Positive = Annotated[float, Meta(gt=0.0, le=1e6)]
NonNegative = Annotated[float, Meta(ge=0.0, le=1e6)]


class OneEuroOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One One-Euro filter; what is left out comes from the preset."""

    min_cutoff_hz: Positive | None = None
    """Cut-off at rest: lower is smoother and slower."""
    beta: NonNegative | None = None
    """How much the cut-off rises with speed, in Hz per m/s at the performer (blendshapes: per 1/s,
    head: per rad/s): higher is quicker in motion."""
    derivative_cutoff_hz: Positive | None = None
    """Cut-off of the speed estimate."""


class LossOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to a part that is not seen."""

    hold_s: NonNegative = 0.3
    """Keep the last numbers for this long (state ``held``)."""
    ease_s: NonNegative = 0.7
    """Then let go for this long (state ``predicted``; the face eases to neutral, confidence reaches
    0), then ``lost``."""


class FilterOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Smoothing and the treatment of outliers and losses."""

    enabled: bool = True
    """False: only finite numbers and the loss policy, no smoothing."""
    preset: Literal["crisp", "normal", "smooth"] = "normal"
    body: OneEuroOptions = field(default_factory=OneEuroOptions)
    """The body's points relative to the hips."""
    hands: OneEuroOptions = field(default_factory=OneEuroOptions)
    face: OneEuroOptions = field(default_factory=OneEuroOptions)
    """The points of the face mesh."""
    blendshapes: OneEuroOptions = field(default_factory=OneEuroOptions)
    head: OneEuroOptions = field(default_factory=OneEuroOptions)
    """The head's turn and place."""
    root: OneEuroOptions = field(default_factory=OneEuroOptions)
    """The body's points in the picture, from which follows where the performer is."""
    outlier_gate: bool = True
    """Hold a part for a frame or two when it jumps further than a person can move."""
    loss: LossOptions = field(default_factory=LossOptions)
