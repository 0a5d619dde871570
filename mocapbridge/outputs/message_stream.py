"""Which messages a stream consists of, for outputs whose receivers read MessagePack or JSON."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, TypeAlias

from mocapbridge.clock import Clock
from mocapbridge.outputs.cadence import (
    HEARTBEAT_PERIOD_NS,
    STATIC_PERIOD_NS,
    Cadence,
    RecentStates,
)
from mocapbridge.outputs.zmq_messages import (
    EventMessage,
    FrameComposer,
    FrameMessage,
    StaticMessage,
    static_message,
)
from mocapbridge.types import MocapFrame, StreamInfo, TrackState

Kind: TypeAlias = Literal["static", "frame", "event"]
Message: TypeAlias = StaticMessage | FrameMessage | EventMessage

KINDS: Final[tuple[Kind, ...]] = ("static", "frame", "event")


class MessageStream:
    """Says what is to be sent: every frame, what changes, and what is due every second."""

    def __init__(self, info: StreamInfo, clock: Clock) -> None:
        self._clock = clock
        self._info = info
        self.static = static_message(info)
        """The description of the stream, the same object until ``describe`` changes it."""
        self._composer = FrameComposer(self.static, info)
        self._static_cadence = Cadence(STATIC_PERIOD_NS, clock)
        self._heartbeat_cadence = Cadence(HEARTBEAT_PERIOD_NS, clock)
        self._recent = RecentStates(clock)
        self._states: tuple[TrackState, ...] = self._recent.states
        self._gestures = ("", "")

    def describe(self, info: StreamInfo) -> None:
        """Go on with the names of another mapping; the description is due at once."""
        self._info = replace(self._info, names=info.names, rest_positions_m=info.rest_positions_m)
        self.static = static_message(self._info)
        self._composer = FrameComposer(self.static, self._info)
        self._static_cadence.restart()

    def of_frame(self, frame: MocapFrame) -> list[Message]:
        """A frame, events for what it changes, and the description when it is due.

        Raises:
            ValueError: a number is not finite.
        """
        message = self._composer.compose(frame)
        self._recent.note(frame)
        return [message, *self._changes(frame.gestures), *self._static_when_due()]

    def of_silence(self) -> list[Message]:
        """The description when it is due, and a heartbeat when frames have stopped."""
        messages = self._static_when_due()
        if self._recent.stale and self._heartbeat_cadence.due():
            messages += [*self._changes(self._gestures), self._event("heartbeat")]
        return messages

    def _changes(self, gestures: tuple[str, str]) -> list[Message]:
        """Events for what differs from what was said last."""
        states = self._recent.states
        changed = {"tracking": states != self._states, "gesture": gestures != self._gestures}
        self._states, self._gestures = states, gestures
        return [self._event(name) for name, differs in changed.items() if differs]

    def _event(self, event: str) -> Message:
        return EventMessage(
            subject=self._info.subject,
            session=f"{self._info.session_id:016x}",
            event=event,
            unix_time_ns=self._info.anchor.unix_time_ns(self._clock.monotonic_ns()),
            states=[int(state) for state in self._states],
            gestures=list(self._gestures),
        )

    def _static_when_due(self) -> list[Message]:
        return [self.static] if self._static_cadence.due() else []
