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
        look_ahead: bool,
    ) -> None:
        """Prepare.

        Args:
            tracker: turns pictures into landmarks.
            frames: where pictures come from.
            tracked: where landmarks go.
            stats: the run's.
            keep_pictures: send each picture along.
            look_ahead: no waiting frame is ever replaced by a newer one, so the tracker may begin
                with those that wait while it is at this one.
        """
        self._tracker = tracker
        self._frames = frames
        self._tracked = tracked
        self._inference_times = stats.stages["inference"]
        self._track_times = stats.stages["track"]
        self._keep_pictures = keep_pictures
        self._look_ahead = look_ahead

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
        waiting = self._frames.waiting() if self._look_ahead else ()
        landmarks = self._tracker.track(read.frame, [ahead.frame for ahead in waiting])
        overhead_s = time.perf_counter() - started_s - self._tracker.inference_s
        self._inference_times.add(self._tracker.inference_s)
        self._track_times.add(overhead_s)
        picture = read.frame if self._keep_pictures else None
        return TrackedFrame(landmarks, read.since_ns, overhead_s, picture)
