"""What a configuration may say of tracking. Names follow the MediaPipe guides."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Confidence = Annotated[float, Meta(ge=0.0, le=1.0)]


class PoseOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body."""

    model: Literal["lite", "full", "heavy"] = "full"
    model_complexity: Literal[0, 1, 2] | None = None
    """The old name of ``model``: 0 lite, 1 full, 2 heavy. Wins when given."""
    min_pose_detection_confidence: Confidence = 0.5
    min_pose_presence_confidence: Confidence = 0.5
    min_tracking_confidence: Confidence = 0.5


class FaceOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The face."""

    min_face_detection_confidence: Confidence = 0.5
    min_face_presence_confidence: Confidence = 0.5
    min_tracking_confidence: Confidence = 0.5


class HandOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hands.

    The body says where they are, so less certainty is needed than MediaPipe's own 0.5: on a dancer
    0.3 finds 259 hands of 300 on the right side, 0.5 finds 236.
    """

    min_hand_detection_confidence: Confidence = 0.3
    min_hand_presence_confidence: Confidence = 0.3
    min_tracking_confidence: Confidence = 0.3


class TrackingOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is tracked, and how."""

    backend: Literal["composed", "holistic", "synthetic"] = "composed"
    """``composed``: pose-guided landmarkers (the default). ``holistic``: MediaPipe's unified
    HolisticLandmarker, for comparison. ``synthetic``: landmarks without pictures, for tests."""
    mode: Literal["auto", "video", "image"] = "auto"
    """``video`` follows from frame to frame, ``image`` searches every picture anew; ``auto`` is
    ``image`` for single stills and ``video`` for everything else."""
    delegate: Literal["cpu", "gpu"] = "cpu"
    """``gpu`` falls back to ``cpu`` with one warning where there is none."""
    body: bool = True
    face: bool = True
    hands: bool = True
    gestures: bool = False
    """Name hand gestures (needs the gesture_recognizer bundle)."""
    segmentation_mask: bool = False
    swap_guard: bool = True
    """Repair frames in which the detector exchanges the performer's left and right."""
    pose_options: PoseOptions = field(default_factory=PoseOptions)
    face_options: FaceOptions = field(default_factory=FaceOptions)
    hand_options: HandOptions = field(default_factory=HandOptions)
    models_folder: str | None = None
    """Where to look for model bundles first; `MOCAPBRIDGE_MODELS` when left out."""
    synthetic_delay_s: Annotated[float, Meta(ge=0.0)] = 0.0
    """Backend ``synthetic``: pretend that inference takes this long."""
