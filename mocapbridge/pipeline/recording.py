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
from mocapbridge.takes.names import reference_path
from mocapbridge.types import Landmarks, MocapFrame, VideoFrame

_log = logging.getLogger(__name__)

FLUSH_CHECK_S: Final = 0.1
"""How often the take is asked to reach the disk when no frames come."""
RECORD_QUEUE: Final = 1024
"""Frames that may wait for a disk that blocks: half a minute at 30 fps."""
FINISH_S: Final = 10.0
"""How long ``stop`` waits for the take to be finished; it is finished later all the same."""
_PRE_ROLL_FRAMES: Final = 4096
"""The pre-roll never holds more: 17 s at 240 fps."""

PICTURE_QUEUE: Final = 8
"""Pictures that may wait for the reference video; beyond, older ones are left out of it."""

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
        reference_fps: float | None = None,
    ) -> None:
        """Set up; nothing is recorded yet.

        Args:
            open_take: begins a take.
            crew: runs the takes' threads.
            clock: for flushing.
            record_times: told how long each frame takes to write.
            pre_roll_s: how much of what came before ``start`` is in the take as well [s].
            reference_fps: rate of a video of the pictures beside each take; None: none [1/s].
        """
        self._reference_fps = reference_fps
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
                    begun.offer(*item)
                self._before.clear()
                self._current = begun
                self._all.append(begun)
                number = len(self._all)
            self._crew.start(f"recorder {number}", begun.run)
            if self._reference_fps is not None:
                fps = self._reference_fps
                self._crew.start(f"reference {number}", lambda: begun.film(fps))
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
            ended.no_more()
            if not ended.finished.wait(FINISH_S):
                _log.warning("the disk is slow: this take is still being finished")
            if ended.error is not None:
                raise ended.error
            return ended.take.path

    @property
    def wants_pictures(self) -> bool:
        """Whether ``give`` is to be given the pictures as well."""
        return self._reference_fps is not None

    def give(
        self, landmarks: Landmarks, motion: MocapFrame, picture: VideoFrame | None = None
    ) -> None:
        """One more frame of the run. Never waits for the disk."""
        with self._lock:
            if self._current is not None and self._current.error is None:
                self._current.offer(landmarks, motion)
                if picture is not None:
                    self._current.pictures.offer(picture)
            elif self._pre_roll_ns:
                self._remember(landmarks, motion)

    def between_takes(self, change: Callable[[], bool]) -> bool:
        """Have something done that no take may see half of. Never waits.

        Args:
            change: says whether frames look otherwise from now on; then those before are in no
                pre-roll.

        Returns:
            Whether it was done: not while a take is recorded, begun or ended.
        """
        if not self._commands.acquire(blocking=False):
            return False
        try:
            if self.active:
                return False
            if change():
                with self._lock:
                    self._before.clear()
            return True
        finally:
            self._commands.release()

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
                self._current.no_more()

    def discard(self) -> None:
        """Let go of frames that a blocked disk has not taken."""
        self.end()
        for take in tuple(self._all):
            take.frames.discard()
            take.pictures.discard()

    def settle(self, within_s: float) -> None:
        """Wait until every take is finished or given up.

        Args:
            within_s: the longest to wait, all together [s].
        """
        deadline_s = time.monotonic() + within_s
        for take in tuple(self._all):
            take.finished.wait(max(0.0, deadline_s - time.monotonic()))


class _TakeInProgress:
    """One take and the thread that writes it."""

    def __init__(self, take: Take, clock: Clock, record_times: DurationRing) -> None:
        self.take = take
        self.frames: Handover[Recorded] = Handover(RECORD_QUEUE + _PRE_ROLL_FRAMES)
        self.pictures: Handover[VideoFrame] = Handover(PICTURE_QUEUE)
        self.stats = TakeStats(str(take.path), lambda: self.frames.dropped)
        self.first_ns: int | None = None
        """Capture time of the first frame [ns]."""
        self.error: TakeError | None = None
        self.finished = threading.Event()
        self._clock = clock
        self._record_times = record_times

    def offer(self, landmarks: Landmarks, motion: MocapFrame) -> None:
        """One more frame."""
        if self.first_ns is None:
            self.first_ns = motion.capture_time_ns
        self.frames.offer((landmarks, motion))

    def no_more(self) -> None:
        """What was given so far is all."""
        self.frames.close()
        self.pictures.close()

    def film(self, fps: float) -> None:
        """Body of the thread that writes the pictures; the take is whole without them."""
        from mocapbridge.reference_video import ReferenceVideo

        path = reference_path(self.take.path)
        video: ReferenceVideo | None = None
        try:
            while (picture := self.pictures.take()) is not None:
                if video is None:
                    first_ns = self.first_ns
                    first_ns = picture.capture_time_ns if first_ns is None else first_ns
                    video = ReferenceVideo(path, fps, first_ns)
                video.write(picture.image_bgr, picture.capture_time_ns)
        except TakeUnwritable as error:
            _log.error("no reference video: %s", error)
        finally:
            self.pictures.discard()
            if video is not None:
                video.close()

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
