"""Channels measured on the mesh, against how this performer's face rests.

A network that sees one frame cannot know whether brows are low or lowered: MediaPipe's scores
barely follow a rendered performer who lowers them. In the head's own frame, and against the
performer's rest, the height of the brows tells. The heights of the mouth's corners tell the two
sides of a smile apart, which the scores mix. `docs/face.md` has the figures, and names the channels
for which geometry does no better than the scores.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.types import Float64Array

_INNER: Final = slice(0, 2)
_OUTER: Final = slice(2, 4)
_CORNERS: Final = 4

_DEAD_CM: Final = 0.1
"""Smaller movement is noise: the rendered performer's resting brows wander by 0.04 cm, and by 0.1
when the head turns."""
_FULL_UP_CM: Final = 0.7
"""Travel of a fully raised brow: five expressive talkers span 0.6 to 1.2 between the 1st and the
99th percentile, lowering included."""
_FULL_DOWN_CM: Final = 0.4
_SMILE_CM: Final = 0.95
"""How far a full smile of the rendered performer lifts a corner of the mouth."""
_DEAD_CORNERS_CM: Final = 0.08

_BROW_INNER_UP: Final = ARKIT_INDEX["browInnerUp"]
_BROW_OUTER_UP: Final = np.array((ARKIT_INDEX["browOuterUpLeft"], ARKIT_INDEX["browOuterUpRight"]))
_BROW_DOWN: Final = np.array((ARKIT_INDEX["browDownLeft"], ARKIT_INDEX["browDownRight"]))
_SMILE: Final = np.array((ARKIT_INDEX["mouthSmileLeft"], ARKIT_INDEX["mouthSmileRight"]))


def put_measured(weights: Float64Array, moved_cm: Float64Array) -> None:
    """Set the weights of the brows, and share the smile out between left and right.

    Args:
        weights: (52,) in the order of ``blendshapes.ARKIT_NAMES``; changed.
        moved_cm: (5,) ``FaceMeasures.heights_cm`` less what they are at rest.
    """
    weights[_BROW_INNER_UP] = _ramp(moved_cm[_INNER].mean(keepdims=True), _FULL_UP_CM)[0]
    weights[_BROW_OUTER_UP] = _ramp(moved_cm[_OUTER], _FULL_UP_CM)
    weights[_BROW_DOWN] = _ramp(-moved_cm[_INNER], _FULL_DOWN_CM)
    weights[_SMILE] = _two_sided(weights[_SMILE], float(moved_cm[_CORNERS]))


def _ramp(travel_cm: Float64Array, full_cm: float) -> Float64Array:
    return np.minimum(np.maximum((travel_cm - _DEAD_CM) / (full_cm - _DEAD_CM), 0.0), 1.0)


def _two_sided(smile: Float64Array, left_higher_cm: float) -> Float64Array:
    """(2,) the same smile in all, shared out by how much higher the left corner went."""
    mean = float(smile.mean())
    beyond_cm = max(abs(left_higher_cm) - _DEAD_CORNERS_CM, 0.0)
    half = min(0.5 * beyond_cm / _SMILE_CM, mean, 1.0 - mean)
    half = half if left_higher_cm > 0.0 else -half
    return np.array((mean + half, mean - half))
