"""Gaze, from irises and lids: follows open eyes, holds while they are closed."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.solve.face_measures import FaceMeasures
from mocapbridge.solve.face_rest import GAZE, OPENINGS, UPPER_LIDS
from mocapbridge.solve.head import PITCH_AT_FULL_WEIGHT_RAD, YAW_AT_FULL_WEIGHT_RAD
from mocapbridge.types import Float64Array

_PITCH_GAIN: Final = 2.2
"""The mesh's irises follow a rendered performer who looks up and down by 0.30 (official mesh) and
0.41 (rebuilt mesh); the lids tell the rest."""
_PITCH_PER_LID_RAD_PER_CM: Final = 0.38
"""The upper lids go along with the eyes: 0.3 cm on 24 degrees down."""
_MOST_YAW_RAD: Final = np.radians(45.0)
_MOST_PITCH_RAD: Final = np.radians(35.0)
"""What human eyes turn to (W. J. Lee et al., "Differences in eye movement range based on age and
gaze direction", 2019: 45 to 50 degrees aside, 28 up, 47 down), as far as the mesh tells."""

_CLOSED: Final = 0.45
_OPEN: Final = 0.7
"""Opening, as a share of the performer's open eyes, up to which nothing is believed of an iris and
from which everything is: a performer who looks down by 24 degrees keeps 0.65."""
_CLOSING_PER_S: Final = 4.0
"""An eye that closes faster than this is about to blink: lids drop by 3 a second when the gaze
does, by 6 and more in a blink."""
_SETTLED: Final = 0.05

_OUT_LEFT: Final = np.array((ARKIT_INDEX["eyeLookOutLeft"], ARKIT_INDEX["eyeLookInRight"]))
_OUT_RIGHT: Final = np.array((ARKIT_INDEX["eyeLookInLeft"], ARKIT_INDEX["eyeLookOutRight"]))
_UP: Final = np.array((ARKIT_INDEX["eyeLookUpLeft"], ARKIT_INDEX["eyeLookUpRight"]))
_DOWN: Final = np.array((ARKIT_INDEX["eyeLookDownLeft"], ARKIT_INDEX["eyeLookDownRight"]))


class Eyes:
    """Where both eyes look.

    They get one direction: a single camera sees the angle between them less well than it wanders.
    """

    def __init__(self) -> None:
        self._yaw_rad = 0.0
        self._pitch_rad = 0.0
        self._last_open = (1.0, 1.0)

    def follow(
        self, measures: FaceMeasures, rest: Float64Array, dt_s: float
    ) -> tuple[float, float]:
        """Take one face in.

        Args:
            measures: the face.
            rest: (63,) how the performer's face rests, see ``face_rest``.
            dt_s: time since the last face [s].

        Returns:
            How far the irises of the left and right eye can be believed, 0 (closed) to 1.
        """
        left, right = (measures.openings_cm / rest[OPENINGS]).tolist()
        before_left, before_right = self._last_open
        self._last_open = left, right
        sure = _sureness(left, before_left, dt_s), _sureness(right, before_right, dt_s)
        # The eye that is turned to the camera shows its iris better.
        aside = min(max(measures.turn_sine, -0.5), 0.5)
        left_weight, right_weight = sure[0] * (0.5 + aside), sure[1] * (0.5 - aside)
        total = left_weight + right_weight
        if total < _SETTLED:
            return sure
        share = left_weight / total
        yaw_rad, pitch_rad = (
            share * measures.gaze_rad[0] + (1.0 - share) * measures.gaze_rad[1] - rest[GAZE]
        ).tolist()
        lids_cm = (measures.upper_lids_cm - rest[UPPER_LIDS]).tolist()
        lid_cm = share * lids_cm[0] + (1.0 - share) * lids_cm[1]
        pitch_rad = _PITCH_GAIN * pitch_rad + _PITCH_PER_LID_RAD_PER_CM * lid_cm
        part = max(sure)
        self._yaw_rad += part * (_within(yaw_rad, _MOST_YAW_RAD) - self._yaw_rad)
        self._pitch_rad += part * (_within(pitch_rad, _MOST_PITCH_RAD) - self._pitch_rad)
        return sure

    def gaze_rad(self) -> Float64Array:
        """(2, 2) per eye (left, right): yaw towards the performer's left, pitch up [rad]."""
        return np.array(((self._yaw_rad, self._pitch_rad),) * 2)

    def put_shapes(self, weights: Float64Array) -> None:
        """Set the eight eyeLook weights to what the gaze says; the others stay."""
        aside = self._yaw_rad / YAW_AT_FULL_WEIGHT_RAD
        up = self._pitch_rad / PITCH_AT_FULL_WEIGHT_RAD
        weights[_OUT_LEFT] = min(max(aside, 0.0), 1.0)
        weights[_OUT_RIGHT] = min(max(-aside, 0.0), 1.0)
        weights[_UP] = min(max(up, 0.0), 1.0)
        weights[_DOWN] = min(max(-up, 0.0), 1.0)


def _sureness(opening: float, before: float, dt_s: float) -> float:
    if before - opening > _CLOSING_PER_S * dt_s > 0.0:
        return 0.0
    part = min(max((opening - _CLOSED) / (_OPEN - _CLOSED), 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)


def _within(angle_rad: float, most_rad: float) -> float:
    return min(max(angle_rad, -most_rad), most_rad)
