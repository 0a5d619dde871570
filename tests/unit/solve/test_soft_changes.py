"""What a frame no longer shows, or shows in another way, changes nothing at once."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from mocapbridge.geometry import plain, quaternion
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX
from mocapbridge.solve import head
from mocapbridge.solve.limits import JointLimits
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.occlusion import Occlusion
from mocapbridge.solve.options import OcclusionOptions, SolveOptions
from mocapbridge.types import MocapFrame, SmoothedLandmarks, TrackState
from tests.posed_performer import Performer

RATE_HZ = 30.0
UPPER_ARM = JOINT_INDEX["leftUpperArm"]


def landmarks_of(rotations: dict[str, Rotation], index: int) -> SmoothedLandmarks:
    performer = Performer(rotations=rotations)
    return performer.landmarks(round(index * 1e9 / RATE_HZ), index)


def apart_deg(frame: MocapFrame, joint: int, played: Rotation) -> float:
    shown = Rotation.from_quat(frame.pose.rotations_wxyz[joint], scalar_first=True)
    return float(np.degrees((shown.inv() * played).magnitude()))


def test_a_straightened_arm_stays_turned_as_its_elbow_showed() -> None:
    # Straight ahead, the elbow outwards: a quarter turn from where the shortest swing has it.
    played = Rotation.from_euler("YX", (-70.0, -60.0), degrees=True)
    solver = LiveSolver("p", SolveOptions())
    errors: list[float] = []
    for index in range(30):
        bend_deg = 70.0 * min(max(1.0 - (index - 8) / 10.0, 0.0), 1.0)
        elbow = Rotation.from_euler("Y", -bend_deg, degrees=True)
        rotations = {"leftUpperArm": played, "leftLowerArm": elbow}
        errors.append(apart_deg(solver.solve(landmarks_of(rotations, index)), UPPER_ARM, played))
    assert max(errors) < 20.0


def test_an_arm_that_never_was_bent_takes_the_shortest_swing() -> None:
    swing = Rotation.from_euler("Y", -70.0, degrees=True)
    turned = swing * Rotation.from_euler("X", -60.0, degrees=True)
    frame = LiveSolver("p", SolveOptions()).solve(landmarks_of({"leftUpperArm": turned}, 0))
    assert apart_deg(frame, UPPER_ARM, swing) < 25.0


def with_long_forearm(landmarks: SmoothedLandmarks) -> SmoothedLandmarks:
    """As the detector has it where an arm comes towards the camera: too long by a quarter."""
    world = landmarks.pose.world_m.copy()
    world[[15, 17, 19, 21]] += 0.25 * (world[15] - world[13])
    return SmoothedLandmarks(replace(landmarks, pose=replace(landmarks.pose, world_m=world)))


def test_an_arm_that_swings_to_the_camera_is_followed() -> None:
    solver = LiveSolver("p", SolveOptions())
    hanging = Rotation.from_euler("Z", -85.0, degrees=True)
    errors: list[float] = []
    for index in range(30):
        raised_deg = 80.0 * min(max((index - 10) / (RATE_HZ * 0.3), 0.0), 1.0)
        played = Rotation.from_euler("X", -raised_deg, degrees=True) * hanging
        landmarks = with_long_forearm(landmarks_of({"leftUpperArm": played}, index))
        frame = solver.solve(landmarks)
        shown = quaternion.rotate(
            frame.pose.rotations_wxyz[UPPER_ARM].astype(np.float64), np.array((1.0, 0.0, 0.0))
        )
        cosine = float(shown @ played.apply((1.0, 0.0, 0.0)))
        errors.append(float(np.degrees(np.arccos(min(cosine, 1.0)))))
    assert max(errors) < 25.0, errors
    assert errors[-1] < 3.0


@pytest.mark.parametrize("found_first", [True, False])
def test_the_head_passes_softly_from_face_to_body_and_back(found_first: bool) -> None:
    # What the body's landmarks miss of the head, the face matrix shows.
    nodded = Rotation.from_euler("X", 25.0, degrees=True)
    solver = LiveSolver("p", SolveOptions())
    head_frames: list[Rotation] = []
    for index in range(40):
        landmarks = landmarks_of({}, index)
        found = (index < 20) == found_first
        matrix = landmarks.face.camera_from_face_cm.copy()
        matrix[:3, :3] = nodded.as_matrix() @ matrix[:3, :3]
        face = replace(landmarks.face, camera_from_face_cm=matrix)
        if not found:
            face = replace(landmarks.face, state=TrackState.LOST, matrix_measured=False)
        frame = solver.solve(SmoothedLandmarks(replace(landmarks, face=face)))
        head_frames.append(Rotation.from_matrix(frame.face.world_from_head[:3, :3]))
    steps_deg = [
        float(np.degrees((before.inv() * after).magnitude()))
        for before, after in pairwise(head_frames)
    ]
    assert 2.0 < max(steps_deg) < 6.0
    between_deg = float(np.degrees((head_frames[19].inv() * head_frames[-1]).magnitude()))
    assert between_deg == pytest.approx(25.0, abs=4.0)


def test_noise_of_the_bodys_landmarks_hardly_turns_a_head_without_a_face() -> None:
    rng = np.random.default_rng(7)
    model = landmarks_of({}, 0).pose.world_m.astype(np.float64)
    blend = head.HeadBlend()
    shown: list[Rotation] = []
    alone: list[Rotation] = []
    for _ in range(60):
        noisy = model + rng.normal(scale=0.006, size=model.shape)
        alone.append(Rotation.from_matrix(head.head_from_points(noisy)))
        shown.append(Rotation.from_matrix(plain.matrices([blend.follow(noisy, None, 1 / 30)])[0]))
    assert spread_deg(shown) < 0.6 * spread_deg(alone)


def spread_deg(turns: list[Rotation]) -> float:
    """Mean angle from one frame to the next."""
    steps = [(before.inv() * after).magnitude() for before, after in pairwise(turns)]
    return float(np.degrees(np.mean(steps)))


def test_what_doubt_held_back_is_made_up_for_over_several_frames() -> None:
    limits = JointLimits(())
    occlusion = Occlusion(OcclusionOptions(), limits)
    seen = np.ones(JOINT_COUNT)
    shown_deg: list[float] = []
    for index in range(40):
        turned = np.tile(np.array((1.0, 0.0, 0.0, 0.0)), (JOINT_COUNT, 1))
        played = Rotation.from_euler("X", -2.0 * index, degrees=True)
        turned[JOINT_INDEX["leftUpperLeg"]] = played.as_quat(scalar_first=True)
        belief = np.full(JOINT_COUNT, 0.0 if 10 <= index < 20 else 1.0)
        shown, _ = occlusion.fill(turned, seen, belief, 1.0 / 60.0)
        leg = Rotation.from_quat(shown[JOINT_INDEX["leftUpperLeg"]], scalar_first=True)
        shown_deg.append(float(np.degrees(leg.magnitude())))
    assert max(after - before for before, after in pairwise(shown_deg)) < 4.0
    assert shown_deg[-1] == pytest.approx(78.0, abs=0.5)
