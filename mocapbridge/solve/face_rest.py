"""How a performer's face rests: learnt while it is watched, and part of the calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.solve.options import RestingMesh
from mocapbridge.types import BLENDSHAPE_COUNT, Float64Array

HEIGHTS: Final = slice(0, 5)
"""Heights of the brows and of the mouth's corners, as ``FaceMeasures.values`` [cm]."""
GAZE: Final = slice(5, 7)
"""Yaw and pitch of the irises of eyes that look straight ahead [rad]."""
UPPER_LIDS: Final = slice(7, 9)
"""Height of the upper lids [cm]."""
OPENINGS: Final = slice(9, 11)
"""Between the lids of open eyes [cm]."""
SCORES: Final = slice(11, 11 + BLENDSHAPE_COUNT)
"""Blendshape scores of the resting face."""
REST_COUNT: Final = SCORES.stop

_FIRST_LOOK_S: Final = 1.0
"""The rest is at first the mean over this time."""
_LONGEST_STEP_S: Final = 0.25


class _Habit(NamedTuple):
    """How one kind of rest is learnt, all per second or in the rest's own unit."""

    start: float
    low: float
    high: float
    up: float
    down: float


_HEIGHT: Final = _Habit(0.0, -np.inf, np.inf, up=0.02, down=0.02)
"""A brow held up by 0.4 cm for 5 s loses a quarter of its weight; a wrong first look is forgotten
within half a minute."""
_YAW: Final = _Habit(0.0, -0.14, 0.14, up=0.005, down=0.005)
"""Within 8 degrees, 0.3 degrees a second: who looks aside for 10 s loses 3 degrees."""
_PITCH: Final = _Habit(0.13, 0.02, 0.24, up=0.005, down=0.005)
"""The mesh shows a level gaze at 4 to 11 degrees (17 people)."""
_UPPER_LID: Final = _Habit(0.6, 0.1, 1.2, up=0.02, down=0.02)
_OPENING: Final = _Habit(1.0, 0.4, 1.6, up=1.0, down=0.02)
"""Up at once, down slowly: the openings of open eyes, whatever share of the time they are."""
_SCORE: Final = _Habit(0.0, 0.0, 0.2, up=0.01, down=0.5)
"""Down at once, up slowly, never far: what lasts is taken for rest up to 0.2, and an expression
that is held for 10 s loses 0.1."""
_SQUINT: Final = _Habit(0.2, 0.0, 0.6, up=0.02, down=0.5)
"""The scores of 17 people at rest lie between 0.01 and 0.61."""
_BLINK: Final = _Habit(0.05, 0.0, 0.3, up=0.01, down=0.5)
"""At most what tired eyes score (0.31): eyes that stay closed (0.6 and more) stay closed."""

_LOOK: Final = _Habit(0.0, 0.0, 0.0, up=0.0, down=0.0)
"""Gaze has no resting score: whoever looks aside at first would look aside for ever."""
_LEFT_ALONE: Final = ("eyeLook", "tongueOut")
_MOST_NEUTRAL: Final = 0.5
"""A neutral score beyond that is no resting face: taking off more would deaden the channel."""


def _habit(name: str) -> _Habit:
    for start, habit in (("eyeSquint", _SQUINT), ("eyeBlink", _BLINK), ("eyeLook", _LOOK)):
        if name.startswith(start):
            return habit
    return _SCORE


_HABITS: Final = np.array(
    [_HEIGHT] * 5
    + [_YAW, _PITCH]
    + [_UPPER_LID] * 2
    + [_OPENING] * 2
    + [_habit(name) for name in ARKIT_INDEX]
)
_START, _LOW, _HIGH, _UP, _DOWN = _HABITS.T


class FaceRest:
    """Follows how one performer's face rests.

    Args:
        mesh: how the performer's mesh rests, from a calibration profile, which is then where
            following goes on from; None to learn it.
        neutral: scores of the performer's relaxed face by ARKit name, from a calibration profile;
            names that are not given rest at 0. Empty to learn them.
        learns: False keeps what is known (or, of nobody in particular, standard values).
    """

    def __init__(
        self, mesh: RestingMesh | None, neutral: Mapping[str, float], *, learns: bool
    ) -> None:
        self.values = _START.copy()
        """(63,) see the slices of this module."""
        self._high = _HIGH.copy()
        self._learns = learns
        self._watched_s = np.zeros(REST_COUNT)
        self._known = False
        if mesh is not None:
            self.values[: SCORES.start] = (
                *mesh.brows_cm,
                mesh.mouth_corners_cm,
                *np.radians(mesh.gaze_deg),
                *mesh.upper_lids_cm,
                *mesh.openings_cm,
            )
            self._watched_s[: SCORES.start] = _FIRST_LOOK_S
        if neutral:
            scores = np.zeros(BLENDSHAPE_COUNT)
            for name, score in neutral.items():
                if name in ARKIT_INDEX and not name.startswith(_LEFT_ALONE):
                    most = _BLINK.high if name.startswith("eyeBlink") else _MOST_NEUTRAL
                    scores[ARKIT_INDEX[name]] = min(max(score, 0.0), most)
            self.values[SCORES] = scores
            self._high[SCORES] = np.maximum(self._high[SCORES], scores)
            self._watched_s[SCORES] = _FIRST_LOOK_S

    @property
    def mesh(self) -> RestingMesh:
        """How the performer's mesh rests, as far as it is known by now."""
        return resting_mesh(self.values[: SCORES.start])

    @property
    def begun(self) -> bool:
        """Whether a gaze was seen for any time; before that the one at rest is nobody's."""
        return not self._learns or float(self._watched_s[GAZE.start]) > 0.0

    def learn(self, values: Float64Array, usable: Float64Array, dt_s: float) -> None:
        """Look at one face.

        Args:
            values: (63,) the face, in the order of the slices of this module.
            usable: (63,) 1 where a value may be learnt from, 0 where not.
            dt_s: time since the last face [s].
        """
        if not self._learns:
            return
        step_s = min(dt_s, _LONGEST_STEP_S) * usable
        missing = values - self.values
        step = np.minimum(np.maximum(missing, -_DOWN * step_s), _UP * step_s)
        if not self._known:
            step = self._first_step(missing, step, usable, step_s)
        self.values = np.minimum(np.maximum(self.values + step, _LOW), self._high)

    def _first_step(
        self,
        missing: Float64Array,
        slow_step: Float64Array,
        usable: Float64Array,
        step_s: Float64Array,
    ) -> Float64Array:
        """How far to go while some values are seen for the first time: at once, then as a mean."""
        fresh = (self._watched_s == 0.0) & (usable > 0.0)
        self._watched_s += step_s
        first_look = self._watched_s < _FIRST_LOOK_S
        self._known = not np.logical_or.reduce(first_look)
        mean_step = missing * step_s / np.maximum(self._watched_s, 1e-9)
        return np.where(fresh, missing, np.where(first_look, mean_step, slow_step))


def resting_mesh(values: Float64Array) -> RestingMesh:
    """What a calibration profile keeps of the first (11,) values."""
    rounded = np.round(values, 3)
    inner_left, inner_right, outer_left, outer_right, corners = rounded[HEIGHTS].tolist()
    lids, openings = rounded[UPPER_LIDS].tolist(), rounded[OPENINGS].tolist()
    yaw_deg, pitch_deg = np.round(np.degrees(values[GAZE]), 2).tolist()
    return RestingMesh(
        brows_cm=(inner_left, inner_right, outer_left, outer_right),
        mouth_corners_cm=corners,
        gaze_deg=(yaw_deg, pitch_deg),
        upper_lids_cm=(lids[0], lids[1]),
        openings_cm=(openings[0], openings[1]),
    )
