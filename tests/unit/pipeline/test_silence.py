from __future__ import annotations

import numpy as np

from mocapbridge.pipeline.silence import lost_landmarks, silence_after_s
from mocapbridge.types import TrackState, VideoFrame
from tests.pipeline_fakes import NO_PICTURE, landmarks_of


def test_nothing_is_seen_and_nothing_else_changes() -> None:
    last = landmarks_of(VideoFrame(NO_PICTURE, 5_000, 17, "cam", segment=2))
    lost = lost_landmarks(last, 9_000)
    assert (lost.capture_time_ns, lost.frame_index, lost.segment) == (9_000, 17, 2)
    for part in (lost.pose, lost.face, lost.left_hand, lost.right_hand):
        assert part.state is TrackState.LOST
        assert part.confidence == 0.0
    assert np.array_equal(lost.pose.world_m, last.pose.world_m)


def test_silence_is_noticed_before_receivers_give_up_and_after_a_slow_cameras_frame() -> None:
    assert silence_after_s(60.0) < 0.5
    assert silence_after_s(0.0) < 0.5
    assert silence_after_s(2.0) > 1 / 2.0
