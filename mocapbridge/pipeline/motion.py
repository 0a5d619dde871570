"""The motion thread: smooths, solves and hands the result to every output and the recorder."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

import numpy as np

from mocapbridge.clock import Clock
from mocapbridge.errors import CommandRefused
from mocapbridge.pipeline.errands import Errands
from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.silence import lost_landmarks
from mocapbridge.pipeline.stages import (
    Film,
    OutgoingFrame,
    Overlay,
    Retargeting,
    Smoothing,
    StreamDescription,
    TrackedFrame,
)
from mocapbridge.pipeline.stats import RunStats
from mocapbridge.retarget.mirror import mirrored
from mocapbridge.solve.base import BoneChange, Solver
from mocapbridge.types import (
    Landmarks,
    MocapFrame,
    SmoothedLandmarks,
    StreamInfo,
    VideoFrame,
)

TICK_S: Final = 0.1
"""How often a silent source is bridged with held motion, and errands are looked for without
frames."""

Onlooker: TypeAlias = Callable[[Landmarks], bool]
"""Is shown raw landmarks, frame by frame, until it says that it has seen enough."""
GiveMotion: TypeAlias = Callable[[OutgoingFrame], None]
GiveRecord: TypeAlias = Callable[[Landmarks, MocapFrame, VideoFrame | None], None]
BetweenTakes: TypeAlias = Callable[[Callable[[], bool]], bool]


@dataclass(frozen=True)
class Recipients:
    """Outputs that get the same."""

    retarget: Retargeting | None
    """What is made of the motion for them; None: nothing."""
    outputs: tuple[GiveMotion, ...]


@dataclass(frozen=True)
class MotionStages:
    """What the motion thread runs and whom it serves."""

    smoother: Smoothing
    solver: Solver
    recipients: tuple[Recipients, ...]
    recorder: GiveRecord
    between_takes: BetweenTakes
    """Has something done that no take may see half of, see ``Recording.between_takes``."""
    description: StreamDescription | None
    """What the takes' headers say of the stream; None where nobody asks."""
    overlay: Overlay | None
    film: Film | None = None


class Motion:
    """Makes motion of every tracked frame, and of silence."""

    def __init__(
        self,
        stages: MotionStages,
        tracked: Handover[TrackedFrame],
        stats: RunStats,
        clock: Clock,
        silence_s: float | None,
        errands: Errands[Motion],
    ) -> None:
        """Set up.

        Args:
            stages: what it runs and whom it serves.
            tracked: where landmarks come from.
            stats: the run's numbers.
            clock: for what is sent while nothing comes.
            silence_s: bridge a pause longer than this; None never does (footage) [s].
            errands: what others ask for between two frames.
        """
        self._stages = stages
        self._tracked = tracked
        self._stats = stats
        self._clock = clock
        self._silence_s = silence_s
        self._errands = errands
        self._info: StreamInfo | None = None
        self._mirrored = False
        self._onlooker: Onlooker | None = None
        self._last: Landmarks | None = None
        self._arrived_ns = 0

    def run(self) -> None:
        """Body of the thread."""
        try:
            while True:
                tracked = self._tracked.take(TICK_S)
                self._errands.run_waiting(self)
                if tracked is not None:
                    self._process(tracked)
                elif self._tracked.exhausted:
                    break
                else:
                    self._bridge_silence()
        finally:
            # After a failure, lets the tracker go that may wait for room.
            self._tracked.discard()

    def replace_smoother(self, smoother: Smoothing) -> None:
        """Go on with another smoother. Called on the motion thread."""
        self._stages = replace(self._stages, smoother=smoother)

    def replace_solver(self, solver: Solver) -> None:
        """Go on with another solver. Called on the motion thread.

        It keeps the bones that this one has found, unless it was given some; receivers are told
        where they differ.

        Raises:
            CommandRefused: the bones differ, and a take is being recorded.
        """
        before = self._stages.solver
        solver.go_on_from(before)
        if np.array_equal(solver.rest_positions_m, before.rest_positions_m):
            self._stages = replace(self._stages, solver=solver)
            return

        def change() -> bool:
            self._stages = replace(self._stages, solver=solver)
            self._describe_bones()
            return True

        if not self._stages.between_takes(change):
            raise CommandRefused(
                "this changes the performer's bones, and a take keeps those that it began with: "
                "stop recording first"
            )
        self._tell_receivers()

    def _adopt_bones(self) -> bool:
        """Let the solver go on towards the performer's own bones."""
        change = self._stages.solver.adopt_bones()
        if change is BoneChange.NONE:
            return False
        self._describe_bones()
        if change is BoneChange.SETTLED:
            self._tell_receivers()
        return True

    def _describe_bones(self) -> None:
        description = self._stages.description
        if description is not None:
            rest_m = self._stages.solver.rest_positions_m
            description.info = replace(description.info, rest_positions_m=rest_m)

    def _tell_receivers(self) -> None:
        description = self._stages.description
        if description is None:
            return
        self._info = description.info
        for recipients in self._stages.recipients:
            if recipients.retarget is not None:
                recipients.retarget.describe(description.info)

    def set_mirrored(self, *, mirrored: bool) -> None:
        """Give outputs the motion as in a mirror, or as it is. Called on the motion thread."""
        self._mirrored = mirrored

    @property
    def mirrored(self) -> bool:
        """Whether outputs get the motion as in a mirror."""
        return self._mirrored

    def show_to(self, onlooker: Onlooker | None) -> None:
        """Show the raw landmarks of every frame to somebody. Called on the motion thread."""
        self._onlooker = onlooker

    def recentre(self) -> None:
        """Put the world's origin under the performer. Called on the motion thread."""
        self._stages.solver.recentre()

    def _process(self, tracked: TrackedFrame) -> None:
        landmarks = tracked.landmarks
        stages, stats = self._stages, self._stats
        started_s = time.perf_counter()
        smoothed = stages.smoother.filter(landmarks)
        smoothed_s = time.perf_counter()
        motion = stages.solver.solve(smoothed)
        solved_s = time.perf_counter()
        self._give(smoothed, motion, tracked.since_ns)
        if self._onlooker is not None and self._onlooker(landmarks):
            self._onlooker = None
        stages.recorder(landmarks, motion, tracked.picture)
        stages.between_takes(self._adopt_bones)
        given_s = time.perf_counter()

        stats.stages["smooth"].add(smoothed_s - started_s)
        stats.stages["solve"].add(solved_s - smoothed_s)
        stats.stages["fan out"].add(given_s - solved_s)
        stats.stages["all but inference"].add(tracked.overhead_s + given_s - started_s)
        stats.latest = (smoothed, motion)
        self._last, self._arrived_ns = landmarks, self._clock.monotonic_ns()
        self._draw(tracked, motion)
        stats.rate.tick()
        stats.processed += 1

    def _give(self, smoothed: SmoothedLandmarks, motion: MocapFrame, since_ns: int) -> None:
        if self._mirrored:
            motion = mirrored(motion)
        for recipients in self._stages.recipients:
            outgoing = OutgoingFrame(motion, since_ns, self._info)
            if recipients.retarget is not None:
                started_s = time.perf_counter()
                mapped, info = recipients.retarget.map(smoothed, motion)
                outgoing = OutgoingFrame(mapped, since_ns, info)
                self._stats.stages["map"].add(time.perf_counter() - started_s)
            for give in recipients.outputs:
                give(outgoing)

    def _draw(self, tracked: TrackedFrame, motion: MocapFrame) -> None:
        if tracked.picture is None:
            return
        started_s = time.perf_counter()
        if self._stages.overlay is not None:
            self._stages.overlay.write(tracked.picture, tracked.landmarks)
        if self._stages.film is not None:
            self._stages.film.write(tracked.picture.image_bgr, motion)
        self._stats.stages["overlay"].add(time.perf_counter() - started_s)

    def _bridge_silence(self) -> None:
        # A frame that is still being tracked is no silence, however long tracking takes.
        if self._last is None or self._silence_s is None or self._stats.in_flight > 0:
            return
        now_ns = self._clock.monotonic_ns()
        silence_ns = now_ns - self._arrived_ns
        if silence_ns < self._silence_s * 1e9:
            return
        # As old as the last frame was when it came: a frame that comes next is younger.
        bridge = lost_landmarks(self._last, self._last.capture_time_ns + silence_ns)
        smoothed = self._stages.smoother.filter(bridge)
        motion = self._stages.solver.solve(smoothed)
        self._give(smoothed, motion, now_ns)
        self._stats.latest = (smoothed, motion)
        self._stats.bridged += 1
