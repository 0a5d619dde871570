"""What smoothing costs and what it gives: ``python -m bench.filter_curve [CLIP ...]``.

Tracks the clips (the samples when none is named) with the product's own tracker, filters the
landmarks with every preset and prints, group by group:

* lag: the delay of the unfiltered track that explains the filtered one best, in the least squares
  sense [ms]; a cubic spline runs through the unfiltered frames;
* jitter: mean length of the second difference, as a share of the unfiltered track's [%]. Real
  motion is part of both, so 0 is not the aim.

For every clip it also prints how many parts the outlier gate held; at the end the least amplitude
of a blink of 100 ms, and how one cut-off per point compares with one per coordinate.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline

from mocapbridge.clock import NS_PER_S, SystemClock
from mocapbridge.filters.one_euro import OneEuro, OneEuroParameters
from mocapbridge.filters.options import FilterOptions
from mocapbridge.filters.presets import PRESETS
from mocapbridge.filters.smoother import Smoother
from mocapbridge.sources.options import VideoOptions
from mocapbridge.sources.video_file import VideoFileSource
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import (
    FaceLandmarks,
    Float32Array,
    Float64Array,
    HandLandmarks,
    Landmarks,
    PoseLandmarks,
    TrackState,
)

_SAMPLES: Final = Path(__file__).parents[1] / "samples"
_SHORTEST_RUN: Final = 25
"""Frames in a row that a part must be seen to count."""
_LEAST_CONFIDENCE: Final = 0.5
"""Leaves out bodies that are guessed from a face."""
_LONGEST_LAG_S: Final = 0.2
_LAG_STEP_S: Final = 0.0025


@dataclass(frozen=True)
class Group:
    """Some of the landmarks, filtered with the same constants."""

    name: str
    part: str
    points: Callable[[Landmarks], Float32Array]
    """(points, axes) of one frame."""


def _across(image: Float32Array, landmarks: Landmarks) -> Float32Array:
    """Picture coordinates in widths, without depth."""
    width_px, height_px = landmarks.image_size_px
    return image[:, :2] * np.array((1.0, height_px / width_px), np.float32)


GROUPS: Final[tuple[Group, ...]] = (
    Group("body", "pose", lambda seen: seen.pose.world_m),
    Group("root", "pose", lambda seen: _across(seen.pose.image, seen)),
    Group("hand, world", "left_hand", lambda seen: seen.left_hand.world_m),
    Group("hand, picture", "left_hand", lambda seen: _across(seen.left_hand.image, seen)),
    Group("hand, world", "right_hand", lambda seen: seen.right_hand.world_m),
    Group("hand, picture", "right_hand", lambda seen: _across(seen.right_hand.image, seen)),
    Group("face", "face", lambda seen: _across(seen.face.image[::8], seen)),
    Group("blendshapes", "face", lambda seen: seen.face.blendshapes[:, None]),
    Group(
        "head, rotation",
        "face",
        lambda seen: seen.face.camera_from_face_cm[None, :3, :3].reshape(1, 9),
    ),
    Group("head, place", "face", lambda seen: seen.face.camera_from_face_cm[None, :3, 3]),
)


class Curve(NamedTuple):
    """One preset on one run of frames."""

    lag_ms: float
    jitter_left: float


def main() -> None:
    """Track, filter, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=300, help="of each clip, at most")
    arguments = parser.parse_args()
    table: dict[str, dict[str, list[Curve]]] = {}
    bodies: list[tuple[Float64Array, float]] = []
    for clip in arguments.clips or sorted(_SAMPLES.glob("*.mp4")):
        raw = list(_tracked(clip, arguments.frames))
        bodies += [(_stacked(GROUPS[0], run), _frame_s(run)) for run in _runs(raw, "pose")]
        print(f"{clip.name:22} {_outliers_held(raw)} outliers held")
        for name, row in _measured(raw):
            print(f"{clip.name:22} {name:14}  {_described(row)}")
            for preset, curve in row.items():
                table.setdefault(name, {}).setdefault(preset, []).append(curve)
    print("\nmedians")
    for name, row in table.items():
        medians = {preset: Curve(*np.median(curves, axis=0)) for preset, curves in row.items()}
        print(f"{name:14}  {_described(medians)}  ({len(row['normal'])} tracks)")
    _print_blinks()
    _print_cutoffs(bodies)


def _tracked(clip: Path, frames: int) -> Iterator[Landmarks]:
    source = VideoFileSource(VideoOptions(path=str(clip)), SystemClock())
    tracker = ComposedTracker(TrackingOptions())
    source.open()
    try:
        while frames > 0 and (frame := source.read()) is not None:
            yield tracker.track(frame)
            frames -= 1
    finally:
        tracker.close()
        source.close()


def _outliers_held(raw: Sequence[Landmarks]) -> int:
    smoother = Smoother(FilterOptions())
    for landmarks in raw:
        smoother.filter(landmarks)
    return smoother.counters["outliers_held"]


def _measured(raw: Sequence[Landmarks]) -> Iterator[tuple[str, dict[str, Curve]]]:
    """Every group on every run of frames: its name, and the curve of each preset."""
    for group in GROUPS:
        for run in _runs(raw, group.part):
            unfiltered = _stacked(group, run)
            if np.ptp(unfiltered, axis=0).max() == 0.0:
                continue  # The face model in use does not measure it.
            lag_ms = _lag_meter(unfiltered, _frame_s(run))
            row: dict[str, Curve] = {}
            for preset in PRESETS:
                smoother = Smoother(FilterOptions(preset=preset))
                smooth = _stacked(group, [smoother.filter(landmarks) for landmarks in run])
                row[preset] = Curve(lag_ms(smooth), _jitter(smooth) / _jitter(unfiltered))
            yield group.name, row


def _runs(raw: Sequence[Landmarks], part: str) -> Iterator[list[Landmarks]]:
    """Uninterrupted runs of frames in which a part is tracked."""
    run: list[Landmarks] = []
    for landmarks in (*raw, None):
        if landmarks is not None and _sure(getattr(landmarks, part)):
            run.append(landmarks)
            continue
        if len(run) >= _SHORTEST_RUN:
            yield run
        run = []


def _sure(part: PoseLandmarks | FaceLandmarks | HandLandmarks) -> bool:
    return part.state is TrackState.TRACKED and part.confidence >= _LEAST_CONFIDENCE


def _stacked(group: Group, run: Sequence[Landmarks]) -> Float64Array:
    """(frames, points, axes)."""
    return np.stack([group.points(landmarks) for landmarks in run]).astype(np.float64)


def _frame_s(run: Sequence[Landmarks]) -> float:
    return float(np.median(np.diff([seen.capture_time_ns for seen in run]))) / NS_PER_S


def _jitter(track: Float64Array) -> float:
    return float(np.linalg.norm(np.diff(track, 2, axis=0), axis=-1).mean())


def _lag_meter(unfiltered: Float64Array, frame_s: float) -> Callable[[Float64Array], float]:
    """A function from a filtered track to its lag [ms]."""
    times_s = np.arange(len(unfiltered)) * frame_s
    settled = times_s >= _LONGEST_LAG_S
    spline = CubicSpline(times_s, unfiltered)
    lags_s = np.arange(0.0, _LONGEST_LAG_S, _LAG_STEP_S)
    delayed = [spline(times_s[settled] - lag_s) for lag_s in lags_s]

    def lag_ms(filtered: Float64Array) -> float:
        misfits = [float(((filtered[settled] - late) ** 2).mean()) for late in delayed]
        return float(lags_s[int(np.argmin(misfits))]) * 1e3

    return lag_ms


def _described(row: dict[str, Curve]) -> str:
    return "   ".join(
        f"{preset} {curve.lag_ms:3.0f} ms {100 * curve.jitter_left:3.0f} %"
        for preset, curve in row.items()
    )


def _print_blinks() -> None:
    print("\nblink of 100 ms: least amplitude over all phases, in percent of what is sampled")
    for name, preset in PRESETS.items():
        amplitudes = [100 * blink_amplitude(preset.blendshapes, fps) for fps in (25, 30, 60)]
        print(f"{name:8} 25/30/60 frames/s: {' '.join(f'{a:3.0f}' for a in amplitudes)}")


def blink_amplitude(parameters: OneEuroParameters, fps: int) -> float:
    """Highest output over highest input for a sin^2 pulse, in the worst of 20 phases."""
    return min(_blink_amplitude(parameters, fps, phase / 20.0) for phase in range(20))


def _blink_amplitude(parameters: OneEuroParameters, fps: int, phase: float) -> float:
    one_euro = OneEuro(axes=1, count=1, parameters=parameters)
    elapsed = np.clip(((np.arange(fps) + phase) / fps - 0.5) / 0.1, 0.0, 1.0)
    lids = np.sin(np.pi * elapsed) ** 2
    shown = [float(one_euro.step(np.full((1, 1), lid), 1.0 / fps)[0, 0]) for lid in lids]
    return max(shown) / float(lids.max())


def _print_cutoffs(bodies: Sequence[tuple[Float64Array, float]]) -> None:
    print("\nbody: jitter left at 25 ms of lag, one cut-off per point and one per coordinate")
    for track, frame_s in bodies:
        lag_ms = _lag_meter(track, frame_s)
        left = [_jitter_at_lag(track, frame_s, lag_ms, shared=shared) for shared in (True, False)]
        print(f"{1.0 / frame_s:3.0f} frames/s: {100 * left[0]:5.1f} % {100 * left[1]:5.1f} %")


def _jitter_at_lag(
    track: Float64Array,
    frame_s: float,
    lag_ms: Callable[[Float64Array], float],
    *,
    shared: bool,
) -> float:
    lags_ms: list[float] = []
    left: list[float] = []
    for beta in np.geomspace(0.5, 16.0, 16):
        smooth = _filtered(track, frame_s, OneEuroParameters(1.5, float(beta)), shared=shared)
        lags_ms.append(lag_ms(smooth))
        left.append(_jitter(smooth) / _jitter(track))
    return float(np.interp(25.0, lags_ms[::-1], left[::-1]))


def _filtered(
    track: Float64Array, frame_s: float, parameters: OneEuroParameters, *, shared: bool
) -> Float64Array:
    columns = track.transpose(0, 2, 1) if shared else track.reshape(len(track), 1, -1)
    one_euro = OneEuro(columns.shape[1], columns.shape[2], parameters)
    one_euro.start(slice(None), columns[0])
    smooth = np.stack([one_euro.step(frame, frame_s).copy() for frame in columns])
    return smooth.transpose(0, 2, 1) if shared else smooth.reshape(track.shape)


if __name__ == "__main__":
    main()
