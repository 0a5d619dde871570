"""Takes and BVH on a rig."""

from __future__ import annotations

from pathlib import Path

import pytest

from mocapbridge.cli.main import main
from tests.blender.blenders import Blender
from tests.export_clips import moving_clip, write_take

pytestmark = pytest.mark.blender


def test_a_file_becomes_actions_that_show_its_motion(any_blender: Blender, tmp_path: Path) -> None:
    take = write_take(tmp_path, moving_clip(40))
    target = tmp_path / "a.bvh"
    assert main(["export", str(take), "--to", str(target)]) == 0
    any_blender.run("check_import.py", take, target)
