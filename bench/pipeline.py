"""How the pipeline paces live sources, and what it costs beside inference.

``python -m bench.pipeline [--seconds 10]``. Needs no camera, model or network: the synthetic source
and tracker stand in for them, so that only the program itself is measured.
"""

from __future__ import annotations

import argparse
import gc
import os
import threading
import time
from collections.abc import Callable
from io import StringIO

import msgspec
import numpy as np
from rich.console import Console
from rich.live import Live

from mocapbridge.cli.view import picture
from mocapbridge.clock import NS_PER_S
from mocapbridge.config.schema import RunConfig
from mocapbridge.filters.smoother import Smoother
from mocapbridge.outputs.options import OscOptions, OutputOptions, ZmqOptions
from mocapbridge.pipeline.assemble import open_pipeline
from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.snapshot import RunSnapshot
from mocapbridge.solve.live import LiveSolver
from mocapbridge.sources.options import SyntheticOptions
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.synthetic import SyntheticTracker
from mocapbridge.types import MocapFrame, VideoFrame

INFERENCE_S = 0.060
SOURCE_FPS = 30.0
# Multicast to nobody: sending costs what it always costs, and nobody has to listen.
OUTPUTS: tuple[OutputOptions, ...] = (
    OscOptions(host="239.255.77.77", port=39300),
    ZmqOptions(bind="tcp://127.0.0.1:*"),
)


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="length of each live run")
    seconds = parser.parse_args().seconds
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{os.cpu_count()} cores{load}")
    pacing(seconds)
    live_overhead(seconds)
    stages_alone()
    view_cost(seconds)
    footage_speed(seconds)


def pacing(seconds: float) -> None:
    """Live at 30 fps with 60 ms of inference: age of what is sent, exactness of the counter."""
    end = _run(_live(INFERENCE_S), seconds)
    exact = end.captured == end.processed + end.skipped
    print(f"\nlive pacing: {SOURCE_FPS:g} fps source, {INFERENCE_S * 1e3:g} ms inference")
    print(f"  captured {end.captured} = processed {end.processed} + skipped {end.skipped}: {exact}")
    for out in end.outputs:
        if out.latency is not None:
            ratio = out.latency.p95_ms / (INFERENCE_S * 1e3)
            print(
                f"  {out.name}: capture to send p50 {out.latency.p50_ms:.1f} ms, "
                f"p95 {out.latency.p95_ms:.1f} ms = {ratio:.2f} inference times (below 2)"
            )


def live_overhead(seconds: float) -> None:
    """What a live frame costs beside inference, in a running pipeline."""
    end = _run(_live(0.01), seconds)
    print(f"\nlive, 10 ms inference, {len(end.outputs)} outputs: ms per frame (median, 95 %)")
    for name, times in end.stages.items():
        if name != "read":
            print(f"  {name:18s} {times.p50_ms:7.3f} {times.p95_ms:7.3f}")
    for out in end.outputs:
        if out.send is not None:
            print(f"  send {out.name:32s} {out.send.p50_ms:7.3f} {out.send.p95_ms:7.3f}")


def stages_alone() -> None:
    """The motion thread's work on one thread, with nothing else running."""
    frames = 600
    tracker = SyntheticTracker(TrackingOptions(backend="synthetic"))
    smoother = Smoother(RunConfig().filters)
    solver = LiveSolver("bench", RunConfig().solve)
    takers: list[Handover[MocapFrame]] = [Handover(1) for _ in range(4)]
    no_picture = np.zeros((0, 0, 3), dtype=np.uint8)
    times: dict[str, list[float]] = {"smooth": [], "solve": [], "fan out": [], "together": []}
    gc.collect()
    for index in range(frames):
        now_ns = round(index * NS_PER_S / SOURCE_FPS)
        landmarks = tracker.track(VideoFrame(no_picture, now_ns, index, "bench"))
        instants = [time.perf_counter()]
        smoothed = smoother.filter(landmarks)
        instants.append(time.perf_counter())
        motion = solver.solve(smoothed)
        instants.append(time.perf_counter())
        for taker in takers:
            taker.offer(motion)
        instants.append(time.perf_counter())
        for name, duration_s in zip(times, np.diff(instants), strict=False):
            times[name].append(float(duration_s))
        times["together"].append(instants[-1] - instants[0])
    print(f"\nstages alone, {frames} frames: ms per frame (median, 95 %)")
    for name, durations_s in times.items():
        p50_s, p95_s = np.percentile(durations_s, (50, 95))
        print(f"  {name:18s} {p50_s * 1e3:7.3f} {p95_s * 1e3:7.3f}")


def view_cost(seconds: float) -> None:
    """Processor time of the live view, and what it does to latency."""
    config = _live(0.01)
    without = _run(config, seconds)
    console = Console(file=StringIO(), force_terminal=True, width=120, height=40)
    spent_s: list[float] = []
    with Live(console=console, auto_refresh=False) as live:

        def show(now: RunSnapshot) -> None:
            started_s = time.thread_time()
            live.update(picture(now), refresh=True)
            spent_s.append(time.thread_time() - started_s)

        shown = _run(config, seconds, show)
    share = sum(spent_s) / shown.elapsed_s
    print(f"\nlive view: {np.median(spent_s) * 1e3:.1f} ms per picture, {share:.1%} of a core")
    for name, end in (("without", without), ("with", shown)):
        latency = end.outputs[0].latency
        if latency is not None:
            print(f"  latency {name:8s} p50 {latency.p50_ms:.2f} ms, p95 {latency.p95_ms:.2f} ms")


def footage_speed(seconds: float) -> None:
    """How many frames a second the program could pass on if inference cost nothing."""
    end = _run(_config(SyntheticOptions(pace="fast"), 0.0), seconds)
    skipped = sum(out.skipped for out in end.outputs)
    print(f"\nfootage without inference: {end.processed / end.elapsed_s:.0f} frames a second")
    print(f"  processed {end.processed}, outputs skipped {skipped}")


def _live(inference_s: float) -> RunConfig:
    return _config(SyntheticOptions(fps=SOURCE_FPS, live=True), inference_s)


def _config(source: SyntheticOptions, inference_s: float) -> RunConfig:
    tracking = TrackingOptions(backend="synthetic", synthetic_delay_s=inference_s)
    return msgspec.structs.replace(RunConfig(), source=source, tracking=tracking, outputs=OUTPUTS)


def _run(
    config: RunConfig, seconds: float, watch: Callable[[RunSnapshot], None] | None = None
) -> RunSnapshot:
    with open_pipeline(config) as pipeline:
        return pipeline.run(threading.Event(), seconds, watch)


if __name__ == "__main__":
    main()
