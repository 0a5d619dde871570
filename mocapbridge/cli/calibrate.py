"""``mocapbridge calibrate``: measures a performer who stands still, and keeps it by name."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import threading

    from mocapbridge.config.schema import RunConfig
    from mocapbridge.pipeline.onlooker import NextLandmarks
    from mocapbridge.solve.calibration import StillFrames
    from mocapbridge.solve.profile import Profile

PATIENCE_S: Final = 60.0
"""How long a camera is watched for somebody who stands still [s]."""

_DESCRIPTION = """\
Measure a performer: stand still for three seconds in full view, facing the camera, in a T-pose or
with the arms hanging a little away from the body. Bones, the camera's tilt and roll and, with
--face, the resting face are kept as a profile, used with `mocapbridge run --profile NAME` or
`solve: {profile: NAME}` in a configuration."""

_EPILOG = """\
examples:
  mocapbridge calibrate --name anna --height 1.68
  mocapbridge calibrate --name anna --height 1.68 --distance 3.2 --face
  mocapbridge calibrate --source clip.mp4 --name clip
"""


def add_parser(
    # argparse has no public name for what add_subparsers() returns.
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]
) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "calibrate",
        help="measure a performer who stands still, keep it by name",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--source", metavar="SOURCE", help="as in `mocapbridge run`")
    parser.add_argument("--config", metavar="FILE", help="as in `mocapbridge run`")
    parser.add_argument(
        "--name", default="performer", metavar="NAME", help="name of the profile (performer)"
    )
    parser.add_argument(
        "--height",
        dest="height_m",
        type=_metres(0.3, 3.0),
        metavar="METRES",
        help="height of the performer: one camera cannot see it",
    )
    parser.add_argument(
        "--distance",
        dest="distance_m",
        type=_metres(0.3, 30.0),
        metavar="METRES",
        help="from the camera to the performer's hips: gives the field of view; needs --height",
    )
    parser.add_argument("--face", action="store_true", help="also measure the resting face")
    parser.add_argument(
        "--no-body", action="store_true", help="with --face: measure the resting face alone"
    )
    parser.set_defaults(run=run)


def _metres(least: float, most: float) -> Callable[[str], float]:
    """A parser of lengths: ``1.75``, ``1.75m`` or ``175cm``."""

    def parse(text: str) -> float:
        number = text.strip().lower()
        scale = 0.01 if number.endswith("cm") else 1.0
        try:
            metres = float(number.removesuffix("cm").removesuffix("m")) * scale
        except ValueError:
            metres = math.nan
        if not least <= metres <= most:
            raise argparse.ArgumentTypeError(
                f"expected metres between {least:g} and {most:g}, such as 1.75 or 175cm, "
                f"got {text!r}"
            )
        return metres

    return parse


def run(arguments: argparse.Namespace) -> int:
    """Calibrate, save, and say what was measured.

    Raises:
        MocapBridgeError: nobody stood still, or something could not be opened or written.
    """
    from mocapbridge.solve.calibration import StillFrames, Wanted, calibrate
    from mocapbridge.solve.profile import save_profile

    config = _config(arguments)
    wanted = Wanted(
        body=not arguments.no_body,
        face=arguments.face,
        height_m=arguments.height_m,
        distance_m=arguments.distance_m,
    )
    still = StillFrames(wanted)
    _look(config, still)
    profile = calibrate(still.frames, wanted, config.solve.camera)
    path = save_profile(profile, arguments.name)
    print(_summary(profile, body=wanted.body))
    print(f"profile: {path}")
    print(f"use it: mocapbridge run --profile {arguments.name}")
    return 0


def _config(arguments: argparse.Namespace) -> RunConfig:
    """The run whose source and tracking are used.

    Raises:
        ConfigError: a flag cannot be meant.
    """
    from mocapbridge.cli import flags
    from mocapbridge.config import overrides
    from mocapbridge.config.load import checked, load_config
    from mocapbridge.config.paths import find_config
    from mocapbridge.config.schema import RunConfig
    from mocapbridge.errors import ConfigError
    from mocapbridge.solve.profile import name_problem

    problem = name_problem(arguments.name)
    if problem is not None:
        raise ConfigError(f"a profile cannot be called {arguments.name[:100]!r}; {problem}")
    if arguments.no_body and not arguments.face:
        raise ConfigError("--no-body leaves nothing to measure: add --face")
    if arguments.distance_m is not None and (arguments.height_m is None or arguments.no_body):
        raise ConfigError("--distance needs --height, and the body: the one scales the other")
    config = load_config(find_config(arguments.config)) if arguments.config else RunConfig()
    if arguments.source is not None:
        config = overrides.with_source(config, arguments.source)
    return checked(flags.without_parts(config, ["body"] if arguments.no_body else []))


def _look(config: RunConfig, still: StillFrames) -> None:
    """Watch the source until the performer has stood still for long enough.

    Raises:
        PerformerUnseen: that never happened.
    """
    from contextlib import ExitStack

    from mocapbridge.cli.interrupts import stop_on_interrupt
    from mocapbridge.cli.progress import model_progress
    from mocapbridge.errors import PerformerUnseen
    from mocapbridge.native_noise import quiet_native_stderr
    from mocapbridge.pipeline.onlooker import looking_on

    with ExitStack() as opened:
        opened.enter_context(quiet_native_stderr())
        with model_progress() as progress:
            next_landmarks = opened.enter_context(looking_on(config, progress))
        stop = opened.enter_context(stop_on_interrupt())
        if _watched(still, next_landmarks, stop):
            return
        if stop.is_set():
            raise KeyboardInterrupt
    raise PerformerUnseen(
        f"nobody stood still in view for three seconds ({still.still_s:.1f} s so far; last: "
        f"{still.hint or 'the footage ended'}): stand upright, facing the camera, head and feet in "
        "the picture, and keep still"
    )


def _watched(still: StillFrames, next_landmarks: NextLandmarks, stop: threading.Event) -> bool:
    """Whether the performer stood still for long enough, with a bar that shows for how long."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from mocapbridge.pipeline.onlooker import watch
    from mocapbridge.solve.calibration import STAND_S
    from mocapbridge.types import Landmarks

    console = Console(stderr=True)
    deadline_s = time.monotonic() + PATIENCE_S

    def late() -> bool:
        return time.monotonic() > deadline_s

    with Progress(
        TextColumn("{task.description:24}"),
        BarColumn(),
        TextColumn("{task.completed:.1f} of {task.total:.0f} s"),
        console=console,
        disable=not console.is_terminal,
    ) as bars:
        task = bars.add_task("stand still", total=STAND_S)

        def enough(landmarks: Landmarks) -> bool:
            done = still.add(landmarks)
            bars.update(task, completed=still.still_s, description=still.hint or "keep still")
            return done

        return watch(next_landmarks, enough, lambda: stop.is_set() or late())


def _summary(profile: Profile, *, body: bool) -> str:
    """What was measured, in a few lines."""
    lines: list[str] = []
    if body:
        known = "" if profile.height_measured else " (the usual adult's: give --height for yours)"
        lines.append(f"height {profile.height_m:.2f} m{known}")
        bones = profile.bones
        lines.append(
            f"upper arm {bones.upper_arm_m:.3f}, forearm {bones.forearm_m:.3f}, "
            f"thigh {bones.thigh_m:.3f}, shin {bones.shin_m:.3f} m"
        )
        camera = profile.camera
        fov_deg = camera.horizontal_fov_deg
        angle = "" if fov_deg is None else f"field of view {fov_deg:.1f} degrees, "
        line = (
            f"camera: {angle}looks down by {camera.tilt_deg:.1f}, rolled by {camera.roll_deg:.1f}"
        )
        if profile.camera_height_m is not None:
            line += f", {profile.camera_height_m:.2f} m over the floor"
        lines.append(line)
    if profile.neutral_face:
        lines.append(f"resting face: {len(profile.neutral_face)} weights are not 0")
    return "\n".join(lines)
