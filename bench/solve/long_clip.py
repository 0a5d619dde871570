"""``python -m bench.solve.long_clip [--frames 36000]``: what solving a long clip offline costs.

The sample clip's landmarks, tracked once, repeated to a clip of that length at 60 frames a second.
Printed are the processor time in all and by frame, and the memory at its highest.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bench.clip_frames import clip_frames
from mocapbridge.bundled import bundled_path
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import Landmarks

_RATE_HZ: Final = 60.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=36_000, help="how long (10 minutes)")
    count: int = parser.parse_args().frames
    tracked = _tracked()
    before_mb = _peak_mb()
    begin = time.process_time()
    solved = OfflineSolver("bench", SolveOptions()).solve(_repeated(tracked, count))
    cost_s = time.process_time() - begin
    print(
        f"{len(solved)} frames: {cost_s:.1f} s of one processor, {cost_s / count * 1e3:.2f} ms each"
    )
    print(f"memory: {before_mb:.0f} MB before, {_peak_mb():.0f} MB at its highest")


def _tracked() -> list[Landmarks]:
    tracker = ComposedTracker(TrackingOptions())
    clip = bundled_path("samples/performer_full.mp4")
    landmarks = [tracker.track(frame) for frame in clip_frames(clip)]
    tracker.close()
    return landmarks


def _repeated(landmarks: list[Landmarks], count: int) -> Iterator[Landmarks]:
    for index in range(count):
        one = landmarks[index % len(landmarks)]
        yield replace(one, capture_time_ns=round(index * 1e9 / _RATE_HZ), frame_index=index)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    main()
