"""What solving costs by itself, whatever else the machine is doing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

import numpy as np

from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import Landmarks

_REPEATS: Final = 7
_MS_PER_NS: Final = 1e-6


def cost_ms(landmarks: Sequence[Landmarks], options: SolveOptions) -> tuple[float, float]:
    """Processor time of a live frame, 50th and 95th percentile [ms].

    The clip is solved several times, frame after frame; of each frame the cheapest counts.
    """
    smoother = Smoother(FilterOptions())
    smoothed = [smoother.filter(frame) for frame in landmarks]
    costs: list[list[int]] = []
    for _ in range(_REPEATS):
        solver = LiveSolver("bench", options)
        costs.append([])
        for frame in smoothed:
            begin_ns = time.thread_time_ns()
            solver.solve(frame)
            solver.adopt_bones()
            costs[-1].append(time.thread_time_ns() - begin_ns)
    p50, p95 = np.percentile(np.min(costs, axis=0), (50, 95)) * _MS_PER_NS
    return float(p50), float(p95)
