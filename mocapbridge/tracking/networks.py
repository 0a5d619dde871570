"""Makes the networks that the options ask for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from mocapbridge.errors import ModelMissing
from mocapbridge.tracking.mediapipe_tasks import FaceNetwork, HandNetwork, PoseNetwork
from mocapbridge.tracking.model_store import BundleName, ModelStore, ResolvedBundle
from mocapbridge.tracking.options import PoseOptions, TrackingOptions

_log = logging.getLogger(__name__)
_POSE_BUNDLES: tuple[BundleName, ...] = (
    "pose_landmarker_lite",
    "pose_landmarker_full",
    "pose_landmarker_heavy",
)
_VARIANTS = ("lite", "full", "heavy")


@dataclass(frozen=True, slots=True)
class Networks:
    """The networks of one run; None for parts that are switched off."""

    pose: PoseNetwork | None
    face: FaceNetwork | None
    left_hand: HandNetwork | None
    right_hand: HandNetwork | None
    hand_search: HandNetwork | None
    """Looks for hands in the whole picture, one picture at a time."""

    @classmethod
    def create(cls, options: TrackingOptions, store: ModelStore, *, video: bool) -> Networks:
        """Load what the options ask for.

        Raises:
            ModelMissing: a bundle is nowhere to be had.
            ModelCorrupt: a bundle's bytes are not the pinned ones.
            TrackerUnavailable: mediapipe refuses a bundle.
        """
        gpu = options.delegate == "gpu"
        pose = face = left = right = search = None
        if options.body:
            pose = PoseNetwork(
                store.bundle_path(pose_bundle(options.pose_options)).path,
                options.pose_options,
                video=video,
                gpu=gpu,
                mask=options.segmentation_mask,
            )
        if options.face:
            bundle = store.bundle_path("face_landmarker")
            say_face_source(bundle)
            face = FaceNetwork(
                bundle.path,
                options.face_options,
                video=video,
                gpu=gpu,
                blendshapes=bundle.has_blendshapes,
            )
        if options.hands:
            bundle, gestures = _hand_bundle(options, store)
            left, right, search = (
                HandNetwork(
                    bundle,
                    options.hand_options,
                    video=follows,
                    gpu=gpu,
                    hands=hands,
                    gestures=gestures,
                )
                for follows, hands in ((video, 1), (video, 1), (False, 2))
            )
        return cls(pose, face, left, right, search)

    def present(self) -> list[PoseNetwork | FaceNetwork | HandNetwork]:
        """Those that are switched on."""
        every = (self.pose, self.face, self.left_hand, self.right_hand, self.hand_search)
        return [network for network in every if network is not None]

    def close(self) -> None:
        """Let all networks go."""
        for network in self.present():
            network.close()


def say_face_source(bundle: ResolvedBundle) -> None:
    """Say once, at the start, where the face's expression comes from."""
    if bundle.has_blendshapes:
        _log.info("the face model gives blendshape scores itself: %s", bundle.path)
    else:
        _log.info(
            "the face model has no blendshape scores: our own network reads them off the "
            "landmarks (docs/face.md says how well)"
        )


def pose_bundle(options: PoseOptions) -> BundleName:
    """The pose bundle of the chosen variant, by its new or its old name."""
    if options.model_complexity is not None:
        return _POSE_BUNDLES[options.model_complexity]
    return _POSE_BUNDLES[_VARIANTS.index(options.model)]


def _hand_bundle(options: TrackingOptions, store: ModelStore) -> tuple[Path, bool]:
    """The bundle for hands, and whether it names gestures."""
    if options.gestures:
        try:
            return store.bundle_path("gesture_recognizer").path, True
        except ModelMissing as error:
            _log.warning("no gestures: %s", error)
    return store.bundle_path("hand_landmarker").path, False
