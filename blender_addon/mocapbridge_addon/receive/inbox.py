# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the socket's threads leave motion and Blender's main thread takes it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from ..motion.frame import Motion

_NS_PER_S: Final = 1_000_000_000
KEPT_FRAMES: Final = 900
"""Frames kept per performer: 15 s at 60 per second, for a recorder's pre-roll and slow ticks."""
MAX_SUBJECTS: Final = 16
STALE_NS: Final = 500_000_000
"""Without frames for so long, a performer's pose is an old one."""
FARTHEST_M: Final = 10_000.0
"""No performer is farther away and no bone longer: such numbers are damage, and sums of them
overflow."""
_RATE_WINDOW_NS: Final = 2 * _NS_PER_S


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of one performer, at one moment."""

    name: str
    protocol: str
    """``link`` or ``vmc``."""
    sender: str
    """Address and port the datagrams come from."""
    frames_per_s: float
    states: tuple[int, int, int, int]
    """Body, face, left hand, right hand: 0 lost to 3 tracked; all lost when stale."""
    age_ns: int
    """Time since the newest frame came in [ns]."""
    latency_ns: int | None
    """From capture to arrival of the newest frame [ns]; None while the clock is unknown."""
    frame_count: int

    @property
    def stale(self) -> bool:
        """Whether the newest frame is an old one."""
        return self.age_ns > STALE_NS


@dataclass(slots=True)
class _Track:
    """One performer's newest frames."""

    protocol: str
    sender: str
    frames: deque[Motion] = field(default_factory=lambda: deque[Motion](maxlen=KEPT_FRAMES))
    count: int = 0
    """Frames ever put in; the newest one's number is ``count - 1``."""
    latency_ns: int | None = None


class Inbox:
    """Performers by name. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tracks: dict[str, _Track] = {}

    def put(
        self, motion: Motion, *, protocol: str, sender: str, latency_ns: int | None = None
    ) -> bool:
        """Take in one frame.

        Returns:
            False when there are too many performers already.
        """
        with self._lock:
            track = self._tracks.get(motion.subject)
            if track is None:
                if len(self._tracks) >= MAX_SUBJECTS and not self._forget_oldest(motion):
                    return False
                track = self._tracks[motion.subject] = _Track(protocol, sender)
            track.protocol, track.sender, track.latency_ns = protocol, sender, latency_ns
            track.frames.append(motion)
            track.count += 1
            return True

    def take(self, name: str, cursor: int) -> tuple[list[Motion], int]:
        """The frames of a performer that came since ``cursor``, oldest first.

        Args:
            name: the performer; "" for the one who was heard first.
            cursor: what the last call returned; 0 for all that is kept.

        Returns:
            The frames and the cursor for the next call. Frames beyond ``KEPT_FRAMES`` are gone:
            the cursors' difference is then larger than the number of frames.
        """
        with self._lock:
            track = self._track(name)
            if track is None:
                return [], 0
            if cursor > track.count:
                cursor = 0
            wanted = min(track.count - cursor, len(track.frames))
            if not wanted:
                return [], track.count
            return [track.frames[place] for place in range(-wanted, 0)], track.count

    def newest(self, name: str) -> Motion | None:
        """The newest frame of a performer; None when there is none."""
        with self._lock:
            track = self._track(name)
            return track.frames[-1] if track is not None and track.frames else None

    def subjects(self, now_ns: int) -> list[Subject]:
        """All performers, in the order in which they were first heard."""
        with self._lock:
            return [_subject(name, track, now_ns) for name, track in self._tracks.items()]

    def clear(self) -> None:
        """Forget all performers."""
        with self._lock:
            self._tracks.clear()

    def _track(self, name: str) -> _Track | None:
        if name:
            return self._tracks.get(name)
        return next(iter(self._tracks.values()), None)

    def _forget_oldest(self, motion: Motion) -> bool:
        """Make room by forgetting the performer who has been silent longest, if long enough."""
        name, track = min(self._tracks.items(), key=lambda item: item[1].frames[-1].arrival_time_ns)
        if motion.arrival_time_ns - track.frames[-1].arrival_time_ns < _RATE_WINDOW_NS:
            return False
        del self._tracks[name]
        return True


def _subject(name: str, track: _Track, now_ns: int) -> Subject:
    newest = track.frames[-1]
    age_ns = max(0, now_ns - newest.arrival_time_ns)
    return Subject(
        name=name,
        protocol=track.protocol,
        sender=track.sender,
        frames_per_s=_rate(track, now_ns),
        states=(0, 0, 0, 0) if age_ns > STALE_NS else newest.states,
        age_ns=age_ns,
        latency_ns=track.latency_ns,
        frame_count=track.count,
    )


def _rate(track: _Track, now_ns: int) -> float:
    """Frames per second over the last two seconds."""
    recent = [
        motion.arrival_time_ns
        for motion in track.frames
        if now_ns - motion.arrival_time_ns < _RATE_WINDOW_NS
    ]
    if len(recent) < 2:  # noqa: PLR2004 - a rate lies between two frames
        return 0.0
    return (len(recent) - 1) * _NS_PER_S / max(1, recent[-1] - recent[0])
