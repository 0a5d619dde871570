"""Follows one hand of the performer from frame to frame, in a window that travels with it."""

from __future__ import annotations

import numpy as np

from mocapbridge.tracking.body_guide import WRIST_SEEN, BodyGuide
from mocapbridge.tracking.hand_sides import HandCandidate
from mocapbridge.tracking.mediapipe_tasks import HandNetwork
from mocapbridge.tracking.window import Window
from mocapbridge.types import Float32Array, Side, UInt8Array

_WINDOW_FOREARMS = 2.0
"""Side of the window in forearm lengths: the hand (0.7) in any direction, and room for the pose
being a frame old. 1.6 to 2.6 find the same number of hands on a dancer, within 3 % (our bench)."""
_WINDOW_PALMS = 5.0
"""The same in palm lengths, where a hand near the camera is larger than the body suggests."""
_CANVAS_PX = 320
"""The landmark network looks at 224 pixels around the hand, which is about 0.6 of the window."""
_BESIDE_PALMS = 2.5
_FRAMES_TO_CONFIRM_BESIDE = 3
"""A hand that turns up beside the other one may be a piece of it or of its forearm: it must be seen
this many frames more before it is reported."""
_FRAMES_TO_CONFIRM_SEARCH = 1
"""What the search of the whole picture saw must be seen by the follower too: the search takes other
things for hands once in a while."""
_EAGER_MISSES = 6
_LAZY_INTERVAL = 3
_HIDDEN_MISSES = 24
_HIDDEN_INTERVAL = 6
"""An empty search costs more than a followed hand: after 6 misses it comes every third frame only,
and after 24, when the hand is in a pocket or behind something, every sixth."""


class HandFollower:
    """One side's hand network and where it looks next."""

    def __init__(self, side: Side, network: HandNetwork) -> None:
        self.side = side
        self.network = network
        self.hand: HandCandidate | None = None
        """The hand in the last frame, or None when it was not found."""
        self._velocity_px: Float32Array = np.zeros(2, dtype=np.float32)
        self._misses = 0
        self._found_other = False
        self._to_confirm = 0

    @property
    def confirmed(self) -> bool:
        """Whether the hand is to be believed."""
        return self.hand is not None and self._to_confirm == 0

    def reset(self) -> None:
        """Forget the hand (continuity is broken)."""
        self.hand = None
        self._misses = 0
        self._found_other = False

    def window(self, guide: BodyGuide | None) -> Window | None:
        """Where to look in the next picture; None for nowhere.

        Args:
            guide: the body in the last picture.
        """
        arm_seen = guide is not None and guide.wrist_visibility(self.side) >= WRIST_SEEN
        if self.hand is None and (not arm_seen or self._rests()):
            return None
        if guide is not None and arm_seen:
            size_px = _WINDOW_FOREARMS * guide.forearm_px
            centre_px = guide.knuckles_px(self.side)
        elif self.hand is not None:
            size_px = 0.0
            centre_px = self.hand.centre_px + self._velocity_px
        else:
            return None
        if self.hand is not None:
            size_px = max(size_px, _WINDOW_PALMS * self.hand.palm_px)
        return Window.around(centre_px, size_px, _CANVAS_PX)

    def look(
        self,
        image_bgr: UInt8Array,
        window: Window,
        other: HandCandidate | None,
        time_ms: int,
    ) -> HandCandidate | None:
        """Find the hand; None when it is not there.

        Args:
            image_bgr: the full picture.
            window: where to look in it.
            other: the other hand in the last picture; blanked out when this follower took it for
                its own.
            time_ms: capture time [ms].
        """
        picture = window.cut(image_bgr)
        if other is not None and self._found_other:
            window.blank_out(picture, other.centre_px, 1.3 * other.palm_px)
        found = self.network.detect(picture, time_ms)
        height, width = image_bgr.shape[:2]
        if not found:
            return None
        image = window.full_from_window(found[0].image, (width, height))
        return HandCandidate.of(found[0], image, self.side, (width, height))

    def settle(
        self, hand: HandCandidate | None, beside: HandCandidate | None, *, found_other: bool
    ) -> None:
        """Take note of what was decided for this side.

        Args:
            hand: the hand that is this side's, or None.
            beside: the hand that is the other side's, or None.
            found_other: this side's network saw a hand that is not this side's.
        """
        if hand is not None and self.hand is not None:
            self._velocity_px = hand.centre_px - self.hand.centre_px
            self._to_confirm = max(0, self._to_confirm - 1)
        else:
            self._velocity_px = np.zeros(2, dtype=np.float32)
            self._to_confirm = _frames_to_confirm(hand, beside)
        self._misses = 0 if hand is not None else self._misses + 1
        self._found_other = found_other or (self._found_other and hand is None)
        self.hand = hand

    def _rests(self) -> bool:
        """Whether this frame is skipped because the search has been fruitless."""
        interval = _LAZY_INTERVAL if self._misses <= _HIDDEN_MISSES else _HIDDEN_INTERVAL
        return self._misses > _EAGER_MISSES and (self._misses + self.side) % interval != 0


def _frames_to_confirm(hand: HandCandidate | None, beside: HandCandidate | None) -> int:
    """In how many more frames a new hand must be seen before it is believed."""
    if hand is None:
        return 0
    if beside is not None:
        away_px = float(np.linalg.norm(hand.centre_px - beside.centre_px))
        if away_px < _BESIDE_PALMS * max(hand.palm_px, beside.palm_px):
            return _FRAMES_TO_CONFIRM_BESIDE
    return 0 if hand.found_by is not None else _FRAMES_TO_CONFIRM_SEARCH
