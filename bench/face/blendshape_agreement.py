"""How close our blendshape scores are to the official ones."""

from __future__ import annotations

import time
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.face.tracks import FaceTrack
from mocapbridge.tracking.face_blendshapes import BlendshapeRegressor, FaceMesh
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, Float64Array

LIVE_SPREAD: Final = 0.02
"""A channel whose official score varies less than this in the footage measured says nothing."""


class ScoreAgreement(NamedTuple):
    """Per channel, over all frames together."""

    correlation: Float64Array
    """(52,) 0 where a side does not move."""
    error: Float64Array
    """(52,) mean absolute difference."""
    spread: Float64Array
    """(52,) standard deviation of the official score."""

    @property
    def live(self) -> npt.NDArray[np.bool_]:
        """(52,) bool: the official score moves."""
        return self.spread >= LIVE_SPREAD


def own_scores(track: FaceTrack, mesh: FaceMesh) -> Float32Array:
    """(n, 52) our scores; frames without any count as 0."""
    regressor = BlendshapeRegressor(mesh)
    scores = np.zeros((len(track.image), BLENDSHAPE_COUNT), np.float32)
    for row, image in zip(scores, track.image, strict=True):
        found = regressor.scores(image, track.image_size_px)
        if found is not None:
            row[:] = found
    return scores


def agreement(official: Float32Array, ours: Float32Array) -> ScoreAgreement:
    """Compare (n, 52) scores of the same frames."""
    centred = official - official.mean(axis=0), ours - ours.mean(axis=0)
    product = (centred[0] * centred[1]).mean(axis=0)
    spreads = official.std(axis=0), ours.std(axis=0)
    scale = spreads[0] * spreads[1]
    correlation = np.where(scale > 1e-9, product / np.maximum(scale, 1e-9), 0.0)
    return ScoreAgreement(
        correlation=correlation.astype(np.float64),
        error=np.abs(official - ours).mean(axis=0).astype(np.float64),
        spread=spreads[0].astype(np.float64),
    )


def score_time_ms(track: FaceTrack) -> float:
    """Median processor time of one face [ms]."""
    regressor = BlendshapeRegressor()
    times_ns: list[int] = []
    for image in track.image:
        started_ns = time.thread_time_ns()
        regressor.scores(image, track.image_size_px)
        times_ns.append(time.thread_time_ns() - started_ns)
    return float(np.median(times_ns)) / 1e6
