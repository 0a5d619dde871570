"""What the add-on does where Blender has a window."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blender.blenders import windowed_blender
from tests.export_clips import moving_clip, write_take

pytestmark = [pytest.mark.blender, pytest.mark.models]


def test_blenders_timer_moves_the_rig(recording: Path, tmp_path: Path) -> None:
    windowed_blender(tmp_path).run("check_timer.py", recording, window=True)


def test_playback_while_recording_file_dialogs_and_the_explanation(
    recording: Path, tmp_path: Path
) -> None:
    take = write_take(tmp_path, moving_clip(40))
    windowed_blender(tmp_path).run("check_window.py", recording, take, tmp_path, window=True)
