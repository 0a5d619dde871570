"""Takes of a run: begun and ended at any time, from any thread, with what came just before."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeAlias

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.errors import TakeError, TakeUnwritable
from mocapbridge.pipeline.crew import Crew
from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.meters import DurationRing
from mocapbridge.pipeline.stages import Take
from mocapbridge.pipeline.stats import TakeStats
from mocapbridge.types import Landmarks, MocapFrame

_log = logging.getLogger(__name__)

FLUSH_CHECK_S: Final = 0.1
"""How often the take is asked to reach the disk when no frames come."""
RECORD_QUEUE: Final = 1024
"""Frames that may wait for a disk that blocks: half a minute at 30 fps."""
FINISH_S: Final = 10.0
"""How long ``stop`` waits for the take to be finished; it is finished later all the same."""
_PRE_ROLL_FRAMES: Final = 4096
"""The pre-roll never holds more: 17 s at 240 fps."""

Recorded: TypeAlias = tuple[Landmarks, MocapFrame]
OpenTake: TypeAlias = Callable[[str | None], Take]
"""Begins the next take of a slate, None for the configured one; raises ``TakeUnwritable``."""


def cannot_record(_slate: str | None) -> Take:
    """The ``OpenTake`` of a pipeline that was made without one.

    Raises:
        TakeUnwritable: always.
    """
    raise TakeUnwritable("this run has nowhere to record to")


class Recording:
    """Begins and ends takes while the run goes on. Safe to call from any thread.

    Each take has a thread of its own, so that one that is being finished never delays the next.
    When the disk fails, the take ends and the run goes on; ``error`` says so for the exit code.
    """

    def __init__(
        self,
        open_take: OpenTake,
        crew: Crew,
        clock: Clock,
        record_times: DurationRing,
        *,
        pre_roll_s: float = 0.0,
    ) -> None:
        """Set up; nothing is recorded yet.

        Args:
            open_take: begins a take.
            crew: runs the takes' threads.
            clock: for flushing.
            record_times: told how long each frame takes to write.
            pre_roll_s: how much of what came before ``start`` is in the take as well [s].
        """
        self._open_take = open_take
        self._crew = crew
        self._clock = clock
        self._record_times = record_times
        self._pre_roll_ns = round(pre_roll_s * NS_PER_S)
        self._before: deque[Recorded] = deque(maxlen=_PRE_ROLL_FRAMES)
        self._commands = threading.Lock()
        self._lock = threading.Lock()
        self._current: _TakeInProgress | None = None
        self._all: list[_TakeInProgress] = []
        self._over = False

    @property
    def active(self) -> bool:
        """Whether a take is being recorded."""
        current = self._current
        return current is not None and not current.finished.is_set()

    @property
    def error(self) -> TakeError | None:
        """The first error that cut a take short."""
        errors = [take.error for take in tuple(self._all) if take.error is not None]
        return errors[0] if errors else None

    @property
    def stats(self) -> list[TakeStats]:
        """What came of each take so far, the latest last."""
        return [take.stats for take in tuple(self._all)]

    def start(self, slate: str | None = None) -> Path:
        """Begin a take; its first frames are those of the pre-roll.

        Args:
            slate: first part of its name; None: as configured.

        Returns:
            The file that is written while recording goes on.

        Raises:
            TakeUnwritable: one is being recorded, the run is over, the name is not allowed, or the
                folder cannot be written to.
        """
        with self._commands:
            if self.active:
                raise TakeUnwritable("a take is being recorded already: stop it first")
            if self._over:
                raise TakeUnwritable("the run is over: nothing can be recorded any more")
            begun = _TakeInProgress(self._open_take(slate), self._clock, self._record_times)
            with self._lock:
                for item in self._before:
                    begun.frames.offer(item)
                self._before.clear()
                self._current = begun
                self._all.append(begun)
                number = len(self._all)
            self._crew.start(f"recorder {number}", begun.run)
            return begun.take.path

    def stop(self) -> Path | None:
        """End the take; everything given to it so far is in it.

        Returns:
            The finished file; None when nothing was being recorded.

        Raises:
            TakeUnwritable: the take could not be finished; the message says what is kept.
        """
        with self._commands:
            with self._lock:
                ended, self._current = self._current, None
            if ended is None:
                return None
            ended.frames.close()
            if not ended.finished.wait(FINISH_S):
                _log.warning("the disk is slow: this take is still being finished")
            if ended.error is not None:
                raise ended.error
            return ended.take.path

    def give(self, landmarks: Landmarks, motion: MocapFrame) -> None:
        """One more frame of the run. Never waits for the disk."""
        with self._lock:
            if self._current is not None and self._current.error is None:
                self._current.frames.offer((landmarks, motion))
            elif self._pre_roll_ns:
                self._remember(landmarks, motion)

    def _remember(self, landmarks: Landmarks, motion: MocapFrame) -> None:
        oldest_ns = motion.capture_time_ns - self._pre_roll_ns
        while self._before and self._before[0][1].capture_time_ns < oldest_ns:
            self._before.popleft()
        self._before.append((landmarks, motion))

    def end(self) -> None:
        """No more frames will come: the take is finished on its thread, no other can begin."""
        with self._lock:
            self._over = True
            if self._current is not None:
                self._current.frames.close()

    def discard(self) -> None:
        """Let go of frames that a blocked disk has not taken."""
        self.end()
        for take in tuple(self._all):
            take.frames.discard()


class _TakeInProgress:
    """One take and the thread that writes it."""

    def __init__(self, take: Take, clock: Clock, record_times: DurationRing) -> None:
        self.take = take
        self.frames: Handover[Recorded] = Handover(RECORD_QUEUE + _PRE_ROLL_FRAMES)
        self.stats = TakeStats(str(take.path), lambda: self.frames.dropped)
        self.error: TakeError | None = None
        self.finished = threading.Event()
        self._clock = clock
        self._record_times = record_times

    def run(self) -> None:
        """Body of the thread."""
        try:
            self._record()
            self.take.close()
        except TakeError as error:
            self.error = error
            self.stats.error = str(error)
            _log.error("recording stopped, the run goes on: %s", error)
        finally:
            self.frames.discard()
            self.stats.path = str(self.take.path)
            self.stats.recording = False
            self.finished.set()

    def _record(self) -> None:
        while not self.frames.exhausted:
            item = self.frames.take(FLUSH_CHECK_S)
            if item is not None:
                started_s = time.perf_counter()
                self.take.write(*item)
                self._record_times.add(time.perf_counter() - started_s)
                self.stats.recorded(item[1].capture_time_ns)
            self.take.flush_if_due(self._clock.monotonic_ns())
