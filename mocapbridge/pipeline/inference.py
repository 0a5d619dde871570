"""The tracker thread: pictures in, landmarks out."""

from __future__ import annotations

import time

from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.stages import ReadFrame, TrackedFrame
from mocapbridge.pipeline.stats import RunStats
from mocapbridge.tracking.base import Tracker


class Inference:
    """Tracks every frame it is handed, until no more come."""

    def __init__(
        self,
        tracker: Tracker,
        frames: Handover[ReadFrame],
        tracked: Handover[TrackedFrame],
        stats: RunStats,
        *,
        keep_pictures: bool,
    ) -> None:
        self._tracker = tracker
        self._frames = frames
        self._tracked = tracked
        self._inference_times = stats.stages["inference"]
        self._track_times = stats.stages["track"]
        self._keep_pictures = keep_pictures

    def run(self) -> None:
        """Body of the thread."""
        try:
            while (read := self._frames.take()) is not None:
                self._tracked.put(self._track(read))
        finally:
            # After a failure, lets the reader go that may wait for room.
            self._frames.discard()
            self._tracked.close()

    def _track(self, read: ReadFrame) -> TrackedFrame:
        started_s = time.perf_counter()
        landmarks = self._tracker.track(read.frame)
        overhead_s = time.perf_counter() - started_s - self._tracker.inference_s
        self._inference_times.add(self._tracker.inference_s)
        self._track_times.add(overhead_s)
        picture = read.frame if self._keep_pictures else None
        return TrackedFrame(landmarks, read.since_ns, overhead_s, picture)
