"""Footage solved as a whole: a take, a film of it, or both (``mocapbridge run --offline``)."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mocapbridge.clock import SystemClock
from mocapbridge.config.schema import RunConfig
from mocapbridge.pipeline.assemble import DEFAULT_RATE, make_source
from mocapbridge.pipeline.resolve import Save, solve_clip
from mocapbridge.pipeline.take_opener import takes_folder
from mocapbridge.pipeline.tracked import Tell
from mocapbridge.takes.clean.plan import CleanUp
from mocapbridge.takes.reader import Take, read_take
from mocapbridge.takes.save import save_take, save_take_as
from mocapbridge.tracking.model_store import Progress
from mocapbridge.workplace import scratch


@dataclass(frozen=True, slots=True)
class SolvedFootage:
    """What came of it."""

    frames: int
    length_s: float
    take_path: Path | None
    film_path: Path | None


def solve_footage(
    config: RunConfig,
    *,
    film_path: Path | None = None,
    progress: Progress | None = None,
    stop: threading.Event,
    tell: Tell,
) -> SolvedFootage:
    """``solve_clip`` with the take where a recording of this run would be, and a film.

    Args:
        config: the run; its outputs are left alone. A take is kept where recording is on.
        film_path: where to draw the motion beside the footage; None: nowhere.
        progress: called while models are being fetched.
        stop: ends tracking early; what was tracked until then is solved.
        tell: told how far it is.

    Raises:
        MocapBridgeError: something cannot be opened, read or written.
    """
    kept = config.record.enabled
    with scratch() as place:
        save: Save = partial(save_take_as, place / "solved.mocap")
        if kept:
            save = partial(save_take, takes_folder(config), config.record.slate)
        solved = solve_clip(config, CleanUp(), save, progress=progress, stop=stop, tell=tell)
        if film_path is not None:
            _draw(config, film_path, read_take(solved.path), solved.frames, tell)
    return SolvedFootage(
        frames=solved.frames,
        length_s=solved.length_s,
        take_path=solved.path if kept else None,
        film_path=film_path,
    )


def _draw(config: RunConfig, path: Path, take: Take, count: int, tell: Tell) -> None:
    """Read the footage again, so that its pictures need not all be kept."""
    from mocapbridge.motion_video import MotionVideo

    source = make_source(config.source, SystemClock())
    with contextlib.closing(source):
        source.open()
        film = MotionVideo(path, source.nominal_fps or float(DEFAULT_RATE))
        with contextlib.closing(film):
            for done, solved in enumerate(take.frames(), start=1):
                frame = source.read()
                if frame is None:
                    break
                film.write(frame.image_bgr, solved.motion)
                tell("drawing", done, count)
