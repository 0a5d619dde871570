"""The performer's own bones, measured while the run goes on.

World landmarks say little about proportions: of ordinary adults their bones differ from the usual
adult's by up to 6 %, and by chance (three performers, whose true bones differ by other amounts).
Arms that are bent or raised come out a quarter too short. So only straight limbs that lie across
the line of sight count, left and right alike; the median over the frames is drawn towards the usual
adult the more it could be chance; and the skeleton changes only for somebody who is clearly built
otherwise: a child, a giant, long arms.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec.structs import astuple

from mocapbridge.geometry.matrix import length
from mocapbridge.solve import anatomy, proportions
from mocapbridge.solve.build import Build, build_with, height_of, lengths_of, scaled
from mocapbridge.types import Float64Array

SETTLES_S: Final = 3.0
"""After so much time in view the bones do not change any more."""
_FIRST_LOOK_S: Final = 1.0
"""Nothing is adopted before that."""
_WATCH_S: Final = 2.0
"""Nothing is measured after that; the rest of the time is for the last of the change."""
_EVERY_S: Final = 0.25
"""How often the measured frames are judged."""
_SEEN: Final = 0.65
"""Visibility from which a landmark counts."""
_ACROSS: Final = 0.4
"""Part of a bone that may point along the line of sight."""
_STRAIGHT: Final = 0.85
"""Cosine of the bend of elbow or knee (32 degrees) up to which a limb is straight."""
_LEAST_S: Final = 0.3
"""How long a bone must be seen, on one side or both, to count."""
_CHANCE: Final = 0.06
"""Part by which a bone's median differs from the truth by chance."""
_CLEAR: Final = 0.055
"""The usual adult's bones are kept unless one of them, drawn towards it, differs by more."""

_LIMBS: Final = np.array(((11, 13, 15), (12, 14, 16), (23, 25, 27), (24, 26, 28)))
"""(4, 3) landmarks of left and right arm and leg."""
_WIDTHS: Final = np.array((anatomy.SHOULDERS, anatomy.HIPS))
_TRUNK: Final = np.concatenate((anatomy.SHOULDERS, anatomy.HIPS))
_COLUMNS: Final = ((0, 1), (2, 3), (4, 5), (6, 7), (8,), (9,), (10,))
"""Of a frame's lengths, those of each of the ``BoneLengths``."""
_LONG: Final = np.array((2, 3, 6))
"""Thigh, shin and torso among the ``BoneLengths``: what is not measured is of their size."""


class RunningBones:
    """Measures one performer, and changes the bones to what was measured so that nobody sees it.

    Args:
        height_m: of the performer, where it is known: then only proportions are measured.
    """

    def __init__(self, height_m: float | None) -> None:
        self.height_m = height_m
        size = 1.0 if height_m is None else height_m / proportions.STANDARD_HEIGHT_M
        self._usual_m = np.array(astuple(scaled(proportions.STANDARD_BONES, size)))
        self._shown_m = self._usual_m.copy()
        self._goal_m = self._usual_m
        self._frames: list[Float64Array] = []
        self._watched_s = 0.0
        self._judged_s = 0.0
        self._adopted_s = 0.0

    @property
    def settled(self) -> bool:
        """Whether the bones have come to stay."""
        return self._adopted_s >= SETTLES_S - _FIRST_LOOK_S

    def watch(self, points_m: Float64Array, trust: Float64Array, dt_s: float) -> None:
        """Measure one frame that shows a body.

        Args:
            points_m: ``(33, 3)`` world landmarks of the performer's size, the last axis along the
                line of sight.
            trust: ``(33,)`` their visibility.
            dt_s: time since the frame before [s].
        """
        if self._watched_s >= _WATCH_S or dt_s <= 0.0 or trust[_TRUNK].min() < _SEEN:
            return
        self._frames.append(_lengths_m(points_m, trust))
        self._watched_s += dt_s
        if self._watched_s >= self._judged_s + _EVERY_S and self._watched_s >= _FIRST_LOOK_S:
            self._judged_s = self._watched_s
            self._goal_m = self._judged()
        if self._watched_s >= _WATCH_S:
            self._frames.clear()

    def adopt(self, dt_s: float) -> Build | None:
        """Go on to the measured bones, at a steady pace.

        Args:
            dt_s: time since the frame before [s].

        Returns:
            The build from now on, None where it stays as it is.
        """
        if self._watched_s < _FIRST_LOOK_S or self.settled:
            return None
        left_s = SETTLES_S - _FIRST_LOOK_S - self._adopted_s
        self._adopted_s += dt_s
        missing_m = self._goal_m - self._shown_m
        if not missing_m.any() and np.array_equal(self._shown_m, self._usual_m):
            return None
        self._shown_m = self._shown_m + min(dt_s / left_s, 1.0) * missing_m
        return self.build

    @property
    def build(self) -> Build:
        """The bones as they are shown."""
        shown = lengths_of(self._shown_m)
        height_m = height_of(shown) if self.height_m is None else self.height_m
        return build_with(shown, height_m / proportions.STANDARD_HEIGHT_M)

    def _judged(self) -> Float64Array:
        """The bones ``(7,)`` that the frames so far speak for."""
        frames = np.array(self._frames)
        least = _LEAST_S / self._watched_s * len(frames)
        differs = np.zeros(len(_COLUMNS))
        found_m = np.full(len(_COLUMNS), np.nan)
        for bone, columns in enumerate(_COLUMNS):
            seen_m = frames[:, columns]
            seen_m = seen_m[np.isfinite(seen_m)]
            if len(seen_m) < least:
                continue
            low_m, found_m[bone], high_m = np.percentile(seen_m, (25.0, 50.0, 75.0))
            differs[bone] = (high_m - low_m) / self._usual_m[bone]
        size = found_m[_LONG] / self._usual_m[_LONG]
        size = float(np.nanmedian(size)) if np.isfinite(size).any() else 1.0
        found_m = np.where(np.isfinite(found_m), found_m, size * self._usual_m)
        if self.height_m is not None:
            found_m *= self.height_m / height_of(lengths_of(found_m))
        part = found_m / self._usual_m - 1.0
        part *= part**2 / (part**2 + _CHANCE**2 + differs**2)
        if np.abs(part).max() < _CLEAR:
            return self._usual_m
        return self._usual_m * (1.0 + part)


def _lengths_m(points_m: Float64Array, trust: Float64Array) -> Float64Array:
    """A frame's lengths ``(11,)``: upper arms, forearms, thighs, shins, shoulders, hips, torso.

    NaN where one does not count.
    """
    limbs = points_m[_LIMBS]
    bones = limbs[:, 1:] - limbs[:, :-1]
    long = length(bones)
    bend = np.einsum("ij,ij->i", bones[:, 0], bones[:, 1])
    counts = (np.abs(bones[..., 2]) < _ACROSS * long).all(axis=1)
    counts &= (trust[_LIMBS].min(axis=1) > _SEEN) & (bend > _STRAIGHT * long[:, 0] * long[:, 1])
    found = np.full(11, np.nan)
    arms_and_legs = np.where(counts[:, None], long, np.nan).reshape(2, 2, 2)
    found[:8] = arms_and_legs.swapaxes(1, 2).ravel()
    middles = points_m[_WIDTHS].mean(axis=1)
    trunk = np.stack(
        (
            points_m[_WIDTHS[0, 1]] - points_m[_WIDTHS[0, 0]],
            points_m[_WIDTHS[1, 1]] - points_m[_WIDTHS[1, 0]],
            middles[0] - middles[1],
        )
    )
    long = length(trunk)
    found[8:] = np.where(np.abs(trunk[:, 2]) < _ACROSS * long, long, np.nan)
    return found
