"""What becomes of a part that is not seen: held, then eased towards rest, then lost.

Positions stay where they were; it is the confidence that falls, evenly from the last frame in which
the part was seen to 0 when it is lost, so that the solver and receivers can let go gently.
Blendshapes are kept while held and ease to 0, the neutral face.
"""

from __future__ import annotations

from typing import NamedTuple

from mocapbridge.clock import NS_PER_S
from mocapbridge.filters.options import LossOptions
from mocapbridge.types import TrackState


class Standing(NamedTuple):
    """What a part's numbers are worth."""

    state: TrackState
    trust: float
    """1 when seen, falling to 0 when lost: factor on everything that says how sure we are."""
    hold: float
    """1 while seen or held, falling to 0 over the ease: factor on what eases to rest."""


TRACKED = Standing(TrackState.TRACKED, trust=1.0, hold=1.0)
LOST = Standing(TrackState.LOST, trust=0.0, hold=0.0)


class LossPolicy:
    """The times of the configuration, applied to one part at a time."""

    def __init__(self, options: LossOptions) -> None:
        self._hold_ns = round(options.hold_s * NS_PER_S)
        self._ease_ns = round(options.ease_s * NS_PER_S)

    def standing(self, unseen_ns: int) -> Standing:
        """Standing of a part in a frame in which it is not seen.

        Args:
            unseen_ns: time since the last frame in which it was [ns]. Up to and including
                ``hold_s`` it is held, up to and including ``hold_s + ease_s`` predicted.
        """
        until_lost_ns = self._hold_ns + self._ease_ns
        if unseen_ns > until_lost_ns:
            return LOST
        trust = 1.0 - unseen_ns / until_lost_ns if until_lost_ns > 0 else 1.0
        if unseen_ns <= self._hold_ns:
            return Standing(TrackState.HELD, trust, hold=1.0)
        eased = (unseen_ns - self._hold_ns) / self._ease_ns
        # Smoothstep: starts and ends at rest.
        return Standing(TrackState.PREDICTED, trust, hold=1.0 - eased * eased * (3.0 - 2.0 * eased))
