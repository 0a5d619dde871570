"""The recorder's thread: writes the take and outlives a full disk."""

from __future__ import annotations

import logging
import time
from typing import Final

from mocapbridge.clock import Clock
from mocapbridge.errors import TakeError
from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.meters import DurationRing
from mocapbridge.pipeline.stages import Take
from mocapbridge.pipeline.stats import TakeStats
from mocapbridge.types import Landmarks, MocapFrame

_log = logging.getLogger(__name__)

FLUSH_CHECK_S: Final = 0.1
"""How often the take is asked to reach the disk when no frames come."""


class Recording:
    """Writes frames to a take until no more come. When the disk fails, the run goes on without."""

    def __init__(
        self,
        take: Take,
        frames: Handover[tuple[Landmarks, MocapFrame]],
        stats: TakeStats,
        record_times: DurationRing,
        clock: Clock,
    ) -> None:
        self._take = take
        self._frames = frames
        self._stats = stats
        self._record_times = record_times
        self._clock = clock
        self.error: TakeError | None = None
        """Why recording stopped early; the runner raises it when the run has ended."""

    def run(self) -> None:
        """Body of the thread."""
        try:
            self._record()
            self._take.close()
        except TakeError as error:
            self.error = error
            self._stats.error = str(error)
            _log.error("recording stopped, the run goes on: %s", error)
        finally:
            self._frames.discard()

    def _record(self) -> None:
        while not self._frames.exhausted:
            item = self._frames.take(FLUSH_CHECK_S)
            if item is not None:
                started_s = time.perf_counter()
                self._take.write(*item)
                self._record_times.add(time.perf_counter() - started_s)
                self._stats.recorded(item[1].capture_time_ns)
            self._take.flush_if_due(self._clock.monotonic_ns())
