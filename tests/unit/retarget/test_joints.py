from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.retarget.load import Freedom
from mocapbridge.retarget.mapping import Mapped
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS, rest_positions_m
from tests.mapping_files import SEEN, mapped, retarget_of
from tests.motion_frames import random_frame, unseen_frame
from tests.skeleton_poses import apart_deg, turned, world_rotations

HUMANOID = Freedom(shapes=True, joints=False)
FRAME = random_frame(11)
OURS = world_rotations(FRAME.pose.rotations_wxyz, PARENTS)


def worlds(result: Mapped) -> dict[str, Rotation]:
    """world_from_joint of every target joint by its name."""
    names = result.info.names
    joints, parents = (names.joints, names.parents) if names else (JOINT_NAMES, PARENTS)
    turns = world_rotations(result.motion.pose.rotations_wxyz, parents)
    return dict(zip(joints, turns, strict=True))


def same_turn(got: Rotation, expected: Rotation) -> bool:
    return apart_deg([got], [expected]) < 0.01


def test_a_rig_with_fewer_joints_points_the_same_ways(tmp_path: Path) -> None:
    text = "joints: {Root: hips, Neck: neck, Hand: leftHand, Tip: leftIndexDistal, Leg: leftFoot}"
    result = mapped(tmp_path, text, FRAME)
    assert result.info.names is not None
    assert result.info.names.joints == ("Root", "Neck", "Hand", "Leg", "Tip")
    assert result.info.names.parents == (-1, 0, 0, 0, 2)
    for name, ours in {"Root": "hips", "Hand": "leftHand", "Tip": "leftIndexDistal"}.items():
        assert same_turn(worlds(result)[name], OURS[JOINT_INDEX[ours]]), name
    rest = result.info.rest_positions_m
    assert rest[4] == pytest.approx(rest_positions_m()[JOINT_INDEX["leftIndexDistal"]])
    positions = FRAME.pose.positions_in_world_m[JOINT_INDEX["leftFoot"]]
    assert result.motion.pose.positions_in_world_m[3] == pytest.approx(positions)
    state = FRAME.pose.joint_state[JOINT_INDEX["leftHand"]]
    assert result.motion.pose.joint_state[2] == state


def test_an_output_that_names_joints_itself_keeps_the_humanoid(tmp_path: Path) -> None:
    text = "joints: {Root: hips, Neck: neck, Tip: leftIndexDistal}"
    result = retarget_of(tmp_path, text, HUMANOID).map(SEEN, FRAME)
    assert result.info.names is None
    got = worlds(result)
    for name in ("hips", "neck", "leftIndexDistal"):
        assert same_turn(got[name], OURS[JOINT_INDEX[name]])
    assert same_turn(got["leftHand"], OURS[JOINT_INDEX["hips"]])


@pytest.mark.parametrize("humanoid", [False, True])
def test_two_joints_in_the_place_of_one_share_its_turn(tmp_path: Path, humanoid: bool) -> None:
    text = """
        joints:
          pelvis: hips
          spine_01: {from: spine, gain: 0.5}
          spine_02: {from: spine, parent: spine_01, gain: 0.5}
          twist: {from: leftUpperArm, gain: 0.5}
          upper: chest
    """
    freedom = HUMANOID if humanoid else Freedom(shapes=True, joints=True)
    result = retarget_of(tmp_path, text, freedom).map(SEEN, FRAME)
    chest = worlds(result)["chest" if humanoid else "upper"]
    assert same_turn(chest, OURS[JOINT_INDEX["chest"]])


def test_twist_bones_bear_no_children(tmp_path: Path) -> None:
    text = """
        joints:
          arm: leftUpperArm
          twist: {from: leftUpperArm, gain: 0.5}
          fore: leftLowerArm
    """
    names = mapped(tmp_path, text, FRAME).info.names
    assert names is not None
    assert names.parents == (-1, -1, 0)


def test_a_gain_multiplies_the_angle(tmp_path: Path) -> None:
    result = mapped(tmp_path, "joints: {hips: {gain: 0.25}}", FRAME)
    (got,) = turned(result.motion.pose.rotations_wxyz)
    expected = Rotation.from_rotvec(OURS[0].as_rotvec() * 0.25)
    assert same_turn(got, expected)


def test_any_source_turns_a_joint(tmp_path: Path) -> None:
    text = """
        joints:
          head: {turn: {z: {from: mouthLeft, gain: -10}}}
          jaw: {turn: {x: {from: jawOpen, gain: 25}, y: gaze.both.yaw}}
    """
    result = mapped(tmp_path, text, FRAME)
    shapes = dict(
        zip(("jawOpen", "mouthLeft"), FRAME.face.blendshapes[[17, 21]].tolist(), strict=True)
    )
    own = turned(FRAME.pose.rotations_wxyz)
    _, got_jaw = turned(result.motion.pose.rotations_wxyz)
    gaze_deg = float(np.degrees(FRAME.face.gaze_rad[:, 0].mean()))
    more = Rotation.from_rotvec((25 * shapes["jawOpen"], gaze_deg, 0), degrees=True)
    assert same_turn(got_jaw, own[JOINT_INDEX["jaw"]] * more)
    more = Rotation.from_rotvec((0, 0, -10 * shapes["mouthLeft"]), degrees=True)
    assert same_turn(worlds(result)["head"], OURS[JOINT_INDEX["head"]] * more)


def test_axes_of_the_rig_follow_the_formula_of_retargeting(tmp_path: Path) -> None:
    """A bone whose own axes lie otherwise in the T-pose: world_from_bone = G A."""
    text = """
        joints:
          a: {from: leftUpperArm, axes_deg: [10, 20, 30]}
          b: {from: leftLowerArm, axes_deg: [-90, 0, 45]}
          c: leftHand
    """
    got = worlds(mapped(tmp_path, text, FRAME))
    for name, ours, axes in (
        ("a", "leftUpperArm", (10, 20, 30)),
        ("b", "leftLowerArm", (-90, 0, 45)),
        ("c", "leftHand", (0, 0, 0)),
    ):
        rest = Rotation.from_euler("xyz", axes, degrees=True)  # about the world's axes
        assert same_turn(got[name], OURS[JOINT_INDEX[ours]] * rest)


def test_scale_moves_positions_and_the_rest_pose(tmp_path: Path) -> None:
    result = mapped(tmp_path, "scale: 2", FRAME)
    assert result.motion.pose.positions_in_world_m == pytest.approx(
        FRAME.pose.positions_in_world_m * 2
    )
    root = result.motion.pose.root_position_in_world_m
    assert root == pytest.approx(FRAME.pose.root_position_in_world_m * 2)
    assert result.motion.face.world_from_head[:3, 3] == pytest.approx(
        FRAME.face.world_from_head[:3, 3] * 2
    )
    assert result.info.rest_positions_m == pytest.approx(rest_positions_m() * 2)
    assert result.motion.pose.rotations_wxyz == pytest.approx(FRAME.pose.rotations_wxyz)


def test_a_rig_without_hips_is_rooted_in_its_first_joint(tmp_path: Path) -> None:
    pose = mapped(tmp_path, "joints: {Bust: chest, Face: head}", FRAME).motion.pose
    chest_m = FRAME.pose.positions_in_world_m[JOINT_INDEX["chest"]]
    assert pose.root_position_in_world_m.tolist() == chest_m.tolist()


def test_a_body_that_was_never_seen_stays_so(tmp_path: Path) -> None:
    text = "joints: {hips: {gain: 2}, jaw: {turn: {x: jawOpen}, axes_deg: [1, 2, 3]}}"
    result = mapped(tmp_path, text, unseen_frame())
    assert not result.motion.pose.rotations_wxyz.any()
