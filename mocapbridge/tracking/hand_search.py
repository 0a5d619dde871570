"""Looks for hands in the whole picture where the body does not say where they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from mocapbridge.tracking.body_guide import WRIST_SEEN, BodyGuide
from mocapbridge.tracking.hand_follower import HandFollower
from mocapbridge.tracking.hand_sides import HandCandidate, same_hand
from mocapbridge.tracking.mediapipe_tasks import HandNetwork
from mocapbridge.tracking.window import Window
from mocapbridge.types import UInt8Array

_CANVAS_PX = 640
_EAGER_INTERVAL = 3
_LAZY_INTERVAL = 10
_EAGER_SEARCHES = 5
"""A search costs as much as following two hands for a frame. So it comes every third frame at
first, and every tenth when the last five found nothing new: a talking head has no hands to show,
and who gestures with one hand keeps the other out of the picture."""


class HandSearch:
    """A second chance for hands held into the picture: close-ups, hands near the camera."""

    def __init__(self, network: HandNetwork) -> None:
        self.network = network
        self._frames_since = _EAGER_INTERVAL
        self._fruitless = 0

    def reset(self) -> None:
        """Search at the next occasion (continuity is broken)."""
        self._frames_since = _EAGER_INTERVAL
        self._fruitless = 0

    def due(self, followers: Iterable[HandFollower], guide: BodyGuide | None) -> bool:
        """Whether to search this picture: a hand is missing that the body cannot point to."""
        self._frames_since += 1
        missing = any(
            follower.hand is None
            and (guide is None or guide.wrist_visibility(follower.side) < WRIST_SEEN)
            for follower in followers
        )
        interval = _EAGER_INTERVAL if self._fruitless < _EAGER_SEARCHES else _LAZY_INTERVAL
        if missing and self._frames_since >= interval:
            self._frames_since = 0
            return True
        return False

    def look(
        self, image_bgr: UInt8Array, followed: Sequence[HandCandidate], time_ms: int
    ) -> list[HandCandidate]:
        """All hands in the whole picture, at most two.

        Args:
            image_bgr: the full picture.
            followed: hands of the last picture; finding them again is no success.
            time_ms: capture time [ms].
        """
        height, width = image_bgr.shape[:2]
        centre_px = np.array([width / 2, height / 2], dtype=np.float32)
        window = Window.around(centre_px, max(width, height), _CANVAS_PX)
        size_px = (width, height)
        found = self.network.detect(window.cut(image_bgr), time_ms)
        hands = [
            HandCandidate.of(result, window.full_from_window(result.image, size_px), None, size_px)
            for result in found
        ]
        new = [hand for hand in hands if not any(same_hand(hand, known) for known in followed)]
        self._fruitless = 0 if new else self._fruitless + 1
        return hands
