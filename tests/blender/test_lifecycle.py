"""The add-on lives through what users do while motion comes in."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.blender.blenders import Blender

pytestmark = [
    pytest.mark.blender,
    pytest.mark.models,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts sockets in /proc"),
]


def test_switching_loading_undo_deletion_and_edits(
    live_blender: Blender, recording: Path, tmp_path: Path
) -> None:
    live_blender.run("check_lifecycle.py", recording, tmp_path)
