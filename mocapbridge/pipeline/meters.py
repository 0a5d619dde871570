"""Instruments for timings: one thread writes to each, any thread reads."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import numpy as np

WINDOW: Final = 512
"""How many of the latest durations percentiles are taken over."""
RATE_WINDOW: Final = 60
"""How many of the latest frames the frame rate is taken over."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Median and slow end of the latest measurements."""

    p50_ms: float
    p95_ms: float


class DurationRing:
    """The latest ``WINDOW`` durations of one stage."""

    def __init__(self) -> None:
        self._durations_s = np.zeros(WINDOW, dtype=np.float64)
        self._count = 0

    def add(self, duration_s: float) -> None:
        """Remember one duration [s]."""
        self._durations_s[self._count % WINDOW] = duration_s
        self._count += 1

    def percentiles(self) -> Percentiles | None:
        """Median and 95th percentile; None before the first measurement."""
        filled = min(self._count, WINDOW)
        if filled == 0:
            return None
        p50_s, p95_s = np.percentile(self._durations_s[:filled], (50, 95))
        return Percentiles(p50_ms=float(p50_s) * 1e3, p95_ms=float(p95_s) * 1e3)


class RateMeter:
    """Frames per second over the latest ``RATE_WINDOW`` frames."""

    def __init__(self) -> None:
        self._instants_s = np.zeros(RATE_WINDOW, dtype=np.float64)
        self._count = 0

    def tick(self) -> None:
        """One more frame went by."""
        self._instants_s[self._count % RATE_WINDOW] = time.perf_counter()
        self._count += 1

    def rate_hz(self) -> float:
        """Frames per second; falls towards 0 when frames stop coming."""
        intervals = min(self._count, RATE_WINDOW) - 1
        if intervals < 1:
            return 0.0
        instants_s = self._instants_s[: intervals + 1]
        newest_s = float(instants_s.max())
        mean_interval_s = (newest_s - float(instants_s.min())) / intervals
        silence_s = time.perf_counter() - newest_s
        return 1.0 / max(mean_interval_s, silence_s, 1e-9)
