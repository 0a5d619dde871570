"""One run of the pipeline under the terminal: shown, interruptible, summed up."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import msgspec

from mocapbridge.cli.interrupts import stop_on_interrupt
from mocapbridge.cli.progress import model_progress
from mocapbridge.cli.record_key import record_key
from mocapbridge.cli.view import clock_time, watching
from mocapbridge.config.schema import RunConfig
from mocapbridge.errors import ConfigError
from mocapbridge.native_noise import quiet_native_stderr
from mocapbridge.pipeline.assemble import open_pipeline
from mocapbridge.pipeline.snapshot import RunSnapshot


def conduct(
    config: RunConfig,
    *,
    duration_s: float | None = None,
    overlay_path: Path | None = None,
    film_path: Path | None = None,
    stats_path: Path | None = None,
) -> RunSnapshot:
    """Open everything, run until the end, close everything.

    Args:
        config: the run.
        duration_s: how long at most; None: until the footage ends or Ctrl-C [s].
        overlay_path: a video to write with landmarks drawn on the footage.
        film_path: a video to write with the solved motion beside the footage.
        stats_path: a JSON file to write all counters and timings to, also after a failure.

    Returns:
        The run as it ended.

    Raises:
        MocapBridgeError: something could not be opened, or broke.
    """
    for path in (overlay_path, film_path, stats_path):
        check_folder(path)
    with ExitStack() as opened:
        opened.enter_context(quiet_native_stderr())
        with model_progress() as progress:
            pipeline = opened.enter_context(
                open_pipeline(
                    config, overlay_path=overlay_path, film_path=film_path, progress=progress
                )
            )
        if stats_path is not None:
            opened.callback(lambda: _write_stats(stats_path, pipeline.snapshot()))
        with (
            stop_on_interrupt() as stop,
            record_key(pipeline.recording),
            watching(headless=not config.monitor.view) as watch,
        ):
            end = pipeline.run(stop, duration_s, watch, config.monitor.interval_s)
            watch(end)
    return end


def summary(end: RunSnapshot) -> str:
    """What came of a run, in a few lines."""
    mean_fps = end.processed / end.elapsed_s if end.elapsed_s > 0.0 else 0.0
    lines = [f"{end.processed} frames in {end.elapsed_s:.1f} s ({mean_fps:.1f} a second)"]
    lines[0] += f", {end.skipped} skipped, {end.corrupt} corrupt"
    for out in end.outputs:
        trouble = f", {out.skipped} skipped" if out.skipped else ""
        if out.unheard:
            now_and_then = " at times" if 3 * out.unheard < out.frames else ""
            trouble += f", no receiver was there{now_and_then}"
        if out.errors:
            trouble += f", {out.errors} failed: {out.last_error}"
        lines.append(f"{out.name}: {out.frames} frames, {out.packets} packets{trouble}")
    for take in (*end.earlier_takes, *((end.take,) if end.take else ())):
        length = clock_time(take.length_s)
        lines.append(f"take: {take.frames} frames, {length}, {take.path}")
    return "\n".join(lines)


def check_folder(path: Path | None) -> None:
    """Raise ``ConfigError`` when a file cannot be written because its folder is not there."""
    if path is not None and not path.absolute().parent.is_dir():
        raise ConfigError(f"there is no folder to write this file to: {path}")


def _write_stats(path: Path, snapshot: RunSnapshot) -> None:
    text = msgspec.json.format(msgspec.json.encode(snapshot), indent=2)
    try:
        path.write_bytes(text + b"\n")
    except OSError as error:
        raise ConfigError(
            f"the statistics cannot be written ({error.strerror or error}): {path}"
        ) from error
