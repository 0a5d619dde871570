"""Channels measured on the mesh, against how this performer's face rests.

A network that sees one frame cannot know whether brows are low or lowered: MediaPipe's scores
barely follow a rendered performer who lowers them. In the head's own frame, and against the
performer's rest, the height of the brows tells. The heights of the mouth's corners tell the two
sides of a smile apart, which the scores mix. `docs/face.md` has the figures, and names the channels
for which geometry does no better than the scores.
"""

from __future__ import annotations

import math
from typing import Final

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.types import Float64Array

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
_BROW_OUTER_UP_LEFT: Final = ARKIT_INDEX["browOuterUpLeft"]
_BROW_OUTER_UP_RIGHT: Final = ARKIT_INDEX["browOuterUpRight"]
_BROW_DOWN_LEFT: Final = ARKIT_INDEX["browDownLeft"]
_BROW_DOWN_RIGHT: Final = ARKIT_INDEX["browDownRight"]
_SMILE_LEFT: Final = ARKIT_INDEX["mouthSmileLeft"]
_SMILE_RIGHT: Final = ARKIT_INDEX["mouthSmileRight"]


def put_measured(weights: Float64Array, moved_cm: Float64Array) -> None:
    """Set the weights of the brows, and share the smile out between left and right.

    Args:
        weights: (52,) in the order of ``blendshapes.ARKIT_NAMES``; changed.
        moved_cm: (5,) the heights of ``FaceMeasures.values`` less what they are at rest.
    """
    inner_left_cm, inner_right_cm, outer_left_cm, outer_right_cm, corners_cm = moved_cm.tolist()
    weights[_BROW_INNER_UP] = _ramp((inner_left_cm + inner_right_cm) / 2.0, _FULL_UP_CM)
    weights[_BROW_OUTER_UP_LEFT] = _ramp(outer_left_cm, _FULL_UP_CM)
    weights[_BROW_OUTER_UP_RIGHT] = _ramp(outer_right_cm, _FULL_UP_CM)
    weights[_BROW_DOWN_LEFT] = _ramp(-inner_left_cm, _FULL_DOWN_CM)
    weights[_BROW_DOWN_RIGHT] = _ramp(-inner_right_cm, _FULL_DOWN_CM)
    # The same smile in all, shared out by how much higher the left corner went.
    mean = float(weights[_SMILE_LEFT] + weights[_SMILE_RIGHT]) / 2.0
    beyond_cm = max(abs(corners_cm) - _DEAD_CORNERS_CM, 0.0)
    half = math.copysign(min(0.5 * beyond_cm / _SMILE_CM, mean, 1.0 - mean), corners_cm)
    weights[_SMILE_LEFT] = mean + half
    weights[_SMILE_RIGHT] = mean - half


def _ramp(travel_cm: float, full_cm: float) -> float:
    return min(max((travel_cm - _DEAD_CM) / (full_cm - _DEAD_CM), 0.0), 1.0)
