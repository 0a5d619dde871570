"""Follows the performer's body from frame to frame, a frame ahead where there is one."""

from __future__ import annotations

import math
from concurrent.futures import Future
from functools import partial

import numpy as np

from mocapbridge.clock import NS_PER_MS
from mocapbridge.tracking.body_guide import ELBOWS, HIPS, WRISTS
from mocapbridge.tracking.mediapipe_tasks import PoseNetwork
from mocapbridge.tracking.network_results import PoseResult
from mocapbridge.tracking.swap_guard import SwapGuard
from mocapbridge.tracking.together import Finished, Job, Together
from mocapbridge.tracking.window import reduced_rgb
from mocapbridge.types import VideoFrame

_LEAST_PICTURE_PX = 480
"""The pose network's picture is not reduced below this; its detector looks at 224 pixels."""
_POSE_REGION_PX = 400
"""A followed body is not reduced below this; its landmark network looks at 256 pixels."""
_BELOW_SHOULDERS = [*ELBOWS, *WRISTS, *HIPS]
_SEEN = 0.3
"""Visibility from which a landmark may be in the picture. In most face close-ups elbows, wrists and
hips stay below 0.15, in front of a webcam the best of them does not fall below 0.29 (footage)."""
_LOOKS_TO_CLOSE_UP = 10
"""So often in a row nothing below the shoulders must have been seen: hands come and go."""


class BodyFollower:
    """The pose network on a thread of its own.

    The pose takes longest and needs nothing of the other parts: with footage it may start on the
    next frame while face and hands of this one are still being looked for.

    In a face close-up the pose network does most of the work and shows the least: shoulders at
    best. There it looks at every second picture, and the body of the first holds for both.
    """

    def __init__(
        self, network: PoseNetwork, guard: SwapGuard | None, *, spare_in_close_ups: bool
    ) -> None:
        """Prepare.

        Args:
            network: used by nobody else.
            guard: repairs exchanged sides; None: they stay.
            spare_in_close_ups: look at every second picture only while nothing below the shoulders
                is seen; for when the face network follows what moves there.
        """
        self._network = network
        self._guard = guard
        self._spare_in_close_ups = spare_in_close_ups
        self._looks_in_close_up = 0
        self._holds: PoseResult | None = None
        """Stands for the next picture as well."""
        self._thread = Together(threads=1, name="pose")
        self._started: dict[int, Future[Finished]] = {}
        self._extent_px: float | None = None

    @property
    def repaired(self) -> int:
        """Frames so far in which left and right were exchanged back."""
        return self._guard.repaired if self._guard else 0

    def reset(self) -> None:
        """Forget the body and what was started ahead (continuity is broken)."""
        self._settle()
        self._extent_px = None
        self._looks_in_close_up = 0
        self._holds = None
        if self._guard:
            self._guard.reset()

    def start(self, frame: VideoFrame) -> None:
        """Begin looking, unless that frame was begun before; frames come in order."""
        if frame.frame_index not in self._started:
            job = Job(self._network, partial(self._look, frame))
            self._started[frame.frame_index] = self._thread.start(job)

    def finished(self, frame: VideoFrame) -> Finished:
        """The body (``PoseResult`` or None) in a frame that was started; waits for it."""
        return self._started.pop(frame.frame_index).result()

    def close(self) -> None:
        """Let the thread go; what was started is finished first."""
        self._thread.close()
        self._settle()

    def _settle(self) -> None:
        for future in self._started.values():
            future.exception()  # waits; a failure of a frame nobody asks for any more is nobody's
        self._started.clear()

    def _look(self, frame: VideoFrame) -> PoseResult | None:
        # Goes by the last frame looked at, not the last one settled: what is found must not depend
        # on how far ahead this thread happens to be.
        held, self._holds = self._holds, None
        if held is not None:
            return held
        height, width = frame.image_bgr.shape[:2]
        picture = reduced_rgb(frame.image_bgr, _halvings(self._extent_px, max(width, height)))
        pose = self._network.detect(picture, frame.capture_time_ns // NS_PER_MS)
        if pose is None:
            self._extent_px = None
            self._looks_in_close_up = 0
            return None
        points_px = pose.image[:, :2] * np.array([width, height], dtype=np.float32)
        self._extent_px = float(np.ptp(points_px, axis=0).max())
        if self._guard:
            pose = self._guard.check(pose, frame.capture_time_ns)
        self._looks_in_close_up = self._looks_in_close_up + 1 if _is_close_up(pose) else 0
        if self._spare_in_close_ups and self._looks_in_close_up >= _LOOKS_TO_CLOSE_UP:
            self._holds = pose
        return pose


def _is_close_up(pose: PoseResult) -> bool:
    return float(pose.visibility[_BELOW_SHOULDERS].max()) < _SEEN


def _halvings(extent_px: float | None, longest_px: int) -> int:
    """How often the pose network's picture is halved.

    Args:
        extent_px: longer side of the box around the last body; None: there was none.
        longest_px: longer side of the picture.
    """
    factor = longest_px / _LEAST_PICTURE_PX
    if extent_px is not None:
        factor = min(factor, extent_px / _POSE_REGION_PX)
    return max(0, int(math.log2(max(factor, 1.0))))
