"""``mocapbridge devices``: which cameras can be a source."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mocapbridge.sources.devices import CameraInfo

_NO_CAMERA = (
    "No camera was found. Plug one in, or use something else as --source: a video file, a "
    "picture or a folder of them, a stream address (rtsp://..., http://...), or synthetic."
)


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "devices",
        help="list the cameras that can be opened",
        description="List the cameras of this machine, each opened once to see whether it can be.",
    )
    parser.set_defaults(run=run)


def run(_args: argparse.Namespace) -> int:
    """List the cameras; exit code 0 also when there are none."""
    from mocapbridge.sources.devices import list_cameras

    cameras = list_cameras()
    if cameras:
        _print_table(cameras)
    else:
        print(_NO_CAMERA)
    return 0


def _print_table(cameras: list[CameraInfo]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("--source", "name", "state", "size", "fps", "device")
    for camera in cameras:
        table.add_row(
            str(camera.index),
            Text(camera.name or "-"),
            "ready" if camera.opens else "in use or no permission",
            f"{camera.width_px}x{camera.height_px}" if camera.width_px else "-",
            f"{camera.fps:g}" if camera.fps else "-",
            Text(camera.path or "-"),
        )
    Console().print(table)
