"""``python -m bench.tracking [--footage FOLDER]``: speed and hit rate of tracking.

For every clip, in one process: the whole pipeline (decoding, tracking, filters, solver, three
outputs), MediaPipe's HolisticLandmarker, and its three landmarkers run naively in three threads on
the whole picture. Of the baselines both the plain loop (read, convert, detect) and the detection
call alone are timed; of ours everything is, always. They take turns, ``--rounds`` times, and the
medians over all frames are compared: quote ratios, not milliseconds. On a machine that others use
too, the ratio of processor times is steadier. Clips that are not among the samples come from
``--footage``; what is not there is left out and said.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from bench.tracking import baselines, whole_pipeline
from bench.tracking.baselines import BaselineTimes
from bench.tracking.clips import CLIPS, Clip, path_of, rate_hz
from bench.tracking.whole_pipeline import Measured
from mocapbridge.tracking.model_store import ModelStore

_BASELINES = (baselines.Holistic, baselines.ThreeInThreads)
_AGAINST_HOLISTIC = 0.8
_AGAINST_THREADS = 1.1
_OVERHEAD_MS = 1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Verbatim)
    parser.add_argument("--footage", type=Path, help="folder with the clips that are no samples")
    parser.add_argument("--rounds", type=int, default=2, help="turns of each (default 2)")
    parser.add_argument("--only", nargs="*", help="names of clips")
    arguments = parser.parse_args()
    store = ModelStore()
    print(
        f"face model: {store.bundle_path('face_landmarker').path.name}, "
        f"official: {store.bundle_path('face_landmarker').official}"
    )
    for clip in CLIPS:
        if arguments.only and clip.name not in arguments.only:
            continue
        path = path_of(clip, arguments.footage)
        if path is None:
            print(f"{clip.name}: left out, it is in no folder that was given")
            continue
        _measure(clip, path, arguments.rounds, store)


class _Verbatim(argparse.RawDescriptionHelpFormatter):
    pass


def _measure(clip: Clip, path: Path, rounds: int, store: ModelStore) -> None:
    ours_ms: list[float] = []
    cpu_ms: list[float] = []
    theirs_cpu_ms: dict[str, list[float]] = {kind.name: [] for kind in _BASELINES}
    theirs = {kind.name: BaselineTimes() for kind in _BASELINES}
    measured = Measured()
    for _ in range(rounds):
        measured = whole_pipeline.run(path, clip.frames, rate_hz(path), store)
        ours_ms += measured.frame_times_ms
        cpu_ms.append(measured.cpu_ms)
        for kind in _BASELINES:
            baseline = kind(store)
            times = baselines.measure(baseline, path, clip.frames)
            theirs[kind.name].detection_ms += times.detection_ms
            theirs[kind.name].frame_ms += times.frame_ms
            theirs[kind.name].hands = times.hands
            theirs_cpu_ms[kind.name].append(times.cpu_ms)
            baseline.close()
    _print_hits(clip, measured)
    ours = float(np.median(ours_ms))
    print(f"  frame time p50 {ours:.1f} ms (p95 {np.percentile(ours_ms, 95):.1f})")
    bounds = (_AGAINST_HOLISTIC, _AGAINST_THREADS if clip.against_threads else None)
    for (name, times), bound in zip(theirs.items(), bounds, strict=True):
        loop, detection = float(np.median(times.frame_ms)), float(np.median(times.detection_ms))
        print(f"  against {name}: loop {loop:.1f} ms, ratio {_bound(ours / loop, bound)};")
        print(
            f"    its detection alone {detection:.1f} ms, ratio {_bound(ours / detection, bound)};"
            f" hands {times.hands} in all"
        )
    cpu = float(np.mean(cpu_ms))
    against = (f"{name} {cpu / np.mean(ms):.2f}" for name, ms in theirs_cpu_ms.items())
    print(f"  processor time {cpu:.1f} ms a frame, ratio against {', '.join(against)}")
    print(f"  all but inference p50 {_bound(measured.overhead_p50_ms, _OVERHEAD_MS)} ms")


def _print_hits(clip: Clip, measured: Measured) -> None:
    hits = measured.hits
    counted = hits.hands_on_right_side if clip.hands_on_right_side else hits.hands
    print(f"{clip.name} ({clip.shows}), {hits.frames} frames")
    print(f"  faces {_least(hits.faces, clip.least_faces)}; bodies {hits.bodies}")
    print(
        f"  hands {_least(counted, clip.least_hands)}"
        f" ({hits.hands} in all, {hits.hands_on_right_side} at the wrist of their side);"
        f" frames with two: {hits.frames_with_two_hands}"
        + (" (must be 0)" if clip.at_most_one_hand else "")
    )


def _least(value: int, bound: int | None) -> str:
    if bound is None:
        return str(value)
    return f"{value} (at least {bound}: {'yes' if value >= bound else 'NO'})"


def _bound(value: float, bound: float | None) -> str:
    if bound is None:
        return f"{value:.2f}"
    return f"{value:.2f} (at most {bound:.1f}: {'yes' if value <= bound else 'NO'})"


if __name__ == "__main__":
    main()
