"""A whole track through the face's part of the solver, without filters."""

from __future__ import annotations

import time

import numpy as np

from bench.face.tracks import FaceTrack
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.options import FaceSolveOptions
from mocapbridge.types import FaceLandmarks, Float32Array, TrackState


def face_of(image: Float32Array, scores: Float32Array) -> FaceLandmarks:
    """A face with landmarks and scores; the solver fits the head's pose itself."""
    return FaceLandmarks(
        state=TrackState.TRACKED,
        confidence=1.0,
        image=image,
        blendshapes=scores,
        blendshapes_measured=True,
        camera_from_face_cm=np.eye(4, dtype=np.float32),
        matrix_measured=False,
    )


def measured_scores(track: FaceTrack, scores: Float32Array) -> Float32Array:
    """(n, 52) the solved weights, frame after frame as in a live run."""
    solver = FaceSolver(FaceSolveOptions(), landmarks_lag=False)
    steps_s = np.diff(track.frame, prepend=track.frame[0]) / track.fps
    return np.array(
        [
            solver.solve(face_of(image, row), track.image_size_px, row, float(step_s)).weights
            for row, image, step_s in zip(scores, track.image, steps_s, strict=True)
        ]
    )


def measure_time_ms(track: FaceTrack, scores: Float32Array) -> float:
    """Median processor time of one face [ms]."""
    solver = FaceSolver(FaceSolveOptions(), landmarks_lag=False)
    times_ns: list[int] = []
    for row, image in zip(scores, track.image, strict=True):
        face = face_of(image, row)
        started_ns = time.thread_time_ns()
        solver.solve(face, track.image_size_px, row, 1.0 / track.fps)
        times_ns.append(time.thread_time_ns() - started_ns)
    return float(np.median(times_ns)) / 1e6
