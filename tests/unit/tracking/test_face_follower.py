"""How often the face is searched for."""

from __future__ import annotations

from typing import cast

import numpy as np

from mocapbridge.tracking.face_follower import FaceFollower
from mocapbridge.tracking.mediapipe_tasks import FaceNetwork
from mocapbridge.tracking.network_results import FaceResult
from mocapbridge.types import UInt8Array

_PICTURE = np.zeros((480, 480, 3), dtype=np.uint8)
_SIZE_PX = (480, 480)
_FACE = FaceResult(
    np.random.default_rng(0).uniform(0.4, 0.6, (478, 3)).astype(np.float32), blendshapes=None
)


class _Face:
    """Stands for the network: finds what it is told to."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.found: FaceResult | None = None

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> FaceResult | None:
        del picture_rgb, time_ms
        return self.found


def _looked_at(follower: FaceFollower, frames: int) -> list[int]:
    """Which pictures are looked at."""
    looked: list[int] = []
    for index in range(frames):
        found = None
        if not follower.rests:
            looked.append(index)
            found = follower.look(_PICTURE, None, index)
        follower.settle(found[1] if found else None, None, _SIZE_PX)
    return looked


def test_a_face_that_stays_away_is_looked_for_in_every_third_picture() -> None:
    follower = FaceFollower(cast(FaceNetwork, _Face()))
    looked = _looked_at(follower, 30)
    assert looked[:7] == [0, 1, 2, 3, 4, 5, 6]
    assert set(np.diff(looked[7:]).tolist()) == {3}


def test_a_face_that_returns_is_followed_in_every_picture() -> None:
    network = _Face()
    follower = FaceFollower(cast(FaceNetwork, network))
    _looked_at(follower, 20)
    network.found = _FACE
    looked = _looked_at(follower, 20)
    assert looked[0] <= 2
    assert looked == list(range(looked[0], 20))


def test_a_cut_begins_the_search_anew() -> None:
    follower = FaceFollower(cast(FaceNetwork, _Face()))
    _looked_at(follower, 20)
    follower.reset()
    assert _looked_at(follower, 4) == [0, 1, 2, 3]
