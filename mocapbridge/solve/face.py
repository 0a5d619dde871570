"""The face: 52 weights and a gaze that a character can use, for this performer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.solve.brows import put_measured
from mocapbridge.solve.eyes import Eyes
from mocapbridge.solve.face_measures import FaceMeasures, FaceMeter
from mocapbridge.solve.face_ranges import ScoreRanges
from mocapbridge.solve.face_rest import (
    GAZE,
    HEIGHTS,
    REST_COUNT,
    SCORES,
    UPPER_LIDS,
    FaceRest,
)
from mocapbridge.solve.head import gaze_from_blendshapes
from mocapbridge.solve.options import FaceSolveOptions, RestingMesh
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FaceLandmarks,
    Float32Array,
    Float64Array,
    TrackState,
)

_NOTHING: Final[Mapping[str, float]] = MappingProxyType({})
_SEEN: Final = (TrackState.TRACKED, TrackState.HELD)
_EASE_S: Final = 0.2
"""Time constant with which a face that is lost goes to rest."""
_RETURN_S: Final = 0.15
"""A face that returns is back in its expression after this long."""

_BLINKS: Final = (ARKIT_INDEX["eyeBlinkLeft"], ARKIT_INDEX["eyeBlinkRight"])
_SQUINTS: Final = (ARKIT_INDEX["eyeSquintLeft"], ARKIT_INDEX["eyeSquintRight"])
_SMILE_LEFT: Final = ARKIT_INDEX["mouthSmileLeft"]
_SMILE_RIGHT: Final = ARKIT_INDEX["mouthSmileRight"]
_PUCKER: Final = ARKIT_INDEX["mouthPucker"]
_LOOK_DOWN: Final = (ARKIT_INDEX["eyeLookDownLeft"], ARKIT_INDEX["eyeLookDownRight"])
_ALL_USABLE: Final = np.ones(REST_COUNT)
_ALL_BUT_EYES: Final = np.ones(REST_COUNT)
_ALL_BUT_EYES[GAZE] = _ALL_BUT_EYES[UPPER_LIDS] = 0.0
_LIDS_GO_ALONG: Final = 0.25
"""Blink weight that a fully lowered gaze alone would give: its lids are lowered, not blinking."""


class FaceSolution(NamedTuple):
    """The face of one frame."""

    weights: Float32Array
    """(52,) ARKit weights 0..1."""
    gaze_rad: Float64Array
    """(2, 2) per eye (left, right): yaw towards the performer's left, pitch up [rad]."""


class FaceSolver:
    """Solves faces frame by frame; about 0.2 ms a face.

    Scores are stretched between the performer's rest and full expression; brows, the sides of a
    smile and the gaze are measured on the mesh. How the face rests is learnt in the first second
    in which it looks about straight ahead, and followed slowly after that; blinks are no rest.
    A face that is not seen goes to rest; what was learnt stays.

    Args:
        options: how to solve.
        neutral: scores of the performer's relaxed face by ARKit name, from a calibration profile;
            empty to learn them.
        landmarks_lag: whether the landmarks come from filters that lag; those of whole clips,
            which are smoothed afterwards, do not.
    """

    def __init__(
        self,
        options: FaceSolveOptions,
        *,
        neutral: Mapping[str, float] = _NOTHING,
        landmarks_lag: bool = True,
    ) -> None:
        self._options = options
        self._meter = FaceMeter()
        self._rest = FaceRest(options.resting_mesh, neutral, learns=options.calibrate)
        self._ranges = ScoreRanges(learns=options.calibrate)
        self._eyes = Eyes(leads=landmarks_lag)
        self._weights = np.zeros(BLENDSHAPE_COUNT)
        self._gaze_rad = np.zeros((2, 2))
        self._presence = 1.0

    @property
    def resting_mesh(self) -> RestingMesh:
        """How the performer's mesh rests, as far as it is known by now."""
        return self._rest.mesh

    def solve(
        self,
        face: FaceLandmarks,
        image_size_px: tuple[int, int],
        scores: Float32Array | Float64Array,
        dt_s: float,
    ) -> FaceSolution:
        """The face of one frame.

        Args:
            face: the smoothed landmarks.
            image_size_px: (width, height) of the picture.
            scores: (52,) the face's blendshapes, finite and within 0..1.
            dt_s: time since the last frame [s].
        """
        if face.state in _SEEN:
            self._presence = min(self._presence + dt_s / _RETURN_S, 1.0)
            self._look(face, image_size_px, scores.astype(np.float64, copy=False), dt_s)
        else:
            self._presence *= math.exp(-dt_s / _EASE_S)
        weights = (self._presence * self._weights).astype(np.float32)
        return FaceSolution(weights, self._presence * self._gaze_rad)

    def _look(
        self,
        face: FaceLandmarks,
        image_size_px: tuple[int, int],
        scores: Float64Array,
        dt_s: float,
    ) -> None:
        measures = self._meter.measure(face.image, image_size_px)
        if measures is None:
            self._weights = self._ranges.stretch(scores, self._rest.values[SCORES])
            self._gaze_rad = gaze_from_blendshapes(scores)
            return
        learns = measures.straight and face.state is TrackState.TRACKED
        if learns and not self._rest.begun:
            self._learn(measures, scores, (1.0, 1.0), dt_s)
        sure = self._eyes.follow(measures, self._rest.values, dt_s)
        if learns:
            self._learn(measures, scores, sure, dt_s)
        weights = self._ranges.stretch(scores, self._rest.values[SCORES])
        put_measured(weights, measures.values[HEIGHTS] - self._rest.values[HEIGHTS])
        self._eyes.put_shapes(weights)
        self._mend_lids(weights)
        # Lips that are pulled apart do not pucker.
        weights[_PUCKER] *= 1.0 - float(weights[_SMILE_LEFT] + weights[_SMILE_RIGHT]) / 2.0
        self._weights = weights
        self._gaze_rad = self._eyes.gaze_rad()

    def _learn(
        self,
        measures: FaceMeasures,
        scores: Float64Array,
        sure: tuple[float, float],
        dt_s: float,
    ) -> None:
        usable = _ALL_USABLE if min(sure) >= 1.0 else _ALL_BUT_EYES
        self._rest.learn(np.concatenate((measures.values, scores)), usable, dt_s)
        self._ranges.learn(scores, self._rest.values[SCORES], dt_s)

    def _mend_lids(self, weights: Float64Array) -> None:
        """Lids that go along with a lowered gaze do not blink; lids that blink do not squint."""
        blinks: list[float] = []
        for lid, down in zip(_BLINKS, _LOOK_DOWN, strict=True):
            along = _LIDS_GO_ALONG * float(weights[down])
            blinks.append(max(float(weights[lid]) - along, 0.0) / (1.0 - along))
        middle = sum(blinks) / 2.0
        for lid, squint, blink in zip(_BLINKS, _SQUINTS, blinks, strict=True):
            shown = blink + self._options.blink_coupling * (middle - blink)
            weights[lid] = shown
            weights[squint] *= 1.0 - shown
