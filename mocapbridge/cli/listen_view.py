"""What ``mocapbridge listen`` shows: a live table in a terminal, else a line every second."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator
from typing import Final, TypeAlias

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from mocapbridge.listen.tally import Tally

Watch: TypeAlias = Callable[[Tally], None]

_LINE_EVERY_S: Final = 1.0
_DRAW_EVERY_S: Final = 0.2
_LINES_FOR_THE_REST: Final = 6
"""Rows of the terminal that values may not take."""
_HINTS: Final = (
    "  Is the sender running, and does it send to this host and port?",
    "  Does the program you use receive on this port? Then it takes the packets: close it.",
    "  From another machine: listen with --host 0.0.0.0, send to the address of this machine, and",
    "  let its firewall pass the port.",
)
_VALUES_IN_A_LINE: Final = 6
_TOLD: Final = ("root", "hip", "Hips", "JawOpen", "jawOpen", "mouthSmile", "MouthSmile", "Head")
"""Parts of names that are shown first: by them one sees at once whether the right thing moves."""


@contextlib.contextmanager
def watching(title: str, *, headless: bool) -> Generator[Watch, None, None]:
    """Something to show a tally with, as often as one likes."""
    console = Console()
    if headless or not console.is_terminal:
        print(f"listening: {title}, Ctrl-C ends", flush=True)
        yield _every(_LINE_EVERY_S, lambda tally: print(status_line(tally), flush=True))
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        rows = max(console.size.height - _LINES_FOR_THE_REST, 5)
        yield _every(
            _DRAW_EVERY_S, lambda tally: live.update(picture(title, tally, rows), refresh=True)
        )


def _every(period_s: float, show: Watch) -> Watch:
    due_s = time.monotonic() + period_s

    def watch(tally: Tally) -> None:
        nonlocal due_s
        now_s = time.monotonic()
        if now_s >= due_s:
            due_s = now_s + period_s
            show(tally)

    return watch


def status_line(tally: Tally) -> str:
    """What came, in one line."""
    if not tally.packets:
        return "nothing has arrived yet"
    kinds = ", ".join(f"{count} {kind}" for kind, count in tally.kinds.most_common(4))
    parts = [f"{tally.packets} packets", f"{tally.rate_hz:.1f}/s", kinds or "none readable"]
    if tally.problems:
        parts.append(f"{sum(tally.problems.values())} problems")
    parts += [f"{name} {value}" for name, value in _ordered(tally)[:_VALUES_IN_A_LINE]]
    return " | ".join(parts)


def picture(title: str, tally: Tally, rows: int) -> RenderableType:
    """What came, as a table of at most so many rows."""
    head = Text.assemble((title, "bold"), f"  {tally.packets} packets  {tally.rate_hz:.1f}/s")
    if not tally.packets:
        return Group(head, Text("nothing has arrived yet", "yellow"))
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("name", style="bold")
    table.add_column("newest value")
    ordered = _ordered(tally)
    for name, value in ordered[:rows]:
        table.add_row(Text(name), Text(value))
    parts: list[RenderableType] = [head, table]
    if len(ordered) > rows:
        parts.append(Text(f"and {len(ordered) - rows} more", "dim"))
    parts += [Text(f"{count} x {text}", "red") for text, count in tally.problems.most_common(2)]
    return Group(*parts)


def closing_lines(tally: Tally, where: str, *, check: bool) -> list[str]:
    """What to tell at the end."""
    if not tally.packets:
        return [f"nothing arrived at {where}", *_HINTS]
    kinds = ", ".join(f"{count} {kind}" for kind, count in tally.kinds.most_common())
    lines = [f"{tally.packets} packets, {tally.bytes} bytes at {where}: {kinds or 'none readable'}"]
    if not check:
        return lines
    problems = [f"  {count} x {text}" for text, count in tally.problems.most_common()]
    problems += [f"  {text}" for text in tally.missing()]
    if not problems:
        return [*lines, "nothing is wrong with them"]
    return [*lines, "what is wrong:", *problems]


def _ordered(tally: Tally) -> list[tuple[str, str]]:
    """Values with the telling ones first, else in the order they came."""
    return sorted(tally.values.items(), key=lambda item: not any(t in item[0] for t in _TOLD))
