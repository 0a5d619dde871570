"""Runs a measurement inside each Blender that is asked for, as ``python_with_bpy`` finds them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from blender_addon.environments import python_with_bpy

_VERSIONS: Final = ("4.5", "5.0")


def run_in_blenders(script: str) -> None:
    """Run a script of this folder in the versions on the command line, or in the usual ones."""
    for version in sys.argv[1:] or _VERSIONS:
        python = python_with_bpy(version)
        if python is None:
            print(f"bpy {version}: python -m blender_addon.environments {version} makes it")
            continue
        print(f"bpy {version}", flush=True)
        subprocess.run([str(python), str(Path(__file__).parent / script)], check=True, timeout=300)
