"""From a network's scores to weights that reach from 0 to 1, per performer."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.types import BLENDSHAPE_COUNT, Float64Array

_FULL: Final = {
    "eyeBlinkLeft": 0.68,
    "eyeBlinkRight": 0.68,
    "eyeSquintLeft": 0.75,
    "eyeSquintRight": 0.75,
    "jawOpen": 0.8,
    "mouthFunnel": 0.6,
    "mouthPressLeft": 0.5,
    "mouthPressRight": 0.5,
    "mouthSmileLeft": 0.9,
    "mouthSmileRight": 0.9,
}
"""Scores of a full expression where they are known to stay below 1 (largest of 17 people, or what
the rendered performer reaches); the range of the others is left alone."""
_DEAD: Final = np.array([0.0 if name.startswith("eyeLook") else 0.02 for name in ARKIT_INDEX])
"""Smaller scores are noise; a gaze has no zero to wander about."""
_BLINKS: Final = (ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"])
_GROWTH_PER_S: Final = np.array(
    [0.0 if channel in _BLINKS else 0.5 for channel in range(BLENDSHAPE_COUNT)]
)
"""How quickly a range grows to a score above it; those of blinks are learnt otherwise."""
_BLINK_BEGINS: Final = 0.3
_BLINK_ENDS: Final = 0.15
"""Above the rest: hysteresis for counting blinks."""
_BLINK_FULL: Final = (0.4, 0.95)
"""A blink that peaks lower is half a blink: it does not say how far the eyes close."""
_BLINK_SHARE: Final = 0.3
_PEAK_SHARE: Final = 0.95


class ScoreRanges:
    """Stretches scores between the performer's rest and full expression.

    The full score of a blink is learnt from the performer's blinks, up and down: eyes that close
    score 0.5 to 0.8, and a short blink is lowered further by smoothing. The others only grow.

    Args:
        learns: False keeps the standard ranges.
    """

    def __init__(self, *, learns: bool) -> None:
        self.full = _standard_full()
        """(52,) scores of full expressions."""
        self._learns = learns
        self._peaks = [0.0, 0.0]

    def stretch(self, scores: Float64Array, rest: Float64Array) -> Float64Array:
        """(52,) weights 0..1 of (52,) scores, given the scores at rest."""
        floor = rest + _DEAD
        weights = (scores - floor) / np.maximum(self.full - floor, 0.1)
        return np.minimum(np.maximum(weights, 0.0), 1.0)

    def learn(self, scores: Float64Array, rest: Float64Array, dt_s: float) -> None:
        """Look at one face's (52,) scores."""
        if not self._learns:
            return
        self.full += np.minimum(np.maximum(scores - self.full, 0.0), dt_s * _GROWTH_PER_S)
        for eye, channel in enumerate(_BLINKS):
            score = float(scores[channel])
            self._count_blink(eye, channel, score - float(rest[channel]), score)

    def _count_blink(self, eye: int, channel: int, above_rest: float, score: float) -> None:
        if above_rest > _BLINK_BEGINS:
            self._peaks[eye] = max(self._peaks[eye], score)
        elif above_rest < _BLINK_ENDS and self._peaks[eye] > 0.0:
            lowest, highest = _BLINK_FULL
            peak, self._peaks[eye] = _PEAK_SHARE * self._peaks[eye], 0.0
            if peak > lowest:
                self.full[channel] += _BLINK_SHARE * (min(peak, highest) - self.full[channel])


def _standard_full() -> Float64Array:
    full = np.ones(BLENDSHAPE_COUNT)
    for name, score in _FULL.items():
        full[ARKIT_INDEX[name]] = score
    return full
