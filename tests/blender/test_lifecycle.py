"""The add-on lives through what users do while motion comes in."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.blender.blenders import DEBIAN_VERSION, VIRTUAL_DISPLAY, Blender, blender

pytestmark = [
    pytest.mark.blender,
    pytest.mark.models,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts sockets in /proc"),
]


def test_switching_loading_undo_deletion_and_edits(
    live_blender: Blender, recording: Path, tmp_path: Path
) -> None:
    live_blender.run("check_lifecycle.py", recording, tmp_path)


def test_blenders_timer_moves_the_rig_where_there_is_a_window(
    recording: Path, tmp_path: Path
) -> None:
    if shutil.which(VIRTUAL_DISPLAY[0]) is None:
        pytest.skip("no display that nobody sees: apt-get install xvfb xauth libgl1-mesa-dri")
    blender(DEBIAN_VERSION, tmp_path).run("check_timer.py", recording, window=True)
