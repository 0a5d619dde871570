"""The loss policy: exact times, and how a part comes back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mocapbridge.filters.options import FilterOptions, LossOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.types import SmoothedLandmarks, TrackState
from tests.tracked_points import PARTS, Moment, landmarks_of, without

HELD, PREDICTED, LOST, TRACKED = (
    TrackState.HELD,
    TrackState.PREDICTED,
    TrackState.LOST,
    TrackState.TRACKED,
)
MS = 1_000_000
SEEN = landmarks_of(Moment(blendshape=0.8, head_yaw_rad=0.4))


def after_loss(*times_ms: float, options: FilterOptions | None = None) -> list[SmoothedLandmarks]:
    """Seen at 0 ms, then nothing at the times that are given."""
    smoother = Smoother(options or FilterOptions())
    smoother.filter(SEEN)
    lost = without(SEEN, PARTS)
    return [smoother.filter(replace(lost, capture_time_ns=round(t * MS))) for t in times_ms]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_held_then_predicted_then_lost_at_the_configured_times(part: str) -> None:
    times_ms = (1, 299, 300, 300.000001, 999, 1000, 1000.000001, 5000)

    states = [getattr(seen, part).state for seen in after_loss(*times_ms)]

    assert states == [HELD, HELD, HELD, PREDICTED, PREDICTED, PREDICTED, LOST, LOST]


def test_times_of_the_configuration_count() -> None:
    options = FilterOptions(loss=LossOptions(hold_s=0.1, ease_s=0.0))

    states = [seen.pose.state for seen in after_loss(50, 100, 101, options=options)]

    assert states == [HELD, HELD, LOST]


def test_no_patience_at_all_is_lost_at_once() -> None:
    options = FilterOptions(loss=LossOptions(hold_s=0.0, ease_s=0.0))
    (seen,) = after_loss(1, options=options)
    assert seen.pose.state is LOST


@pytest.mark.parametrize("part", PARTS)
def test_confidence_falls_evenly_to_nothing(part: str) -> None:
    full = getattr(SEEN, part).confidence

    confidences = [getattr(seen, part).confidence for seen in after_loss(100, 500, 900, 1001)]

    np.testing.assert_allclose(confidences, [0.9 * full, 0.5 * full, 0.1 * full, 0.0], rtol=1e-6)


def test_visibility_falls_with_confidence() -> None:
    half, lost = after_loss(500, 2000)
    np.testing.assert_allclose(half.pose.visibility, 0.4, rtol=1e-6)
    np.testing.assert_allclose(half.pose.presence, 0.35, rtol=1e-6)
    assert not lost.pose.visibility.any()


def test_points_and_head_stay_where_they_were() -> None:
    for seen in after_loss(100, 700, 3000):
        np.testing.assert_allclose(seen.pose.image, SEEN.pose.image, atol=1e-6)
        np.testing.assert_allclose(seen.pose.world_m, SEEN.pose.world_m, atol=1e-6)
        np.testing.assert_allclose(seen.left_hand.world_m, SEEN.left_hand.world_m, atol=1e-6)
        np.testing.assert_allclose(
            seen.face.camera_from_face_cm, SEEN.face.camera_from_face_cm, atol=1e-4
        )


def test_blendshapes_are_held_then_ease_to_neutral() -> None:
    held, halfway, lost = after_loss(300, 650, 1001)
    np.testing.assert_allclose(held.face.blendshapes, 0.8, rtol=1e-6)
    np.testing.assert_allclose(halfway.face.blendshapes, 0.4, rtol=1e-6)
    assert not lost.face.blendshapes.any()


def test_a_gesture_is_kept_only_while_the_hand_is_held() -> None:
    held, predicted = after_loss(250, 350)
    assert held.right_hand.gesture == "Open_Palm"
    assert held.right_hand.gesture_score == pytest.approx(0.6 * 0.75)
    assert (predicted.right_hand.gesture, predicted.right_hand.gesture_score) == ("", 0.0)


def test_what_was_never_seen_is_lost_and_zero() -> None:
    seen = Smoother(FilterOptions()).filter(without(SEEN, PARTS))
    assert {getattr(seen, part).state for part in PARTS} == {LOST}
    assert not seen.pose.image.any()
    assert not seen.left_hand.world_m.any()
    assert not seen.face.blendshapes_measured
    np.testing.assert_array_equal(seen.face.camera_from_face_cm, np.eye(4))


def returning(gap_frames: int, fps: int = 60) -> list[float]:
    """x of a pose point after a gap in which the body went 0.2 m aside, per frame [m]."""
    smoother = Smoother(FilterOptions())
    start = landmarks_of(Moment())
    moved = landmarks_of(Moment(shift_m=(0.2, 0.0, 0.0)))
    frames = [start] * 10 + [without(start, PARTS)] * gap_frames + [moved] * fps
    shown = [
        smoother.filter(replace(landmarks, capture_time_ns=i * 1_000_000_000 // fps))
        for i, landmarks in enumerate(frames)
    ]
    origin = float(start.pose.world_m[0, 0])
    return [float(seen.pose.world_m[0, 0]) - origin for seen in shown[10 + gap_frames :]]


@pytest.mark.parametrize("gap_frames", [12, 30])
def test_a_part_glides_back_within_a_tenth_of_a_second(gap_frames: int) -> None:
    way = np.array(returning(gap_frames))
    steps = np.diff(way, prepend=0.0)
    assert steps.max() < 0.2 * 0.35
    assert steps.min() >= 0.0
    assert way[-1] == pytest.approx(0.2, abs=1e-3)
    if gap_frames * 1000 / 60 > 250:
        # The filter started anew where the body is now: only the glide takes time.
        assert way[6] == pytest.approx(0.2, abs=1e-6)


def test_a_part_that_was_lost_is_there_at_once() -> None:
    way = returning(gap_frames=70)
    assert way[0] == pytest.approx(0.2, abs=1e-6)


def test_a_single_missed_frame_costs_no_extra_delay() -> None:
    # Coming back takes as long as the part was missed: here one frame, which has passed already.
    smoother, complete = Smoother(FilterOptions()), Smoother(FilterOptions())
    behind_m: list[float] = []
    for index in range(6):
        moment = Moment(time_s=index / 30.0, shift_m=(0.02 * index, 0.0, 0.0))
        landmarks = landmarks_of(moment)
        with_gap = smoother.filter(without(landmarks, PARTS) if index == 4 else landmarks)
        without_gap = complete.filter(landmarks)
        behind_m.append(float(without_gap.pose.world_m[0, 0] - with_gap.pose.world_m[0, 0]))
    assert behind_m[4] > 0.015
    assert abs(behind_m[5]) < 0.005


def test_a_part_that_returns_and_goes_again_never_jumps() -> None:
    smoother = Smoother(FilterOptions())
    there = landmarks_of(Moment(shift_m=(0.15, 0.0, 0.0)))
    here = landmarks_of(Moment())
    frames = [here] * 3 + [without(here, PARTS)] * 9
    frames += [there, without(there, PARTS), without(there, PARTS), there, without(there, PARTS)]
    shown = [
        float(smoother.filter(replace(seen, capture_time_ns=i * 33 * MS)).pose.world_m[0, 0])
        for i, seen in enumerate(frames)
    ]
    steps = np.abs(np.diff(shown))
    assert steps.max() < 0.1
    # What is not seen does not move.
    assert steps[[12, 13, 15]].max() == 0.0


@pytest.mark.parametrize("gone_s", [1.5, 30.0])
def test_a_part_lost_while_it_came_back_is_there_at_once_later(gone_s: float) -> None:
    smoother = Smoother(FilterOptions())
    here, there = landmarks_of(Moment()), landmarks_of(Moment(shift_m=(0.15, 0.0, 0.0)))
    frames = [(0.0, here), (0.1, without(here, PARTS)), (0.2, without(here, PARTS))]
    # Half way back after 0.24 s, then lost.
    frames += [(0.24, there), (0.3, without(there, PARTS))]
    elsewhere = landmarks_of(Moment(shift_m=(0.5, 0.0, 0.0)))
    frames += [(gone_s, without(there, PARTS)), (gone_s + 0.01, elsewhere)]

    shown = [smoother.filter(replace(seen, capture_time_ns=round(t * 1e9))) for t, seen in frames]

    assert shown[-2].pose.state is LOST
    np.testing.assert_allclose(shown[-1].pose.world_m, elsewhere.pose.world_m, atol=1e-6)
