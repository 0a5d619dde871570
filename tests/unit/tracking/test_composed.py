"""Composed tracking on the rendered samples, judged by their exact truth."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.bundled import bundled_path
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import Landmarks, Side, TrackState, UInt8Array, VideoFrame

pytestmark = pytest.mark.models

_FRAME_NS = 40_000_000


@dataclass(frozen=True)
class _Truth:
    """What a rendered clip's truth file says of where things are in the picture."""

    document: dict[str, Any]

    def hand_px(self, frame: int, side: Side) -> npt.NDArray[np.float64]:
        """(21, 2) the hand's points."""
        return self._projected(
            self.document["frames_data"][frame]["hand_landmarks_m"][side.name.lower()]
        )

    def nose_px(self, frame: int) -> npt.NDArray[np.float64]:
        """(2,) the tip of the nose."""
        return self._projected([self.document["frames_data"][frame]["landmarks_m"]["nose"]])[0]

    def _projected(self, points_in_world_m: list[list[float]]) -> npt.NDArray[np.float64]:
        camera = self.document["camera"]
        world_from_camera = np.array(camera["world_from_camera"]).reshape(4, 4)
        in_camera = (np.array(points_in_world_m) - world_from_camera[:3, 3]) @ world_from_camera[
            :3, :3
        ]
        focal = np.array([camera["fx"], camera["fy"]])
        centre = np.array([camera["cx"], camera["cy"]])
        return in_camera[:, :2] / in_camera[:, 2:] * focal + centre


def _truth(clip: str) -> _Truth:
    return _Truth(json.loads(bundled_path(f"samples/{clip}.json").read_text()))


def _pictures(clip: str) -> Iterator[UInt8Array]:
    capture = cv2.VideoCapture(str(bundled_path(f"samples/{clip}.mp4")))
    while True:
        decoded, picture = capture.read()
        if not decoded:
            return
        yield np.asarray(picture, dtype=np.uint8)


def _frame(picture: UInt8Array, index: int, segment: int = 0) -> VideoFrame:
    return VideoFrame(picture, (index + 1) * _FRAME_NS, index, "test", segment)


@pytest.fixture(scope="module")
def whole_body() -> list[Landmarks]:
    tracker = ComposedTracker(TrackingOptions())
    try:
        pictures = enumerate(_pictures("performer_full"))
        return [tracker.track(_frame(picture, index)) for index, picture in pictures]
    finally:
        tracker.close()


def test_body_face_and_both_hands_are_found_in_every_frame(whole_body: list[Landmarks]) -> None:
    assert len(whole_body) == 255
    for landmarks in whole_body:
        for part in (landmarks.pose, landmarks.face, landmarks.left_hand, landmarks.right_hand):
            assert part.state is TrackState.TRACKED


def test_hands_lie_on_the_true_hands_of_their_side(whole_body: list[Landmarks]) -> None:
    truth, size_px = _truth("performer_full"), np.array([1280, 720])
    errors_px: list[float] = []
    for frame, landmarks in enumerate(whole_body):
        for side in Side:
            found_px = landmarks.hand(side).image[:, :2] * size_px
            own, other = truth.hand_px(frame, side), truth.hand_px(frame, Side(1 - side))
            error_px = float(np.linalg.norm(found_px - own, axis=1).mean())
            assert error_px < float(np.linalg.norm(found_px - other, axis=1).mean())
            errors_px.append(error_px)
    # The rendered hand is about 25 px long.
    assert np.median(errors_px) < 4.0


def test_the_face_lies_on_the_true_face(whole_body: list[Landmarks]) -> None:
    truth, size_px = _truth("performer_full"), np.array([1280, 720])
    nose_tip = 1
    errors_px = [
        np.linalg.norm(landmarks.face.image[nose_tip, :2] * size_px - truth.nose_px(frame))
        for frame, landmarks in enumerate(whole_body)
    ]
    # The rendered head is about 45 px high.
    assert np.median(errors_px) < 4.0


def test_the_first_meshes_are_as_large_as_the_face(whole_body: list[Landmarks]) -> None:
    """The performer holds still for a second; the window goes from the search's to the face's."""
    sizes = [np.ptp(found.face.image[:, 1]) for found in whole_body[:25]]
    np.testing.assert_allclose(sizes, np.median(sizes), rtol=0.15)


def test_a_small_face_that_does_not_pout_is_not_said_to(whole_body: list[Landmarks]) -> None:
    pouts = [found.face.blendshapes[ARKIT_INDEX["mouthPucker"]] for found in whole_body[:25]]
    assert max(pouts) < 0.3


def test_the_head_turns_as_the_true_head_does(whole_body: list[Landmarks]) -> None:
    head = 5
    for frame in (88, 110):  # turned 28 degrees to the performer's left, then to the right
        w, x, y, z = _truth("performer_full").document["frames_data"][frame]["rotations_wxyz"][head]
        true_rad = np.arctan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y))
        matrix = whole_body[frame].face.camera_from_face_cm
        found_rad = np.arctan2(matrix[0, 2], matrix[2, 2])
        assert np.degrees(found_rad) == pytest.approx(np.degrees(true_rad), abs=12.0)


def test_a_clip_without_a_person_gives_nothing_and_does_not_fail() -> None:
    tracker = ComposedTracker(TrackingOptions())
    empty = np.full((360, 640, 3), 90, dtype=np.uint8)
    for index in range(5):
        landmarks = tracker.track(_frame(empty, index))
        assert landmarks.pose.state is TrackState.LOST
        assert landmarks.face.state is TrackState.LOST
        assert landmarks.left_hand.state is TrackState.LOST
        assert landmarks.right_hand.state is TrackState.LOST
    tracker.close()
    tracker.close()


def test_parts_that_are_off_stay_lost() -> None:
    tracker = ComposedTracker(TrackingOptions(body=False, hands=False))
    picture = next(_pictures("performer_upper"))
    landmarks = tracker.track(_frame(picture, 0))
    assert landmarks.face.state is TrackState.TRACKED
    assert landmarks.pose.state is TrackState.LOST
    assert landmarks.left_hand.state is TrackState.LOST
    tracker.close()


def test_a_still_gives_everything_at_once_with_its_mask() -> None:
    tracker = ComposedTracker(TrackingOptions(segmentation_mask=True), still=True)
    picture = next(_pictures("performer_full"))
    landmarks = tracker.track(_frame(picture, 0))
    for part in (landmarks.pose, landmarks.face, landmarks.left_hand, landmarks.right_hand):
        assert part.state is TrackState.TRACKED
    mask = landmarks.segmentation_mask
    assert mask is not None
    assert mask.shape == picture.shape[:2]
    hips_px = (landmarks.pose.image[23, :2] * (1280, 720)).astype(int)
    assert mask[hips_px[1], hips_px[0]] > 0.5
    assert mask[:, :100].mean() < 0.05
    tracker.close()


def test_a_mirrored_picture_exchanges_the_hands() -> None:
    picture = next(_pictures("performer_full"))
    upright, mirrored = (
        _single(image) for image in (picture, np.ascontiguousarray(picture[:, ::-1]))
    )
    left_px = upright.left_hand.image[0, 0]
    assert mirrored.right_hand.image[0, 0] == pytest.approx(1.0 - left_px, abs=0.01)


def _single(picture: UInt8Array) -> Landmarks:
    tracker = ComposedTracker(TrackingOptions(), still=True)
    try:
        return tracker.track(_frame(picture, 0))
    finally:
        tracker.close()


def test_a_new_segment_starts_anew_and_finds_the_performer_elsewhere() -> None:
    picture = next(_pictures("performer_full"))
    moved = np.ascontiguousarray(np.roll(picture, 300, axis=1))
    tracker = ComposedTracker(TrackingOptions())
    tracker.track(_frame(picture, 0))
    landmarks = tracker.track(_frame(moved, 1, segment=1))
    assert landmarks.face.state is TrackState.TRACKED
    assert landmarks.left_hand.state is TrackState.TRACKED
    tracker.close()


def test_a_head_beside_the_middle_is_held_as_it_is_in_the_middle() -> None:
    """A camera that turns about itself sees the same, elsewhere in its picture."""
    picture, focal_px = next(_pictures("performer_upper")), 565.4
    pinhole = np.array(((focal_px, 0.0, 320.0), (0.0, focal_px, 240.0), (0.0, 0.0, 1.0)))
    yaws_deg: list[float] = []
    for turn_deg in (-18.0, 18.0):
        cosine, sine = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
        turn = np.array(((cosine, 0.0, sine), (0.0, 1.0, 0.0), (-sine, 0.0, cosine)))
        homography = pinhole @ turn @ np.linalg.inv(pinhole)
        seen = np.asarray(cv2.warpPerspective(picture, homography, (640, 480)), dtype=np.uint8)
        tracker = ComposedTracker(TrackingOptions(body=False, hands=False), still=True)
        matrix = tracker.track(_frame(seen, 0)).face.camera_from_face_cm
        tracker.close()
        yaws_deg.append(float(np.degrees(np.arctan2(matrix[0, 2], matrix[2, 2]))))
    # Taking the mesh's depth for that along the camera's direction gives 12 degrees.
    assert yaws_deg[0] - yaws_deg[1] == pytest.approx(36.0, abs=4.0)
