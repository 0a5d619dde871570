"""What a run shows in the terminal: a live picture of it, or a line every few seconds."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from typing import Final, TypeAlias

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from mocapbridge.pipeline.meters import Percentiles
from mocapbridge.pipeline.snapshot import OutputSnapshot, RunSnapshot

Watch: TypeAlias = Callable[[RunSnapshot], None]

LINE_EVERY_S: Final = 5.0
"""How often the plain view writes a line."""

_STATE_STYLE: Final = {"tracked": "green", "held": "yellow", "predicted": "yellow", "lost": "red"}


@contextlib.contextmanager
def watching(*, headless: bool) -> Generator[Watch, None, None]:
    """Something to show a run with, about five times a second.

    On a terminal a small table is redrawn in place and its last state stays. Headless, or written
    to a file, there is a plain line every few seconds.
    """
    console = Console()
    if headless or not console.is_terminal:
        yield _Lines().show
        return
    # Refreshed by what is shown alone: no thread of its own, nothing to flicker.
    with Live(console=console, auto_refresh=False) as live:
        yield lambda snapshot: live.update(picture(snapshot), refresh=True)


class _Lines:
    def __init__(self) -> None:
        self._due_s = time.monotonic() + LINE_EVERY_S

    def show(self, snapshot: RunSnapshot) -> None:
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self._due_s = now_s + LINE_EVERY_S
            print(status_line(snapshot), flush=True)


def picture(snapshot: RunSnapshot) -> RenderableType:
    """The live view's picture of a run."""
    rows: list[RenderableType] = [_headline(snapshot)]
    if snapshot.frame_count:
        rows.append(_progress(snapshot.processed, snapshot.frame_count))
    rows.append(_tracked(snapshot))
    rows.append(_stages(snapshot))
    if snapshot.outputs:
        rows.append(_outputs(snapshot.outputs))
    rows.append(_take(snapshot))
    return Group(*rows)


def status_line(snapshot: RunSnapshot) -> str:
    """The run in one line, for logs."""
    parts = [f"{snapshot.elapsed_s:7.1f} s", f"{snapshot.fps:5.1f} fps", _frames(snapshot)]
    inference = snapshot.stages.get("inference")
    if inference is not None:
        parts.append(f"inference {_pair(inference)} ms")
    latencies = [out.latency for out in snapshot.outputs if out.latency is not None]
    if latencies:
        slowest = max(latencies, key=lambda latency: latency.p50_ms)
        parts.append(f"capture to send {_pair(slowest)} ms")
    # A part that is held was seen a moment ago: one odd frame does not make it "nobody".
    seen = [name for name, part in snapshot.parts.items() if part.state in ("tracked", "held")]
    parts.append("sees " + (", ".join(seen) or "nobody"))
    parts += [f"{out.name} {out.packets} packets{_trouble(out)}" for out in snapshot.outputs]
    return " | ".join(parts)


def _headline(snapshot: RunSnapshot) -> Text:
    state = snapshot.source_state
    line = Text.assemble(
        ("mocapbridge ", "bold"),
        (snapshot.source_id, "bold cyan"),
        "  ",
        (state, "green" if state == "running" else "yellow"),
        f"  {snapshot.fps:.1f} fps  {clock_time(snapshot.elapsed_s)}  {_frames(snapshot)}",
    )
    if snapshot.reconnections:
        line.append(f"  {snapshot.reconnections} reconnections")
    for name, count in snapshot.repairs.items():
        if count:
            line.append(f"  {name.replace('_', ' ')} {count}", "dim")
    return line


def _frames(snapshot: RunSnapshot) -> str:
    corrupt = f", {snapshot.corrupt} corrupt" if snapshot.corrupt else ""
    return f"{snapshot.processed} frames, {snapshot.skipped} skipped{corrupt}"


def _progress(done: int, total: int) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_row(
        ProgressBar(total=total, completed=min(done, total), width=40),
        f"{min(done / total, 1.0):4.0%} of {total} frames",
    )
    return row


def _tracked(snapshot: RunSnapshot) -> Text:
    line = Text("tracking  ")
    if not snapshot.parts:
        line.append("waiting for the first frame", "dim")
    for name, part in snapshot.parts.items():
        line.append(f"{name} ", "bold")
        line.append(f"{part.state} {part.confidence:.2f}   ", _STATE_STYLE[part.state])
    return line


def _stages(snapshot: RunSnapshot) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("ms per frame", style="dim")
    for name in snapshot.stages:
        table.add_column(name, justify="right")
    table.add_row("median", *(f"{times.p50_ms:.2f}" for times in snapshot.stages.values()))
    table.add_row("95 %", *(f"{times.p95_ms:.2f}" for times in snapshot.stages.values()))
    return table


def _outputs(outputs: tuple[OutputSnapshot, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("output", style="bold")
    table.add_column("to")
    counted = ("frames", "packets", "unheard", "skipped", "failed")
    for title in (*counted, "send ms", "capture to send ms"):
        table.add_column(title, justify="right")
    for out in outputs:
        table.add_row(
            Text(out.name),
            Text(out.target),
            str(out.frames),
            str(out.packets),
            Text(str(out.unheard), "dim"),
            str(out.skipped),
            Text(str(out.errors), "red" if out.errors else ""),
            _pair(out.send),
            _pair(out.latency),
        )
    return table


def _take(snapshot: RunSnapshot) -> Text:
    take = snapshot.take
    line = Text("take      ")
    if take is None:
        return line.append("press r to record", "dim")
    line.append(f"{clock_time(take.length_s)}  {take.frames} frames  ", "bold")
    if take.dropped:
        line.append(f"{take.dropped} lost to a slow disk  ", "red")
    if take.error:
        line.append("stopped: ", "red")
        line.append(take.error, "red")
    else:
        line.append(take.path, "dim")
    if take.recording:
        line.append("  recording, r ends it", "red")
    return line


def _trouble(out: OutputSnapshot) -> str:
    troubles = [
        f"{count} {what}"
        for count, what in (
            (out.unheard, "unheard"),
            (out.skipped, "skipped"),
            (out.errors, "failed"),
        )
        if count
    ]
    return f" ({', '.join(troubles)})" if troubles else ""


def _pair(times: Percentiles | None) -> str:
    return "-" if times is None else f"{times.p50_ms:.1f} / {times.p95_ms:.1f}"


def clock_time(length_s: float) -> str:
    """Minutes and seconds, with hours when there are any: ``1:05``, ``2:00:07``."""
    minutes, seconds = divmod(int(length_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"
