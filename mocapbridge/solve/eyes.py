"""Gaze, from irises and lids: follows open eyes, holds while they are closed."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.solve.face_measures import FaceMeasures
from mocapbridge.solve.face_rest import GAZE, OPENINGS, UPPER_LIDS
from mocapbridge.solve.head import PITCH_AT_FULL_WEIGHT_RAD, YAW_AT_FULL_WEIGHT_RAD
from mocapbridge.types import Float64Array

_PITCH_GAIN: Final = 2.0
_PITCH_PER_LID_RAD_PER_CM: Final = 0.6
"""The mesh's irises follow a rendered performer who looks up and down by 0.30 (official mesh) and
0.41 (rebuilt mesh), the upper lids by 0.3 cm on 24 degrees down. In real talkers too the two rise
and fall together (correlation 0.5 to 0.9 in 11 of 15 people)."""
_YAW_WANDER_RAD: Final = math.radians(2.5)
_PITCH_WANDER_RAD: Final = math.radians(5.0)
"""Smaller turns are mostly wander, when the head moves above all, and are weakened."""
_MOST_YAW_RAD: Final = math.radians(45.0)
_MOST_PITCH_RAD: Final = math.radians(35.0)
"""What human eyes turn to (W. J. Lee et al., "Differences in eye movement range based on age and
gaze direction", 2019: 45 to 50 degrees aside, 28 up, 47 down), as far as the mesh tells."""

_CLOSED: Final = 0.45
_OPEN: Final = 0.7
"""Opening, as a share of the performer's open eyes, up to which nothing is believed of an iris and
from which everything is: a performer who looks down by 24 degrees keeps 0.65."""
_LID_SPEED_PER_S: Final = 3.0
"""An eye that opens or closes faster than this blinks: lids go by 3 a second when the gaze does,
by 6 and more in a blink."""
_LEAD_S: Final = 0.05
_FAST_YAW_RAD_PER_S: Final = math.radians(40.0)
_FAST_PITCH_RAD_PER_S: Final = math.radians(80.0)
"""Eyes jump within 50 ms, but move the mesh by so little that tracker and filters smooth the jump
out over 100: what is faster than wander is carried on by this time."""
_SETTLED: Final = 0.05

_OUT_LEFT: Final = np.array((ARKIT_INDEX["eyeLookOutLeft"], ARKIT_INDEX["eyeLookInRight"]))
_OUT_RIGHT: Final = np.array((ARKIT_INDEX["eyeLookInLeft"], ARKIT_INDEX["eyeLookOutRight"]))
_UP: Final = np.array((ARKIT_INDEX["eyeLookUpLeft"], ARKIT_INDEX["eyeLookUpRight"]))
_DOWN: Final = np.array((ARKIT_INDEX["eyeLookDownLeft"], ARKIT_INDEX["eyeLookDownRight"]))


class Eyes:
    """Where both eyes look.

    They get one direction: a single camera sees the angle between them less well than it wanders.

    Args:
        leads: carry jumps on, to make up for landmarks that lag.
    """

    def __init__(self, *, leads: bool) -> None:
        lead_s = _LEAD_S if leads else 0.0
        self._yaw = _Angle(_MOST_YAW_RAD, _FAST_YAW_RAD_PER_S, lead_s)
        self._pitch = _Angle(_MOST_PITCH_RAD, _FAST_PITCH_RAD_PER_S, lead_s)
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
        left, right = (measures.values[OPENINGS] / rest[OPENINGS]).tolist()
        before_left, before_right = self._last_open
        self._last_open = left, right
        sure = _sureness(left, before_left, dt_s), _sureness(right, before_right, dt_s)
        total = sum(sure)
        if total < _SETTLED:
            self._yaw.stay()
            self._pitch.stay()
            return sure
        share = sure[0] / total
        (left_yaw, left_pitch), (right_yaw, right_pitch) = measures.gaze_rad
        rest_yaw, rest_pitch = rest[GAZE].tolist()
        yaw_rad = share * left_yaw + (1.0 - share) * right_yaw - rest_yaw
        pitch_rad = share * left_pitch + (1.0 - share) * right_pitch - rest_pitch
        left_lid_cm, right_lid_cm = (measures.values[UPPER_LIDS] - rest[UPPER_LIDS]).tolist()
        lid_cm = share * left_lid_cm + (1.0 - share) * right_lid_cm
        pitch_rad = _PITCH_GAIN * pitch_rad + _PITCH_PER_LID_RAD_PER_CM * lid_cm
        self._yaw.move(_calmed(yaw_rad, _YAW_WANDER_RAD), max(sure), dt_s)
        # In a wink the lids of the open eye move too, and say nothing of the height.
        self._pitch.move(_calmed(pitch_rad, _PITCH_WANDER_RAD), min(sure), dt_s)
        return sure

    def gaze_rad(self) -> Float64Array:
        """(2, 2) per eye (left, right): yaw towards the performer's left, pitch up [rad]."""
        return np.array(((self._yaw.shown_rad, self._pitch.shown_rad),) * 2)

    def put_shapes(self, weights: Float64Array) -> None:
        """Set the eight eyeLook weights to what the gaze says; the others stay."""
        aside = self._yaw.shown_rad / YAW_AT_FULL_WEIGHT_RAD
        up = self._pitch.shown_rad / PITCH_AT_FULL_WEIGHT_RAD
        weights[_OUT_LEFT] = min(max(aside, 0.0), 1.0)
        weights[_OUT_RIGHT] = min(max(-aside, 0.0), 1.0)
        weights[_UP] = min(max(up, 0.0), 1.0)
        weights[_DOWN] = min(max(-up, 0.0), 1.0)


class _Angle:
    """An angle that goes where it is measured, and shows jumps when they happen."""

    def __init__(self, most_rad: float, fast_rad_per_s: float, lead_s: float) -> None:
        self._lead_s = lead_s
        self._most_rad = most_rad
        self._fast_rad_per_s = fast_rad_per_s
        self._rad = 0.0
        self._last_step_rad = 0.0
        self.shown_rad = 0.0

    def stay(self) -> None:
        """Nothing can be seen."""
        self._last_step_rad = 0.0
        self.shown_rad = self._rad

    def move(self, measured_rad: float, part: float, dt_s: float) -> None:
        """Go towards what is measured by that part of the way."""
        step_rad = part * (self._within(measured_rad) - self._rad)
        self._rad += step_rad
        # A jump lasts more than a frame after tracker and filters; noise turns back.
        lasts = step_rad * self._last_step_rad > 0.0
        self._last_step_rad = step_rad
        beyond_rad = max(abs(step_rad) - self._fast_rad_per_s * dt_s, 0.0) if lasts else 0.0
        lead_rad = math.copysign(beyond_rad, step_rad) * self._lead_s / max(dt_s, _LEAD_S / 2.0)
        self.shown_rad = self._within(self._rad + lead_rad)

    def _within(self, angle_rad: float) -> float:
        return min(max(angle_rad, -self._most_rad), self._most_rad)


def _calmed(angle_rad: float, wander_rad: float) -> float:
    """Much less of a small angle, nearly all of a large one."""
    square = angle_rad * angle_rad
    return angle_rad * square / (square + wander_rad * wander_rad)


def _sureness(opening: float, before: float, dt_s: float) -> float:
    if abs(opening - before) > _LID_SPEED_PER_S * dt_s > 0.0:
        return 0.0
    part = min(max((opening - _CLOSED) / (_OPEN - _CLOSED), 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)
