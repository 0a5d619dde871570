"""BVH and GLB opened by assimp, a reader that Debian has (``apt install assimp-utils``)."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.cli.main import main
from mocapbridge.export.from_take import clip_from_take
from mocapbridge.export.kinematics import world_rotations_wxyz
from mocapbridge.export.rates import frame_rate
from mocapbridge.skeleton import JOINT_NAMES, PARENTS
from tests.assimp_scene import ASSIMP, AssimpScene
from tests.export_clips import moving_clip, write_take

POSITION_LIMIT_MM: Final = 0.5
ANGLE_LIMIT_DEG: Final = 0.05

pytestmark = pytest.mark.skipif(ASSIMP is None, reason="assimp is not installed (assimp-utils)")


@pytest.mark.parametrize(
    ("ending", "mm_per_unit", "flags"),
    [
        ("bvh", 10.0, []),
        ("bvh", 1000.0, ["--unit", "m", "--rotation-order", "XYZ"]),
        ("bvh", 10.0, ["--rotation-order", "YZX"]),
        ("glb", 1000.0, []),
    ],
)
@pytest.mark.parametrize("text", ["25", "29.97"])
def test_assimp_finds_every_joint_where_the_take_has_it(
    tmp_path: Path, ending: str, mm_per_unit: float, flags: list[str], text: str
) -> None:
    rate: Fraction = frame_rate(text)
    take = write_take(tmp_path, moving_clip(40, rate=rate))
    target = tmp_path / f"a.{ending}"
    assert main(["export", str(take), "--to", str(target), *flags]) == 0
    clip = clip_from_take(take, with_landmarks=False, progress=lambda _done: None)
    scene = AssimpScene(target)
    assert abs(scene.duration_s - clip.duration_s) <= 0.5 / float(rate)
    parents = scene.parents
    for name, parent in zip(JOINT_NAMES[1:], PARENTS[1:], strict=True):
        assert parents[name] == JOINT_NAMES[parent]
    rest = scene.world_from_nodes(None)
    world = world_rotations_wxyz(clip.rotations_wxyz)
    for frame in (0, 9, 39):
        nodes = scene.world_from_nodes(frame)
        for joint, name in enumerate(JOINT_NAMES):
            place_mm = nodes[name][:3, 3] * mm_per_unit
            off_mm = place_mm - clip.positions_in_world_m[frame, joint] * 1000.0
            assert np.linalg.norm(off_mm) < POSITION_LIMIT_MM, (frame, name)
            turn = Rotation.from_matrix(nodes[name][:3, :3] @ rest[name][:3, :3].T)
            wanted = Rotation.from_quat(world[frame, joint], scalar_first=True)
            assert np.degrees((turn * wanted.inv()).magnitude()) < ANGLE_LIMIT_DEG, (frame, name)
