"""The memory of solving long footage: ``python -m bench.long_footage [--frames 36000]``.

Does what ``mocapbridge solve VIDEO`` does, in one process: tracks footage into a file, frame by
frame, lets the tracker go, and solves that file. Ten minutes of tracking are left out: the sample
clip is tracked, and its landmarks are written over and over, with noise of their own. Printed is
the highest memory of the process after each step (Linux, macOS).
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from bench.takes import SAMPLE, varied
from mocapbridge.config.schema import RunConfig
from mocapbridge.native_noise import quiet_native_stderr
from mocapbridge.pipeline.resolve import solve_take
from mocapbridge.pipeline.tracked import track_footage
from mocapbridge.sources.options import VideoOptions
from mocapbridge.takes.clean.plan import CleanUp
from mocapbridge.takes.reader import read_take
from mocapbridge.takes.save import save_take_as


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=36_000)
    count: int = parser.parse_args().frames
    config = replace(RunConfig(), source=VideoOptions(path=str(SAMPLE), pace="fast"))
    with tempfile.TemporaryDirectory() as scratch, quiet_native_stderr():
        folder = Path(scratch)
        tracked = track_footage(
            config,
            folder / "tracked.mocap",
            progress=None,
            stop=threading.Event(),
            tell=_silent,
        )
        _print_peak("the sample clip, tracked")
        long = save_take_as(folder / "long.mocap", tracked.header, varied(tracked, count))
        solve_take(
            read_take(long),
            config,
            CleanUp(),
            partial(save_take_as, folder / "solved.mocap"),
            keep_motion=False,
            tell=_silent,
        )
        _print_peak(f"{count} frames of footage, solved")


def _silent(_step: str, _done: int, _total: int | None) -> None:
    """Tell nobody."""


def _print_peak(what: str) -> None:
    # Kilobytes on Linux, bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak_mb = peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
    print(f"{what:<40} memory at most {peak_mb:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
