"""Follows the performer's body from frame to frame, a frame ahead where there is one."""

from __future__ import annotations

import math
from concurrent.futures import Future
from functools import partial

from mocapbridge.clock import NS_PER_MS
from mocapbridge.tracking.body_guide import BodyGuide
from mocapbridge.tracking.mediapipe_tasks import PoseNetwork, PoseResult
from mocapbridge.tracking.swap_guard import SwapGuard
from mocapbridge.tracking.together import Finished, Job, Together
from mocapbridge.tracking.window import reduced_rgb
from mocapbridge.types import VideoFrame

_LEAST_PICTURE_PX = 480
"""The pose network's picture is not reduced below this; its detector looks at 224 pixels."""
_POSE_REGION_PX = 320
"""A followed body is not reduced below this; its landmark network looks at 256 pixels."""


class BodyFollower:
    """The pose network on a thread of its own.

    The pose takes longest and needs nothing of the other parts: with footage it may start on the
    next frame while face and hands of this one are still being looked for.
    """

    def __init__(self, network: PoseNetwork, guard: SwapGuard | None) -> None:
        self._network = network
        self._guard = guard
        self._thread = Together(threads=1, name="pose")
        self._started: dict[int, Future[Finished]] = {}

    @property
    def repaired(self) -> int:
        """Frames so far in which left and right were exchanged back."""
        return self._guard.repaired if self._guard else 0

    def reset(self) -> None:
        """Forget the body and what was started ahead (continuity is broken)."""
        self._settle()
        if self._guard:
            self._guard.reset()

    def start(self, frame: VideoFrame, guide: BodyGuide | None) -> None:
        """Begin looking, unless that frame was begun before.

        Args:
            frame: the frame to look at; frames come in order.
            guide: the last body known, which says how fine the picture must be.
        """
        if frame.frame_index not in self._started:
            job = Job(self._network, partial(self._look, frame, guide))
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

    def _look(self, frame: VideoFrame, guide: BodyGuide | None) -> PoseResult | None:
        height, width = frame.image_bgr.shape[:2]
        picture = reduced_rgb(frame.image_bgr, _halvings(guide, max(width, height)))
        pose = self._network.detect(picture, frame.capture_time_ns // NS_PER_MS)
        if pose and self._guard:
            pose = self._guard.check(pose, frame.capture_time_ns)
        return pose


def _halvings(guide: BodyGuide | None, longest_px: int) -> int:
    """How often the pose network's picture is halved."""
    factor = longest_px / _LEAST_PICTURE_PX
    if guide is not None:
        factor = min(factor, guide.extent_px() / _POSE_REGION_PX)
    return max(0, int(math.log2(max(factor, 1.0))))
