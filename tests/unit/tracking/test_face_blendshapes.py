"""Blendshape scores from landmarks alone, judged by what the rendered performer does."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.bundled import bundled_path
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.face_blendshapes import BlendshapeRegressor
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


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, 1e30])
def test_what_is_no_face_has_no_scores(value: float) -> None:
    image = np.full((478, 3), value, dtype=np.float32)
    with np.errstate(all="ignore"):
        assert BlendshapeRegressor().scores(image, (640, 480)) is None
