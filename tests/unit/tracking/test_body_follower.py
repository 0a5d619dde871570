"""When the pose network looks, and when what it saw last stands for the next picture."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from mocapbridge.tracking.body_follower import BodyFollower
from mocapbridge.tracking.mediapipe_tasks import PoseNetwork
from mocapbridge.tracking.network_results import PoseResult
from mocapbridge.types import Float32Array, UInt8Array, VideoFrame

_FRAME_NS = 33_000_000
_PICTURE = np.zeros((480, 640, 3), dtype=np.uint8)
_RIGHT_WRIST = 16


class _Pose:
    """Stands for the network: says where the head is by counting, and what is visible."""

    def __init__(self) -> None:
        self.cpu_s = 0.0
        self.looks = 0
        self.visibility = _seen(0)

    def detect(self, picture_rgb: UInt8Array, time_ms: int) -> PoseResult:
        del picture_rgb, time_ms
        self.looks += 1
        image = np.full((33, 3), self.looks, dtype=np.float32)
        return PoseResult(image, np.zeros_like(image), self.visibility, self.visibility, None)


def _seen(*landmarks: int) -> Float32Array:
    visibility = np.zeros(33, dtype=np.float32)
    visibility[list(landmarks)] = 0.9
    return visibility


def _follower(network: _Pose, *, spare: bool = True) -> BodyFollower:
    return BodyFollower(cast(PoseNetwork, network), None, spare_in_close_ups=spare)


def _frame(index: int) -> VideoFrame:
    return VideoFrame(_PICTURE, (index + 1) * _FRAME_NS, index, "test")


def _follow(follower: BodyFollower, indices: range, ahead: int = 0) -> list[float]:
    """Which look each frame's body is from."""
    looks: list[float] = []
    for index in indices:
        for begun in range(index, min(index + ahead + 1, indices.stop)):
            follower.start(_frame(begun))
        pose = cast(PoseResult, follower.finished(_frame(index)).result)
        looks.append(float(pose.image[0, 0]))
    return looks


def test_a_face_close_up_is_looked_at_in_every_second_picture_before_long() -> None:
    network = _Pose()
    follower = _follower(network)
    looks = _follow(follower, range(60))
    follower.close()
    assert looks[:10] == list(range(1, 11))
    assert looks[-4:] in ([33, 34, 34, 35], [34, 34, 35, 35])
    assert 30 <= network.looks <= 36


@pytest.mark.parametrize("landmark", [13, 14, 15, 16, 23, 24])
def test_a_body_with_an_arm_or_hips_is_looked_at_in_every_picture(landmark: int) -> None:
    network = _Pose()
    network.visibility = _seen(landmark)
    follower = _follower(network)
    assert _follow(follower, range(40)) == list(range(1, 41))
    follower.close()


def test_without_a_face_network_every_picture_is_looked_at() -> None:
    network = _Pose()
    follower = _follower(network, spare=False)
    assert _follow(follower, range(40)) == list(range(1, 41))
    follower.close()


def test_a_wrist_that_turns_up_ends_the_sparing() -> None:
    network = _Pose()
    follower = _follower(network)
    _follow(follower, range(40))
    network.visibility = _seen(_RIGHT_WRIST)
    looks = _follow(follower, range(40, 60))
    follower.close()
    # One picture at most may still be spared, before the wrist was seen.
    assert np.diff(looks)[1:].tolist() == [1.0] * 18


def test_looking_ahead_changes_nothing() -> None:
    in_step, ahead = _follower(_Pose()), _follower(_Pose())
    assert _follow(in_step, range(50)) == _follow(ahead, range(50), ahead=1)
    in_step.close()
    ahead.close()


def test_a_new_segment_is_looked_at_afresh() -> None:
    network = _Pose()
    follower = _follower(network)
    _follow(follower, range(41))
    before = network.looks
    follower.reset()
    assert _follow(follower, range(41, 50)) == list(range(before + 1, before + 10))
    follower.close()
