"""When things are due, and what is said of the performer when frames stop."""

from __future__ import annotations

from dataclasses import replace

from mocapbridge.clock import NS_PER_S
from mocapbridge.outputs.cadence import Cadence, RecentStates
from mocapbridge.types import TrackState
from tests.motion_frames import SteppedClock, unseen_frame

LOST, HELD, TRACKED = TrackState.LOST, TrackState.HELD, TrackState.TRACKED


def times_due(cadence: Cadence, clock: SteppedClock, step_s: float, steps: int) -> int:
    due = 0
    for _ in range(steps):
        clock.sleep(step_s)
        due += cadence.due()
    return due


def test_due_at_once_then_once_a_period_however_often_one_asks() -> None:
    for step_s, steps in ((0.001, 10_000), (0.2, 50), (1.0, 10)):
        clock = SteppedClock()
        cadence = Cadence(NS_PER_S, clock)
        assert cadence.due()
        assert not cadence.due()
        assert times_due(cadence, clock, step_s, steps) in (10, 11)


def test_asking_a_little_early_does_not_skip_a_period() -> None:
    clock = SteppedClock()
    cadence = Cadence(NS_PER_S, clock)
    cadence.due()
    assert times_due(cadence, clock, 0.199, 50) == 10


def test_long_silence_is_not_made_up_for() -> None:
    clock = SteppedClock()
    cadence = Cadence(NS_PER_S, clock)
    cadence.due()
    clock.sleep(60.0)
    assert times_due(cadence, clock, 0.1, 5) == 1


def test_restart_makes_it_due_at_once() -> None:
    cadence = Cadence(NS_PER_S, SteppedClock())
    cadence.due()
    cadence.restart()
    assert cadence.due()


def test_states_are_those_of_the_newest_frame_until_it_is_stale() -> None:
    clock = SteppedClock()
    recent = RecentStates(clock)
    assert recent.stale
    assert recent.states == (LOST, LOST, LOST, LOST)
    recent.note(replace(unseen_frame(), left_hand_state=TRACKED, right_hand_state=HELD))
    clock.sleep(0.4)
    assert not recent.stale
    assert recent.states == (LOST, LOST, TRACKED, HELD)
    clock.sleep(0.2)
    assert recent.stale
    assert recent.states == (LOST, LOST, LOST, LOST)
