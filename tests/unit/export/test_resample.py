from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.spatial.transform import Rotation, Slerp

from mocapbridge.errors import TakeError
from mocapbridge.export.rates import frame_rate
from mocapbridge.export.resample import resampled
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from tests.export_clips import moving_clip

RATES = ["23.976", "24", "25", "29.97", "30", "50", "60"]


@pytest.mark.parametrize("text", RATES)
@pytest.mark.parametrize("jitter", [0.0, 0.45])
def test_length_is_kept_to_half_a_frame(text: str, jitter: float) -> None:
    rate = frame_rate(text)
    clip = moving_clip(91, rate=Fraction(30), jitter=jitter)
    even = resampled(clip, rate)
    assert abs(even.duration_s - clip.duration_s) <= 0.5 / float(rate) + 1e-9
    assert np.allclose(np.diff(even.times_s), float(1 / rate))
    assert even.frame_rate == rate


def test_frames_that_are_on_the_grid_stay_as_they_are() -> None:
    clip = moving_clip(50)
    even = resampled(clip, clip.frame_rate)
    assert np.array_equal(even.rotations_wxyz, clip.rotations_wxyz)
    assert np.array_equal(even.positions_in_world_m, clip.positions_in_world_m)


def test_rotations_between_frames_are_those_of_an_independent_slerp() -> None:
    clip = moving_clip(40, jitter=0.4)
    even = resampled(clip, Fraction(60))
    within = even.times_s <= clip.times_s[-1]
    for joint in (0, 4, 11, 30):
        judge = Slerp(
            clip.times_s, Rotation.from_quat(clip.rotations_wxyz[:, joint], scalar_first=True)
        )
        expected = judge(even.times_s[within]).as_quat(scalar_first=True)
        apart = quaternion.angle_rad(
            even.rotations_wxyz[within, joint].astype(np.float64), expected
        )
        assert apart.max() < 1e-5


def test_positions_follow_from_the_rotations_and_heads_stay_rotations() -> None:
    clip = moving_clip(40, jitter=0.4)
    even = resampled(clip, Fraction(60))
    lengths = np.linalg.norm(
        even.positions_in_world_m[:, JOINT_INDEX["leftHand"]]
        - even.positions_in_world_m[:, JOINT_INDEX["leftLowerArm"]],
        axis=1,
    )
    assert np.ptp(lengths) < 1e-5
    turns = even.world_from_head[:, :3, :3]
    assert np.abs(turns @ np.swapaxes(turns, 1, 2) - np.eye(3)).max() < 1e-5


def test_a_single_frame_stays_one() -> None:
    clip = moving_clip(1)
    even = resampled(clip, Fraction(60))
    assert even.frames == 1
    assert np.array_equal(even.rotations_wxyz, clip.rotations_wxyz)


def test_a_gap_of_years_is_refused_before_memory_is_taken() -> None:
    clip = moving_clip(3)
    gap = replace(clip, times_s=np.array([0.0, 0.1, 1000.0]))
    with pytest.raises(TakeError, match="trim the take or choose a lower --fps"):
        resampled(gap, Fraction(30))
