"""What the pipeline needs of the stages that have one implementation, and what travels inside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from mocapbridge.types import (
    Landmarks,
    MocapFrame,
    SmoothedLandmarks,
    StreamInfo,
    UInt8Array,
    VideoFrame,
)


class Smoothing(Protocol):
    """Raw landmarks in, finite and smoothed ones out."""

    def filter(self, landmarks: Landmarks) -> SmoothedLandmarks:
        """One frame; frames come in order."""
        ...


class Solving(Protocol):
    """Smoothed landmarks in, motion of the skeleton out."""

    def solve(self, landmarks: SmoothedLandmarks) -> MocapFrame:
        """One frame; frames come in order."""
        ...


class Retargeting(Protocol):
    """Motion in, motion in a target's names out."""

    @property
    def info(self) -> StreamInfo:
        """The static side of what comes out; it changes when the mapping is edited."""
        ...

    def describe(self, info: StreamInfo) -> None:
        """The stream that comes in has another description from the next frame on."""
        ...

    def map(
        self, landmarks: SmoothedLandmarks, motion: MocapFrame
    ) -> tuple[MocapFrame, StreamInfo]:
        """One frame, and what it belongs to; frames come in order."""
        ...


class Overlay(Protocol):
    """Draws landmarks on the footage."""

    def write(self, frame: VideoFrame, landmarks: Landmarks) -> None:
        """One frame; frames come in order."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Film(Protocol):
    """Draws solved motion beside the footage."""

    def write(self, image_bgr: UInt8Array, motion: MocapFrame) -> None:
        """One frame; frames come in order."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Take(Protocol):
    """A recording in progress."""

    path: Path
    """The file."""

    def write(self, landmarks: Landmarks, motion: MocapFrame) -> None:
        """Record one frame.

        Raises:
            TakeUnwritable: disk full or gone; nothing more can be recorded.
        """
        ...

    def flush_if_due(self, now_ns: int) -> bool:
        """Force what was written to the disk when that is due; asked several times a second.

        Raises:
            TakeUnwritable: disk full or gone.
        """
        ...

    def close(self) -> None:
        """Finish the file. May be called twice.

        Raises:
            TakeUnwritable: disk full or gone.
        """
        ...


@runtime_checkable
class Repairing(Protocol):
    """A stage that counts what it repairs."""

    @property
    def counters(self) -> dict[str, int]:
        """Repairs so far, by name."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedSettings:
    """What takes say of the settings that they were recorded with, as plain values."""

    config: dict[str, Any]
    calibration: dict[str, Any] | None


class StreamDescription:
    """The static side of what a run sends, as it is now; read from any thread."""

    def __init__(self, info: StreamInfo) -> None:
        self.info = info
        """Replaced as a whole when the performer's bones change."""
        self.settings: RecordedSettings | None = None
        """Replaced as a whole by commands that change settings; None: as the run was started."""


@dataclass(frozen=True, slots=True)
class ReadFrame:
    """What the reader hands to the tracker thread."""

    frame: VideoFrame
    since_ns: int
    """Instant that latency counts from: of capture, or for footage, whose capture is long past,
    when the source let go of the frame [ns]."""


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """What the tracker thread hands to the motion thread."""

    landmarks: Landmarks
    since_ns: int
    """As in ``ReadFrame``."""
    overhead_s: float
    """Time the tracker spent on anything but inference [s]."""
    picture: VideoFrame | None
    """The picture, only when an overlay or a film is drawn."""


@dataclass(frozen=True, slots=True)
class OutgoingFrame:
    """What the motion thread hands to the threads of the outputs."""

    motion: MocapFrame
    since_ns: int
    """As in ``ReadFrame``."""
    info: StreamInfo | None = None
    """What the frame belongs to where a mapping made it; None without a mapping."""
