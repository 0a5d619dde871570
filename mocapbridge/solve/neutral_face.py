"""Takes off what a relaxed face is measured as.

Weights are stretched so that full weight stays full: ``(w - n) / (1 - n)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.types import Float32Array

_MOST: Final = 0.5
"""A neutral weight beyond that is no resting face: taking off more would deaden the channel."""
_MOST_OF_LIDS: Final = 0.3
"""Eyelids keep more of their range: blinking must survive."""
_LEFT_ALONE: Final = ("eyeLook", "tongueOut")
"""Gaze has no resting weight: whoever looks aside in the calibration would look aside for ever."""


class NeutralFace:
    """One performer's resting face.

    Args:
        weights: measured neutral weights by ARKit name; names that are not given rest at 0.
    """

    def __init__(self, weights: Mapping[str, float]) -> None:
        self._rest = np.zeros(len(ARKIT_INDEX), dtype=np.float32)
        for name, weight in weights.items():
            if name in ARKIT_INDEX and not name.startswith(_LEFT_ALONE):
                most = _MOST_OF_LIDS if name.startswith("eyeBlink") else _MOST
                self._rest[ARKIT_INDEX[name]] = min(max(weight, 0.0), most)
        self._idle = not self._rest.any()

    def taken_off(self, weights: Float32Array) -> Float32Array:
        """Weights ``(..., 52)`` without the resting face, 0..1."""
        if self._idle:
            return weights
        stretched = np.maximum(weights - self._rest, 0.0) / (1.0 - self._rest)
        return stretched.astype(np.float32)
