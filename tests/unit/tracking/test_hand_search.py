"""How often the whole picture is searched for hands."""

from __future__ import annotations

from typing import cast

import numpy as np

from mocapbridge.tracking.body_guide import BodyGuide
from mocapbridge.tracking.hand_follower import HandFollower
from mocapbridge.tracking.hand_search import HandSearch
from mocapbridge.tracking.hand_sides import HandCandidate
from mocapbridge.tracking.mediapipe_tasks import HandNetwork
from mocapbridge.tracking.network_results import HandResult
from mocapbridge.types import Float32Array, Side, UInt8Array

_PICTURE = np.zeros((480, 480, 3), dtype=np.uint8)
_SIZE_PX = (480, 480)


class _Hands:
    """Stands for the network: finds what it is told to."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.found: list[HandResult] = []

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> list[HandResult]:
        del picture_rgb, time_ms
        return self.found


def _points(left: float) -> Float32Array:
    points = np.zeros((21, 3), dtype=np.float32)
    points[:, 0] = left + np.linspace(0.0, 0.05, 21)
    points[:, 1] = np.linspace(0.4, 0.6, 21)
    return points


def _result(left: float) -> HandResult:
    return HandResult(_points(left), np.zeros((21, 3), dtype=np.float32), True, 0.9, "", 0.0)


def _candidate(left: float) -> HandCandidate:
    return HandCandidate.of(_result(left), _points(left), None, _SIZE_PX)


def _searches(network: _Hands, followed: HandCandidate | None, frames: int) -> list[int]:
    """Which pictures are searched while one hand is followed and the other is nowhere."""
    search = HandSearch(cast(HandNetwork, network))
    left, right = (HandFollower(side, cast(HandNetwork, network)) for side in Side)
    left.hand = followed
    searched: list[int] = []
    for index in range(frames):
        if search.due((left, right), None):
            search.look(_PICTURE, (followed,) if followed else (), index)
            searched.append(index)
    return searched


def test_five_searches_in_vain_and_it_comes_every_tenth_picture() -> None:
    searched = _searches(_Hands(), None, 60)
    assert np.diff(searched).tolist() == [3, 3, 3, 3, 10, 10, 10, 10]


def test_the_hand_that_is_followed_anyway_is_no_success() -> None:
    network = _Hands()
    network.found = [_result(0.2)]
    searched = _searches(network, _candidate(0.2), 60)
    assert np.diff(searched)[-1] == 10


def test_while_another_hand_is_seen_it_goes_on_every_third_picture() -> None:
    network = _Hands()
    network.found = [_result(0.2), _result(0.7)]
    searched = _searches(network, _candidate(0.2), 60)
    assert np.diff(searched).tolist() == [3] * (len(searched) - 1)


def test_a_hidden_hand_is_looked_for_ever_more_rarely() -> None:
    points = np.random.default_rng(1).uniform(0.3, 0.7, (33, 3)).astype(np.float32)
    guide = BodyGuide.of(points, np.ones(33, dtype=np.float32), _SIZE_PX)
    follower = HandFollower(Side.LEFT, cast(HandNetwork, _Hands()))
    looked: list[int] = []
    for index in range(60):
        if follower.window(guide):
            looked.append(index)
        follower.settle(None, None, found_other=False)
    assert looked[:7] == list(range(7))
    steps = np.diff(looked).tolist()
    assert 3 in steps
    assert steps[-4:] == [6, 6, 6, 6]
