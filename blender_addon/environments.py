"""Blenders to test the add-on in: bpy wheels, each in a virtual environment of its own.

``python -m blender_addon.environments 4.5 5.0`` makes those that are not there yet, in the folder
that ``MOCAPBRIDGE_BLENDERS`` names or else in ``.blender`` beside this folder (about 1 GB each).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

VERSIONS: Final = ("4.2", "4.5", "5.0")
"""All of them are wheels for Python 3.11 and for no other."""
_JUDGES: Final = ("--no-deps", "bpy-vrm-format==4.10.2")
"""The VRM add-on for Blender as a package: the armatures that it makes are followed in tests."""
_PYTHON: Final = "python3.11"
_ROOT: Final = Path(__file__).parents[1]


def folder() -> Path:
    """Where the environments are."""
    named = os.environ.get("MOCAPBRIDGE_BLENDERS")
    return Path(named) if named else _ROOT / ".blender"


def python_with_bpy(version: str) -> Path | None:
    """The Python that has this version of bpy; None when its environment is not made."""
    python = folder() / version / "bin" / "python"
    return python if _has_bpy(python) else None


def make(version: str) -> Path:
    """The Python that has this version of bpy, made when it is not there.

    Raises:
        FileNotFoundError: there is no Python 3.11.
        subprocess.CalledProcessError: pip could not fetch a wheel.
    """
    found = python_with_bpy(version)
    if found is not None:
        _install(found, [] if has_vrm_addon(version) else _JUDGES)
        return found
    interpreter = sys.executable if sys.version_info[:2] == (3, 11) else shutil.which(_PYTHON)
    if interpreter is None:
        raise FileNotFoundError(f"bpy {version} needs {_PYTHON}, and it is not installed")
    place = folder() / version
    subprocess.run([interpreter, "-m", "venv", str(place)], check=True)
    python = place / "bin" / "python"
    _install(python, [f"bpy=={version}.*"])
    _install(python, _JUDGES)
    return python


def has_vrm_addon(version: str) -> bool:
    """Whether the VRM add-on for Blender is installed beside this bpy."""
    pattern = "lib/python3.*/site-packages/io_scene_vrm/__init__.py"
    return any((folder() / version).glob(pattern))


def extension_tool(version: str) -> Path | None:
    """Blender's own checker of extensions, a plain Python program; None when it is not there."""
    pattern = f"lib/python3.11/site-packages/bpy/{version}/scripts/addons_core/bl_pkg/cli"
    tool = folder() / version / pattern / "blender_ext.py"
    return tool if tool.is_file() else None


def _install(python: Path, packages: Sequence[str]) -> None:
    if packages:
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *packages], check=True)


def _has_bpy(python: Path) -> bool:
    return any(python.parents[1].glob("lib/python3.*/site-packages/bpy/__init__.*"))


def main() -> None:
    """Make the environments that the command line names."""
    for version in sys.argv[1:] or VERSIONS:
        print(f"bpy {version}: {make(version)}")


if __name__ == "__main__":
    main()
