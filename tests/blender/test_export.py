"""Exports opened by Blender's own importers."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from blender_addon.environments import python_with_bpy
from mocapbridge.cli.main import main
from mocapbridge.export.from_take import clip_from_take
from mocapbridge.export.kinematics import world_rotations_wxyz
from mocapbridge.geometry import quaternion
from mocapbridge.geometry.frames import BLENDER_FROM_WORLD
from mocapbridge.skeleton import JOINT_NAMES
from tests.blender.blenders import blender
from tests.export_clips import moving_clip, write_take

pytestmark = pytest.mark.blender

POSITION_LIMIT_MM: Final = 0.5
ANGLE_LIMIT_DEG: Final = 0.05
WRITES: Final = "4.5"
VIA_BLENDER: Final = ("fbx", "usdc")
FRAMES: Final = [0, 9, 39]


@pytest.mark.parametrize(
    ("ending", "version"),
    [
        *(("bvh", version) for version in ("3.4", "4.2", "4.5", "5.0")),
        *(("glb", version) for version in ("4.2", "4.5", "5.0")),
        ("fbx", "4.5"),
        ("usdc", "4.5"),
    ],
)
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30000, 1001)], ids=["25", "29.97"])
def test_blender_finds_every_joint_where_the_take_has_it(
    tmp_path: Path, ending: str, version: str, rate: Fraction
) -> None:
    target = tmp_path / f"a.{ending}"
    take = write_take(tmp_path, moving_clip(40, rate=rate))
    clip = clip_from_take(take, with_landmarks=False, progress=lambda _done: None)
    judge = blender(version, tmp_path)
    words = ["--via-blender", str(python_with_bpy(WRITES))] if ending in VIA_BLENDER else []
    assert main(["export", str(take), "--to", str(target), *words]) == 0
    printed = judge.run(
        "read_export.py", target, json.dumps(FRAMES), json.dumps(rate.as_integer_ratio())
    )
    read = json.loads(printed.rpartition("RESULT ")[2].splitlines()[0])
    world = BLENDER_FROM_WORLD.rotation_wxyz(world_rotations_wxyz(clip.rotations_wxyz))
    positions_m = BLENDER_FROM_WORLD.position(clip.positions_in_world_m.astype(np.float64))
    for row, frame in enumerate(FRAMES):
        for joint, name in enumerate(JOINT_NAMES):
            head_m, turn_wxyz = read["poses"][row][name]
            off_mm = np.linalg.norm(head_m - positions_m[frame, joint]) * 1000.0
            assert off_mm < POSITION_LIMIT_MM, (ending, frame, name)
            apart = quaternion.angle_rad(np.array(turn_wxyz), world[frame, joint])
            assert np.degrees(apart) < ANGLE_LIMIT_DEG, (ending, frame, name)
    assert read["last"] - read["first"] == pytest.approx(39, abs=0.01)
    if ending == "bvh":
        assert read["fps"] == pytest.approx(float(rate), rel=1e-5)
    else:
        assert read["shapes"] == 52
