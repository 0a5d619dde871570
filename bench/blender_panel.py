"""A picture of the add-on at work in Debian's Blender: ``python -m bench.blender_panel OUT.png``.

The daemon tracks samples/performer_full.mp4 and sends it; Blender, on a display that nobody sees
(``apt-get install blender python3-numpy xvfb xauth xdotool libgl1-mesa-dri``), receives and records.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

_INSIDE: Final = Path(__file__).parent / "inside_blender_panel.py"
_CLIP: Final = Path(__file__).parents[1] / "samples" / "performer_full.mp4"
_DISPLAY: Final = ("xvfb-run", "-a", "-s", "-screen 0 1280x800x24 +extension GLX")


def main() -> None:
    """Take it."""
    target = Path(sys.argv[1]).resolve()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    run = [sys.executable, "-m", "mocapbridge", "run", "--source", str(_CLIP), "--headless"]
    daemon = subprocess.Popen([*run, "--link", f"127.0.0.1:{port}", "--loop"])
    try:
        blender = [*_DISPLAY, "blender", "--factory-startup", "--python", str(_INSIDE)]
        subprocess.run([*blender, "--", str(target), str(port)], check=True, timeout=120)
    finally:
        daemon.terminate()
        daemon.wait()
    print(target)


if __name__ == "__main__":
    main()
