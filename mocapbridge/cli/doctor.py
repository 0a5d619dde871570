"""``mocapbridge doctor``: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mocapbridge.cli.checkup import Finding

_MARKS = {"ok": ("ok", "green"), "warn": ("look", "yellow"), "fail": ("FAIL", "bold red")}


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="check this machine: libraries, models, cameras, ports, disk",
        description=(
            "Check Python, the libraries, models, cameras, ports, the take folder and the "
            "terminal. Exit code 0 when a run can work, 1 when something must be mended first."
        ),
    )
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """Print the findings; exit code 1 when a run cannot work."""
    from mocapbridge.cli.checkup import examine

    findings = examine()
    _print_table(findings)
    failures = [finding for finding in findings if finding.verdict == "fail"]
    if failures:
        print("\nNot ready: " + ", ".join(finding.what for finding in failures) + ".")
        return 1
    print("\nReady: `mocapbridge demo` runs without a camera, `mocapbridge run` with one.")
    return 0


def _print_table(findings: list[Finding]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
    for column in ("verdict", "what"):
        table.add_column(column, no_wrap=True)
    table.add_column("found", overflow="fold")
    for finding in findings:
        mark, style = _MARKS[finding.verdict]
        found = Text(finding.found)
        if finding.advice:
            found.append(f"\n{finding.advice}", "italic")
        table.add_row(Text(mark, style), Text(finding.what, "bold"), found)
    Console().print(table)
