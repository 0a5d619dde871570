"""The daemon's own stream on rigs of several families."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.blender.blenders import Blender

pytestmark = [pytest.mark.blender, pytest.mark.models]


@pytest.mark.parametrize("rig", ["mixamo", "vrm", "unreal", "rigify", "rigify_metarig"])
def test_limbs_point_as_the_performers_and_standing_feet_stand(
    any_blender: Blender, recording: Path, rig: str
) -> None:
    any_blender.run("check_retarget.py", rig, recording)
