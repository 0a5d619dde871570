"""What of the clean-up tools is wanted, and all of it in its order."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from mocapbridge.takes.clean.feet import feet_locked
from mocapbridge.takes.clean.gaps import gaps_filled, outliers_repaired
from mocapbridge.takes.clean.loop import find_loop, looped
from mocapbridge.takes.clean.resample import resampled
from mocapbridge.takes.clean.rows import chosen, rows_between, times_s
from mocapbridge.takes.clean.smooth import smoothed
from mocapbridge.takes.columns import MotionColumns
from mocapbridge.types import Float32Array


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUp:
    """What is to be done, in this order; by default nothing."""

    repair_outliers: bool = False
    fill_gaps_s: float = 0.0
    """Longest gap that is bridged [s]."""
    smooth_hz: float | None = None
    """Where the power of a movement is halved [Hz]."""
    lock_feet: bool = False
    start_s: float = 0.0
    end_s: float | None = None
    loop_s: float | None = None
    """Shortest loop that is looked for [s]."""
    blend_s: float = 0.3
    """Last part of the loop, which eases into its start [s]."""
    rate: Fraction | None = None
    """Frames/s."""

    def words(self) -> str:
        """What is done, for the take's history; empty when nothing is."""
        told = [
            "outliers repaired" if self.repair_outliers else "",
            f"gaps up to {self.fill_gaps_s:g} s filled" if self.fill_gaps_s else "",
            f"smoothed at {self.smooth_hz:g} Hz" if self.smooth_hz else "",
            "feet locked" if self.lock_feet else "",
            f"from {self.start_s:g} s" if self.start_s else "",
            f"to {self.end_s:g} s" if self.end_s is not None else "",
            f"looped over {self.loop_s:g} s or more" if self.loop_s is not None else "",
            f"resampled to {float(self.rate):.6g} frames/s" if self.rate else "",
        ]
        return ", ".join(filter(None, told))


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What came of it."""

    motion: MotionColumns
    rows: npt.NDArray[np.intp]
    """For each row the row of the old clip it is nearest to, never falling."""
    notes: tuple[str, ...]
    """What was found, for people."""


def cleaned(motion: MotionColumns, rest_positions_m: Float32Array, plan: CleanUp) -> Cleaned:
    """The clip with everything done that the plan says.

    Args:
        motion: the clip.
        rest_positions_m: ``(55, 3)`` of the take's header.
        plan: what to do.

    Raises:
        TakeUnreadable: the clip has no frames, or none where the plan wants them.
        TakeUnwritable: it would have too many.
    """
    notes: list[str] = []
    if plan.repair_outliers:
        motion, repaired = outliers_repaired(motion, rest_positions_m)
        notes.append(f"outliers repaired: {repaired}")
    if plan.fill_gaps_s:
        motion = gaps_filled(motion, rest_positions_m, plan.fill_gaps_s)
    if plan.smooth_hz:
        motion = smoothed(motion, rest_positions_m, plan.smooth_hz)
    if plan.lock_feet:
        motion, steps = feet_locked(motion, rest_positions_m)
        notes.append(f"steps whose feet were locked: {steps}")
    rows = np.arange(motion.frames)
    if plan.start_s or plan.end_s is not None:
        rows = rows_between(motion, plan.start_s, plan.end_s)
        motion = chosen(motion, rows)
    if plan.loop_s is not None:
        loop = find_loop(motion, plan.loop_s)
        times = times_s(motion)
        notes.append(
            f"loop: {times[loop.first]:.3f} s to {times[loop.end]:.3f} s, joints "
            f"{1000 * loop.off_m:.0f} mm apart before the ends were blended"
        )
        motion = looped(motion, rest_positions_m, loop, plan.blend_s)
        rows = rows[loop.first : loop.end]
    if plan.rate is not None:
        motion, nearest = resampled(motion, rest_positions_m, plan.rate)
        rows = rows[nearest]
    return Cleaned(motion, rows, tuple(notes))
