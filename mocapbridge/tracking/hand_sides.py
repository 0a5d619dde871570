"""Which found hand is whose: the performer's left, right, or nobody's."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mocapbridge.tracking.body_guide import WRIST_SEEN, BodyGuide
from mocapbridge.tracking.network_results import HandResult
from mocapbridge.types import Float32Array, Side

_PALM = (0, 5, 9, 13, 17)
_WRIST = 0
_MIDDLE_KNUCKLE = 9

REACH_FOREARMS = 0.6
"""A hand whose wrist is further than this from a visible pose wrist is not that arm's. The pose
model puts a fast wrist up to half a forearm off (our bench on a dancer)."""
_UNSEEN_WRIST_COST = 0.3
"""What taking a hand for an arm whose wrist is not visible costs, in forearms: half the reach, so
that a hand on the visible wrist goes there."""
_OTHER_LABEL_COST = 0.15
"""What the network's opinion on the side weighs, in forearms: it decides only where the wrists
leave it open, because it is wrong in about one frame of twenty (our bench)."""
_CHANGE_COST = 0.1
"""What taking a hand from the tracker of the other side costs, in forearms: crossing hands stay
with their trackers."""
_SAME_HAND_PALMS = 0.6
"""Two finds whose palms are nearer than this fraction of a palm's length are one hand."""


@dataclass(frozen=True)
class HandCandidate:
    """A hand found somewhere in the full picture, its side not yet decided."""

    found_by: Side | None
    """The side whose tracker found it; None for the search of the whole picture."""
    image: Float32Array
    """(21, 3) full-picture fractions, z in widths."""
    points_px: Float32Array
    """(21, 2) pixels of the full picture."""
    world_m: Float32Array
    """(21, 3) MP axes [m]."""
    labelled_left: bool
    score: float
    gesture: str
    gesture_score: float

    @classmethod
    def of(
        cls,
        result: HandResult,
        image: Float32Array,
        found_by: Side | None,
        image_size_px: tuple[int, int],
    ) -> HandCandidate:
        """A network's find, placed in the full picture.

        Args:
            result: the find.
            image: (21, 3) its landmarks as fractions of the full picture.
            found_by: whose tracker found it.
            image_size_px: (width, height).
        """
        return cls(
            found_by=found_by,
            image=image,
            points_px=image[:, :2] * np.array(image_size_px, dtype=np.float32),
            world_m=result.world_m,
            labelled_left=result.labelled_left,
            score=result.score,
            gesture=result.gesture,
            gesture_score=result.gesture_score,
        )

    @cached_property
    def wrist_px(self) -> Float32Array:
        """The wrist, (2,) [px]."""
        return self.points_px[_WRIST]

    @cached_property
    def centre_px(self) -> Float32Array:
        """Centre of the palm, (2,) [px]."""
        return self.points_px[list(_PALM)].mean(axis=0, dtype=np.float32)

    @cached_property
    def palm_px(self) -> float:
        """Length from wrist to middle knuckle or breadth of the knuckles, the longer [px]."""
        length = np.linalg.norm(self.points_px[_MIDDLE_KNUCKLE] - self.wrist_px)
        breadth = np.linalg.norm(self.points_px[5] - self.points_px[17])
        return max(float(length), float(breadth), 1.0)


def same_hand(one: HandCandidate, other: HandCandidate) -> bool:
    """Whether two finds are one hand."""
    limit_px = _SAME_HAND_PALMS * max(one.palm_px, other.palm_px)
    return float(np.linalg.norm(one.centre_px - other.centre_px)) < limit_px


def decide_sides(
    candidates: Sequence[HandCandidate], guide: BodyGuide | None
) -> dict[Side, HandCandidate]:
    """Give each arm at most one hand and each hand at most one arm.

    The pose's wrists decide, the network's handedness is a second opinion, and a hand that is
    beyond reach of every visible wrist is nobody's.

    Args:
        candidates: all finds in one picture, the trackers' before the search's.
        guide: the body in the same picture; None when there is none: then the handedness decides.
    """
    hands: list[HandCandidate] = []
    for candidate in candidates:
        if not any(same_hand(candidate, hand) for hand in hands):
            hands.append(candidate)
    costs = {side: [_cost(hand, side, guide) for hand in hands] for side in Side}
    choices = [*range(len(hands)), None, None]
    best: tuple[int, float] = (0, 0.0)
    decided: dict[Side, HandCandidate] = {}
    for left, right in itertools.permutations(choices, 2):
        pairs = [(side, n) for side, n in ((Side.LEFT, left), (Side.RIGHT, right)) if n is not None]
        prices = [costs[side][n] for side, n in pairs]
        within_reach = [price for price in prices if price is not None]
        if len(within_reach) < len(pairs):
            continue
        rank = (-len(pairs), sum(within_reach))
        if rank < best:
            best, decided = rank, {side: hands[n] for side, n in pairs}
    return decided


def _cost(hand: HandCandidate, side: Side, guide: BodyGuide | None) -> float | None:
    """What it costs to call a hand that side's [forearms]; None where it is beyond reach."""
    cost = _UNSEEN_WRIST_COST
    if guide is not None and guide.wrist_visibility(side) >= WRIST_SEEN:
        distance_px = float(np.linalg.norm(hand.wrist_px - guide.wrist_px(side)))
        cost = distance_px / guide.forearm_px
        if cost > REACH_FOREARMS:
            return None
    if hand.labelled_left != (side is Side.LEFT):
        cost += _OTHER_LABEL_COST * hand.score
    if hand.found_by is not None and hand.found_by is not side:
        cost += _CHANGE_COST
    return cost
