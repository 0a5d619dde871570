"""``mocapbridge export``: a take as files that other programs open."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mocapbridge.cli.number_flags import frame_rate_flag

_DESCRIPTION: Final = """\
Write a take in other programs' formats, each chosen by the file's ending (docs/export.md):
  .bvh               skeleton and motion, for animation programs
  .glb .vrma         a body that any 3D viewer shows; motion for VRM avatars
  .csv               face, as Live Link Face records it, for MetaHuman Animator
  .trc .c3d          joints as markers, for biomechanics
  .json .npz         everything, for scripts
  .fbx .usd .usda .usdc .usdz   written by Blender"""

_EPILOG: Final = """\
examples:
  mocapbridge export take_001.mocap --to walk.bvh --to walk.glb
  mocapbridge export take_001.mocap --to walk.bvh --names mixamo --fps 29.97
  mocapbridge export take_001.mocap --to walk.fbx --via-blender
"""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "export",
        help="write a take as BVH, GLB, VRMA, FBX, CSV, C3D and others",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("take", metavar="TAKE", type=Path, help="a recorded take")
    parser.add_argument(
        "--to",
        metavar="FILE",
        type=Path,
        action="append",
        required=True,
        help="a file to write; its ending is its format; may be repeated",
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    parser.add_argument(
        "--fps",
        metavar="RATE",
        type=frame_rate_flag,
        help="frames a second, such as 30, 29.97 or 30000/1001 (default: the take's)",
    )
    bvh = parser.add_argument_group("BVH")
    bvh.add_argument(
        "--names",
        metavar="MAPPING",
        help="of the joints: mixamo, ue5_manny, bvh_cmu, rigify, or a mapping of your own "
        "(default: those of VRM 1.0)",
    )
    bvh.add_argument("--no-fingers", action="store_true", help="leave the fingers out")
    bvh.add_argument(
        "--rotation-order",
        choices=("ZXY", "XYZ", "XZY", "YXZ", "YZX", "ZYX"),
        default="ZXY",
        help="of the channels (default: ZXY)",
    )
    bvh.add_argument("--unit", choices=("cm", "m"), default="cm", help="default: cm")
    parser.add_argument(
        "--via-blender",
        metavar="PATH",
        type=Path,
        nargs="?",
        help="FBX, USD: Blender, or a Python that has bpy (default: looked for)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the files; one line for each at the end."""
    from mocapbridge.export.formats import export_take
    from mocapbridge.export.options import ExportOptions
    from mocapbridge.export.rig_names import rig_names

    options = ExportOptions(
        frame_rate=arguments.fps,
        joint_names=rig_names(arguments.names or "vrm1", fingers=not arguments.no_fingers),
        rotation_order=arguments.rotation_order,
        unit=arguments.unit,
        blender=arguments.via_blender,
    )
    with _progress() as report:
        clip = export_take(
            arguments.take, arguments.to, options, force=arguments.force, report=report
        )
    print(f"{clip.frames} frames, {clip.duration_s:.2f} s, {clip.subject}")
    for target in arguments.to:
        print(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    return 0


@contextmanager
def _progress() -> Generator[Callable[[str, float], None], None, None]:
    """On a terminal a bar for each step; elsewhere silence."""
    if not sys.stderr.isatty():
        yield lambda _what, _done: None
        return
    from rich.console import Console
    from rich.progress import Progress, TaskID

    tasks: dict[str, TaskID] = {}
    with Progress(console=Console(stderr=True), transient=True) as bars:

        def report(what: str, done: float) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=1.0)
            bars.update(tasks[what], completed=done)

        yield report
