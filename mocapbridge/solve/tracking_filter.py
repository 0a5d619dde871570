"""Smooths what moves without falling behind it.

A low-pass filter of the first order trails a steady movement by its time constant. This one also
estimates the velocity and predicts with it: it does not trail a steady movement at all, and an
accelerated one by the square of the time constant. It is the critically damped g-h filter, the one
that fits a straight line to the past by least squares, in which what is older than the time constant
is forgotten exponentially (E. Brookner, "Tracking and Kalman Filtering Made Easy", 1998, section
1.2.6: the fading-memory polynomial filter of degree one).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import clamp
from mocapbridge.types import Float64Array

_FASTEST_M_S: Final = 10.0
"""Nothing of a person moves faster for longer than a frame or two."""


class TrackingFilter:
    """Follows points.

    Args:
        memory_s: time constant with which the past is forgotten.
    """

    def __init__(self, memory_s: float) -> None:
        self._memory_s = memory_s
        self._points_m: Float64Array | None = None
        self._velocity_m_s = np.zeros(0)

    def reset(self) -> None:
        """Forget the past: continuity is broken."""
        self._points_m = None

    def step(self, points_m: Float64Array, dt_s: float) -> Float64Array:
        """The smoothed points of this frame, in the shape of ``points_m`` [m]."""
        if self._points_m is None:
            self._points_m = points_m
            self._velocity_m_s = np.zeros_like(points_m)
            return points_m
        if dt_s <= 0.0:
            return self._points_m
        kept = math.exp(-dt_s / self._memory_s)
        predicted = self._points_m + dt_s * self._velocity_m_s
        surprise = points_m - predicted
        self._points_m = predicted + (1.0 - kept * kept) * surprise
        velocity = self._velocity_m_s + ((1.0 - kept) ** 2 / dt_s) * surprise
        self._velocity_m_s = clamp(velocity, -_FASTEST_M_S, _FASTEST_M_S)
        return self._points_m
