"""The whole way of a face: tracker, filters, solver, against what the rendered performer does."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from bench.clip_frames import clip_frames
from bench.face.rendered import RenderedTruth
from bench.face.tracks import Sources
from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.smoother import Smoother
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import FaceSolveOptions, SolveCameraOptions, SolveOptions
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import Float64Array, Landmarks, MocapFrame

WANTED: Final[tuple[tuple[str, str, float], ...]] = (
    ("jawOpen", "jaw_open", 0.95),
    ("eyeBlinkLeft", "blink_left", 0.95),
    ("eyeBlinkRight", "blink_right", 0.95),
    ("mouthSmileLeft", "smile", 0.95),
    ("mouthSmileRight", "smile", 0.95),
    ("mouthPucker", "pucker", 0.95),
    ("browInnerUp", "brow_up", 0.8),
    ("browDownLeft", "brow_down", 0.8),
)
"""Channels, the controls that move them, and the correlation that is aimed at."""


@dataclass(frozen=True)
class LiveRun:
    """One clip through one face bundle."""

    solved: list[MocapFrame]
    truth: RenderedTruth
    face_cost_ms: Float64Array
    """(n,) processor time of the face's part of the solver."""

    def weights(self) -> Float64Array:
        """(n, 52)."""
        return np.array([frame.face.blendshapes for frame in self.solved], dtype=np.float64)

    def gaze_deg(self) -> Float64Array:
        """(n, 2) yaw and pitch, mean of both eyes."""
        gaze_rad = np.array([frame.face.gaze_rad for frame in self.solved], dtype=np.float64)
        return np.degrees(gaze_rad.mean(axis=1))

    def head_error_deg(self) -> Float64Array:
        """(n,) angle between the solved and the true turn of the head."""
        return np.degrees(np.linalg.norm(self.head_error_rad(), axis=1))

    def head_error_rad(self) -> Float64Array:
        """(n, 3) rotation vector from the true turn of the head to the solved one."""
        solved = np.array([frame.face.world_from_head[:3, :3] for frame in self.solved])
        true_wxyz = self.truth.head_wxyz[: len(solved)]
        true = np.asarray(Rotation.from_quat(true_wxyz[:, (1, 2, 3, 0)]).as_matrix())
        between = np.swapaxes(true, 1, 2) @ solved
        return np.asarray(Rotation.from_matrix(between).as_rotvec(), dtype=np.float64)


def run_live(raw: list[Landmarks], truth: RenderedTruth, camera: SolveCameraOptions) -> LiveRun:
    """Filter and solve a rendered sample clip.

    Args:
        raw: what the tracker says of it.
        truth: what it shows.
        camera: what the solver is told of the camera.
    """
    smoother = Smoother(FilterOptions())
    solver = LiveSolver("bench", SolveOptions(camera=camera))
    face = FaceSolver(FaceSolveOptions())
    solved: list[MocapFrame] = []
    cost_ms: list[float] = []
    for landmarks in raw:
        ready = smoother.filter(landmarks)
        solved.append(solver.solve(ready))
        started_ns = time.thread_time_ns()
        face.solve(ready.face, ready.image_size_px, ready.face.blendshapes, 0.04)
        cost_ms.append((time.thread_time_ns() - started_ns) / 1e6)
    return LiveRun(solved, truth, np.array(cost_ms))


def report(name: str, run: LiveRun) -> None:
    """Print the figures of one run."""
    controls = run.truth.controls
    weights = run.weights()
    print(f"\n{name}, tracker, filters and solver: correlation (aim), weight at rest -> at full")
    for channel, control, aim in WANTED:
        wanted = controls[control][: len(weights)]
        values = weights[:, ARKIT_INDEX[channel]]
        if not wanted.any():
            print(f"{channel:24} not played: largest {values.max():.2f}")
            continue
        full, rest = values[wanted > 0.9 * wanted.max()], values[wanted < 0.02 * wanted.max()]
        print(
            f"{channel:24} {_correlation(wanted, values):5.3f} ({aim:.2f})"
            f"   {rest.mean():.2f}->{full.mean():.2f}, largest at rest {rest.max():.2f}"
        )
    gaze_deg = run.gaze_deg()
    for column, control, aim in ((0, "gaze_yaw_deg", 0.93), (1, "gaze_pitch_deg", 0.8)):
        wanted = controls[control][: len(gaze_deg)]
        if not wanted.any():
            continue
        still = np.abs(wanted) < 1.0
        print(
            f"{control:24} {_correlation(wanted, gaze_deg[:, column]):5.3f} ({aim:.2f})"
            f"   slope {np.polyfit(wanted, gaze_deg[:, column], 1)[0]:.2f},"
            f" while still: sd {gaze_deg[still, column].std():.1f} degrees"
        )
    blinking = np.maximum(controls["blink_left"], controls["blink_right"])[: len(gaze_deg)] > 0.05
    print(f"{'pitch during blinks':24} lowest {gaze_deg[blinking, 1].min():.1f} degrees")
    report_head("head rotation error", run)
    p50, p95 = np.percentile(run.face_cost_ms, (50, 95))
    print(f"{'face part of the solver':24} p50 {p50:.3f} ms, p95 {p95:.3f} ms (aim 0.15)")


def report_head(name: str, run: LiveRun) -> None:
    """Print how far the solved head is from the true one."""
    median, high = np.percentile(run.head_error_deg(), (50, 95))
    nod_deg = np.degrees(np.median(run.head_error_rad()[:, 0]))
    print(f"{name:24} median {median:.1f}, 95 % {high:.1f} degrees (aim 3), nod {nod_deg:+.1f}")


def _correlation(one: Float64Array, other: Float64Array) -> float:
    return float(np.corrcoef(one, other)[0, 1]) if other.std() > 0.0 else 0.0


def face_stores(sources: Sources) -> tuple[tuple[str, ModelStore], ...]:
    """Where a run with each face bundle gets its models from: the file's folder first."""
    return (
        ("official", ModelStore(sources.official.parent)),
        ("rebuilt", ModelStore(sources.rebuilt.parent)),
    )


def tracked(video: Path, store: ModelStore) -> list[Landmarks]:
    """Everything the tracker says of a video."""
    tracker = ComposedTracker(TrackingOptions(), store=store)
    raw = [tracker.track(frame) for frame in clip_frames(video)]
    tracker.close()
    return raw


def camera_of(truth: RenderedTruth, *, angle: bool) -> SolveCameraOptions:
    """The solver's camera: its tilt, its angle or the usual one, and nothing else of the truth."""
    usual = SolveCameraOptions()
    forward = truth.world_from_camera[:3, 2]
    return SolveCameraOptions(
        tilt_deg=float(-np.degrees(np.arcsin(forward[1]))),
        horizontal_fov_deg=truth.horizontal_fov_deg if angle else usual.horizontal_fov_deg,
    )
