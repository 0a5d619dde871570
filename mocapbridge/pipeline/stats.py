"""Counters and timings of a run: every number has one thread that writes it, any thread reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from mocapbridge.outputs.base import Output
from mocapbridge.pipeline.meters import DurationRing, Percentiles, RateMeter
from mocapbridge.pipeline.snapshot import (
    OutputSnapshot,
    PartSnapshot,
    RunSnapshot,
    SourceState,
    TakeSnapshot,
)
from mocapbridge.types import MocapFrame, SmoothedLandmarks, TrackState

STAGES: Final = (
    "read",
    "inference",
    "track",
    "smooth",
    "solve",
    "map",
    "fan out",
    "all but inference",
    "overlay",
    "record",
)
"""Timed stages. ``read`` includes waiting for the camera; ``track`` is what tracking adds to
``inference``; ``map`` is one mapping's part of ``fan out``; ``all but inference`` is track + smooth
+ solve + fan out, frame by frame."""


class OutputStats:
    """What one output did."""

    def __init__(self, output: Output, skipped: Callable[[], int]) -> None:
        self.name = output.name
        self.target = output.target
        self.frames = 0
        self.packets = 0
        self.errors = 0
        self.unheard = 0
        self.last_error = ""
        self.send = DurationRing()
        self.latency = DurationRing()
        self.skipped = skipped

    def snapshot(self) -> OutputSnapshot:
        """The output at this instant."""
        return OutputSnapshot(
            name=self.name,
            target=self.target,
            frames=self.frames,
            packets=self.packets,
            skipped=self.skipped(),
            errors=self.errors,
            unheard=self.unheard,
            last_error=self.last_error,
            send=self.send.percentiles(),
            latency=self.latency.percentiles(),
        )


class TakeStats:
    """What the recorder did."""

    def __init__(self, path: str, dropped: Callable[[], int]) -> None:
        self.path = path
        self.dropped = dropped
        self.frames = 0
        self.first_ns = 0
        self.last_ns = 0
        self.error = ""
        self.recording = True

    def recorded(self, capture_time_ns: int) -> None:
        """One more frame is in the take."""
        if self.frames == 0:
            self.first_ns = capture_time_ns
        self.last_ns = capture_time_ns
        self.frames += 1

    def snapshot(self) -> TakeSnapshot:
        """The take at this instant."""
        return TakeSnapshot(
            path=self.path,
            frames=self.frames,
            length_s=(self.last_ns - self.first_ns) / 1e9,
            dropped=self.dropped(),
            error=self.error,
            recording=self.recording,
        )


@dataclass
class RunStats:
    """All numbers of a run. The gauges at the end are read when a snapshot is taken."""

    source_id: str
    live: bool
    frame_count: int | None
    started_s: float = field(default_factory=time.perf_counter)
    source_state: SourceState = "running"
    captured: int = 0
    missed: int = 0
    """Frames a live source delivered while nobody took them, part of ``captured``."""
    processed: int = 0
    reconnections: int = 0
    bridged: int = 0
    rate: RateMeter = field(default_factory=RateMeter)
    stages: dict[str, DurationRing] = field(
        default_factory=lambda: {name: DurationRing() for name in STAGES}
    )
    outputs: list[OutputStats] = field(default_factory=list[OutputStats])
    takes: Callable[[], list[TakeStats]] = list
    latest: tuple[SmoothedLandmarks, MocapFrame] | None = None
    skipped: Callable[[], int] = lambda: 0
    corrupt: Callable[[], int] = lambda: 0
    repairs: Callable[[], dict[str, int]] = dict

    @property
    def in_flight(self) -> int:
        """Frames that were captured and are neither processed nor skipped yet."""
        return self.captured - self.processed - self.skipped()

    def snapshot(self) -> RunSnapshot:
        """The run at this instant."""
        takes = tuple(take.snapshot() for take in self.takes())
        return RunSnapshot(
            elapsed_s=time.perf_counter() - self.started_s,
            source_id=self.source_id,
            source_state=self.source_state,
            live=self.live,
            frame_count=self.frame_count,
            fps=self.rate.rate_hz(),
            captured=self.captured,
            processed=self.processed,
            skipped=self.skipped(),
            corrupt=self.corrupt(),
            reconnections=self.reconnections,
            bridged=self.bridged,
            repairs=self.repairs(),
            stages=self._percentiles(),
            parts=_parts(*self.latest) if self.latest else {},
            outputs=tuple(output.snapshot() for output in self.outputs),
            take=takes[-1] if takes else None,
            earlier_takes=takes[:-1],
        )

    def _percentiles(self) -> dict[str, Percentiles]:
        measured = {name: ring.percentiles() for name, ring in self.stages.items()}
        return {name: times for name, times in measured.items() if times is not None}


def _parts(landmarks: SmoothedLandmarks, motion: MocapFrame) -> dict[str, PartSnapshot]:
    left, right = landmarks.left_hand, landmarks.right_hand
    return {
        "body": _part(motion.pose.state, motion.pose.confidence),
        "face": _part(motion.face.state, motion.face.confidence),
        "left hand": _part(motion.left_hand_state, left.confidence),
        "right hand": _part(motion.right_hand_state, right.confidence),
    }


def _part(state: TrackState, confidence: float) -> PartSnapshot:
    return PartSnapshot(state=TrackState(state).name.lower(), confidence=float(confidence))
