"""Which footage the face models are made from, and which people they never see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Clip:
    """One piece of footage with a face."""

    name: str
    held_out: bool = False
    """The person is kept for measuring: no model is made from the clip."""
    head_px: tuple[int, int, int] | None = None
    """Where the face is small in the first picture: centre x, centre y and side of a window [px]
    that is cut out, enlarged and then follows the face."""


CLIPS: Final[tuple[Clip, ...]] = (
    Clip("lp_d0"),
    Clip("lp_d3"),
    Clip("lp_d11"),
    Clip("lp_d12"),
    Clip("lp_d13"),
    Clip("lp_d14"),
    Clip("lp_d20"),
    Clip("lp_s18"),
    Clip("lp_s29"),
    Clip("ma_head1"),
    Clip("ma_head2"),
    Clip("muse_dance", head_px=(502, 315, 500)),
    Clip("performer_full", held_out=True, head_px=(639, 197, 140)),
    Clip("lp_s13", held_out=True, head_px=(364, 93, 260)),
    Clip("slp_sign", held_out=True),
    Clip("mp_gesture", held_out=True),
    Clip("performer_upper", held_out=True),
)
