from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.retarget.channels import ChannelReader, Scene
from mocapbridge.retarget.sources import (
    ORDERS,
    UnknownSource,
    mirrored_source,
    parse_source,
    source_name,
)
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import Landmarks, MocapFrame
from tests.motion_frames import random_frame, unseen_frame
from tests.tracked_points import IMAGE_SIZE_PX, Moment, landmarks_of

SEEN = landmarks_of(Moment())
ELBOW = JOINT_INDEX["leftLowerArm"]
EVERY_KIND = (
    "jawOpen",
    "gaze.both.yaw",
    "head.roll",
    "root.y",
    "joint.leftHand.position.z",
    "joint.leftHand.twist.x",
    "joint.leftHand.zxy.y",
    "joint.leftHand.turn",
    "distance.left_wrist.nose",
    "distance.face_13.face_14",
    "distance.leftHand.rightHand",
    "angle.left_hand_index_mcp.left_hand_index_pip.left_hand_index_tip",
    "gesture.left.Open_Palm",
    "confidence.right_hand",
    "confidence.leftToes",
    "state.face",
    "state.head",
)


def read(name: str, motion: MocapFrame | None = None, seen: Landmarks = SEEN) -> float:
    channel = parse_source(name)
    return float(ChannelReader([channel]).read(Scene(seen, motion or random_frame(1)))[0])


def test_many_channels_at_once_are_those_read_alone() -> None:
    channels = [parse_source(name) for name in EVERY_KIND]
    reader = ChannelReader(channels[::-1])
    together = reader.read(Scene(SEEN, random_frame(1)))
    for name, channel in zip(EVERY_KIND, channels, strict=True):
        assert together[reader.index[channel]] == pytest.approx(read(name)), name


def test_names_and_channels_are_each_others_inverse() -> None:
    for name in EVERY_KIND:
        assert source_name(parse_source(name)) == name


@pytest.mark.parametrize("order", ORDERS)
def test_euler_angles_are_those_of_scipy(order: str) -> None:
    frame = random_frame(7)
    w, x, y, z = frame.pose.rotations_wxyz[ELBOW].tolist()
    expected = Rotation.from_quat((x, y, z, w)).as_euler(order.upper(), degrees=True)
    got = [read(f"joint.leftLowerArm.{order}.{axis}", frame) for axis in order]
    assert got == pytest.approx(expected.tolist(), abs=1e-3)


def test_twist_is_what_is_left_of_a_turn_about_the_axis() -> None:
    frame = random_frame(2)
    bend = Rotation.from_euler("Y", 50, degrees=True)
    twist = Rotation.from_euler("X", -35, degrees=True)
    x, y, z, w = (bend * twist).as_quat()
    for sign in (1.0, -1.0):
        frame.pose.rotations_wxyz[ELBOW] = np.array((w, x, y, z)) * sign
        assert read("joint.leftLowerArm.twist.x", frame) == pytest.approx(-35.0, abs=1e-3)
        total = np.degrees((bend * twist).magnitude())
        assert read("joint.leftLowerArm.turn", frame) == pytest.approx(total, abs=1e-3)


def test_gaze_and_head_are_in_degrees() -> None:
    frame = random_frame(3)
    gaze = np.array(((0.2, -0.1), (0.4, 0.3)), dtype=np.float32)
    transform = np.eye(4, dtype=np.float32)
    # Yaw to the left, pitch up, roll to the right shoulder: about +Y, -X and +Z.
    transform[:3, :3] = Rotation.from_euler("YXZ", (30, -20, 10), degrees=True).as_matrix()
    frame = replace(frame, face=replace(frame.face, gaze_rad=gaze, world_from_head=transform))
    assert read("gaze.left.yaw", frame) == pytest.approx(np.degrees(0.2))
    assert read("gaze.both.pitch", frame) == pytest.approx(np.degrees(0.1))
    angles = [read(f"head.{angle}", frame) for angle in ("yaw", "pitch", "roll")]
    assert angles == pytest.approx([30.0, 20.0, 10.0], abs=1e-3)


def test_distances_are_in_metres_and_in_the_face_in_widths_of_the_eyes() -> None:
    wrist, nose = SEEN.pose.world_m[15], SEEN.pose.world_m[0]
    expected = np.linalg.norm(wrist - nose)
    assert read("distance.left_wrist.nose") == pytest.approx(expected)
    far = replace(
        SEEN,
        face=replace(SEEN.face, image=(SEEN.face.image * 0.25).astype(np.float32)),
    )
    lips = read("distance.face_upper_lip.face_lower_lip")
    assert read("distance.face_13.face_14", seen=far) == pytest.approx(lips)
    mesh_px = SEEN.face.image * (IMAGE_SIZE_PX[0], IMAGE_SIZE_PX[1], IMAGE_SIZE_PX[0])
    eyes_px = np.linalg.norm(mesh_px[33] - mesh_px[263])
    assert lips * eyes_px == pytest.approx(np.linalg.norm(mesh_px[13] - mesh_px[14]), rel=1e-5)


def test_angles_are_between_the_directions_from_the_middle_point() -> None:
    seen = replace(SEEN, pose=replace(SEEN.pose, world_m=SEEN.pose.world_m.copy()))
    seen.pose.world_m[[11, 13, 15]] = ((0, 1, 0), (0, 0, 0), (2, 2, 0))
    assert read("angle.left_shoulder.left_elbow.left_wrist", seen=seen) == pytest.approx(45.0)


def test_gestures_have_a_score_while_they_last() -> None:
    assert read("gesture.left.Open_Palm") == pytest.approx(0.6)
    assert read("gesture.left.Victory") == 0.0


@pytest.mark.parametrize("name", EVERY_KIND)
def test_what_was_never_seen_is_finite(name: str) -> None:
    lost = landmarks_of(Moment(unseen=("pose", "face", "left_hand", "right_hand")))
    face = replace(lost.face, image=np.zeros_like(lost.face.image))
    pose = replace(lost.pose, world_m=np.zeros_like(lost.pose.world_m))
    blank = replace(lost, face=face, pose=pose, image_size_px=(0, 0))
    assert np.isfinite(read(name, unseen_frame(), blank))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mouthSmilLeft", "mouthSmileLeft"),
        ("gaze.lefft.yaw", "gaze.left.yaw"),
        ("joint.leftHnd.turn", "joint.leftHand.turn"),
        ("joint.leftHand.zxx.y", "joint.leftHand.zx"),
        ("distance.left_wrst.nose", "left_wrist"),
        ("angle.left_hip.left_knee", "takes 3 points, got 2"),
        ("distance.left_wrist.leftHand", "of one kind"),
        ("distance.face_500.face_1", "no point 'face_500'"),
        ("confidence.fce", "confidence.face"),
        ("__import__('os')", "sources are"),
    ],
)
def test_a_wrong_name_is_told_with_what_may_be_meant(name: str, meant: str) -> None:
    with pytest.raises(UnknownSource, match=meant):
        parse_source(name)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("distance.left_wrist.nose", "distance.right_wrist.nose"),
        ("distance.face_left_upper_lid.face_left_lower_lid", "distance.face_159.face_145"),
        ("distance.left_hand_wrist.left_hand_index_tip", "distance.right_hand_wrist.right_hand_i"),
        ("gesture.left.Victory", "gesture.right.Victory"),
        ("confidence.left_hand", "confidence.right_hand"),
    ],
)
def test_a_mirror_exchanges_sides_of_what_is_read_from_landmarks(name: str, other: str) -> None:
    across = mirrored_source(parse_source(name))
    assert source_name(across).startswith(other)
    again = ChannelReader([mirrored_source(across)])
    assert again.read(Scene(SEEN, random_frame(1)))[0] == pytest.approx(read(name))
