"""A take solved anew from its raw landmarks, by the offline solver and with today's settings."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import msgspec
import numpy as np

from mocapbridge import __version__
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import TakeUnreadable
from mocapbridge.pipeline.take_opener import calibration_record
from mocapbridge.pipeline.tracked import Tell, track_footage
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.sources.options import FootageOptions, SyntheticOptions, TakeOptions
from mocapbridge.takes.clean.plan import Cleaned, CleanUp, cleaned
from mocapbridge.takes.columns import MotionColumns, columns_of
from mocapbridge.takes.reader import Take
from mocapbridge.takes.records import TakeHeader
from mocapbridge.tracking.model_store import Progress
from mocapbridge.types import Float32Array, Landmarks, MocapFrame
from mocapbridge.workplace import scratch

_TELL_EVERY: Final = 32

_Item = TypeVar("_Item")

Save: TypeAlias = Callable[[TakeHeader, Iterable[tuple[Landmarks, MocapFrame]]], Path]
"""Writes a take and says where."""


@dataclass(frozen=True, slots=True)
class Solved:
    """What came of it."""

    path: Path
    frames: int
    length_s: float
    notes: tuple[str, ...]
    """What was found while cleaning up."""


def solve_take(
    take: Take, config: RunConfig, plan: CleanUp, save: Save, *, keep_motion: bool, tell: Tell
) -> Solved:
    """Solve a take's raw landmarks as a whole, clean up, write a new take.

    Args:
        take: stays as it is.
        config: its ``solve`` and ``subject`` count; the smoothing of ``filters`` is for live runs.
        plan: what else to do with the motion.
        save: writes the new take.
        keep_motion: only clean up what was solved before.
        tell: told how far it is.

    Raises:
        TakeUnreadable: the take is broken, or has no frames.
        TakeUnwritable: the new one cannot be written.
    """
    if keep_motion:
        rest = np.array(take.header.rest_positions_m, dtype=np.float32)
        motion = replace(take.motion(), subject=config.subject)
    else:
        solver = OfflineSolver(config.subject, config.solve)
        rest = solver.rest_positions_m
        motion = _solved_motion(solver, take, tell)
    header = msgspec.structs.replace(
        take.header,
        subject=config.subject,
        app_version=__version__,
        rest_positions_m=_as_rows(rest),
        config=msgspec.to_builtins(config),
        calibration=calibration_record(config.solve),
        history=[*take.header.history, _origin(take.path.name, plan, keep_motion=keep_motion)],
    )
    result = cleaned(motion, rest, plan)
    landmarks = (frame.landmarks for frame in take.frames())
    return _saved(header, landmarks, result, plan, save, tell)


def solve_clip(
    config: RunConfig,
    plan: CleanUp,
    save: Save,
    *,
    progress: Progress | None,
    stop: threading.Event,
    tell: Tell,
) -> Solved:
    """Track footage, solve it as a whole, clean up, write a take.

    Args:
        config: the run; its outputs are left alone.
        plan: what else to do with the motion.
        save: writes the take.
        progress: called while models are being fetched.
        stop: ends tracking early; what was tracked until then is solved.
        tell: told how far it is.

    Raises:
        MocapBridgeError: something cannot be opened, read or written.
    """
    config = _at_full_speed(config)
    name = Path(getattr(config.source, "path", "footage")).name
    with scratch() as place:
        path = place / "tracked.mocap"
        tracked = track_footage(config, path, progress=progress, stop=stop, tell=tell)
        tracked = replace(tracked, path=Path(name))  # what errors and the history speak of
        return solve_take(tracked, config, plan, save, keep_motion=False, tell=tell)


def _at_full_speed(config: RunConfig) -> RunConfig:
    source = config.source
    if not isinstance(source, (FootageOptions, SyntheticOptions, TakeOptions)):
        return config
    return msgspec.structs.replace(config, source=msgspec.structs.replace(source, pace="fast"))


def _solved_motion(solver: OfflineSolver, take: Take, tell: Tell) -> MotionColumns:
    count = None if take.footer is None else take.footer.frames
    raw = _told("reading", (frame.landmarks for frame in take.frames()), count, tell)
    frames = solver.solve(raw, lambda done: tell("solving", done, count))
    if not frames:
        raise TakeUnreadable(f"there is no frame to solve ({take.path})")
    tell("solving", len(frames), len(frames))
    return columns_of(frames)


def _saved(
    header: TakeHeader,
    landmarks: Iterator[Landmarks],
    result: Cleaned,
    plan: CleanUp,
    save: Save,
    tell: Tell,
) -> Solved:
    if plan.rate is not None:
        header = msgspec.structs.replace(header, frame_rate=_ratio(plan.rate))
    motion = result.motion
    frames = _paired(landmarks, result)
    path = save(header, _told("writing", frames, motion.frames, tell))
    length_s = (int(motion.capture_time_ns[-1]) - int(motion.capture_time_ns[0])) / 1e9
    return Solved(path, motion.frames, length_s, result.notes)


def _paired(
    landmarks: Iterator[Landmarks], result: Cleaned
) -> Iterator[tuple[Landmarks, MocapFrame]]:
    """Each row's motion with the raw landmarks nearest to it, which get its number and time."""
    at, seen = -1, None
    for row, wanted in enumerate(result.rows.tolist()):
        while at < wanted:
            seen, at = next(landmarks), at + 1
        motion = result.motion.frame(row)
        if seen is not None:
            yield (
                replace(seen, frame_index=motion.frame_id, capture_time_ns=motion.capture_time_ns),
                motion,
            )


def _told(step: str, items: Iterator[_Item], total: int | None, tell: Tell) -> Iterator[_Item]:
    done = 0
    for done, item in enumerate(items, start=1):
        yield item
        if done % _TELL_EVERY == 0:
            tell(step, done, total)
    tell(step, done, total or done)


def _origin(name: str, plan: CleanUp, *, keep_motion: bool) -> str:
    done = [] if keep_motion else ["solved offline"]
    return f"{name}: " + ", ".join(filter(None, [*done, plan.words()]))


def _as_rows(positions_m: Float32Array) -> list[tuple[float, float, float]]:
    return [(x, y, z) for x, y, z in np.round(positions_m, 6).tolist()]


def _ratio(rate: Fraction) -> tuple[int, int]:
    return rate.numerator, rate.denominator
