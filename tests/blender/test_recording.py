"""Takes recorded from live motion."""

from __future__ import annotations

import pytest

from tests.blender.blenders import Blender

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("rig", ["mixamo", "rigify", "short_ik"])
def test_the_recorded_actions_show_what_was_shown_live(any_blender: Blender, rig: str) -> None:
    any_blender.run("check_recording.py", rig)
