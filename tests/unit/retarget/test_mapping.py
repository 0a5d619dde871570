from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.retarget.load import load_mapping
from tests.mapping_files import SEEN, mapped, retarget_of, shapes_of, write_mapping
from tests.motion_frames import random_frame


def test_what_is_not_mapped_is_left_as_it_is(tmp_path: Path) -> None:
    frame = random_frame(1)
    motion, info = mapped(tmp_path, "angles: {gaze.left.yaw: {gain: 2}}", frame)
    assert motion.pose is frame.pose
    assert motion.face.blendshapes is frame.face.blendshapes
    assert info.names is None
    assert (motion.frame_id, motion.capture_time_ns) == (frame.frame_id, frame.capture_time_ns)


def test_angles_of_head_and_eyes_can_be_changed(tmp_path: Path) -> None:
    text = "angles: {'gaze.*.yaw': {gain: 2}, head.yaw: {gain: 0.5}, head.roll: {gain: 0}}"
    frame = random_frame(1)
    turn = Rotation.from_euler("YXZ", (40, -20, 10), degrees=True)
    frame.face.world_from_head[:3, :3] = turn.as_matrix()
    face = mapped(tmp_path, text, frame).motion.face
    assert face.gaze_rad[:, 0] == pytest.approx(frame.face.gaze_rad[:, 0] * 2)
    assert face.gaze_rad[:, 1] == pytest.approx(frame.face.gaze_rad[:, 1])
    got = Rotation.from_matrix(face.world_from_head[:3, :3]).as_euler("YXZ", degrees=True)
    assert got.tolist() == pytest.approx([20, -20, 0], abs=1e-3)
    assert face.world_from_head[:3, 3] == pytest.approx(frame.face.world_from_head[:3, 3])


def test_a_mirror_gives_each_side_what_the_other_did(tmp_path: Path) -> None:
    text = """
        mirror: true
        shapes:
          Left: eyeBlinkLeft
          HandUp: {from: joint.leftHand.position.y, clamp: [-9, 9]}
          Reach: {from: distance.left_wrist.nose, clamp: [0, 9]}
          Palm: gesture.left.Open_Palm
    """
    frame = random_frame(1)
    seen = replace(SEEN, left_hand=replace(SEEN.left_hand, gesture_score=0.25))
    got = shapes_of(mapped(tmp_path, text, frame, seen))
    assert got["Left"] == frame.face.blendshapes[ARKIT_NAMES.index("eyeBlinkRight")]
    assert got["HandUp"] == frame.pose.positions_in_world_m[16, 1]
    right_wrist, nose = SEEN.pose.world_m[16], SEEN.pose.world_m[0]
    assert got["Reach"] == pytest.approx(np.linalg.norm(right_wrist - nose))
    assert got["Palm"] == pytest.approx(0.6)


def test_another_mapping_comes_into_use_between_two_frames(tmp_path: Path) -> None:
    retarget = retarget_of(tmp_path, "shapes: {A: jawOpen}")
    before = retarget.map(SEEN, random_frame(1)).info
    text = "{shapes: {A: jawOpen, B: jawOpen}, joints: {Hips: hips}}"
    retarget.replace(load_mapping(write_mapping(tmp_path, text), tmp_path))
    motion, after = retarget.map(SEEN, random_frame(2))
    assert before is not after
    assert after.names is not None
    assert after.names.blendshapes == ("A", "B")
    assert motion.face.blendshapes.shape == (2,)
    assert motion.pose.rotations_wxyz.shape == (1, 4)
    assert after.rest_positions_m.shape == (1, 3)
    assert after.session_id == before.session_id


def test_smoothing_goes_by_the_time_of_capture(tmp_path: Path) -> None:
    retarget = retarget_of(tmp_path, "shapes: {A: {from: jawOpen, smoothing_s: 0.1}}")
    frame = random_frame(1)
    for level, time_s in ((0.0, 1.0), (1.0, 1.1)):
        weights = np.full(52, level, dtype=np.float32)
        moved = replace(frame, capture_time_ns=round(time_s * 1e9))
        moved = replace(moved, face=replace(frame.face, blendshapes=weights))
        result = retarget.map(SEEN, moved)
    assert shapes_of(result)["A"] == pytest.approx(1.0 - np.exp(-1.0))
