"""BVH, read back by bvhio and turned into rotations by scipy."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.export.bvh import write_bvh
from mocapbridge.export.clip import Clip, mended
from mocapbridge.export.kinematics import world_rotations_wxyz
from mocapbridge.export.options import ROTATION_ORDERS, ExportOptions, RotationOrder, Unit
from mocapbridge.export.rates import frame_rate
from mocapbridge.export.resample import resampled
from mocapbridge.export.rig_names import rig_names
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES
from tests.export_clips import moving_clip

POSITION_LIMIT_MM = 0.5
ANGLE_LIMIT_DEG = 0.05

Poses = dict[str, npt.NDArray[np.float64]]


def _written(clip: Clip, path: Path, options: ExportOptions | None = None) -> Path:
    write_bvh(clip, path, options or ExportOptions(), lambda _done: None)
    return path


def _bvhio() -> ModuleType:
    with warnings.catch_warnings():
        # The library it stands on is about to be renamed.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        return pytest.importorskip("bvhio", reason="bvhio has no wheels for this Python")


class _Quaternion(Protocol):
    w: float
    x: float
    y: float
    z: float


def _wxyz(rotation: _Quaternion) -> npt.NDArray[np.float64]:
    return np.array((rotation.w, rotation.x, rotation.y, rotation.z))


def _judged(path: Path, frames: list[int]) -> tuple[Poses, Poses]:
    """World positions and turns from the rest pose of each joint, as bvhio has them."""
    root: Any = _bvhio().readAsHierarchy(str(path))
    joints = {joint.Name: joint for joint, *_ in root.layout()}
    rest = {name: _wxyz(joint.RotationWorld) for name, joint in joints.items()}
    positions = {name: np.empty((len(frames), 3)) for name in joints}
    turns = {name: np.empty((len(frames), 4)) for name in joints}
    for row, frame in enumerate(frames):
        root.loadPose(frame)
        for name, joint in joints.items():
            positions[name][row] = joint.PositionWorld
            turns[name][row] = quaternion.multiply(
                _wxyz(joint.RotationWorld), quaternion.conjugate(rest[name])
            )
    return positions, turns


@pytest.mark.parametrize("order", ROTATION_ORDERS)
@pytest.mark.parametrize("unit", ["cm", "m"])
def test_bvhio_finds_every_joint_where_the_take_has_it(
    tmp_path: Path, order: RotationOrder, unit: Unit
) -> None:
    clip = moving_clip(30)
    path = _written(clip, tmp_path / "a.bvh", ExportOptions(rotation_order=order, unit=unit))
    frames = [0, 7, 29]
    positions, turns = _judged(path, frames)
    assert set(positions) == set(JOINT_NAMES)
    world = world_rotations_wxyz(clip.rotations_wxyz)
    mm_per_unit = 10.0 if unit == "cm" else 1000.0
    for joint, name in enumerate(JOINT_NAMES):
        off_mm = positions[name] * mm_per_unit - clip.positions_in_world_m[frames, joint] * 1000.0
        assert np.linalg.norm(off_mm, axis=1).max() < POSITION_LIMIT_MM
        apart = quaternion.angle_rad(turns[name], world[frames, joint])
        assert np.degrees(apart.max()) < ANGLE_LIMIT_DEG


@pytest.mark.parametrize("mapping", ["vrm1", "mixamo", "ue5_manny", "bvh_cmu", "rigify"])
@pytest.mark.parametrize("fingers", [True, False])
def test_joints_that_a_rig_lacks_leave_the_others_where_they_are(
    tmp_path: Path, mapping: str, fingers: bool
) -> None:
    clip = moving_clip(10)
    names = rig_names(mapping, fingers=fingers)
    path = _written(clip, tmp_path / "a.bvh", ExportOptions(joint_names=names))
    positions, _ = _judged(path, [9])
    assert set(positions) == set(names.values())
    assert any("thumb" in name.lower() for name in positions) == fingers
    for joint, name in names.items():
        off_mm = (
            positions[name] * 10.0 - clip.positions_in_world_m[[9], JOINT_INDEX[joint]] * 1000.0
        )
        assert np.linalg.norm(off_mm) < POSITION_LIMIT_MM


@pytest.mark.parametrize("text", ["23.976", "24", "25", "29.97", "30", "50", "60"])
def test_frame_time_and_duration_are_those_of_the_take(tmp_path: Path, text: str) -> None:
    rate = frame_rate(text)
    clip = moving_clip(60, rate=rate, jitter=0.4)
    path = _written(resampled(clip, rate), tmp_path / "a.bvh")
    container: Any = _bvhio().readAsBvh(str(path))
    assert container.FrameTime == float(1 / rate)
    duration_s = (container.FrameCount - 1) * container.FrameTime
    assert abs(duration_s - clip.duration_s) <= 0.5 / float(rate)


@pytest.mark.parametrize("order", ROTATION_ORDERS)
@pytest.mark.parametrize("middle_deg", [90.0, -90.0, 89.9999, 45.0])
def test_angles_at_the_lock_are_those_of_the_rotation(
    tmp_path: Path, order: RotationOrder, middle_deg: float
) -> None:
    turn = Rotation.from_euler(order, [30.0, middle_deg, 20.0], degrees=True)
    clip = moving_clip(1)
    rotations = clip.rotations_wxyz.copy()
    rotations[:] = turn.as_quat(scalar_first=True)
    path = _written(
        mended(replace(clip, rotations_wxyz=rotations)),
        tmp_path / "a.bvh",
        ExportOptions(rotation_order=order),
    )
    channels = np.array(path.read_text("ascii").splitlines()[-1].split(), dtype=np.float64)
    read = Rotation.from_euler(order, channels[3:6], degrees=True)
    assert np.degrees((read.inv() * turn).magnitude()) < ANGLE_LIMIT_DEG


def test_channels_never_jump_by_a_turn(tmp_path: Path) -> None:
    """A pirouette about the vertical passes 180 degrees; its channel goes on past it."""
    clip = moving_clip(2500)
    half = clip.times_s * 2.0
    rotations = clip.rotations_wxyz.copy()
    rotations[:, 0] = np.stack((np.cos(half), 0 * half, np.sin(half), 0 * half), axis=1)
    path = _written(mended(replace(clip, rotations_wxyz=rotations)), tmp_path / "a.bvh")
    lines = path.read_text("ascii").splitlines()
    rows = np.array([line.split() for line in lines[lines.index("MOTION") + 3 :]], dtype=np.float64)
    assert np.abs(np.diff(rows[:, 3:], axis=0)).max() < 200.0
    assert np.abs(np.diff(rows[:, 3:6], axis=0)).max() < 10.0
    assert np.ptp(rows[:, 5]) > 360.0 * 20
