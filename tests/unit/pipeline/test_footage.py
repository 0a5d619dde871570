"""Footage solved as a whole: a take that reads back, a film with every frame."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2

from mocapbridge.config.schema import RunConfig
from mocapbridge.motion_video import HEIGHT_PX
from mocapbridge.pipeline.footage import solve_footage
from mocapbridge.sources.options import SyntheticOptions
from mocapbridge.takes.options import RecordOptions
from mocapbridge.takes.reader import read_take
from mocapbridge.tracking.options import TrackingOptions

FRAMES = 40


def config(folder: Path) -> RunConfig:
    return RunConfig(
        source=SyntheticOptions(frames=FRAMES, pace="fast"),
        tracking=TrackingOptions(backend="synthetic"),
        record=RecordOptions(enabled=True, folder=str(folder), slate="whole"),
    )


def test_take_and_film_hold_every_frame(tmp_path: Path) -> None:
    steps: list[tuple[str, int]] = []
    solved = solve_footage(
        config(tmp_path),
        film_path=tmp_path / "film.mp4",
        stop=threading.Event(),
        tell=lambda step, done, _total: steps.append((step, done)),
    )
    assert solved.frames == FRAMES
    assert list(dict(steps)) == ["tracking", "reading", "solving", "writing", "drawing"]
    assert set(dict(steps).values()) == {FRAMES}
    assert solved.take_path is not None
    take = read_take(solved.take_path)
    assert [frame.motion.frame_id for frame in take.frames()] == list(range(FRAMES))
    film = cv2.VideoCapture(str(tmp_path / "film.mp4"))
    assert film.get(cv2.CAP_PROP_FRAME_COUNT) == FRAMES
    assert film.get(cv2.CAP_PROP_FRAME_HEIGHT) == HEIGHT_PX
    film.release()


def test_what_was_tracked_until_the_stop_is_solved(tmp_path: Path) -> None:
    stop = threading.Event()

    def tell(step: str, done: int, _total: int | None) -> None:
        if (step, done) == ("tracking", 12):
            stop.set()

    solved = solve_footage(config(tmp_path), stop=stop, tell=tell)
    assert solved.frames == 12
    assert solved.film_path is None
