"""Takes begun and ended while a run goes on."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from mocapbridge.clock import SystemClock
from mocapbridge.errors import TakeUnwritable
from mocapbridge.pipeline.crew import Crew
from mocapbridge.pipeline.meters import DurationRing
from mocapbridge.pipeline.recording import Recording
from mocapbridge.types import VideoFrame
from tests.pipeline_fakes import (
    NO_PICTURE,
    MemoryTake,
    PlainSmoother,
    PlainSolver,
    ScriptedSource,
    landmarks_of,
    never,
    plain_pipeline,
)

INTERVAL_NS = 10_000_000


class _Shelf:
    """Hands out takes in memory and remembers what each was called."""

    def __init__(self, *takes: MemoryTake) -> None:
        self.slates: list[str | None] = []
        self._takes = list(takes)

    def open(self, slate: str | None) -> MemoryTake:
        if slate == "../escape":
            raise TakeUnwritable("not allowed")
        self.slates.append(slate)
        return self._takes[len(self.slates) - 1]


def _recording(shelf: _Shelf, pre_roll_s: float = 0.0) -> Recording:
    return Recording(shelf.open, Crew(), SystemClock(), DurationRing(), pre_roll_s=pre_roll_s)


def _give(recording: Recording, *indices: int) -> None:
    for index in indices:
        frame = VideoFrame(NO_PICTURE, index * INTERVAL_NS, index, "scripted")
        landmarks = landmarks_of(frame)
        smoothed = PlainSmoother().filter(landmarks)
        recording.give(landmarks, PlainSolver().solve(smoothed))


def test_a_take_holds_what_lies_between_start_and_stop() -> None:
    first, second = MemoryTake(), MemoryTake()
    shelf = _Shelf(first, second)
    recording = _recording(shelf)
    _give(recording, 0, 1)
    assert not recording.active
    assert recording.stop() is None
    assert recording.start("duel") == Path("memory.take")
    assert recording.active
    _give(recording, 2, 3, 4)
    assert recording.stop() == Path("memory.take")
    assert not recording.active
    _give(recording, 5)
    recording.start()
    _give(recording, 6)
    recording.stop()
    assert (first.indices, second.indices) == ([2, 3, 4], [6])
    assert shelf.slates == ["duel", None]
    assert [stats.frames for stats in recording.stats] == [3, 1]
    assert recording.error is None


@pytest.mark.parametrize(("pre_roll_s", "kept"), [(0.0, 0), (0.05, 6), (10.0, 20)])
def test_the_pre_roll_comes_first_and_once(pre_roll_s: float, kept: int) -> None:
    first, second = MemoryTake(), MemoryTake()
    recording = _recording(_Shelf(first, second), pre_roll_s)
    _give(recording, *range(20))
    recording.start()
    _give(recording, 20)
    recording.stop()
    recording.start()
    recording.stop()
    assert first.indices == list(range(20 - kept, 21))
    assert second.indices == [], "what one take holds is no other take's pre-roll"


def test_a_take_in_progress_or_a_name_that_is_refused_changes_nothing() -> None:
    take = MemoryTake()
    recording = _recording(_Shelf(take))
    with pytest.raises(TakeUnwritable, match="not allowed"):
        recording.start("../escape")
    assert not recording.active
    recording.start()
    with pytest.raises(TakeUnwritable, match="already"):
        recording.start("other")
    _give(recording, 0)
    recording.stop()
    assert take.indices == [0]


def test_a_full_disk_ends_the_take_is_remembered_and_another_can_begin() -> None:
    full, roomy = MemoryTake(full_after=2), MemoryTake()
    recording = _recording(_Shelf(full, roomy))
    recording.start()
    _give(recording, *range(5))
    with pytest.raises(TakeUnwritable, match="disk full"):
        recording.stop()
    recording.start()
    _give(recording, 7)
    recording.stop()
    assert (full.indices, roomy.indices) == ([0, 1], [7])
    assert str(recording.error) == "disk full"


def test_nothing_begins_once_the_run_is_over() -> None:
    recording = _recording(_Shelf(MemoryTake()))
    recording.end()
    with pytest.raises(TakeUnwritable, match="over"):
        recording.start()


def test_takes_begin_and_end_at_any_moment_of_a_run_and_lose_nothing() -> None:
    """Frames go on while another thread starts and stops: each take is without a gap."""
    takes = [MemoryTake() for _ in range(8)]
    shelf = _Shelf(*takes)
    source = ScriptedSource(400, interval_s=0.001)
    pipeline = plain_pipeline(source, open_take=shelf.open, native_pace=True, pre_roll_s=0.01)
    recording = pipeline.recording
    done = threading.Event()

    def press() -> None:
        rng = np.random.default_rng()
        for _ in takes:
            recording.start()
            done.wait(rng.uniform(0, 0.03))
            recording.stop()
        done.set()

    threading.Thread(target=press).start()
    end = pipeline.run(never())
    assert done.is_set()
    recorded = [index for take in takes for index in take.indices]
    assert recorded, "something was recorded"
    assert recorded == sorted(set(recorded)), "no frame twice"
    for take in takes:
        if take.indices:
            assert take.indices == list(range(take.indices[0], take.indices[-1] + 1))
    assert end.take is not None
    assert [take.frames for take in (*end.earlier_takes, end.take)] == [
        len(take.indices) for take in takes
    ]
    assert not any(take.recording for take in (*end.earlier_takes, end.take))


def test_the_reference_video_has_the_time_of_the_take(tmp_path: Path) -> None:
    """Pictures that were skipped and the pre-roll shift nothing: brightness tells the instant."""
    take = MemoryTake()
    take.path = tmp_path / "shot_001.mocap.jsonl"
    recording = Recording(
        lambda _slate: take,
        Crew(),
        SystemClock(),
        DurationRing(),
        pre_roll_s=0.1,
        reference_fps=100.0,
    )
    assert recording.wants_pictures
    _give(recording, *range(10))
    recording.start()
    for index in (10, 11, 15, 16):
        _give_with_picture(recording, index, 10 * index)
        time.sleep(0.1)  # the film's thread keeps up
    recording.stop()
    deadline_s = time.monotonic() + 10.0
    path = tmp_path / "shot_001.reference.mp4"
    shown: list[float] = []
    while len(shown) < 17 and time.monotonic() < deadline_s:
        time.sleep(0.1)
        shown = _brightness(path)
    assert take.indices[0] == 0, "the pre-roll is in the take"
    wanted = [100] * 11 + [110] * 4 + [150, 160]
    np.testing.assert_allclose(shown, wanted, atol=6)


def _give_with_picture(recording: Recording, index: int, brightness: int) -> None:
    picture = np.full((48, 64, 3), brightness, dtype=np.uint8)
    frame = VideoFrame(picture, index * INTERVAL_NS, index, "scripted")
    landmarks = landmarks_of(frame)
    motion = PlainSolver().solve(PlainSmoother().filter(landmarks))
    recording.give(landmarks, motion, frame)


def _brightness(path: Path) -> list[float]:
    """Mean of each picture; nothing while the file is not finished."""
    if not path.exists():
        return []
    film = cv2.VideoCapture(str(path))
    means: list[float] = []
    while True:
        there, picture = film.read()
        if not there:
            film.release()
            return means
        means.append(float(np.mean(picture)))
