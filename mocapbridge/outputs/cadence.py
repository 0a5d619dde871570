"""When something is due again, and what is known of the performer meanwhile."""

from __future__ import annotations

from typing import Final

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.types import MocapFrame, TrackState

STATIC_PERIOD_NS: Final = NS_PER_S
"""Descriptions are sent this often: a receiver that comes late waits no longer."""
HEARTBEAT_PERIOD_NS: Final = NS_PER_S // 2
"""Signs of life are sent this often at most, and each second at least, as ``idle`` is called."""
STALE_AFTER_NS: Final = NS_PER_S // 2
"""A frame older than this says nothing of now: half a second, as Unreal's Live Link has it."""

# ``Output.idle`` may come a little early; waiting for its next call would double the period.
_EARLY_NS: Final = NS_PER_S // 20


class Cadence:
    """Says at most once per period that something is due, and at once on the first question."""

    def __init__(self, period_ns: int, clock: Clock) -> None:
        self._period_ns = period_ns
        self._clock = clock
        self._last_ns: int | None = None

    def due(self) -> bool:
        """Whether a period has passed since this last said so."""
        now_ns = self._clock.monotonic_ns()
        if self._last_ns is not None and now_ns - self._last_ns < self._period_ns - _EARLY_NS:
            return False
        self._last_ns = now_ns
        return True

    def restart(self) -> None:
        """Make it due at once."""
        self._last_ns = None


class RecentStates:
    """The parts' states in the newest frame, all lost once it is stale or before there is one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._states = (TrackState.LOST,) * 4
        self._noted_ns: int | None = None

    def note(self, frame: MocapFrame) -> None:
        """Remember the states of a frame that is being sent."""
        self._states = part_states(frame)
        self._noted_ns = self._clock.monotonic_ns()

    @property
    def stale(self) -> bool:
        """Whether frames have stopped, or never came."""
        if self._noted_ns is None:
            return True
        return self._clock.monotonic_ns() - self._noted_ns > STALE_AFTER_NS

    @property
    def states(self) -> tuple[TrackState, ...]:
        """Pose, face, left hand, right hand."""
        return (TrackState.LOST,) * 4 if self.stale else self._states


def part_states(frame: MocapFrame) -> tuple[TrackState, ...]:
    """Pose, face, left hand, right hand."""
    return (frame.pose.state, frame.face.state, frame.left_hand_state, frame.right_hand_state)
