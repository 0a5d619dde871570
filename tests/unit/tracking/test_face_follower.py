"""How often the face is searched for, and which meshes are believed."""

from __future__ import annotations

from typing import cast

import numpy as np

from mocapbridge.tracking.body_guide import BodyGuide
from mocapbridge.tracking.face_follower import FaceFollower
from mocapbridge.tracking.mediapipe_tasks import FaceNetwork
from mocapbridge.tracking.network_results import FaceResult
from mocapbridge.types import UInt8Array

_PICTURE = np.zeros((480, 480, 3), dtype=np.uint8)
_SIZE_PX = (480, 480)


def _find(share: float) -> FaceResult:
    """A mesh that takes up this share of the window it is found in."""
    points = np.random.default_rng(0).uniform(-share / 2, share / 2, (478, 3))
    return FaceResult((0.5 + points).astype(np.float32), blendshapes=None)


_FACE = _find(0.5)


class _Face:
    """Stands for the network: finds what it is told to."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.found: FaceResult | None = None
        self.calls: list[str] = []

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> FaceResult | None:
        del time_ms
        self.calls.append(f"detect {picture_rgb.shape[0]}")
        return self.found

    def forget(self) -> None:
        self.calls.append("forget")


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


def _body(head_extent_px: float, head_px: tuple[float, float] = (240.0, 240.0)) -> BodyGuide:
    """A body whose ears are so far apart, and whose other points lie between them."""
    points_px = np.tile(np.array(head_px, dtype=np.float32), (33, 1))
    points_px[7, 0] += head_extent_px / 2
    points_px[8, 0] -= head_extent_px / 2
    return BodyGuide(points_px, np.ones(33, dtype=np.float32), forearm_px=1.2 * head_extent_px)


def _followed(network: _Face, guide: BodyGuide, frames: int) -> list[bool]:
    """Which finds are taken for the performer's face."""
    follower = FaceFollower(cast(FaceNetwork, network))
    believed: list[bool] = []
    for index in range(frames):
        found = follower.look(_PICTURE, guide, index)
        believed.append(follower.settle(found[1] if found else None, guide, _SIZE_PX))
    return believed


def test_the_network_forgets_where_the_face_lay_in_the_window_of_the_search() -> None:
    network = _Face()
    network.found = _FACE
    assert _followed(network, _body(40.0), 4) == [True] * 4
    assert [call.split()[0] for call in network.calls] == [
        "detect",
        "forget",
        "detect",
        "detect",
        "detect",
    ]


def test_a_mesh_that_is_too_small_for_the_head_is_searched_anew() -> None:
    network = _Face()
    network.found = _find(0.2)
    assert _followed(network, _body(40.0), 2) == [False, False]
    assert [call.split()[0] for call in network.calls] == ["detect", "forget", "detect"]


def test_a_face_beside_the_performers_head_is_somebody_elses() -> None:
    follower = FaceFollower(cast(FaceNetwork, _Face()))
    image = _find(0.2).image
    assert follower.settle(image, _body(80.0, (240.0, 260.0)), _SIZE_PX)
    assert not follower.settle(image, _body(80.0, (240.0, 345.0)), _SIZE_PX)
    assert not follower.follows


def test_the_network_gets_small_faces_enlarged() -> None:
    network = _Face()
    for head_px in (20.0, 60.0):
        _followed(network, _body(head_px), 1)
    # The windows are 2.2 forearms of 24 and of 72 pixels.
    assert network.calls == [f"detect {3 * 53}", f"detect {158}"]
