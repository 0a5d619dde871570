"""Blendshape scores from landmarks alone, judged by the rendered performer and by geometry."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.bundled import bundled_path
from mocapbridge.geometry.face_canonical import load_canonical_face
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.face_blendshapes import (
    BLENDSHAPE_WEIGHTS_FILE,
    BlendshapeRegressor,
    FaceMesh,
)
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import Float32Array, TrackState, VideoFrame

_FRAMES = 110


@pytest.fixture(scope="module")
def landmarks() -> list[Float32Array]:
    """The face of the upper-body sample, mesh of whatever face model is here."""
    tracker = ComposedTracker(TrackingOptions(body=False, hands=False))
    capture = cv2.VideoCapture(str(bundled_path("samples/performer_upper.mp4")))
    found: list[Float32Array] = []
    for index in range(_FRAMES):
        image = np.asarray(capture.read()[1], dtype=np.uint8)
        face = tracker.track(VideoFrame(image, (index + 1) * 40_000_000, index, "test")).face
        assert face.state is TrackState.TRACKED
        found.append(face.image)
    tracker.close()
    return found


@pytest.mark.models
@pytest.mark.parametrize(
    ("control", "shape"),
    [
        ("jaw_open", "jawOpen"),
        ("blink_left", "eyeBlinkLeft"),
        ("blink_right", "eyeBlinkRight"),
        ("smile", "mouthSmileLeft"),
        ("pucker", "mouthPucker"),
    ],
)
def test_scores_follow_what_the_performer_does(
    landmarks: list[Float32Array], control: str, shape: str
) -> None:
    document = json.loads(bundled_path("samples/performer_upper.json").read_text())
    true = [frame["controls"][control] for frame in document["frames_data"][:_FRAMES]]
    regressor = BlendshapeRegressor()
    scores = [regressor.scores(image, (640, 480)) for image in landmarks]
    found = [0.0 if weights is None else weights[ARKIT_INDEX[shape]] for weights in scores]
    assert np.corrcoef(true, found)[0, 1] > 0.7


@pytest.mark.models
def test_moving_and_scaling_the_face_changes_nothing(landmarks: list[Float32Array]) -> None:
    regressor = BlendshapeRegressor()
    moved = landmarks[20] * np.float32(0.5) + np.float32(0.2)
    one, other = regressor.scores(landmarks[20], (640, 480)), regressor.scores(moved, (640, 480))
    assert one is not None
    assert other is not None
    np.testing.assert_allclose(one, other, atol=1e-4)


SIZE_PX = (1000, 1000)
UPPER_LIDS = {
    "Right": (246, 161, 160, 159, 158, 157, 173),
    "Left": (466, 388, 387, 386, 385, 384, 398),
}
LOWER_LIDS = {
    "Right": (7, 163, 144, 145, 153, 154, 155),
    "Left": (249, 390, 373, 374, 380, 381, 382),
}


def average_face() -> Float32Array:
    """The average face seen straight on from far away; z is not looked at."""
    points_cm = load_canonical_face().points_cm
    image = np.zeros((478, 3), dtype=np.float32)
    image[:, 0] = 0.5 + points_cm[:, 0] / 40.0
    image[:, 1] = 0.5 - points_cm[:, 1] / 40.0
    return image


def scores(image: Float32Array, mesh: FaceMesh = "official") -> Float32Array:
    found = BlendshapeRegressor(mesh).scores(image, SIZE_PX)
    assert found is not None
    return found


@pytest.mark.parametrize("mesh", ["official", "rebuilt"])
def test_scores_are_weights_in_arkit_order(mesh: FaceMesh) -> None:
    found = scores(average_face(), mesh)
    assert found.shape == (52,)
    assert found.dtype == np.float32
    assert found.min() >= 0.0
    assert found.max() <= 1.0
    assert found[ARKIT_INDEX["tongueOut"]] == 0.0


@pytest.mark.parametrize("mesh", ["official", "rebuilt"])
@pytest.mark.parametrize("side", ["Left", "Right"])
def test_a_closed_eye_blinks_on_its_side(mesh: FaceMesh, side: str) -> None:
    image = average_face()
    open_eye = scores(image, mesh)
    image[list(UPPER_LIDS[side])] = image[list(LOWER_LIDS[side])]
    closed = scores(image, mesh)
    other = "Left" if side == "Right" else "Right"
    rise = {
        s: closed[ARKIT_INDEX[f"eyeBlink{s}"]] - open_eye[ARKIT_INDEX[f"eyeBlink{s}"]]
        for s in (side, other)
    }
    assert rise[side] > 0.3
    assert rise[other] < 0.5 * rise[side]


@pytest.mark.parametrize("mesh", ["official", "rebuilt"])
def test_a_dropped_jaw_opens(mesh: FaceMesh) -> None:
    image = average_face()
    height = load_canonical_face().points_cm[:, 1]
    lower = height < height[13] - 0.05
    image[lower, 1] += np.float32(2.5 / 40.0)
    assert scores(image, mesh)[ARKIT_INDEX["jawOpen"]] > 0.3
    assert scores(average_face(), mesh)[ARKIT_INDEX["jawOpen"]] < 0.1


def test_irises_turned_to_the_performers_left_look_out_with_the_left_eye() -> None:
    image = average_face()
    straight = scores(image)
    image[468:478, 0] += np.float32(0.3 / 40.0)
    turned = scores(image)
    for name in ("eyeLookOutLeft", "eyeLookInRight"):
        assert turned[ARKIT_INDEX[name]] > straight[ARKIT_INDEX[name]] + 0.2
    for name in ("eyeLookInLeft", "eyeLookOutRight"):
        assert turned[ARKIT_INDEX[name]] <= straight[ARKIT_INDEX[name]]


def test_place_and_size_in_the_picture_do_not_matter() -> None:
    image = average_face()
    found = scores(image)
    window = image.copy()
    window[:, :2] = (image[:, :2] - 0.3) * 3.0
    assert np.allclose(scores(window), found, atol=2e-4)


def test_the_picture_format_is_taken_into_account() -> None:
    image = average_face()
    found = scores(image)
    wide = image.copy()
    wide[:, 0] = 0.5 + (image[:, 0] - 0.5) / 2.0
    again = BlendshapeRegressor("official").scores(wide, (2000, 1000))
    assert again is not None
    assert np.allclose(again, found, atol=2e-4)


@pytest.mark.parametrize("value", [0.0, 0.5, np.nan, np.inf, 1e30])
def test_what_is_no_face_has_no_scores(value: float) -> None:
    image = np.full((478, 3), value, dtype=np.float32)
    assert BlendshapeRegressor().scores(image, SIZE_PX) is None


def test_the_weights_are_small_enough_to_travel() -> None:
    path = bundled_path(BLENDSHAPE_WEIGHTS_FILE)
    assert path.stat().st_size <= 400_000
