"""The outlier gate: mistakes are held, real changes are not blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.types import SmoothedLandmarks, TrackState
from tests.tracked_points import PARTS, Moment, landmarks_of

FPS = 30
HERE, FAR = 0.0, 2.0
NOTHING_HELD = {"nan_rejected": 0, "outliers_held": 0, "resets": 0}


def shifted(
    shifts_m: Sequence[float], smoother: Smoother, fps: int = FPS
) -> list[SmoothedLandmarks]:
    return [
        smoother.filter(landmarks_of(Moment(time_s=i / fps, shift_m=(x, 0.0, 0.0))))
        for i, x in enumerate(shifts_m)
    ]


def places_m(shown: Sequence[SmoothedLandmarks]) -> list[float]:
    origin = landmarks_of(Moment()).pose.world_m[0, 0]
    return [float(seen.pose.world_m[0, 0] - origin) for seen in shown]


@pytest.mark.parametrize("wrong_frames", [1, 2])
def test_a_jump_and_back_is_not_shown(wrong_frames: int) -> None:
    smoother = Smoother(FilterOptions())
    shown = shifted([HERE] * 5 + [FAR] * wrong_frames + [HERE] * 5, smoother)

    np.testing.assert_allclose(places_m(shown), HERE, atol=1e-6)
    for part in PARTS:
        states = [getattr(seen, part).state for seen in shown]
        assert states[5 : 5 + wrong_frames] == [TrackState.HELD] * wrong_frames
        assert set(states[5 + wrong_frames :]) == {TrackState.TRACKED}
    assert smoother.counters["outliers_held"] == wrong_frames * len(PARTS)


def test_a_cut_is_believed_in_the_third_frame_and_shown_at_once() -> None:
    smoother = Smoother(FilterOptions())
    shown = shifted([HERE] * 5 + [FAR] * 5, smoother)

    np.testing.assert_allclose(places_m(shown)[5:], [HERE, HERE, FAR, FAR, FAR], atol=1e-6)
    assert smoother.counters["outliers_held"] == 2 * len(PARTS)


def test_single_mistakes_are_held_however_many_there_are() -> None:
    smoother = Smoother(FilterOptions())
    shown = shifted([HERE, HERE, FAR] * 10, smoother)

    np.testing.assert_allclose(places_m(shown), HERE, atol=1e-6)
    assert smoother.counters["outliers_held"] == 10 * len(PARTS)


def test_a_cut_while_a_part_comes_back_is_shown_at_once() -> None:
    smoother = Smoother(FilterOptions())
    moments = [Moment(time_s=i / FPS) for i in range(3)]
    moments += [Moment(time_s=i / FPS, unseen=PARTS) for i in range(3, 8)]
    moments += [Moment(time_s=i / FPS, shift_m=(0.1, 0.0, 0.0)) for i in range(8, 10)]
    moments += [Moment(time_s=i / FPS, shift_m=(FAR, 0.0, 0.0)) for i in range(10, 13)]

    shown = [smoother.filter(landmarks_of(moment)) for moment in moments]

    assert 0.0 < places_m(shown)[9] < 0.08
    assert places_m(shown)[12] == pytest.approx(FAR, abs=1e-6)


def test_a_part_that_flickers_is_not_blocked_for_ever() -> None:
    rng = np.random.default_rng(0)
    smoother = Smoother(FilterOptions())
    shown = shifted([float(x) for x in rng.uniform(-50.0, 50.0, 60)], smoother)

    tracked = sum(seen.pose.state is TrackState.TRACKED for seen in shown)
    assert tracked >= 20


@pytest.mark.parametrize("fps", [15, 30, 60, 120])
def test_a_sprint_across_the_picture_passes(fps: int) -> None:
    smoother = Smoother(FilterOptions())
    # World landmarks have their origin between the hips: only the picture shows the sprint.
    for i in range(fps):
        running = landmarks_of(Moment(time_s=i / fps, shift_m=(4.9 * i / fps, 0.0, 0.0)))
        assert smoother.filter(running).pose.state is TrackState.TRACKED
    assert smoother.counters == NOTHING_HELD


def test_only_the_part_that_jumps_is_held() -> None:
    smoother = Smoother(FilterOptions())
    still, jumped = landmarks_of(Moment()), landmarks_of(Moment(shift_m=(FAR, 0.0, 0.0)))
    shifted([HERE] * 3, smoother)
    shown = smoother.filter(replace(still, capture_time_ns=100_000_000, left_hand=jumped.left_hand))
    assert shown.left_hand.state is TrackState.HELD
    assert shown.right_hand.state is shown.pose.state is TrackState.TRACKED
    np.testing.assert_allclose(shown.left_hand.image, still.left_hand.image, atol=1e-6)


@pytest.mark.parametrize("fps", [30, 60])
def test_left_and_right_exchanged_for_a_frame_is_held(fps: int) -> None:
    smoother = Smoother(FilterOptions())
    shifted([HERE] * 3, smoother, fps)
    seen = landmarks_of(Moment(time_s=3 / fps))
    seen.pose.world_m[:, 0] *= -1.0
    assert smoother.filter(seen).pose.state is TrackState.HELD


def test_after_a_quarter_of_a_second_out_of_sight_any_place_is_believed() -> None:
    smoother = Smoother(FilterOptions())
    smoother.filter(landmarks_of(Moment(time_s=0.0)))
    smoother.filter(landmarks_of(Moment(time_s=0.2, unseen=PARTS)))
    shown = smoother.filter(landmarks_of(Moment(time_s=0.26, shift_m=(FAR, 0.0, 0.0))))
    assert shown.pose.state is TrackState.TRACKED
    assert smoother.counters == NOTHING_HELD


@pytest.mark.parametrize(
    "options", [FilterOptions(outlier_gate=False), FilterOptions(enabled=False)]
)
def test_the_gate_can_be_switched_off(options: FilterOptions) -> None:
    smoother = Smoother(options)
    shown = shifted([HERE, HERE, FAR], smoother)
    assert shown[-1].pose.state is TrackState.TRACKED
    assert smoother.counters == NOTHING_HELD
