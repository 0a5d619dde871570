"""Runs the whole pipeline offline over a clip, as `mocapbridge run` does, and times its frames."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.tracking.hits import Hits
from mocapbridge.clock import RunAnchor, SystemClock
from mocapbridge.config.schema import RunConfig
from mocapbridge.filters.smoother import Smoother
from mocapbridge.outputs.link import LinkOutput
from mocapbridge.outputs.options import LinkOptions, OscOptions, ZmqOptions
from mocapbridge.outputs.osc import OscOutput
from mocapbridge.outputs.zmq_pub import ZmqOutput
from mocapbridge.pipeline.runner import Pipeline, PipelineParts
from mocapbridge.solve.live import LiveSolver
from mocapbridge.sources.options import VideoOptions
from mocapbridge.sources.video_file import VideoFileSource
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.types import FaceSource, Landmarks, StreamInfo, VideoFrame


@dataclass(slots=True)
class Measured:
    """One run over a clip."""

    hits: Hits = field(default_factory=Hits)
    frame_times_ms: list[float] = field(default_factory=list[float])
    """From one tracked frame to the next. Decoding, tracking, filtering, solving and sending
    overlap on different threads, so this is what a frame costs, everything included."""
    cpu_ms: float = 0.0
    """Processor time of the whole process per frame, all threads together, after the first frame:
    on as few cores as most machines have to spare, this sets the pace."""
    overhead_p50_ms: float = 0.0
    """Everything but decoding and inference, summed over the stages."""


class _ListeningTracker:
    """Notes when each frame was done, and what was found."""

    def __init__(self, tracker: ComposedTracker, measured: Measured) -> None:
        self._tracker = tracker
        self._measured = measured
        self._last_s: float | None = None
        self._first_cpu_s = 0.0
        self.face_source: FaceSource = tracker.face_source
        self.inference_s = 0.0

    def track(self, frame: VideoFrame, following: Sequence[VideoFrame] = ()) -> Landmarks:
        """As the tracker."""
        landmarks = self._tracker.track(frame, following)
        self.inference_s = self._tracker.inference_s
        now_s, cpu_s = time.perf_counter(), time.process_time()
        times_ms = self._measured.frame_times_ms
        if self._last_s is None:
            self._first_cpu_s = cpu_s
        else:
            times_ms.append((now_s - self._last_s) * 1000)
            self._measured.cpu_ms = (cpu_s - self._first_cpu_s) * 1000 / len(times_ms)
        self._last_s = now_s
        self._measured.hits.count(landmarks)
        return landmarks

    def close(self) -> None:
        """As the tracker."""
        self._tracker.close()


def run(path: Path, frames: int, fps: float, store: ModelStore) -> Measured:
    """Run the pipeline over the first frames of a clip, with its default outputs on loopback."""
    measured, config = Measured(), RunConfig()
    options = VideoOptions(path=str(path), end_s=(frames - 0.5) / fps)
    source = VideoFileSource(options, SystemClock())
    source.open()
    solver = LiveSolver("bench", config.solve)
    info = StreamInfo("bench", 1, (30, 1), solver.rest_positions_m, True, RunAnchor.now())
    outputs = (
        OscOutput(OscOptions(port=54390), info),
        ZmqOutput(ZmqOptions(bind="tcp://127.0.0.1:54391"), info),
        LinkOutput(LinkOptions(port=54392), info),
    )
    for output in outputs:
        output.open()
    parts = PipelineParts(
        source=source,
        tracker=_ListeningTracker(ComposedTracker(config.tracking, store=store), measured),
        smoother=Smoother(config.filters),
        solver=solver,
        outputs=outputs,
        native_pace=False,
    )
    pipeline = Pipeline(parts, SystemClock())
    try:
        ended = pipeline.run(threading.Event())
    finally:
        pipeline.close()
    measured.overhead_p50_ms = ended.stages["all but inference"].p50_ms
    return measured
