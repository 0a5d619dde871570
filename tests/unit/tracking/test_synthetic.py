from __future__ import annotations

import dataclasses
import itertools

import cv2
import numpy as np
import pytest

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.synthetic import HORIZONTAL_FOV_RAD, SyntheticTracker
from mocapbridge.tracking.synthetic_performer import LOOP_NS, performer_at
from mocapbridge.types import (
    Float32Array,
    Float64Array,
    HandLandmarks,
    Landmarks,
    Side,
    TrackState,
    VideoFrame,
)

TIMES_S = [0.0, 0.12, 0.5, 1.7, 2.5, 4.1, 5.0, 7.5, 33.3, 59.99]


def frame(time_s: float, size_px: tuple[int, int] = (0, 0)) -> VideoFrame:
    image = np.zeros((size_px[1], size_px[0], 3), dtype=np.uint8)
    return VideoFrame(image, round(time_s * 1e9), frame_index=7, source_id="test", segment=2)


def track(time_s: float, options: TrackingOptions | None = None) -> Landmarks:
    return SyntheticTracker(options or TrackingOptions()).track(frame(time_s))


def arrays(landmarks: Landmarks) -> list[Float32Array]:
    parts = (landmarks.pose, landmarks.face, landmarks.left_hand, landmarks.right_hand)
    return [
        value
        for part in parts
        for value in (getattr(part, field.name) for field in dataclasses.fields(part))
        if isinstance(value, np.ndarray)
    ]


def intrinsics(width_px: int, height_px: int) -> Float64Array:
    focal_px = width_px / 2.0 / np.tan(HORIZONTAL_FOV_RAD / 2.0)
    return np.array([[focal_px, 0, width_px / 2.0], [0, focal_px, height_px / 2.0], [0, 0, 1]])


def in_pixels(image: Float32Array, size_px: tuple[int, int]) -> Float64Array:
    return image[:, :2].astype(np.float64) * size_px


def solved_camera(world_m: Float32Array, points_px: Float64Array, camera: Float64Array) -> float:
    """Checks with OpenCV that a camera sees the points; returns their distance [m].

    MediaPipe's world axes are those of OpenCV's camera, so no rotation may be left over.
    """
    found, rotation, translation_m = cv2.solvePnP(
        world_m.astype(np.float64), points_px, camera, None, flags=cv2.SOLVEPNP_SQPNP
    )
    assert found
    assert np.linalg.norm(rotation) < 1e-3
    projected, _ = cv2.projectPoints(
        world_m.astype(np.float64), rotation, translation_m, camera, np.zeros(4)
    )
    np.testing.assert_allclose(projected[:, 0], points_px, atol=0.05)
    return float(translation_m[2, 0])


@pytest.mark.parametrize("time_s", TIMES_S)
def test_depends_on_the_time_alone(time_s: float) -> None:
    tracker = SyntheticTracker(TrackingOptions())
    tracker.track(frame(time_s + 1.0))
    again = tracker.track(dataclasses.replace(frame(time_s), frame_index=99, segment=5))
    for a, b in zip(arrays(track(time_s)), arrays(again), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (again.frame_index, again.segment, again.source_id) == (99, 5, "test")


def test_moves_smoothly_and_repeats_without_a_seam() -> None:
    step_ns = 1_000_000_000 // 240
    start_ns = LOOP_NS - 300 * step_ns
    positions_m = [
        performer_at(start_ns + index * step_ns).positions_in_world_m for index in range(1500)
    ]
    speed_m_s = np.linalg.norm(np.diff(positions_m, axis=0), axis=-1) * 240.0
    assert speed_m_s.max() < 5.0
    assert np.ptp(positions_m, axis=0).max() > 0.3
    np.testing.assert_array_equal(
        performer_at(5).positions_in_world_m, performer_at(5 + 3 * LOOP_NS).positions_in_world_m
    )


def test_bones_keep_their_lengths() -> None:
    bones = [(11, 13), (13, 15), (23, 25), (25, 27), (12, 14), (24, 26), (11, 12), (23, 24)]
    lengths_m = [
        [np.linalg.norm(pose.world_m[a] - pose.world_m[b]) for a, b in bones]
        for pose in (track(time_s).pose for time_s in TIMES_S)
    ]
    np.testing.assert_allclose(lengths_m, [lengths_m[0]] * len(TIMES_S), atol=1e-5)
    np.testing.assert_allclose(
        lengths_m[0], [0.27, 0.25, 0.41, 0.41, 0.27, 0.41, 0.32, 0.18], atol=1e-5
    )


def test_a_foot_is_always_on_the_floor_and_none_below() -> None:
    for time_ns in range(0, 6_000_000_000, 50_000_000):
        ankles_m = [performer_at(time_ns).positions_in_world_m[index, 1] for index in (19, 23)]
        assert min(ankles_m) == pytest.approx(0.08)


@pytest.mark.parametrize("time_s", TIMES_S)
def test_one_camera_sees_body_and_hands_where_the_image_says(time_s: float) -> None:
    landmarks = track(time_s)
    size_px = landmarks.image_size_px
    assert size_px == (1280, 720)
    camera = intrinsics(*size_px)
    pose = landmarks.pose
    distance_m = solved_camera(pose.world_m, in_pixels(pose.image, size_px), camera)
    assert distance_m == pytest.approx(3.0, abs=0.15)
    for hand in (landmarks.left_hand, landmarks.right_hand):
        solved_camera(hand.world_m, in_pixels(hand.image, size_px), camera)


@pytest.mark.parametrize("time_s", TIMES_S)
def test_face_matrix_puts_the_average_face_where_the_image_says(time_s: float) -> None:
    landmarks = track(time_s)
    matrix = landmarks.face.camera_from_face_cm.astype(np.float64)
    points_cm = load_canonical_face().points_cm
    # Lips, lids and irises move; the forehead does not.
    forehead = np.flatnonzero(points_cm[:, 1] > 4.0)
    # The matrix has y up and z towards the camera, OpenCV both the other way.
    in_camera = (points_cm[forehead] @ matrix[:3, :3].T + matrix[:3, 3]) * (1.0, -1.0, -1.0)
    projected, _ = cv2.projectPoints(
        in_camera, np.zeros(3), np.zeros(3), intrinsics(1280, 720), np.zeros(4)
    )
    np.testing.assert_allclose(
        projected[:, 0], in_pixels(landmarks.face.image[forehead], (1280, 720)), atol=0.02
    )
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-6)
    assert np.linalg.det(matrix[:3, :3]) == pytest.approx(1.0)


@pytest.mark.parametrize("time_s", TIMES_S)
def test_everything_is_finite_inside_the_image_and_of_the_right_shape(time_s: float) -> None:
    landmarks = track(time_s)
    shapes = [(33, 3), (33, 3), (33,), (33,), (478, 3), (52,), (4, 4), *[(21, 3)] * 4]
    assert [array.shape for array in arrays(landmarks)] == shapes
    for array in arrays(landmarks):
        assert array.dtype == np.float32
        assert np.isfinite(array).all()
    hands = (landmarks.left_hand, landmarks.right_hand)
    for image in (landmarks.pose.image, landmarks.face.image, *(hand.image for hand in hands)):
        assert image[:, :2].min() > 0.0
        assert image[:, :2].max() < 1.0
    assert landmarks.face.blendshapes.min() >= 0.0
    assert landmarks.face.blendshapes.max() <= 1.0


def test_sides_are_the_performers_own() -> None:
    for time_s in TIMES_S:
        landmarks = track(time_s)
        for side, wrist in ((Side.LEFT, 15), (Side.RIGHT, 16)):
            hand = landmarks.hand(side)
            np.testing.assert_allclose(hand.image[0, :2], landmarks.pose.image[wrist, :2])
    # Facing the camera at the start: the left hand is on the right of the picture.
    start = track(0.0).pose.image
    assert start[11, 0] > start[12, 0]
    assert start[2, 0] > start[5, 0]
    # The nose is nearer to the camera than the ears.
    assert start[0, 2] < start[7:9, 2].min()


def test_blink_jaw_and_gaze_show_in_mesh_and_weights() -> None:
    def gap(landmarks: Landmarks, upper: int, lower: int) -> float:
        return float(landmarks.face.image[lower, 1] - landmarks.face.image[upper, 1])

    def weight(landmarks: Landmarks, name: str) -> float:
        return float(landmarks.face.blendshapes[ARKIT_INDEX[name]])

    rest, blinking, jaw_open, looking = track(0.0), track(0.12), track(1.5), track(2.5)
    assert weight(rest, "eyeBlinkLeft") == 0.0
    assert weight(blinking, "eyeBlinkLeft") == pytest.approx(1.0)
    assert gap(blinking, 159, 145) < 0.2 * gap(rest, 159, 145)
    assert gap(blinking, 386, 374) < 0.2 * gap(rest, 386, 374)
    assert weight(jaw_open, "jawOpen") == pytest.approx(0.5)
    assert gap(jaw_open, 13, 14) > gap(rest, 13, 14) + 0.002
    assert weight(looking, "eyeLookOutLeft") == weight(looking, "eyeLookInRight") > 0.3
    assert weight(looking, "eyeLookInLeft") == 0.0


def test_parts_can_be_switched_off() -> None:
    landmarks = track(1.0, TrackingOptions(body=False, face=False, hands=False))
    states = [landmarks.pose.state, landmarks.face.state, landmarks.left_hand.state]
    assert states == [TrackState.LOST] * 3
    assert all(array.shape for array in arrays(landmarks))
    assert track(1.0).pose.state is TrackState.TRACKED


def test_gestures_follow_the_fingers() -> None:
    def hands(options: TrackingOptions) -> list[HandLandmarks]:
        tracker = SyntheticTracker(options)
        return [tracker.track(frame(index / 10)).left_hand for index in range(50)]

    named = hands(TrackingOptions(gestures=True))
    assert {hand.gesture for hand in named} == {"Open_Palm", "", "Closed_Fist"}
    for hand in named:
        reach_m = float(np.linalg.norm(hand.world_m[12] - hand.world_m[0]))
        if hand.gesture == "Open_Palm":
            assert reach_m > 0.15
        if hand.gesture == "Closed_Fist":
            assert reach_m < 0.11
    assert {hand.gesture for hand in hands(TrackingOptions())} == {""}


def test_pictures_give_their_size() -> None:
    landmarks = SyntheticTracker(TrackingOptions()).track(frame(1.0, (300, 500)))
    assert landmarks.image_size_px == (300, 500)
    points_px = in_pixels(landmarks.pose.image, (300, 500))
    solved_camera(landmarks.pose.world_m, points_px, intrinsics(300, 500))


def test_pretended_inference_is_waited_for_and_stated() -> None:
    tracker = SyntheticTracker(TrackingOptions(synthetic_delay_s=0.02))
    before = tracker.inference_s
    tracker.track(frame(0.0))
    assert before == 0.0
    assert tracker.inference_s >= 0.02
    tracker.close()
    tracker.close()


def test_hand_bones_keep_their_lengths_while_the_fingers_bend() -> None:
    bones = [
        pair for first in (1, 5, 9, 13, 17) for pair in itertools.pairwise(range(first, first + 4))
    ]
    lengths_m = [
        [np.linalg.norm(hand.world_m[a] - hand.world_m[b]) for a, b in bones]
        for hand in (track(time_s).right_hand for time_s in TIMES_S)
    ]
    np.testing.assert_allclose(lengths_m, [lengths_m[0]] * len(TIMES_S), atol=1e-5)
