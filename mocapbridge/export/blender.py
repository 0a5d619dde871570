"""FBX and USD, written by Blender without a window.

The GLB file is imported in Blender (4.2 or newer, or a Python that has `bpy`) and exported again:
skeleton, body, face shapes and motion are those of the GLB file.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.errors import TakeError
from mocapbridge.export.clip import Clip
from mocapbridge.export.glb import write_glb
from mocapbridge.export.options import ExportOptions, Progress
from mocapbridge.workplace import scratch

_SCRIPT: Final = Path(__file__).with_name("blender_script.py")
_LIMIT_S: Final = 900.0
_USUAL_PLACES: Final = (
    "/Applications/Blender.app/Contents/MacOS/Blender",
    "C:/Program Files/Blender Foundation/Blender 4.5/blender.exe",
    "C:/Program Files/Blender Foundation/Blender 4.2/blender.exe",
)
_TAIL: Final = 3
"""Lines of Blender's own words that an error repeats."""


def write_with_blender(clip: Clip, path: Path, options: ExportOptions, progress: Progress) -> None:
    """Write the file whose ending the path has; the clip's rows are evenly spaced at its rate.

    Raises:
        TakeError: there is no Blender, or it failed or took longer than a quarter of an hour.
    """
    command = blender_command(options.blender)
    whole_rate = math.ceil(clip.frame_rate)
    # Blender's importer takes 29.97 for 30.03 (it multiplies by the rate's base): it gets whole
    # frames at a whole rate, and the rate afterwards.
    whole_frames = replace(clip, times_s=np.arange(clip.frames) / whole_rate)
    with scratch() as place:
        glb = place / "take.glb"
        write_glb(whole_frames, glb, options, lambda done: progress(0.3 * done))
        task = {
            "source": str(glb),
            "target": str(path.resolve()),
            "outcome": str(place / "outcome"),
            "frames": clip.frames,
            "whole_rate": whole_rate,
            "rate_base": whole_rate / float(clip.frame_rate),
        }
        _run([*command, json.dumps(task)], place / "outcome")
    progress(1.0)


def blender_command(chosen: Path | None) -> list[str]:
    """How to run the script in Blender; its arguments follow.

    Args:
        chosen: Blender, a Python that has `bpy`, or the environment of one. None: it is looked for.

    Raises:
        TakeError: there is none.
    """
    program = _found() if chosen is None else _program_at(chosen)
    if program is None:
        where = "on the PATH" if chosen is None else f"at {chosen}"
        raise TakeError(
            f"FBX and USD are written by Blender, and there is none {where}: install Blender 4.2 "
            "or newer, or give its path with --via-blender PATH (a Python that has bpy will do: "
            "python3.11 -m pip install bpy); GLB needs no Blender"
        )
    if "python" in program.name.lower():
        return [str(program), str(_SCRIPT), "--"]
    return [str(program), "--background", "--factory-startup", "--python", str(_SCRIPT), "--"]


def _found() -> Path | None:
    if importlib.util.find_spec("bpy") is not None:
        return Path(sys.executable)
    named = shutil.which("blender")
    places = ([named] if named else []) + list(_USUAL_PLACES)
    return next((Path(place) for place in places if Path(place).is_file()), None)


def _program_at(chosen: Path) -> Path | None:
    candidates = (
        chosen,
        chosen / "bin" / "python",
        chosen / "Scripts" / "python.exe",
        chosen / "blender",
        chosen / "blender.exe",
        chosen / "Contents" / "MacOS" / "Blender",
    )
    return next((path for path in candidates if path.is_file()), None)


def _run(command: list[str], outcome: Path) -> None:
    # Blender reads no configuration of the user's, and its Python none of ours.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    try:
        ended = subprocess.run(  # noqa: S603 - the user's own Blender
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LIMIT_S,
            check=False,
            env=environment,
        )
    except OSError as error:
        raise TakeError(f"Blender cannot be started: {error.strerror or error}") from error
    except subprocess.TimeoutExpired as error:
        raise TakeError(f"Blender did not finish within {_LIMIT_S:.0f} s") from error
    problem = outcome.read_text(encoding="utf-8") if outcome.is_file() else None
    if problem is None:
        words = (ended.stderr + ended.stdout).strip().splitlines()[-_TAIL:]
        problem = f"Blender failed (exit code {ended.returncode}): {' | '.join(words)}"
    if problem:
        raise TakeError(f"{problem} ({command[0]})")
