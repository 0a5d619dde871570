"""MediaPipe's unified HolisticLandmarker behind the same interface, for comparison."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mocapbridge.clock import NS_PER_MS
from mocapbridge.tracking.face_parts import FaceParts
from mocapbridge.tracking.hand_sides import HandCandidate
from mocapbridge.tracking.lost_parts import LOST_FACE, LOST_HAND, LOST_POSE
from mocapbridge.tracking.mediapipe_tasks import HolisticNetwork
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.tracking.network_results import HandResult
from mocapbridge.tracking.networks import say_face_source
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.parts import hand_part, pose_part
from mocapbridge.tracking.swap_guard import SwapGuard
from mocapbridge.tracking.window import reduced_rgb
from mocapbridge.types import FaceSource, HandLandmarks, Landmarks, VideoFrame


class HolisticTracker:
    """One network graph for everything, on the whole picture, one thread."""

    def __init__(
        self, options: TrackingOptions, *, still: bool = False, store: ModelStore | None = None
    ) -> None:
        """Load the network; the arguments are those of ``ComposedTracker``."""
        video = options.mode == "video" or (options.mode == "auto" and not still)
        bundle = (store or ModelStore()).bundle_path("holistic_landmarker")
        if options.face:
            say_face_source(bundle)
        self._network = HolisticNetwork(
            bundle.path,
            video=video,
            gpu=options.delegate == "gpu",
            blendshapes=bundle.has_blendshapes,
        )
        self._options = options
        self._guard = SwapGuard() if options.swap_guard else None
        self._face_parts = FaceParts(blendshapes=bundle.has_blendshapes)
        self.inference_s = 0.0
        self.face_source: FaceSource = self._face_parts.source if options.face else "none"

    @property
    def counters(self) -> dict[str, int]:
        """Repairs so far, by name."""
        return {"lr_swaps_repaired": self._guard.repaired if self._guard else 0}

    def track(self, frame: VideoFrame, following: Sequence[VideoFrame] = ()) -> Landmarks:
        """Landmarks of one frame. Frames must come with strictly increasing capture times."""
        del following  # nothing is begun ahead
        picture = reduced_rgb(frame.image_bgr, 0)
        started_s = time.perf_counter()
        found = self._network.detect(picture, frame.capture_time_ns // NS_PER_MS)
        self.inference_s = time.perf_counter() - started_s
        options, pose, face = self._options, found.pose, found.face
        if pose and self._guard:
            pose = self._guard.check(pose, frame.capture_time_ns)
        height, width = frame.image_bgr.shape[:2]
        return Landmarks(
            capture_time_ns=frame.capture_time_ns,
            frame_index=frame.frame_index,
            source_id=frame.source_id,
            segment=frame.segment,
            image_size_px=(width, height),
            pose=pose_part(pose) if pose and options.body else LOST_POSE,
            face=self._face_parts.part(face, face.image, (width, height))
            if face and options.face
            else LOST_FACE,
            left_hand=self._hand(found.left_hand, (width, height)),
            right_hand=self._hand(found.right_hand, (width, height)),
        )

    def close(self) -> None:
        """Let the network go. May be called twice."""
        self._network.close()

    def _hand(self, result: HandResult | None, image_size_px: tuple[int, int]) -> HandLandmarks:
        if result is None or not self._options.hands:
            return LOST_HAND
        return hand_part(HandCandidate.of(result, result.image, None, image_size_px))
