"""What every script inside Blender begins and ends with."""

from __future__ import annotations

import os
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]
if str(Path(__file__).parent) not in sys.path:
    sys.path.insert(0, str(Path(__file__).parent))


def fresh() -> None:
    """An empty file with the add-on enabled."""
    import bpy  # before addon_utils, which comes with it

    import addon_utils  # isort: skip

    bpy.ops.wm.read_factory_settings(use_empty=True)
    addon_utils.enable("mocapbridge_addon", default_set=True)


def arguments() -> list[str]:
    """What came after ``--`` (inside Blender) or after the script (inside Python)."""
    return sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:]


def free_port() -> int:
    """A UDP port that nothing listens on."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(check: Callable[[], None], *, from_source: bool = True) -> None:
    """Run and leave at once: Blender as a module may hang when Python ends."""
    if from_source:
        _find_source()
    code = 0
    try:
        check()
        print("CHECK PASSED")
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def begin(check: Callable[[], None]) -> None:
    """Run and let Blender go on; what the check has set up ends it with ``run``."""
    _find_source()
    try:
        check()
    except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)


def _find_source() -> None:
    sys.path.insert(0, str(ROOT / "blender_addon"))
