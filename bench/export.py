"""How long exports of a long take last: ``python -m bench.export``.

Ten minutes at 60 frames a second (36,000 frames) with uneven capture times, so that everything is
resampled where the format needs it. Prints, for each format, wall and processor time [s] and the
size of the file; then the largest memory of the process. Each format runs in a process of its own.
Blender's formats are left out: their time is Blender's.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Final

from mocapbridge.export.formats import FORMATS
from mocapbridge.export.options import ExportOptions
from mocapbridge.export.resample import resampled
from tests.export_clips import moving_clip

LIMITS_S: Final = {".bvh": 4.0, ".glb": 4.0}
MEMORY_LIMIT_MB: Final = 1000.0


def measure(ending: str, frames: int) -> None:
    """Write one format and print a line about it."""
    clip = moving_clip(frames, rate=Fraction(60), jitter=0.3)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"take{ending}"
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        form = FORMATS[ending]
        rows = resampled(clip, clip.frame_rate) if form.even else clip
        form.write(rows, path, ExportOptions(), lambda _done: None)
        wall_s, cpu_s = time.perf_counter() - wall_s, time.process_time() - cpu_s
        size_mb = path.stat().st_size / 1e6
    # Kilobytes on Linux, bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_mb = peak / (1e6 if sys.platform == "darwin" else 1e3)
    limit = LIMITS_S.get(ending)
    aim = f"aim {limit:.0f} s" if limit else ""
    print(
        f"{ending:6} {wall_s:6.2f} s wall {cpu_s:6.2f} s processor {size_mb:7.1f} MB file "
        f"{peak_mb:6.0f} MB memory  {aim}"
    )


def main() -> None:
    """Measure every format, or the one that is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=36_000)
    parser.add_argument("--only", metavar="ENDING", help="such as .bvh")
    arguments = parser.parse_args()
    if arguments.only:
        measure(arguments.only, arguments.frames)
        return
    print(f"{arguments.frames} frames, memory aim {MEMORY_LIMIT_MB:.0f} MB")
    for ending in (".bvh", ".glb", ".vrma", ".csv", ".trc", ".c3d", ".json", ".npz"):
        command = [sys.executable, "-m", "bench.export", "--only", ending]
        subprocess.run([*command, "--frames", str(arguments.frames)], check=True)


if __name__ == "__main__":
    main()
