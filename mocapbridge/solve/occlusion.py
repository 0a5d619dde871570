"""What is shown of each joint: its measured turn, within limits of range and speed.

A joint that is not seen is held, then eased to the relaxed pose, and taken up again softly.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import length
from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.solve.limits import JointLimits
from mocapbridge.solve.options import OcclusionOptions
from mocapbridge.solve.relaxed import relaxed_pose_wxyz
from mocapbridge.types import Float64Array, TrackState, UInt8Array

_RETURN_S: Final = 0.2
"""Time within which a joint that is seen again reaches what is measured."""
_PLAUSIBLE: Final = 0.8
"""What is believed this much is followed at once."""
_DOUBT_S: Final = 0.05
"""Time constant with which a joint follows what is not believed at all."""
_REGAIN_S: Final = 0.2
"""Time within which it is followed at once again, after such doubt: what it missed is made up
for over that time and not in one frame."""
_LOST_AFTER_EASES: Final = 3.0
"""After that many ease times 95 % of the way to the relaxed pose is done: the joint is lost."""

_STATES: Final = np.array(
    (TrackState.TRACKED, TrackState.HELD, TrackState.PREDICTED, TrackState.LOST), dtype=np.uint8
)


class Occlusion:
    """Per-joint memory of what was seen and shown last.

    Args:
        options: how long a hidden joint is held, and so on.
        limits: what joints can do.
    """

    def __init__(self, options: OcclusionOptions, limits: JointLimits) -> None:
        self._options = options
        self._limits = limits
        self._relaxed = limits.clamp(relaxed_pose_wxyz())
        self._shown = self._relaxed.copy()
        self._seen = np.zeros(JOINT_COUNT, dtype=np.bool_)
        self._unseen_s = np.full(JOINT_COUNT, np.inf)
        self._trust = np.ones(JOINT_COUNT)
        self._follow: Float64Array = np.ones(JOINT_COUNT)
        self._started = False

    def fill(
        self,
        local_wxyz: Float64Array,
        confidence: Float64Array,
        belief: Float64Array,
        dt_s: float,
    ) -> tuple[Float64Array, UInt8Array]:
        """Rotations to show and the state of each joint.

        Args:
            local_wxyz: ``(55, 4)`` what the landmarks of this frame say.
            confidence: ``(55,)`` how far to believe it, 0..1.
            belief: ``(55,)`` how plausible it is beside the frames before, 0..1: what leaps is
                followed slowly.
            dt_s: time since the last frame [s].
        """
        threshold = np.where(self._seen, self._options.hidden_below, self._options.visible_above)
        self._seen = confidence >= threshold
        first = not self._started and bool(np.logical_or.reduce(self._seen))
        step = self._steps(belief, dt_s, first=first)
        target = np.where(self._seen[:, None], local_wxyz, self._relaxed)
        sign = np.copysign(1.0, np.vecdot(target, self._shown))
        moved = self._shown + step[:, None] * (sign[:, None] * target - self._shown)
        moved /= length(moved)[:, None]
        moved = self._limits.clamp(moved)
        # The first pose is taken up at once, from wherever.
        self._shown = moved if first else self._limits.slow_down(self._shown, moved, dt_s)
        return self._shown, self._states()

    def _steps(self, belief: Float64Array, dt_s: float, *, first: bool) -> Float64Array:
        """How far each joint goes towards its target in this frame ``(55,)``, 0..1."""
        seen = self._seen
        self._unseen_s = np.where(seen, 0.0, self._unseen_s + dt_s)
        if first:
            self._started = True
            self._trust[:] = 1.0
            return seen.astype(np.float64)
        # Once hidden, trust restarts from nothing and is back after _RETURN_S.
        self._trust = np.minimum(self._trust + dt_s / _RETURN_S, 1.0) * seen
        doubtful = 1.0 - math.exp(-dt_s / _DOUBT_S)
        at_once = doubtful + (1.0 - doubtful) * np.minimum(belief / _PLAUSIBLE, 1.0)
        follow: Float64Array = np.minimum(at_once, self._follow + dt_s / _REGAIN_S)
        self._follow = follow
        easing = 1.0 - math.exp(-dt_s / self._options.ease_s)
        # One of the two is 0: what is hidden has no trust, what is seen is not out of sight.
        return self._trust * follow + easing * (self._unseen_s > self._options.hold_s)

    def _states(self) -> UInt8Array:
        hold_s, ease_s = self._options.hold_s, self._options.ease_s
        # By how many of three bounds the time out of sight is beyond: 0 seen .. 3 lost.
        beyond = np.logical_not(self._seen).view(np.uint8) + (self._unseen_s > hold_s)
        beyond += self._unseen_s > hold_s + _LOST_AFTER_EASES * ease_s
        return _STATES.take(beyond)
