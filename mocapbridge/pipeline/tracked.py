"""Footage tracked to its end, into a take on disk that is yet to be solved.

No threads, no outputs: what the offline solver knows of the first frame it knows only after the
last, so there is nothing to stream meanwhile.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from mocapbridge.clock import RunAnchor, SystemClock
from mocapbridge.config.schema import RunConfig
from mocapbridge.native_memory import give_back_native_memory
from mocapbridge.pipeline.assemble import make_model_store, make_source, make_tracker, stated_rate
from mocapbridge.pipeline.take_opener import take_header
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.sources.base import Source
from mocapbridge.takes.reader import Take, read_take
from mocapbridge.takes.save import save_take_as
from mocapbridge.takes.unsolved import unsolved
from mocapbridge.tracking.base import Tracker
from mocapbridge.tracking.model_store import Progress
from mocapbridge.types import Landmarks, MocapFrame, StreamInfo, VideoFrame

_FRAMES_AHEAD = 3
"""Read ahead of the tracker, as in a run (``runner.FAST_AHEAD``)."""

Tell: TypeAlias = Callable[[str, int, "int | None"], None]
"""Takes what is being done ("tracking", "reading", "solving", "writing", "drawing"), how many
frames of it are done, and how many there are; None: not known."""


def track_footage(
    config: RunConfig, path: Path, *, progress: Progress | None, stop: threading.Event, tell: Tell
) -> Take:
    """Raw landmarks of all frames of a run's footage, until it ends or ``stop`` is set.

    Args:
        config: the run.
        path: the take to write. Frames in memory would be 12 kB each.
        progress: called while models are being fetched.
        stop: ends tracking early.
        tell: told how far it is.

    Raises:
        MocapBridgeError: the footage cannot be opened, a model is missing, or the disk is full.
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
        header = take_header(config, source, info, store)
        frames = _tracked(source, tracker, config.subject, stop, tell)
        save_take_as(path, header, frames)
    give_back_native_memory()  # the solver is about to need as much
    return read_take(path)


def _tracked(
    source: Source, tracker: Tracker, subject: str, stop: threading.Event, tell: Tell
) -> Iterator[tuple[Landmarks, MocapFrame]]:
    for done, (frame, following) in enumerate(_with_following(source), start=1):
        if stop.is_set():
            return
        landmarks = tracker.track(frame, following)
        tell("tracking", done, source.frame_count)
        yield landmarks, unsolved(landmarks, subject)


def _with_following(source: Source) -> Iterator[tuple[VideoFrame, Sequence[VideoFrame]]]:
    """Every frame with those after it."""
    ahead = deque[VideoFrame]()
    for read in iter(source.read, None):
        ahead.append(read)
        if len(ahead) > _FRAMES_AHEAD:
            yield ahead.popleft(), ahead
    while ahead:
        yield ahead.popleft(), ahead
