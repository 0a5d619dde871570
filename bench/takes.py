"""What takes cost: ``python -m bench.takes [--frames 36000] [--take FILE]``.

Tracks the sample clip once (or reads ``--take``) and goes on from its landmarks with noise of the
size that detectors have, so that no two frames are alike. Prints, in this order:

* what recording costs for one frame: the thread that solves and sends only hands it over; the
  recorder's own thread packs and writes it;
* the size of 10 s at 30 frames/s, recorded and finished;
* how long a take of 10 minutes at 60 frames/s takes to load into columns, and the memory of that;
* how long solving it again takes, and the most memory that process ever has (Linux);
* the most memory of solving footage of that length (``python -m bench.long_footage``).

Wall time, and processor time of the whole process in brackets: on a machine that does something
else as well, that is the time that counts.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.cli.main import main as mocapbridge
from mocapbridge.clock import SystemClock
from mocapbridge.pipeline.crew import Crew
from mocapbridge.pipeline.meters import DurationRing
from mocapbridge.pipeline.recording import Recording
from mocapbridge.takes.reader import Take, TakeFrame, read_take
from mocapbridge.takes.save import save_take_as
from mocapbridge.takes.writer import TakeWriter
from mocapbridge.types import Float32Array

SAMPLE: Final = Path(__file__).parents[1] / "samples" / "performer_full.mp4"
_NOISE: Final = 2e-4
"""Of the picture's width: what the landmarks of a still performer jitter by."""
_FRAME_NS: Final = 1_000_000_000 // 60
_TEN_SECONDS: Final = 300


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure what takes cost.")
    parser.add_argument("--frames", type=int, default=36_000)
    parser.add_argument("--take", type=Path, help="go on from this take")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        take = read_take(arguments.take or _recorded_sample(folder))
        _print_recording(take, folder)
        long = _long_take(take, folder, arguments.frames)
        _print_loading(long)
        _print_solving(long, folder)
        # In a process that began small: it inherits the highest memory of this one otherwise.
        words = (sys.executable, "-m", "bench.long_footage", "--frames", str(arguments.frames))
        between = (sys.executable, "-c", _APART, *words)
        subprocess.run(between, check=True)


def _recorded_sample(folder: Path) -> Path:
    config = folder / "sample.yaml"
    config.write_text(
        f"version: 1\ncontrol: {{enabled: false}}\nsource: {{type: video, path: '{SAMPLE}'}}\n"
        f"outputs: []\nrecord: {{enabled: true, folder: '{folder}', slate: sample}}\n"
    )
    mocapbridge(["run", "--config", str(config), "--headless"])
    return folder / "sample_001.mocap"


def varied(take: Take, count: int) -> Iterator[TakeFrame]:
    """Frames of the take over and over, 60 a second, each with noise of its own."""
    rng = np.random.default_rng(1)

    def shaken(points: Float32Array) -> Float32Array:
        noise = rng.standard_normal(points.shape, dtype=np.float32)
        return (points + _NOISE * noise).astype(np.float32)

    endless = itertools.chain.from_iterable(take.frames() for _ in itertools.count())
    for index, frame in enumerate(itertools.islice(endless, count)):
        seen = frame.landmarks
        landmarks = replace(
            seen,
            frame_index=index,
            capture_time_ns=index * _FRAME_NS,
            segment=0,
            pose=replace(
                seen.pose, image=shaken(seen.pose.image), world_m=shaken(seen.pose.world_m)
            ),
            face=replace(seen.face, image=shaken(seen.face.image)),
            left_hand=replace(seen.left_hand, image=shaken(seen.left_hand.image)),
            right_hand=replace(seen.right_hand, image=shaken(seen.right_hand.image)),
        )
        motion = replace(frame.motion, frame_id=index, capture_time_ns=index * _FRAME_NS)
        yield TakeFrame(landmarks, motion)


def _print_recording(take: Take, folder: Path) -> None:
    frames = list(varied(take, 1500))
    given_s: list[float] = []
    times = DurationRing()
    recording = Recording(
        lambda slate: TakeWriter(folder, slate or "cost", take.header),
        Crew(),
        SystemClock(),
        times,
    )
    recording.start()
    for frame in frames[:400]:
        started_s = time.perf_counter()
        recording.give(*frame)
        given_s.append(time.perf_counter() - started_s)
        time.sleep(1 / 120)
    recording.stop()
    p50_ms, p95_ms = np.percentile(given_s, (50, 95)) * 1e3
    written = times.percentiles()
    assert written is not None
    print(f"handing a frame to the recorder  p50 {p50_ms:.3f} ms   p95 {p95_ms:.3f} ms")
    print(
        f"packing and writing it           p50 {written.p50_ms:.3f} ms   "
        f"p95 {written.p95_ms:.3f} ms   (the recorder's own thread, at 120 frames/s)"
    )
    writer = TakeWriter(folder, "whole", take.header)
    started_s = time.process_time()
    for frame in frames:
        writer.write(*frame)
    writer.close()
    cpu_ms = (time.process_time() - started_s) / len(frames) * 1e3
    print(f"all of it, processor time        mean {cpu_ms:.3f} ms a frame, packing included")
    _print_sizes(frames, take, folder)


def _print_sizes(frames: list[TakeFrame], take: Take, folder: Path) -> None:
    writer = TakeWriter(folder, "size", take.header)
    for frame in frames[:_TEN_SECONDS]:
        writer.write(*frame)
    recorded_mb = writer.path.stat().st_size / 1e6
    writer.close()
    finished_mb = writer.path.stat().st_size / 1e6
    print(
        f"10 s at 30 frames/s              {recorded_mb:.2f} MB recorded, "
        f"{finished_mb:.2f} MB finished"
    )
    plain = list(itertools.islice(take.frames(), _TEN_SECONDS))
    as_it_is = save_take_as(folder / "plain.mocap", take.header, plain)
    per_10_s = as_it_is.stat().st_size / len(plain) * _TEN_SECONDS / 1e6
    print(f"  the clip itself, without noise                       {per_10_s:.2f} MB finished")


def _long_take(take: Take, folder: Path, count: int) -> Path:
    return save_take_as(folder / "long.mocap", take.header, varied(take, count))


def _print_loading(path: Path) -> None:
    for what in ("motion", "landmarks"):
        with _timed(f"load {what}"):
            getattr(read_take(path), what)()
    with _timed("load both"):
        take = read_take(path)
        motion, landmarks = take.motion(), take.landmarks()
    del take
    tracemalloc.start()
    again = read_take(path)
    kept = again.motion(), again.landmarks()
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(
        f"  {kept[0].frames} frames, file {path.stat().st_size / 1e6:.0f} MB, "
        f"memory at most {peak_bytes / 1e6:.0f} MB"
    )
    assert landmarks.frames == motion.frames


_WATCHED: Final = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""Runs a command and prints its processor time [s] and highest memory [kB]."""

_APART: Final = "import subprocess, sys; subprocess.run(sys.argv[1:], check=True)"


def _print_solving(take: Path, folder: Path) -> None:
    """The command itself, in a process of its own: its highest memory is that of nothing else."""
    started_s = time.perf_counter()
    words = ["solve", str(take), "--output", str(folder / "solved.mocap")]
    # A process begins with the highest memory of the one that starts it, and this one's is high.
    between = (sys.executable, "-c", _WATCHED, sys.executable, "-m", "mocapbridge", *words)
    done = subprocess.run(between, stdout=subprocess.PIPE, text=True, check=True)
    cpu_s, memory_kb = map(float, done.stdout.split()[-2:])
    print(
        f"{'mocapbridge solve':<32} {time.perf_counter() - started_s:.2f} s "
        f"({cpu_s:.2f} s of processor time), memory at most {memory_kb * 1024 / 1e6:.0f} MB"
    )


@contextmanager
def _timed(what: str) -> Generator[None, None, None]:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    yield
    print(
        f"{what:<32} {time.perf_counter() - wall_s:.2f} s "
        f"({time.process_time() - cpu_s:.2f} s of processor time)",
        flush=True,
    )


if __name__ == "__main__":
    main()
