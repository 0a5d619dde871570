"""From a configuration to a pipeline that is ready to run: chooses, makes and opens every part."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path
from typing import Final

from mocapbridge.clock import Clock, RunAnchor, SystemClock
from mocapbridge.config.mappings import output_mappings
from mocapbridge.config.schema import RunConfig
from mocapbridge.control.servers import control_sockets
from mocapbridge.filters.smoother import Smoother
from mocapbridge.pipeline.commands import RunCommands, StageMakers
from mocapbridge.pipeline.output_opener import open_outputs
from mocapbridge.pipeline.replay import (
    PassingSmoother,
    RecordedSolver,
    RecordedTracker,
    TakeSource,
)
from mocapbridge.pipeline.runner import Pipeline, PipelineParts
from mocapbridge.pipeline.stages import Film, Overlay, Repairing, Smoothing, StreamDescription
from mocapbridge.pipeline.take_opener import take_header, take_opener
from mocapbridge.registry import SOURCES, TRACKERS, implementation
from mocapbridge.solve.base import Solver
from mocapbridge.solve.live import LiveSolver
from mocapbridge.sources.base import Source
from mocapbridge.sources.options import ImagesOptions, SourceOptions, SyntheticOptions, TakeOptions
from mocapbridge.tracking.base import Tracker
from mocapbridge.tracking.model_store import ModelStore, Progress
from mocapbridge.types import StreamInfo

DEFAULT_RATE: Final = Fraction(30)
"""Stated to receivers when the source states no frame rate [1/s]."""
SETTLE_S: Final = 0.25
"""Footage starts so long after the outputs are open, that ZeroMQ subscribers which already wait get
its first frame: they try to connect every 100 ms (ZMQ_RECONNECT_IVL)."""
_SAME_RATE_HZ: Final = 2e-3
"""Containers and drivers write 24000/1001 as 23.976 or 23.98 (SMPTE ST 12-1 has the fractions)."""


@contextlib.contextmanager
def open_pipeline(
    config: RunConfig,
    *,
    overlay_path: Path | None = None,
    film_path: Path | None = None,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Generator[Pipeline, None, None]:
    """A pipeline with everything open, closed again on leaving.

    Opened in the order source, tracker, outputs, because each states something that the next must
    know (rate, what the face model measures, rest pose). The take comes last, after the control
    sockets: whatever fails before, no file is begun.

    Args:
        config: the run.
        overlay_path: draw landmarks on the footage into this video; None: do not.
        film_path: draw the solved motion beside the footage into this video; None: do not.
        progress: called while models are being fetched.
        clock: for tests.

    Raises:
        MocapBridgeError: something cannot be opened; what was open has been closed.
    """
    clock = clock or SystemClock()
    mappings = output_mappings(config)
    with contextlib.ExitStack() as opened:
        source = make_source(config.source, clock)
        opened.callback(source.close)
        source.open()
        store = make_model_store(config, progress)
        tracker = make_tracker(config, source, store)
        opened.callback(tracker.close)
        smoother, solver = _smoother(config, source), _solver(config, source)
        info = _stream_info(config.subject, source, tracker, solver)
        description = StreamDescription(info)
        sending = open_outputs(config, mappings, info, opened)
        overlay = _overlay(overlay_path, source, opened)
        film = _film(film_path, source, opened)
        parts = PipelineParts(
            source=source,
            tracker=tracker,
            smoother=smoother,
            solver=solver,
            outputs=sending.outputs,
            retargets=sending.retargets,
            watch_mappings=sending.watch_mappings,
            description=description,
            open_take=take_opener(config, take_header(config, source, info, store), description),
            pre_roll_s=config.record.pre_roll_s,
            reference_fps=_reference_fps(config, source),
            overlay=overlay,
            film=film,
            native_pace=getattr(config.source, "pace", "native") == "native",
            settle_s=SETTLE_S if sending.outputs and not source.live else 0.0,
            repairs=lambda: _counters(tracker, smoother),
        )
        pipeline = Pipeline(parts, clock)
        opened.pop_all()  # closing is the pipeline's from here on: it knows what is still in use
    commands = RunCommands(pipeline, config, _makers(source), description)
    try:
        with control_sockets(config.control, commands.carry_out):
            if config.record.enabled:
                pipeline.recording.start()
            yield pipeline
    finally:
        pipeline.close()


def _stream_info(subject: str, source: Source, tracker: Tracker, solver: Solver) -> StreamInfo:
    return StreamInfo(
        subject=subject,
        session_id=secrets.randbits(64),
        frame_rate=stated_rate(source.nominal_fps),
        rest_positions_m=solver.rest_positions_m,
        blendshapes_measured=tracker.face_source != "none",
        anchor=RunAnchor.now(),
        face_source=tracker.face_source,
    )


def _makers(source: Source) -> StageMakers:
    return StageMakers(
        smoother=lambda changed: _smoother(changed, source),
        solver=lambda changed: _solver(changed, source),
    )


def stated_rate(nominal_fps: float) -> tuple[int, int]:
    """A frame rate as receivers want it: (numerator, denominator), 29.97 as (30000, 1001).

    Args:
        nominal_fps: rate the source states; 0 when it states none [1/s].
    """
    if nominal_fps <= 0.0:
        return DEFAULT_RATE.as_integer_ratio()
    for divisor in (1000, 1001):
        rate = Fraction(round(nominal_fps * divisor / 1000) * 1000, divisor)
        if abs(float(rate) - nominal_fps) < _SAME_RATE_HZ:
            return rate.as_integer_ratio()
    return Fraction(nominal_fps).limit_denominator(1000).as_integer_ratio()


def make_source(options: SourceOptions, clock: Clock) -> Source:
    """The configured source, not opened."""
    kind = str(options.__struct_config__.tag)
    return implementation(SOURCES, "mocapbridge.source", kind)(options, clock)


def make_model_store(config: RunConfig, progress: Progress | None) -> ModelStore | None:
    """Where models come from; None where none are needed."""
    options = config.tracking
    if options.backend == "synthetic" or isinstance(config.source, TakeOptions):
        return None
    folder = Path(options.models_folder).expanduser() if options.models_folder else None
    return ModelStore(folder) if progress is None else ModelStore(folder, progress)


def make_tracker(config: RunConfig, source: Source, store: ModelStore | None) -> Tracker:
    """The configured tracker.

    Args:
        config: the run.
        source: open.
        store: where models come from.

    Raises:
        MocapBridgeError: a model is missing or damaged.
    """
    options = config.tracking
    if isinstance(source, TakeSource):
        return RecordedTracker(source, config.subject)
    made = implementation(TRACKERS, "mocapbridge.tracker", options.backend)
    if store is None:
        return made(options)
    still = isinstance(config.source, ImagesOptions) and source.frame_count == 1
    return made(options, still=still, store=store)


def _smoother(config: RunConfig, source: Source) -> Smoothing:
    return PassingSmoother() if _replayed(config, source) else Smoother(config.filters)


def _solver(config: RunConfig, source: Source) -> Solver:
    if isinstance(source, TakeSource) and _replayed(config, source):
        return RecordedSolver(source)
    return LiveSolver(config.subject, config.solve)


def _replayed(config: RunConfig, source: Source) -> bool:
    """Whether recorded motion is sent as it is."""
    options = config.source
    return isinstance(source, TakeSource) and not (
        isinstance(options, TakeOptions) and options.resolve
    )


def _reference_fps(config: RunConfig, source: Source) -> float | None:
    """Rate of the video beside takes, where one is wanted and there are pictures."""
    if not config.record.reference_video:
        return None
    if isinstance(config.source, (SyntheticOptions, TakeOptions)):
        return None
    return source.nominal_fps or float(DEFAULT_RATE)


def _overlay(path: Path | None, source: Source, opened: contextlib.ExitStack) -> Overlay | None:
    if path is None:
        return None
    from mocapbridge.overlay import OverlayWriter

    overlay = OverlayWriter(path, source.nominal_fps or float(DEFAULT_RATE))
    opened.callback(overlay.close)
    return overlay


def _film(path: Path | None, source: Source, opened: contextlib.ExitStack) -> Film | None:
    if path is None:
        return None
    from mocapbridge.motion_video import MotionVideo

    film = MotionVideo(path, source.nominal_fps or float(DEFAULT_RATE))
    opened.callback(film.close)
    return film


def _counters(*stages: object) -> dict[str, int]:
    counters: dict[str, int] = {}
    for stage in stages:
        if isinstance(stage, Repairing):
            counters.update(stage.counters)
    return counters
