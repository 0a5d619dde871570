"""Measures the performer while a run goes on, and goes on with what was measured."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from mocapbridge.errors import CommandRefused, MocapBridgeError
from mocapbridge.pipeline.runner import Pipeline
from mocapbridge.solve.calibration import StillFrames, Wanted, calibrate
from mocapbridge.solve.options import SolveCameraOptions
from mocapbridge.solve.profile import Profile
from mocapbridge.types import Landmarks

_log = logging.getLogger(__name__)

PATIENCE_S: Final = 60.0
"""How long somebody is waited for who stands still."""

Progress = Literal["none", "watching", "measuring", "done", "failed"]


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """How far a calibration is, for the one who asked for it."""

    progress: Progress
    hint: str
    """What the performer has to do, or why it failed."""
    still_s: float
    """How long the performer has stood still [s]."""


class LiveCalibration:
    """One calibration after the other, each on a thread of its own.

    Args:
        pipeline: the run.
        use: goes on with a profile; called on the calibration's thread.
    """

    def __init__(self, pipeline: Pipeline, use: Callable[[Profile, str], None]) -> None:
        self._pipeline = pipeline
        self._use = use
        self._lock = threading.Lock()
        self._still: StillFrames | None = None
        self._progress: Progress = "none"
        self._problem = ""

    @property
    def state(self) -> CalibrationState:
        """How far the calibration is that was begun last."""
        still = self._still
        hint = still.hint if still is not None and self._progress == "watching" else self._problem
        return CalibrationState(self._progress, hint, 0.0 if still is None else still.still_s)

    def start(self, name: str, wanted: Wanted, camera: SolveCameraOptions) -> None:
        """Begin to watch the performer.

        Args:
            name: what to call the profile.
            wanted: what to measure.
            camera: what is known of the camera.

        Raises:
            CommandRefused: the performer is being watched already.
        """
        with self._lock:
            if self._progress in ("watching", "measuring"):
                raise CommandRefused("a calibration goes on already: wait until it is done")
            self._still, self._problem = StillFrames(wanted), ""
            self._progress = "watching"
            still = self._still
        threading.Thread(
            target=self._run,
            args=(name, wanted, camera, still),
            name="mocapbridge calibration",
            daemon=True,
        ).start()

    def _run(
        self, name: str, wanted: Wanted, camera: SolveCameraOptions, still: StillFrames
    ) -> None:
        try:
            self._watch(still)
            self._progress = "measuring"
            self._use(calibrate(still.frames, wanted, camera), name)
        except MocapBridgeError as error:
            self._problem = str(error)
            self._progress = "failed"
            _log.warning("not calibrated: %s", error)
        else:
            self._progress = "done"
            _log.info("calibrated as %s", name)

    def _watch(self, still: StillFrames) -> None:
        """Wait until the performer has stood still for long enough.

        Raises:
            CommandRefused: that does not happen, or the run ends.
        """
        enough = threading.Event()

        def look(landmarks: Landmarks) -> bool:
            done = still.add(landmarks)
            if done:
                enough.set()
            return done

        self._pipeline.between_frames(lambda motion: motion.show_to(look))
        if not enough.wait(PATIENCE_S):
            self._pipeline.between_frames(lambda motion: motion.show_to(None))
            raise CommandRefused(
                f"nobody stood still in view for three seconds within {PATIENCE_S:g} s; last: "
                f"{still.hint or 'too short'}"
            )
