"""A performer's bones that become known during a run: who is told, and what takes say."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mocapbridge.clock import RunAnchor
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import CommandRefused
from mocapbridge.pipeline.stages import StreamDescription
from mocapbridge.pipeline.take_opener import take_opener
from mocapbridge.solve.base import BoneChange
from mocapbridge.takes.options import RecordOptions
from mocapbridge.takes.reader import read_take
from mocapbridge.takes.writer import make_header
from mocapbridge.types import MocapFrame, SmoothedLandmarks, StreamInfo
from tests.pipeline_fakes import (
    CollectingOutput,
    MemoryTake,
    PlainSolver,
    ScriptedSource,
    never,
    plain_pipeline,
)

FRAMES = 40
BEGINS, SETTLES = 10, 20


class Growing(PlainSolver):
    """Its bones grow a little from frame to frame, and stay at last."""

    def __init__(self) -> None:
        self.rest_positions_m = PlainSolver.rest_positions_m.copy()
        self.size: list[float] = []
        """Of the bones that each frame was solved with."""
        self.before: dict[int, Callable[[], None]] = {}
        """What is done before a frame is solved."""
        self._steps = 0

    def solve(self, landmarks: SmoothedLandmarks) -> MocapFrame:
        self.before.pop(landmarks.frame_index, lambda: None)()
        self.size.append(float(np.ptp(self.rest_positions_m[:, 1])))
        return super().solve(landmarks)

    def adopt_bones(self) -> BoneChange:
        self._steps += 1
        if not BEGINS <= self._steps <= SETTLES:
            return BoneChange.NONE
        self.rest_positions_m = self.rest_positions_m * np.float32(1.01)
        return BoneChange.SETTLED if self._steps == SETTLES else BoneChange.GOING_ON


class Told(CollectingOutput):
    """Remembers after how many frames it was described to, and what."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[int, StreamInfo]] = []

    def describe(self, info: StreamInfo) -> None:
        self.told.append((len(self.sent), info))


def _info() -> StreamInfo:
    return StreamInfo("tester", 1, (100, 1), PlainSolver.rest_positions_m, False, RunAnchor.now())


def test_receivers_are_told_once_when_the_bones_have_settled() -> None:
    output, solver, description = Told(), Growing(), StreamDescription(_info())
    plain_pipeline(ScriptedSource(FRAMES), [output], solver=solver, description=description).run(
        never()
    )
    ((after, info),) = output.told
    assert after == SETTLES
    np.testing.assert_array_equal(info.rest_positions_m, solver.rest_positions_m)
    assert len(set(solver.size[SETTLES:])) == 1


def test_bones_stay_while_a_take_is_recorded() -> None:
    solver, take = Growing(), MemoryTake()
    plain_pipeline(
        ScriptedSource(FRAMES), take=take, solver=solver, description=StreamDescription(_info())
    ).run(never())
    assert take.indices == list(range(FRAMES))
    assert len(set(solver.size)) == 1


def test_a_take_says_which_bones_it_was_recorded_with(tmp_path: Path) -> None:
    """It begins while the bones change; frames before, with others, are not in its pre-roll."""
    description, solver = StreamDescription(_info()), Growing()
    info = description.info
    header = make_header(info, source="scripted", anchor=info.anchor, config={})
    config = RunConfig(record=RecordOptions(folder=str(tmp_path)))
    pipeline = plain_pipeline(
        ScriptedSource(FRAMES, interval_s=0.002),
        solver=solver,
        description=description,
        open_take=take_opener(config, header, description),
        pre_roll_s=10.0,
    )

    def begin() -> None:
        pipeline.recording.start()

    solver.before[(BEGINS + SETTLES) // 2] = begin

    pipeline.run(never())
    pipeline.close()
    (take_stats,) = pipeline.recording.stats
    take = read_take(Path(take_stats.path))
    places = [frame.motion.pose.positions_in_world_m for frame in take.frames()]
    assert len(places) == FRAMES - (BEGINS + SETTLES) // 2
    for place in places:
        np.testing.assert_allclose(place, take.header.rest_positions_m, atol=1e-4)
    assert np.ptp(places[0][:, 1]) > 1.01 * np.ptp(PlainSolver.rest_positions_m[:, 1])


def test_other_bones_are_refused_while_a_take_is_recorded() -> None:
    refused: list[str] = []
    pipeline = plain_pipeline(
        ScriptedSource(FRAMES, interval_s=0.002),
        take=MemoryTake(),
        description=StreamDescription(_info()),
    )

    def replace_solver() -> None:
        try:
            pipeline.between_frames(lambda motion: motion.replace_solver(other))
        except CommandRefused as error:
            refused.append(str(error))

    other = Growing()
    other.rest_positions_m = other.rest_positions_m * np.float32(1.1)
    asking = threading.Timer(0.02, replace_solver)
    asking.start()
    pipeline.run(never())
    asking.join()
    assert "stop recording first" in refused[0]
    assert not other.size
