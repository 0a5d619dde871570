"""What the Blender add-on costs Blender's main thread: ``python -m bench.blender [4.5 5.0]``.

In each bpy, a rig of 65 bones and a mesh with 52 shape keys follow a moving performer. Printed in
microseconds per frame: the add-on's own share (a whole ``pump`` without Blender's evaluation, frame
after frame, and between evaluations, which leave the processor's caches cold; and what of it is
arithmetic), then the time with evaluation (``view_layer.update``) against the floor
of the same run: the same values put in by ``foreach_set`` and the same evaluation. The clock is the
main thread's own CPU time, because the machine has other work.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from blender_addon.environments import python_with_bpy

_VERSIONS: Final = ("4.5", "5.0")
_INSIDE: Final = Path(__file__).parent / "inside_blender.py"


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
