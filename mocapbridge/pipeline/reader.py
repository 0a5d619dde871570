"""The reader thread: takes frames from the source and opens it again when it is lost."""

from __future__ import annotations

import logging
import threading
import time
from typing import Final

from mocapbridge.clock import Clock
from mocapbridge.errors import SourceError, SourceLost
from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.stages import ReadFrame
from mocapbridge.pipeline.stats import RunStats
from mocapbridge.sources.base import Source
from mocapbridge.types import VideoFrame

_log = logging.getLogger(__name__)

REOPEN_DELAYS_S: Final[tuple[float, ...]] = (0.5, 1.0, 2.0)
"""Pauses before the first, second and every later attempt to open a lost source again: a camera
that is plugged in again delivers within 3 s."""


class Reader:
    """Reads the source until it ends or the run is halted."""

    def __init__(
        self,
        source: Source,
        frames: Handover[ReadFrame],
        stats: RunStats,
        halted: threading.Event,
        clock: Clock,
    ) -> None:
        self._source = source
        self._frames = frames
        self._stats = stats
        self._halted = halted
        self._clock = clock
        self.reopen_delays_s = REOPEN_DELAYS_S
        """Pauses before attempts to open a lost source again; the last one repeats [s]."""
        self._read_times = stats.stages["read"]
        self._over = False
        self._next_index = 0

    def run(self) -> None:
        """Body of the thread."""
        give = self._frames.offer if self._source.live else self._frames.put
        try:
            while not (self._over or self._halted.is_set()):
                frame = self._read()
                if frame is not None:
                    self._count(frame)
                    live = self._source.live
                    since_ns = frame.capture_time_ns if live else self._clock.monotonic_ns()
                    give(ReadFrame(frame, since_ns))
        finally:
            self._stats.source_state = "ended"
            self._frames.close()

    def _count(self, frame: VideoFrame) -> None:
        # A camera counts every picture it delivers: a gap is pictures nobody took in time.
        missed = max(0, frame.frame_index - self._next_index)
        self._stats.captured += 1 + missed
        self._stats.missed += missed
        self._next_index = frame.frame_index + 1

    def _read(self) -> VideoFrame | None:
        # None: no frame this time, and none ever if _over is set.
        started_s = time.perf_counter()
        try:
            frame = self._source.read()
        except SourceLost as lost:
            self._over = not self._reopened(lost)
            return None
        except SourceError:
            if not self._halted.is_set():  # else it was closed while it was being read
                raise
            return None
        self._read_times.add(time.perf_counter() - started_s)
        self._over = frame is None
        return frame

    def _reopened(self, lost: SourceLost) -> bool:
        # False: the run was halted first.
        if self._halted.is_set():
            return False
        self._stats.source_state = "lost"
        _log.warning("%s; trying again until it is back", lost)
        lost_s = time.monotonic()
        attempt = 0
        while not self._halted.wait(self._delay_s(attempt)):
            attempt += 1
            if self._opens():
                self._stats.source_state = "running"
                self._stats.reconnections += 1
                _log.warning(
                    "%s is back after %.1f s", self._source.source_id, time.monotonic() - lost_s
                )
                return True
        return False

    def _opens(self) -> bool:
        self._source.close()
        try:
            self._source.open()
        except SourceError as error:
            _log.debug("not yet: %s", error)
            return False
        return True

    def _delay_s(self, attempt: int) -> float:
        return self.reopen_delays_s[min(attempt, len(self.reopen_delays_s) - 1)]
