"""Blenders that scripts are run in, each in a process that is ended when it takes too long."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from blender_addon.environments import python_with_bpy

INSIDE = Path(__file__).parent / "inside"
DEBIAN_VERSION = "3.4"
VIRTUAL_DISPLAY = ("xvfb-run", "-a", "-s", "-screen 0 1280x800x24 +extension GLX")


@dataclass(frozen=True)
class Blender:
    """One Blender: bpy in a Python, or the program itself."""

    version: str
    home: Path
    """Preferences, add-ons and extensions of this test alone."""

    def run(
        self, script: str, *arguments: object, window: bool = False, timeout_s: float = 120.0
    ) -> str:
        """What a script of ``inside`` printed; it fails the test when it fails.

        ``window``: with Blender's window, on a display that nobody sees.
        """
        words = [str(argument) for argument in arguments]
        path = str(INSIDE / script)
        if self.version == DEBIAN_VERSION:
            beside = f"import sys; sys.path.insert(0, {str(INSIDE)!r})"
            program = [*VIRTUAL_DISPLAY, "blender"] if window else ["blender", "-b"]
            program += ["--factory-startup", "--python-expr", beside]
            program += ["--python", path, "--", *words]
        else:
            program = [str(python_with_bpy(self.version)), path, *words]
        own = {"BLENDER_USER_RESOURCES": str(self.home), "BLENDER_USER_SCRIPTS": str(self.home)}
        done = subprocess.run(
            program,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        passed = done.returncode == 0 and "CHECK PASSED" in done.stdout
        assert passed, f"{script} in Blender {self.version}:\n{done.stdout}\n{done.stderr}"
        return done.stdout


def windowed_blender(home: Path) -> Blender:
    """The one Blender here that has a window; the test is skipped where it has none."""
    if shutil.which(VIRTUAL_DISPLAY[0]) is None:
        pytest.skip("no display that nobody sees: apt-get install xvfb xauth libgl1-mesa-dri")
    return blender(DEBIAN_VERSION, home)


def blender(version: str, home: Path) -> Blender:
    """That Blender; the test is skipped where it is not installed."""
    if version == DEBIAN_VERSION:
        if shutil.which("blender") is None or not _is_debians():
            pytest.skip("Debian's Blender 3.4 is not installed: apt-get install blender")
    elif python_with_bpy(version) is None:
        pytest.skip(f"no bpy {version}: python -m blender_addon.environments {version} makes it")
    return Blender(version, home)


def _is_debians() -> bool:
    done = subprocess.run(["blender", "--version"], capture_output=True, text=True, check=False)
    return f"Blender {DEBIAN_VERSION}" in done.stdout
