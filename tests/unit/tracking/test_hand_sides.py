"""Who owns a found hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocapbridge.tracking.body_guide import WRISTS, BodyGuide
from mocapbridge.tracking.hand_sides import HandCandidate, decide_sides, same_hand
from mocapbridge.types import Side

_FOREARM_PX = 100.0
_WRIST_PX = {Side.LEFT: (400.0, 300.0), Side.RIGHT: (200.0, 300.0)}


def _guide(left_visible: float = 1.0, right_visible: float = 1.0) -> BodyGuide:
    points = np.zeros((33, 2), dtype=np.float32)
    visibility = np.ones(33, dtype=np.float32)
    for side in Side:
        points[WRISTS[side]] = _WRIST_PX[side]
    visibility[WRISTS[Side.LEFT]] = left_visible
    visibility[WRISTS[Side.RIGHT]] = right_visible
    return BodyGuide(points, visibility, _FOREARM_PX)


def _hand(
    x: float, y: float = 300.0, *, labelled_left: bool = True, found_by: Side | None = None
) -> HandCandidate:
    # A hand pointing down: palm 40 px long and 30 px broad.
    points = np.zeros((21, 2), dtype=np.float32)
    points[:] = (x, y + 40.0)
    points[0] = (x, y)
    points[5] = (x - 15.0, y + 40.0)
    points[17] = (x + 15.0, y + 40.0)
    return HandCandidate(
        found_by=found_by,
        image=np.zeros((21, 3), dtype=np.float32),
        points_px=points,
        world_m=np.zeros((21, 3), dtype=np.float32),
        labelled_left=labelled_left,
        score=0.95,
        gesture="",
        gesture_score=0.0,
    )


def test_each_hand_goes_to_its_wrist_whatever_its_label() -> None:
    at_left = _hand(410.0, labelled_left=False, found_by=Side.LEFT)
    at_right = _hand(190.0, labelled_left=True, found_by=Side.RIGHT)
    decided = decide_sides([at_left, at_right], _guide())
    assert decided == {Side.LEFT: at_left, Side.RIGHT: at_right}


def test_trackers_that_exchanged_their_hands_are_put_right() -> None:
    at_left = _hand(410.0, labelled_left=True, found_by=Side.RIGHT)
    at_right = _hand(190.0, labelled_left=False, found_by=Side.LEFT)
    decided = decide_sides([at_right, at_left], _guide())
    assert decided == {Side.LEFT: at_left, Side.RIGHT: at_right}


def test_one_hand_seen_by_both_trackers_is_reported_once() -> None:
    twice = [_hand(205.0, found_by=Side.LEFT), _hand(207.0, found_by=Side.RIGHT)]
    decided = decide_sides(twice, _guide())
    assert list(decided) == [Side.RIGHT]


def test_a_hand_far_from_both_visible_wrists_is_nobodys() -> None:
    assert decide_sides([_hand(300.0, y=500.0)], _guide()) == {}


@pytest.mark.parametrize("labelled_left", [True, False])
def test_without_a_body_the_label_decides(labelled_left: bool) -> None:
    hand = _hand(300.0, labelled_left=labelled_left)
    side = Side.LEFT if labelled_left else Side.RIGHT
    assert decide_sides([hand], None) == {side: hand}


def test_two_hands_of_one_label_without_a_body_are_both_kept() -> None:
    hands = [_hand(100.0), _hand(300.0)]
    assert sorted(decide_sides(hands, None)) == [Side.LEFT, Side.RIGHT]


def test_a_hand_beside_the_only_visible_wrist_is_that_ones() -> None:
    hand = _hand(205.0, labelled_left=True, found_by=Side.LEFT)
    assert decide_sides([hand], _guide(left_visible=0.1)) == {Side.RIGHT: hand}


_hands = st.lists(
    st.builds(
        _hand,
        st.floats(0, 600),
        st.floats(0, 600),
        labelled_left=st.booleans(),
        found_by=st.sampled_from([None, Side.LEFT, Side.RIGHT]),
    ),
    max_size=4,
)


@given(hands=_hands, seen=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_no_hand_is_given_to_both_arms(
    hands: list[HandCandidate], seen: tuple[float, float]
) -> None:
    decided = decide_sides(hands, _guide(*seen))
    assert all(any(hand is given_hand for given_hand in hands) for hand in decided.values())
    if len(decided) == 2:
        assert not same_hand(decided[Side.LEFT], decided[Side.RIGHT])


def _mirrored(hand: HandCandidate) -> HandCandidate:
    found_by = None if hand.found_by is None else Side(1 - hand.found_by)
    points = hand.points_px * np.array([-1, 1], dtype=np.float32) + np.array([600, 0], np.float32)
    return dataclasses.replace(
        hand, points_px=points, labelled_left=not hand.labelled_left, found_by=found_by
    )


@given(x=st.floats(0, 600), y=st.floats(200, 400), label=st.booleans())
def test_the_mirrored_picture_gives_the_mirrored_decision(x: float, y: float, label: bool) -> None:
    hand = _hand(x, y, labelled_left=label)
    decided = decide_sides([hand], _guide())
    mirrored = decide_sides([_mirrored(hand)], _guide())
    assert {Side(1 - side) for side in mirrored} == set(decided)
