"""Conversions between frames of reference, against numbers worked out by hand and by matrices."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import frames, quaternion
from mocapbridge.geometry.frames import AxisChange

MP = np.array((0.1, -0.2, -0.3))

# Change-of-axes matrices from the MP frame, metres: written out here a second time on purpose.
FROM_MP = {
    "world": (frames.WORLD_FROM_MP, None, [[1, 0, 0], [0, -1, 0], [0, 0, -1]]),
    "blender": (
        frames.WORLD_FROM_MP,
        frames.BLENDER_FROM_WORLD,
        [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
    ),
    "unity": (frames.WORLD_FROM_MP, frames.UNITY_FROM_WORLD, [[-1, 0, 0], [0, -1, 0], [0, 0, -1]]),
    "unreal_mesh": (
        frames.WORLD_FROM_MP,
        frames.UNREAL_MESH_FROM_WORLD,
        [[1, 0, 0], [0, 0, -1], [0, -1, 0]],
    ),
    "unreal_actor": (
        frames.WORLD_FROM_MP,
        frames.UNREAL_ACTOR_FROM_WORLD,
        [[0, 0, -1], [-1, 0, 0], [0, -1, 0]],
    ),
    "bvh": (frames.WORLD_FROM_MP, frames.BVH_FROM_WORLD, [[1, 0, 0], [0, -1, 0], [0, 0, -1]]),
    "vrm0": (frames.WORLD_FROM_MP, frames.VRM0_FROM_WORLD, [[-1, 0, 0], [0, -1, 0], [0, 0, 1]]),
}


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("world", (0.1, 0.2, 0.3)),
        ("vrm0", (-0.1, 0.2, -0.3)),
        ("bvh", (10.0, 20.0, 30.0)),
        ("blender", (0.1, -0.3, 0.2)),
        ("unity", (-0.1, 0.2, 0.3)),
        ("unreal_mesh", (10.0, 30.0, 20.0)),
        ("unreal_actor", (30.0, -10.0, 20.0)),
    ],
)
def test_position(target: str, expected: tuple[float, float, float]) -> None:
    first, second, _ = FROM_MP[target]
    position = first.position(MP)
    if second is not None:
        position = second.position(position)
    np.testing.assert_allclose(position, expected, atol=1e-12)


@pytest.mark.parametrize("target", FROM_MP)
def test_rotations_follow_the_change_of_axes(target: str) -> None:
    first, second, axes = FROM_MP[target]
    change = np.array(axes, dtype=np.float64)
    rotation = Rotation.random(50, rng=np.random.default_rng(7))
    q = first.rotation_wxyz(rotation.as_quat(scalar_first=True))
    if second is not None:
        q = second.rotation_wxyz(q)
    expected = change @ rotation.as_matrix() @ change.T
    np.testing.assert_allclose(quaternion.to_matrix(q), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("change", "component", "sign"),
    [
        (frames.BLENDER_FROM_WORLD, 0, 1),
        (frames.UNREAL_MESH_FROM_WORLD, 0, 1),
        (frames.UNITY_FROM_WORLD, 0, -1),
        (frames.UNREAL_ACTOR_FROM_WORLD, 1, -1),
    ],
)
def test_raised_left_wrist_is_on_the_left(change: AxisChange, component: int, sign: int) -> None:
    left_wrist = np.array((0.7, 1.4, 0.0))
    assert np.sign(change.position(left_wrist)[component]) == sign


def test_precision_is_kept() -> None:
    position = np.zeros((5, 3), dtype=np.float32)
    rotation = np.ones((5, 4), dtype=np.float32)
    assert frames.UNITY_FROM_WORLD.position(position).dtype == np.float32
    assert frames.UNITY_FROM_WORLD.rotation_wxyz(rotation).dtype == np.float32
