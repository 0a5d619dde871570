"""Whatever comes in, a skeleton comes out: finite, rigid, unit rotations, left and right alike."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.offline import OfflineSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import Float32Array, Float64Array, MocapFrame, SmoothedLandmarks, TrackState
from tests.posed_performer import Performer, mirrored

states = st.sampled_from(list(TrackState))
TURNED_JOINTS = [
    name
    for name in JOINT_NAMES
    if name.endswith(("hips", "UpperArm", "LowerArm", "UpperLeg", "LowerLeg", "Hand", "Foot"))
]


@st.composite
def scrambled(draw: st.DrawFn, index: int) -> SmoothedLandmarks:
    """Landmarks of any numbers, states and times."""
    landmarks = Performer().landmarks(draw(st.integers(0, 10**10)), index)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = draw(st.sampled_from((0.0, 1e-30, 0.3, 5.0, 1e30)))
    poison = draw(st.sampled_from((0.0, 0.1)))

    def noise(*shape: int) -> Float32Array:
        numbers = (rng.normal(size=shape) * scale).astype(np.float32)
        bad = rng.choice(np.array((np.nan, np.inf, -np.inf), dtype=np.float32), size=shape)
        return np.where(rng.random(shape) < poison, bad, numbers)

    pose = replace(
        landmarks.pose,
        state=draw(states),
        world_m=noise(33, 3),
        image=noise(33, 3),
        visibility=noise(33),
    )
    face = replace(
        landmarks.face,
        state=draw(states),
        camera_from_face_cm=noise(4, 4),
        blendshapes=noise(52),
    )
    left = replace(landmarks.left_hand, state=draw(states), world_m=noise(21, 3))
    right = replace(landmarks.right_hand, state=draw(states), world_m=noise(21, 3))
    return SmoothedLandmarks(
        replace(landmarks, pose=pose, face=face, left_hand=left, right_hand=right)
    )


def assert_sound(frame: MocapFrame, rest_m: Float64Array) -> None:
    pose = frame.pose
    for array in (pose.rotations_wxyz, pose.positions_in_world_m, pose.root_position_in_world_m,
                  pose.joint_confidence, frame.face.blendshapes, frame.face.world_from_head,
                  frame.face.gaze_rad):  # fmt: skip
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
    lengths = np.linalg.norm(pose.rotations_wxyz, axis=-1)
    np.testing.assert_allclose(lengths, 1.0, atol=1e-5)
    assert ((frame.face.blendshapes >= 0.0) & (frame.face.blendshapes <= 1.0)).all()
    assert ((pose.joint_confidence >= 0.0) & (pose.joint_confidence <= 1.0)).all()
    world = pose.rotations_wxyz.astype(np.float64)
    expected = pose.positions_in_world_m.astype(np.float64)
    for joint, parent in enumerate(PARENTS):
        if parent >= 0:
            bone = quaternion.rotate(world[parent], (rest_m[joint] - rest_m[parent])[None])
            expected[joint] = expected[parent] + bone[0]
            world[joint] = quaternion.multiply(world[parent], world[joint])
    np.testing.assert_allclose(pose.positions_in_world_m, expected, atol=1e-3)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_numbers_give_a_finite_rigid_skeleton(data: st.DataObject) -> None:
    solver = LiveSolver("p", SolveOptions())
    for index in range(4):
        frame = solver.solve(data.draw(scrambled(index)))
        assert_sound(frame, solver.rest_positions_m.astype(np.float64))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_clip_gives_a_finite_rigid_skeleton(data: st.DataObject) -> None:
    solver = OfflineSolver("p", SolveOptions())
    clip = [data.draw(scrambled(index)) for index in range(4)]
    for frame in solver.solve(clip):
        assert_sound(frame, solver.rest_positions_m.astype(np.float64))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_mirrored_performer_gives_the_mirrored_motion(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turns = {name: Rotation.from_rotvec(rng.uniform(-0.5, 0.5, 3)) for name in TURNED_JOINTS}
    landmarks = Performer(rotations=turns).landmarks()
    frame = LiveSolver("p", SolveOptions()).solve(landmarks)
    reflected = LiveSolver("p", SolveOptions()).solve(mirrored(landmarks))
    other_side = [JOINT_INDEX[_opposite(name)] for name in JOINT_NAMES]
    expected = frame.pose.rotations_wxyz[other_side] * np.array((1, 1, -1, -1), dtype=np.float32)
    apart = quaternion.angle_rad(expected, reflected.pose.rotations_wxyz)
    np.testing.assert_allclose(apart, 0.0, atol=5e-3)


def _opposite(name: str) -> str:
    if name.startswith("left"):
        return "right" + name.removeprefix("left")
    return "left" + name.removeprefix("right") if name.startswith("right") else name
