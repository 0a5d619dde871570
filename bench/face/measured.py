"""A whole track through the channels that are measured on the mesh."""

from __future__ import annotations

import time

import numpy as np

from bench.face.tracks import FaceTrack
from mocapbridge.geometry.face_pose import FacePoseFit
from mocapbridge.tracking.face_channels import FaceChannels
from mocapbridge.types import Float32Array


def measured_scores(track: FaceTrack, scores: Float32Array) -> Float32Array:
    """(n, 52) the scores with the measured channels, frame after frame as in a live run."""
    fit = FacePoseFit()
    channels = FaceChannels(fit)
    measured = scores.copy()
    for row, image, index in zip(measured, track.image, track.frame, strict=True):
        matrix = fit.fit(image, track.image_size_px)
        if matrix is not None:
            time_s = float(index) / track.fps
            row[:] = channels.measure(row, image, track.image_size_px, matrix, time_s)
    return measured


def measure_time_ms(track: FaceTrack, scores: Float32Array) -> float:
    """Median time of one face, without the pose fit [ms]."""
    fit = FacePoseFit()
    channels = FaceChannels(fit)
    times_ns: list[int] = []
    for row, image, index in zip(scores, track.image, track.frame, strict=True):
        matrix = fit.fit(image, track.image_size_px)
        if matrix is None:
            continue
        started_ns = time.perf_counter_ns()
        channels.measure(row, image, track.image_size_px, matrix, float(index) / track.fps)
        times_ns.append(time.perf_counter_ns() - started_ns)
    return float(np.median(times_ns)) / 1e6
