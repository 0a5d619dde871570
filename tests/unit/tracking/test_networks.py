"""What cannot be had is said once, and the rest goes on."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from mocapbridge.errors import ModelMissing
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.model_store import BundleName, ModelStore, ResolvedBundle
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import VideoFrame

pytestmark = pytest.mark.models


class _StoreWithoutGestures(ModelStore):
    def bundle_path(self, name: BundleName) -> ResolvedBundle:
        if name == "gesture_recognizer":
            raise ModelMissing("model gesture_recognizer is nowhere to be had")
        return super().bundle_path(name)


def test_missing_gestures_are_one_warning_and_hands_are_tracked_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    options = TrackingOptions(gestures=True, body=False, face=False)
    tracker = ComposedTracker(options, store=_StoreWithoutGestures())
    assert tracker.face_source == "none"
    tracker.track(VideoFrame(np.zeros((240, 320, 3), dtype=np.uint8), 1_000_000, 0, "test"))
    tracker.close()
    assert [record.getMessage()[:12] for record in caplog.records] == ["no gestures:"]


def test_the_face_source_is_named_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="mocapbridge")
    bundle = ModelStore().bundle_path("face_landmarker")
    tracker = ComposedTracker(TrackingOptions(body=False, hands=False))
    blank = np.zeros((240, 320, 3), dtype=np.uint8)
    for index in range(3):
        tracker.track(VideoFrame(blank, (index + 1) * 33_000_000, index, "test"))
    tracker.close()
    assert tracker.face_source == ("official" if bundle.has_blendshapes else "own")
    said = [one for one in caplog.records if "blendshape scores" in one.getMessage()]
    assert len(said) == 1
