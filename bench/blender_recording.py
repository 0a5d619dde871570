"""How long writing a recording takes: ``python -m bench.blender_recording [4.5 5.0]``.

In each bpy, ten minutes at 30 frames per second of a whole body, fingers and 52 shape keys are kept
as while recording and then written as Actions, with all keys and with fewer. Writing is printed in
CPU time of Blender's main thread and by the clock, because the machine may have other work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from blender_addon.environments import python_with_bpy

_VERSIONS: Final = ("4.5", "5.0")
_INSIDE: Final = Path(__file__).parent / "inside_blender_recording.py"


def main() -> None:
    """Run the measurement inside each bpy."""
    for version in sys.argv[1:] or _VERSIONS:
        python = python_with_bpy(version)
        if python is None:
            print(f"bpy {version}: python -m blender_addon.environments {version} makes it")
            continue
        print(f"bpy {version}", flush=True)
        subprocess.run([str(python), str(_INSIDE)], check=True, timeout=300, env=os.environ)


if __name__ == "__main__":
    main()
