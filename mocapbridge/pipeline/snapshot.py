"""What a run looks like at one instant: for the terminal view, the summary and scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mocapbridge.pipeline.meters import Percentiles

SourceState: TypeAlias = Literal["running", "lost", "ended"]


@dataclass(frozen=True, slots=True)
class PartSnapshot:
    """What is tracked of one part: body, face, left hand or right hand."""

    state: str
    """``tracked``, ``held``, ``predicted`` or ``lost``."""
    confidence: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class OutputSnapshot:
    """One output."""

    name: str
    target: str
    frames: int
    """Frames of motion sent."""
    packets: int
    """Packets sent: frames, descriptions and heartbeats."""
    skipped: int
    """Frames this output was too slow for."""
    errors: int
    """Sends that failed."""
    unheard: int
    """Sends that left this machine although nothing listened at the far end."""
    last_error: str
    """Message of the last error, ``""`` when there was none."""
    send: Percentiles | None
    """Time a send takes."""
    latency: Percentiles | None
    """From capture to sent, for footage from when the source let go of the frame; None for footage
    at full speed."""


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """A take, being recorded or finished."""

    path: str
    frames: int
    length_s: float
    """Capture time from its first to its last frame [s]."""
    dropped: int
    """Frames the disk was too slow for."""
    error: str
    """Why recording stopped before it was asked to, ``""`` when it did not."""
    recording: bool
    """False once the file is finished or given up."""


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """Everything about a run. ``captured == processed + skipped`` once it has ended."""

    elapsed_s: float
    source_id: str
    source_state: SourceState
    live: bool
    frame_count: int | None
    """Frames the footage has; None when unknown or endless."""
    fps: float
    captured: int
    """Frames the source delivered."""
    processed: int
    """Frames tracked, solved and handed to the outputs."""
    skipped: int
    """Frames replaced by newer ones, or left when the run was stopped."""
    corrupt: int
    """Frames the source could not decode."""
    reconnections: int
    """How often a lost source came back."""
    bridged: int
    """Frames of held motion sent while the source delivered nothing."""
    repairs: dict[str, int]
    """What the stages repaired: ``nan_rejected``, ``lr_flips_fixed``, ..."""
    stages: dict[str, Percentiles]
    """Times per frame; ``all but inference`` is the sum of everything the pipeline adds."""
    parts: dict[str, PartSnapshot]
    outputs: tuple[OutputSnapshot, ...]
    take: TakeSnapshot | None
    """The take being recorded, or else the latest of the run."""
    earlier_takes: tuple[TakeSnapshot, ...] = ()
    """Those before it."""
