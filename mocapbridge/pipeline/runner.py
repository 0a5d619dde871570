"""A run: the threads between a source and its outputs, from the first frame to the last.

::

    reader -> tracker -> motion -> one thread per output
                               `-> one thread per take

Live sources: the newest frame wins between reader and tracker and before each output, and what is
skipped is counted. Footage: every frame is tracked, the reader waits for the tracker.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, TypeVar

from mocapbridge.clock import Clock
from mocapbridge.outputs.base import Output
from mocapbridge.pipeline.crew import Crew
from mocapbridge.pipeline.delivery import Delivery
from mocapbridge.pipeline.errands import Errands
from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.inference import Inference
from mocapbridge.pipeline.motion import GiveMotion, Motion, MotionStages, Recipients
from mocapbridge.pipeline.reader import REOPEN_DELAYS_S, Reader
from mocapbridge.pipeline.recording import OpenTake, Recording, cannot_record
from mocapbridge.pipeline.silence import silence_after_s
from mocapbridge.pipeline.snapshot import RunSnapshot
from mocapbridge.pipeline.stages import (
    Film,
    OutgoingFrame,
    Overlay,
    ReadFrame,
    Retargeting,
    Smoothing,
    StreamDescription,
    TrackedFrame,
)
from mocapbridge.pipeline.stats import OutputStats, RunStats
from mocapbridge.solve.base import Solver
from mocapbridge.sources.base import Source
from mocapbridge.tracking.base import Tracker

_log = logging.getLogger(__name__)

FAST_AHEAD: Final = 3
"""Footage at full speed: frames read ahead of the tracker, and tracked ahead of the solver. Where
hands come and go, 3 keep two cores busier than 2 (4 % on p2s_cam02); 6 gain 2 % and 20 MB more."""
NATIVE_QUEUE: Final = 8
"""Footage at its own pace: frames that may wait for an output; older ones are skipped."""
FAST_QUEUE: Final = 1024
"""Footage at full speed: frames that may wait for an output (3 MB)."""

POLL_S: Final = 0.05
"""How often the runner looks whether the run is over."""
WATCH_S: Final = 0.2
"""How often a watcher is shown the run."""
DRAIN_S: Final = 5.0
"""How long outputs and recorder may take to finish after the last frame of footage."""
HALT_CORE_S: Final = 0.5
"""How long reader, tracker and motion get to end when halted; again after closing the source."""
HALT_EDGE_S: Final = 0.5
"""How long outputs and recorder get to send and write what waits when halted."""
PACK_S: Final = 1.5
"""How long the last frames of a take get to be packed; without that it stays a journal, as good."""
HALT_LAST_S: Final = 0.2
"""How long a thread gets to end after what it waited for was closed: 1.9 s in all."""

ResultT = TypeVar("ResultT")
Watch = Callable[[RunSnapshot], None]


@dataclass(frozen=True)
class PipelineParts:
    """The stages of a run, opened and ready."""

    source: Source
    tracker: Tracker
    smoother: Smoothing
    solver: Solver
    outputs: tuple[Output, ...] = ()
    retargets: tuple[Retargeting | None, ...] = ()
    """What is made of the motion for each of the outputs; empty: nothing for none."""
    watch_mappings: Callable[[threading.Event], None] | None = None
    """Body of a thread that takes over edited mappings until the event is set."""
    description: StreamDescription | None = None
    """What receivers and takes are told of the stream; None where nobody asks."""
    open_take: OpenTake = cannot_record
    pre_roll_s: float = 0.0
    """How much of what came before a take was begun is in it as well [s]."""
    reference_fps: float | None = None
    """Rate of a video of the pictures beside each take; None: none [1/s]."""
    overlay: Overlay | None = None
    film: Film | None = None
    native_pace: bool = True
    """Frames come as they were filmed; False: as fast as this machine allows."""
    settle_s: float = 0.0
    """Pause before the first frame is read [s]."""
    reopen_delays_s: tuple[float, ...] = REOPEN_DELAYS_S
    repairs: Callable[[], dict[str, int]] = dict
    """What the stages repaired so far, by counter."""


class Pipeline:
    """Runs once. Does not open its parts; ``close`` closes them."""

    recording: Recording
    """Begins and ends takes while it runs, from any thread."""

    def __init__(self, parts: PipelineParts, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock
        self._halted = threading.Event()
        self._core = Crew()
        self._edge = Crew()
        source = parts.source
        self._stats = RunStats(source.source_id, source.live, source.frame_count)
        ahead = 1 if source.live or parts.native_pace else FAST_AHEAD
        self._frames: Handover[ReadFrame] = Handover(ahead)
        self._tracked: Handover[TrackedFrame] = Handover(ahead)
        self._to_outputs: list[Handover[OutgoingFrame]] = []
        self._gives: dict[Retargeting | None, list[GiveMotion]] = {}
        self._errands: Errands[Motion] = Errands()
        self.recording = Recording(
            parts.open_take,
            self._edge,
            clock,
            self._stats.stages["record"],
            pre_roll_s=parts.pre_roll_s,
            reference_fps=parts.reference_fps,
        )
        self._stats.takes = lambda: self.recording.stats
        self._stats.skipped = self._skipped
        self._stats.corrupt = lambda: source.corrupt_frames
        self._stats.repairs = parts.repairs

    def _skipped(self) -> int:
        return self._stats.missed + self._frames.dropped + self._tracked.dropped

    def snapshot(self) -> RunSnapshot:
        """The run at this instant."""
        return self._stats.snapshot()

    def between_frames(self, action: Callable[[Motion], ResultT]) -> ResultT:
        """Have something done on the motion thread, and wait for it.

        Raises:
            CommandRefused: the run starts or ends, or the action itself was refused.
        """
        return self._errands.ask(action)

    def run(
        self,
        stop: threading.Event,
        duration_s: float | None = None,
        watch: Watch | None = None,
        watch_every_s: float = WATCH_S,
    ) -> RunSnapshot:
        """Run until the footage ends, ``stop`` is set or the time is over.

        Args:
            stop: set it from anywhere to end the run within 2 s.
            duration_s: how long to run at most; None: no limit [s].
            watch: shown the run now and then, on the calling thread.
            watch_every_s: how often [s].

        Returns:
            The run as it ended.

        Raises:
            MocapBridgeError: what ended the run early, or made its take incomplete.
        """
        patience = _Patience(stop, watch, watch_every_s)
        self._start()
        try:
            self._wait(self._core, patience, math.inf if duration_s is None else duration_s)
            self._end_core()
            self._wait(self._edge, patience, DRAIN_S)
        finally:
            self._end_core()
            self._end_edge()
        error = self._core.error or self._edge.error or self.recording.error
        if error is not None:
            raise error
        return self.snapshot()

    def close(self) -> None:
        """Close every part that no thread still works with, the last opened first."""
        self.recording.discard()
        self.recording.settle(PACK_S)
        stuck = {*self._core.join(0.0), *self._edge.join(HALT_LAST_S)}
        with ExitStack() as closing:
            for thread_name, close in self._closers():
                if thread_name not in stuck:
                    closing.callback(close)

    def _closers(self) -> list[tuple[str, Callable[[], None]]]:
        # In the order of opening, with the thread that uses the part.
        parts = self._parts
        closers = [("reader", parts.source.close), ("tracker", parts.tracker.close)]
        closers += [(_output_thread(n), out.close) for n, out in enumerate(parts.outputs)]
        if parts.overlay is not None:
            closers.append(("motion", parts.overlay.close))
        if parts.film is not None:
            closers.append(("motion", parts.film.close))
        return closers

    def _start(self) -> None:
        # From the far end, so that every thread finds its taker at work.
        self._stats.started_s = time.perf_counter()
        parts = self._parts
        retargets = parts.retargets or (None,) * len(parts.outputs)
        for index, (output, retarget) in enumerate(zip(parts.outputs, retargets, strict=True)):
            delivery = self._delivery(output, retarget)
            self._edge.start(_output_thread(index), delivery.run)
        watch = parts.watch_mappings
        if watch is not None:
            self._edge.start("mappings", lambda: watch(self._halted))
        self._core.start("motion", self._motion().run)
        self._core.start("tracker", self._inference().run)
        self._core.start("reader", self._read)

    def _delivery(self, output: Output, retarget: Retargeting | None) -> Delivery:
        parts = self._parts
        footage_queue = NATIVE_QUEUE if parts.native_pace else FAST_QUEUE
        frames: Handover[OutgoingFrame] = Handover(1 if parts.source.live else footage_queue)
        stats = OutputStats(output, lambda: frames.dropped)
        self._to_outputs.append(frames)
        self._gives.setdefault(retarget, []).append(frames.offer)
        self._stats.outputs.append(stats)
        timed = parts.source.live or parts.native_pace
        info = None if retarget is None else retarget.info
        return Delivery(output, frames, stats, self._clock if timed else None, info)

    def _motion(self) -> Motion:
        parts = self._parts
        stages = MotionStages(
            smoother=parts.smoother,
            solver=parts.solver,
            recipients=tuple(
                Recipients(retarget, tuple(gives)) for retarget, gives in self._gives.items()
            ),
            recorder=self.recording.give,
            between_takes=self.recording.between_takes,
            description=parts.description,
            overlay=parts.overlay,
            film=parts.film,
        )
        silence_s = silence_after_s(parts.source.nominal_fps) if parts.source.live else None
        return Motion(stages, self._tracked, self._stats, self._clock, silence_s, self._errands)

    def _inference(self) -> Inference:
        drawn = self._parts.overlay is not None or self._parts.film is not None
        keep_pictures = drawn or self.recording.wants_pictures
        return Inference(
            self._parts.tracker,
            self._frames,
            self._tracked,
            self._stats,
            keep_pictures=keep_pictures,
            look_ahead=not self._parts.source.live,
        )

    def _read(self) -> None:
        reader = Reader(self._parts.source, self._frames, self._stats, self._halted, self._clock)
        reader.reopen_delays_s = self._parts.reopen_delays_s
        self._halted.wait(self._parts.settle_s)
        reader.run()

    def _wait(self, crew: Crew, patience: _Patience, at_most_s: float) -> None:
        deadline_s = time.monotonic() + at_most_s
        while crew.working() and not (self._failed() or patience.over(deadline_s)):
            patience.pause(self.snapshot)

    def _failed(self) -> bool:
        return self._core.failed.is_set() or self._edge.failed.is_set()

    def _end_core(self) -> None:
        # Quick when it has ended by itself. What was tracked still reaches outputs and take.
        if self._halted.is_set():
            return
        self._halted.set()
        self._frames.discard()
        if self._core.join(HALT_CORE_S):
            # The reader may hang in the driver; so may closing, hence on a thread.
            self._core.start("source closer", self._parts.source.close)
            self._core.join(HALT_CORE_S)
            self._tracked.close()  # where the tracker hangs, motion need not
            self._core.join(HALT_LAST_S)
        for frames in self._to_outputs:
            frames.close()
        self.recording.end()

    def _end_edge(self) -> None:
        if self._edge.join(HALT_EDGE_S):
            for frames in self._to_outputs:
                frames.discard()
            self.recording.discard()
            self._edge.join(HALT_LAST_S)
        self.recording.settle(PACK_S)  # what is done by then costs nothing
        stuck = [*self._core.join(0.0), *self._edge.join(0.0)]
        if stuck:
            _log.warning("still busy after 2 s, left behind: %s", ", ".join(stuck))


class _Patience:
    # Waits for the end of a run, and shows it to its watcher meanwhile.
    def __init__(self, stop: threading.Event, watch: Watch | None, watch_every_s: float) -> None:
        self._stop = stop
        self._watch = watch
        self._watch_every_s = watch_every_s
        self._watch_due_s = 0.0

    def over(self, deadline_s: float) -> bool:
        return self._stop.is_set() or time.monotonic() >= deadline_s

    def pause(self, snapshot: Callable[[], RunSnapshot]) -> None:
        now_s = time.monotonic()
        if self._watch is not None and now_s >= self._watch_due_s:
            self._watch_due_s = now_s + self._watch_every_s
            self._watch(snapshot())
        self._stop.wait(POLL_S)


def _output_thread(index: int) -> str:
    return f"output {index}"
