"""Repairs frames in which the pose detector exchanges the performer's left and right."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.clock import NS_PER_S
from mocapbridge.tracking.network_results import PoseResult
from mocapbridge.types import Float32Array

_FACE: Final = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9]
_BODY: Final = [12, 11, 14, 13, 16, 15, 18, 17, 20, 19, 22, 21]
_LEGS: Final = [24, 23, 26, 25, 28, 27, 30, 29, 32, 31]
MIRRORED: Final = np.array([*_FACE, *_BODY, *_LEGS])
"""(33,) index of each pose landmark's counterpart on the other side."""
_LIMBS: Final = np.array([11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28])
"""Shoulders to ankles. Face, fingers and feet add noise, not evidence."""

_MEMORY_S: Final = 0.1
"""Time constant of the remembered direction to the performer's left. A pirouette of 720 degrees a
second turns 72 degrees in that time: still on the right side of 90."""
_UNCLEAR: Final = 0.2
"""Where the new direction reaches less than this part of the remembered one, the torso has
collapsed onto its own axis (the detector is changing its mind): the limbs decide."""
_LIMB_RATIO: Final = 0.9
"""There the exchanged limbs must be nearer to the last ones than this part of the distance."""
_FORGET_S: Final = 0.5
"""A last pose older than this says nothing about this one."""
_INSIST_S: Final = 1.5
"""When the detector insists for this long, it is believed: the guard itself may have started on
the wrong side."""


class SwapGuard:
    """Follows which way the performer's left is, and repairs poses that say the opposite.

    Turning on the spot moves that direction continuously, an exchange of sides reverses it from
    one frame to the next. It is causal and delays nothing. On a balancing person whom the detector
    exchanges in 32 of 100 frames (28 when it sees the picture in full size) it leaves 0 exchanged
    and exchanges 0 others; comparing with the last pose alone latches onto the wrong side there.
    """

    def __init__(self) -> None:
        self.repaired = 0
        """Frames repaired so far."""
        self._left_m: Float32Array | None = None
        self._last_m: Float32Array | None = None
        self._last_time_ns = 0
        self._insisting_since_ns: int | None = None

    def reset(self) -> None:
        """Forget the last pose (continuity is broken)."""
        self._left_m = None
        self._last_m = None
        self._insisting_since_ns = None

    def check(self, pose: PoseResult, time_ns: int) -> PoseResult:
        """The pose with its sides as in the frames before.

        Args:
            pose: this frame's pose.
            time_ns: when it was captured [ns].
        """
        elapsed_s = (time_ns - self._last_time_ns) / NS_PER_S
        if elapsed_s > _FORGET_S:
            self.reset()
        if not self._is_exchanged(pose.world_m):
            self._insisting_since_ns = None
        elif not self._insists(time_ns):
            self.repaired += 1
            pose = exchanged(pose)
        self._remember(pose.world_m, elapsed_s)
        self._last_time_ns = time_ns
        return pose

    def _is_exchanged(self, world_m: Float32Array) -> bool:
        if self._left_m is None or self._last_m is None:
            return False
        agreement = float(_left_of(world_m) @ self._left_m)
        if abs(agreement) > _UNCLEAR * float(self._left_m @ self._left_m):
            return agreement < 0.0
        last_m = self._last_m[_LIMBS]
        as_is_m = np.linalg.norm(world_m[_LIMBS] - last_m, axis=1).mean()
        exchanged_m = np.linalg.norm(world_m[MIRRORED[_LIMBS]] - last_m, axis=1).mean()
        return bool(exchanged_m < _LIMB_RATIO * as_is_m)

    def _insists(self, time_ns: int) -> bool:
        """Whether the detector has disagreed for so long that it is believed."""
        if self._insisting_since_ns is None:
            self._insisting_since_ns = time_ns
        if time_ns - self._insisting_since_ns < _INSIST_S * NS_PER_S:
            return False
        self.reset()
        return True

    def _remember(self, world_m: Float32Array, elapsed_s: float) -> None:
        left_m = _left_of(world_m)
        if self._left_m is None:
            self._left_m = left_m
        else:
            weight = 1.0 - math.exp(-elapsed_s / _MEMORY_S)
            step_m = np.float32(weight) * (left_m - self._left_m)
            self._left_m = np.add(self._left_m, step_m, dtype=np.float32)
        self._last_m = world_m


def _left_of(world_m: Float32Array) -> Float32Array:
    """Direction to the performer's left, by shoulders and hips together, (3,) [m]."""
    return (world_m[11] - world_m[12]) + (world_m[23] - world_m[24])


def exchanged(pose: PoseResult) -> PoseResult:
    """The same points with left and right names exchanged."""
    return PoseResult(
        pose.image[MIRRORED],
        pose.world_m[MIRRORED],
        pose.visibility[MIRRORED],
        pose.presence[MIRRORED],
        pose.mask,
    )
