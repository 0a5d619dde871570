"""A picture of the add-on at work: ``python -m bench.blender_panel TAKE OUT.png``.

The daemon replays a take, and Debian's Blender, on a display that nobody sees, receives and records
it. ``apt-get install blender python3-numpy xvfb xauth xdotool libgl1-mesa-dri`` is what it needs.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

_INSIDE: Final = Path(__file__).parent / "inside_blender_panel.py"
_CONFIG: Final = """version: 1
subject: Anna
source: {{type: take, path: {path}, loop: true}}
"""
_DISPLAY: Final = ("xvfb-run", "-a", "-s", "-screen 0 1280x800x24 +extension GLX")


def main() -> None:
    """Take it."""
    take, target = (Path(word).resolve() for word in sys.argv[1:])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "panel.yaml"
        config.write_text(_CONFIG.format(path=json.dumps(str(take))), encoding="utf-8")
        run = [sys.executable, "-m", "mocapbridge", "run", "--config", str(config), "--headless"]
        daemon = subprocess.Popen([*run, "--link", f"127.0.0.1:{port}"])
        try:
            blender = [*_DISPLAY, "blender", "--factory-startup", "--python", str(_INSIDE)]
            subprocess.run([*blender, "--", str(target), str(port)], check=True, timeout=120)
        finally:
            daemon.terminate()
            daemon.wait()
    print(target)


if __name__ == "__main__":
    main()
