"""Builds the add-on's ZIP: ``python -m blender_addon.build``.

One ZIP is both: an add-on for Blender 3.x and an extension for 4.2 and newer. It is checked with
Blender's own checker of extensions where a Blender of ``blender_addon.environments`` is there.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Final

from blender_addon.environments import VERSIONS, extension_tool, python_with_bpy
from mocapbridge import __version__

SOURCE: Final = Path(__file__).parent / "mocapbridge_addon"
_ROOT: Final = Path(__file__).parents[1]
_KINDS: Final = (".py", ".toml", "")
"""Code, the manifest and the LICENSE."""
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""A time of its own in every entry would make each build another file."""


def build(into: Path) -> Path:
    """The ZIP of this version, written into a folder."""
    into.mkdir(parents=True, exist_ok=True)
    target = into / f"{SOURCE.name}-{__version__}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(SOURCE.rglob("*")):
            if path.is_file() and path.suffix in _KINDS and "__pycache__" not in path.parts:
                name = path.relative_to(SOURCE.parent).as_posix()
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    return target


def validate(package: Path) -> str:
    """Let Blender's own checker look at the ZIP.

    Returns:
        What it said, or why it was not asked.

    Raises:
        subprocess.CalledProcessError: it found something wrong.
    """
    for version in reversed(VERSIONS):
        tool, python = extension_tool(version), python_with_bpy(version)
        if tool is not None and python is not None:
            command = [str(python), str(tool), "validate", str(package)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            return f"checked by Blender {version}: {done.stdout.strip()}"
    return "not checked: python -m blender_addon.environments makes a Blender that can"


def main() -> None:
    """Build, check and say where the ZIP is."""
    package = build(_ROOT / "dist")
    print(package)
    try:
        print(validate(package))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.stdout}{error.stderr}")


if __name__ == "__main__":
    main()
