"""The add-on's own readers of takes and BVH, against the package that writes them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from mocapbridge_addon.motion.frame import Motion
from mocapbridge_addon.motion.quaternion import Quaternion, multiply
from mocapbridge_addon.takes.errors import UnreadableFile
from mocapbridge_addon.takes.files import read_motion

from mocapbridge.cli.main import main
from mocapbridge.export.kinematics import world_rotations_wxyz
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.takes.reader import read_take
from tests.export_clips import moving_clip, write_take

FRAMES = 1100
"""More than one block of a packed take."""


@pytest.mark.parametrize("finished", [True, False], ids=["packed", "lines"])
def test_a_take_is_read_as_the_package_reads_it(tmp_path: Path, finished: bool) -> None:
    path = write_take(tmp_path, moving_clip(FRAMES, jitter=0.2), finished=finished)
    motions = read_motion(path)
    wanted = read_take(path).motion()
    assert [motion.capture_time_ns for motion in motions] == wanted.capture_time_ns.tolist()
    assert [motion.frame_id for motion in motions] == wanted.frame_id.tolist()
    assert [motion.feet_planted for motion in motions] == [
        tuple(both) for both in wanted.feet_planted.tolist()
    ]
    for read, original in (
        ([motion.root_position_m for motion in motions], wanted.root_position_in_world_m),
        ([motion.blendshapes for motion in motions], wanted.blendshapes),
        ([motion.gaze_rad for motion in motions], wanted.gaze_rad.reshape(FRAMES, 4)),
    ):
        np.testing.assert_allclose(np.array(read), original, atol=1e-6)
    turns = np.array([motion.rotations_wxyz for motion in motions])
    assert np.degrees(quaternion.angle_rad(turns, wanted.rotations_wxyz)).max() < 0.01
    assert motions[0].skeleton.rest_positions_m()[0][1] == pytest.approx(
        read_take(path).header.rest_positions_m[0][1]
    )


@pytest.mark.parametrize("names", ["", "mixamo", "ue5_manny", "bvh_cmu"])
@pytest.mark.parametrize("unit", ["cm", "m"])
def test_a_bvh_turns_every_joint_as_the_take_did(tmp_path: Path, names: str, unit: str) -> None:
    clip = moving_clip(20)
    take = write_take(tmp_path, clip)
    target = tmp_path / "a.bvh"
    flags = ["--names", names] if names else []
    assert main(["export", str(take), "--to", str(target), "--unit", unit, *flags]) == 0
    motions = read_motion(target)
    wanted = world_rotations_wxyz(clip.rotations_wxyz)
    assert len(motions) == 20
    found = set(motions[0].skeleton.names) & set(JOINT_INDEX)
    assert len(found) >= 52
    for row in (0, 7, 19):
        own = _in_world(motions[row])
        for joint in found - {"leftEye", "rightEye", "jaw"}:
            apart = quaternion.angle_rad(np.array(own[joint]), wanted[row, JOINT_INDEX[joint]])
            assert np.degrees(apart) < 0.01, (row, joint)
        np.testing.assert_allclose(
            motions[row].root_position_m, clip.root_in_world_m[row], atol=1e-4
        )


def test_what_is_no_motion_is_refused_in_words(tmp_path: Path) -> None:
    take = write_take(tmp_path, moving_clip(5))
    with zipfile.ZipFile(take) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    spoiled = tmp_path / "spoiled.mocap"
    with zipfile.ZipFile(spoiled, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content[:-3] if "motion_root" in name else content)
    files = {
        "a.jsonl": b"[]\n",
        "b.bvh": b"HIERARCHY\nMOTION\n",
        "c.mocap": b"PK not",
        "d.bvh": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    for name in ("spoiled.mocap", *files):
        with pytest.raises(UnreadableFile):
            read_motion(tmp_path / name)


def test_a_torn_last_line_is_left_out(tmp_path: Path) -> None:
    path = write_take(tmp_path, moving_clip(10), finished=False)
    lines = path.read_bytes().splitlines(keepends=True)
    torn = tmp_path / "torn.mocap.jsonl"
    torn.write_bytes(b"".join(lines[:6]) + lines[6][:100])
    assert len(read_motion(torn)) == 5


def _in_world(motion: Motion) -> dict[str, Quaternion]:
    turns: list[Quaternion] = []
    parents: Sequence[int | None] = motion.skeleton.parents
    for parent, own in zip(parents, motion.rotations_wxyz, strict=True):
        turns.append(own if parent is None else multiply(turns[parent], own))
    return dict(zip(motion.skeleton.names, turns, strict=True))
