"""Footage solved as a whole: tracked to its end first, then solved in one go.

No threads, no outputs: what the offline solver knows of the first frame it knows only after the
last, so there is nothing to stream meanwhile. The result is a take, a film, or both.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from mocapbridge.clock import NS_PER_S, RunAnchor, SystemClock
from mocapbridge.config.schema import RunConfig
from mocapbridge.pipeline.assemble import (
    DEFAULT_RATE,
    make_model_store,
    make_source,
    make_tracker,
    stated_rate,
)
from mocapbridge.pipeline.take_opener import take_header, take_opener
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.sources.base import Source
from mocapbridge.takes.records import TakeHeader
from mocapbridge.tracking.model_store import Progress
from mocapbridge.types import Landmarks, MocapFrame, StreamInfo, VideoFrame

Tell: TypeAlias = Callable[[str, int, "int | None"], None]
"""Takes what is being done ("tracking", "solving", "drawing"), how many frames of it are done, and
how many there are; None: not known."""


@dataclass(frozen=True, slots=True)
class TrackedFootage:
    """What tracking made of footage."""

    landmarks: list[Landmarks]
    """Of every frame, as the tracker gave them."""
    nominal_fps: float
    """Rate the footage states; 0 when it states none [1/s]."""
    header: TakeHeader
    """Of a take of it."""


@dataclass(frozen=True, slots=True)
class SolvedFootage:
    """What came of it."""

    frames: int
    length_s: float
    take_path: Path | None
    film_path: Path | None


def track_footage(
    config: RunConfig, *, progress: Progress | None, stop: threading.Event, tell: Tell
) -> TrackedFootage:
    """Raw landmarks of all frames of a run's footage, until it ends or ``stop`` is set.

    Raises:
        MocapBridgeError: the footage cannot be opened or a model is missing.
    """
    with contextlib.ExitStack() as opened:
        source = make_source(config.source, SystemClock())
        opened.callback(source.close)
        source.open()
        store = make_model_store(config, progress)
        tracker = make_tracker(config, source, store)
        opened.callback(tracker.close)
        info = StreamInfo(
            subject=config.subject,
            session_id=secrets.randbits(64),
            frame_rate=stated_rate(source.nominal_fps),
            rest_positions_m=OfflineSolver(config.subject, config.solve).rest_positions_m,
            blendshapes_measured=tracker.face_source != "none",
            anchor=RunAnchor.now(),
            face_source=tracker.face_source,
        )
        landmarks: list[Landmarks] = []
        for frame, following in _pairs(source):
            if stop.is_set():
                break
            landmarks.append(tracker.track(frame, following))
            tell("tracking", len(landmarks), source.frame_count)
        header = take_header(config, source, info, store)
        return TrackedFootage(landmarks, source.nominal_fps, header)


def solve_footage(
    config: RunConfig,
    *,
    film_path: Path | None = None,
    progress: Progress | None = None,
    stop: threading.Event,
    tell: Tell,
) -> SolvedFootage:
    """Track footage, solve it as a whole, write the take and the film that are asked for.

    Args:
        config: the run; its outputs are left alone. A take is written where recording is on.
        film_path: where to draw the motion beside the footage; None: nowhere.
        progress: called while models are being fetched.
        stop: ends tracking early; what was tracked until then is solved.
        tell: told how far it is.

    Raises:
        MocapBridgeError: something cannot be opened, read or written.
    """
    tracked = track_footage(config, progress=progress, stop=stop, tell=tell)
    landmarks = tracked.landmarks
    tell("solving", 0, len(landmarks))
    motion = OfflineSolver(config.subject, config.solve).solve(landmarks)
    tell("solving", len(motion), len(motion))
    take_path = None
    if config.record.enabled:
        with contextlib.closing(take_opener(config, tracked.header)(None)) as take:
            for seen, solved in zip(landmarks, motion, strict=True):
                take.write(seen, solved)
        take_path = take.path  # closing may have packed it under another name
    if film_path is not None:
        _draw(config, film_path, motion, tell)
    times_ns = [frame.capture_time_ns for frame in motion] or [0]
    return SolvedFootage(
        frames=len(motion),
        length_s=(times_ns[-1] - times_ns[0]) / NS_PER_S,
        take_path=take_path,
        film_path=film_path,
    )


def _pairs(source: Source) -> Iterator[tuple[VideoFrame, VideoFrame | None]]:
    """Every frame with the one after it."""
    frame = source.read()
    while frame is not None:
        following = source.read()
        yield frame, following
        frame = following


def _draw(config: RunConfig, path: Path, motion: list[MocapFrame], tell: Tell) -> None:
    """Read the footage again, so that its pictures need not all be kept."""
    from mocapbridge.motion_video import MotionVideo

    source = make_source(config.source, SystemClock())
    with contextlib.closing(source):
        source.open()
        film = MotionVideo(path, source.nominal_fps or float(DEFAULT_RATE))
        with contextlib.closing(film):
            for done, solved in enumerate(motion, start=1):
                frame = source.read()
                if frame is None:
                    break
                film.write(frame.image_bgr, solved)
                tell("drawing", done, len(motion))
