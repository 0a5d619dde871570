"""The daemon's own stream on rigs of several families."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_addon.environments import has_vrm_addon
from mocapbridge.cli.main import main
from tests.blender.blenders import Blender
from tests.export_clips import moving_clip, write_take

pytestmark = [pytest.mark.blender, pytest.mark.models]


@pytest.mark.parametrize(
    "rig", ["mixamo", "vrm", "unreal", "rigify", "rigify_metarig", "short_ik", "long_ik"]
)
def test_limbs_point_as_the_performers_and_standing_feet_stand(
    any_blender: Blender, recording: Path, rig: str
) -> None:
    any_blender.run("check_retarget.py", rig, recording)


@pytest.mark.parametrize("rig", ["makehuman", "makehuman_cmu", "auto_rig_pro"])
def test_rigs_of_other_makers_follow(live_blender: Blender, recording: Path, rig: str) -> None:
    live_blender.run("check_retarget.py", rig, recording)


def test_a_bvh_with_cmus_names_follows(
    live_blender: Blender, recording: Path, tmp_path: Path
) -> None:
    take, target = write_take(tmp_path, moving_clip(3)), tmp_path / "cmu.bvh"
    assert main(["export", str(take), "--to", str(target), "--names", "bvh_cmu"]) == 0
    live_blender.run("check_retarget.py", "cmu_bvh", recording, target)


def test_what_the_vrm_addon_makes_follows(live_blender: Blender, recording: Path) -> None:
    if not has_vrm_addon(live_blender.version):
        pytest.skip("no VRM add-on beside this bpy: python -m blender_addon.environments adds it")
    live_blender.run("check_retarget.py", "vrm_addon", recording)
