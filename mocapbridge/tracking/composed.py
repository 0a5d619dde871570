"""Composed holistic tracking: pose, face and both hands at once, the pose guiding the rest.

Face and hands are looked for in windows cut from the full picture where the *previous* frame's
body says they are, so that all networks start together on as many cores as there are. Measured on
a dancer, guiding by the previous pose finds as many hands as waiting for the present one (259 and
256 of 300) and spares the time of the pose network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mocapbridge.clock import NS_PER_MS
from mocapbridge.tracking.body_guide import BodyGuide
from mocapbridge.tracking.face_follower import FaceFollower
from mocapbridge.tracking.face_parts import FaceParts
from mocapbridge.tracking.hand_follower import HandFollower
from mocapbridge.tracking.hand_search import HandSearch
from mocapbridge.tracking.hand_sides import HandCandidate, decide_sides
from mocapbridge.tracking.lost_parts import LOST_FACE, LOST_POSE
from mocapbridge.tracking.mediapipe_tasks import FaceResult, PoseResult
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.tracking.networks import Networks
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.parts import full_mask, hand_part, pose_part
from mocapbridge.tracking.swap_guard import SwapGuard
from mocapbridge.tracking.together import Together
from mocapbridge.tracking.window import reduced_rgb
from mocapbridge.types import FaceLandmarks, Float32Array, Landmarks, Side, VideoFrame

_LEAST_PICTURE_PX = 480
"""The pose network's picture is not reduced below this; its detector looks at 224 pixels."""
_POSE_REGION_PX = 320
"""A followed body is not reduced below this; its landmark network looks at 256 pixels."""


class ComposedTracker:
    """Pose, face and hand landmarkers on the same frame, in parallel threads."""

    def __init__(
        self, options: TrackingOptions, *, still: bool = False, store: ModelStore | None = None
    ) -> None:
        """Load the networks.

        Args:
            options: what to track, and how.
            still: the source is a single picture (decides what mode ``auto`` means).
            store: where model bundles come from.

        Raises:
            ModelError: a bundle is missing or corrupt, or mediapipe refuses it.
        """
        self._video = options.mode == "video" or (options.mode == "auto" and not still)
        store = store or ModelStore()
        self._networks = Networks.create(options, store, video=self._video)
        self._together = Together(threads=5)
        self._guard = SwapGuard() if options.swap_guard else None
        self._face = FaceFollower(self._networks.face) if self._networks.face else None
        self._face_parts = FaceParts(
            blendshapes=bool(self._networks.face and self._networks.face.gives_blendshapes)
        )
        self._hands: tuple[HandFollower, ...] = ()
        self._search: HandSearch | None = None
        networks = self._networks
        if networks.left_hand and networks.right_hand and networks.hand_search:
            self._hands = (
                HandFollower(Side.LEFT, networks.left_hand),
                HandFollower(Side.RIGHT, networks.right_hand),
            )
            self._search = HandSearch(networks.hand_search)
        self._guide: BodyGuide | None = None
        self._segment = 0
        self.inference_s = 0.0
        self.face_blendshapes_measured = self._face_parts.blendshapes_measured

    @property
    def counters(self) -> dict[str, int]:
        """Repairs so far, by name."""
        return {"lr_swaps_repaired": self._guard.repaired if self._guard else 0}

    def track(self, frame: VideoFrame) -> Landmarks:
        """Landmarks of one frame. Frames must come with strictly increasing capture times."""
        self._start_meters()
        if frame.segment != self._segment or not self._video:
            self._reset(frame.segment)
        pose: PoseResult | None = None
        jobs = self._jobs(frame)
        if self._networks.pose and not self._knows_anything():
            # Nothing to go by: the body first, then the rest where it points.
            pose = self._together.run({"pose": jobs["pose"]})["pose"]
            self._guide = _guide(pose, frame)
            jobs = self._jobs(frame)
            del jobs["pose"]
        found = self._together.run(jobs)
        landmarks = self._settled(frame, found.get("pose", pose), found)
        self.inference_s = self._inference_s()
        return landmarks

    def close(self) -> None:
        """Let the networks and threads go. May be called twice."""
        self._together.close()
        self._networks.close()

    def _reset(self, segment: int) -> None:
        self._segment = segment
        self._guide = None
        if self._guard:
            self._guard.reset()
        for follower in (self._face, self._search, *self._hands):
            if follower:
                follower.reset()

    def _knows_anything(self) -> bool:
        follows_face = self._face is not None and self._face.follows
        return self._guide is not None or follows_face or any(hand.hand for hand in self._hands)

    def _jobs(self, frame: VideoFrame) -> dict[str, Callable[[], Any]]:
        """What to look for in this frame, and where, going by what is known of the last one."""
        image_bgr = frame.image_bgr
        time_ms = frame.capture_time_ns // NS_PER_MS
        jobs: dict[str, Callable[[], Any]] = {}
        if self._networks.pose:
            jobs["pose"] = partial(self._look_for_pose, frame, time_ms)
        if self._face:
            jobs["face"] = partial(self._face.look, image_bgr, self._guide, time_ms)
        for follower, other in zip(self._hands, reversed(self._hands), strict=True):
            hand_window = follower.window(self._guide)
            if hand_window:
                jobs[follower.side.name] = partial(
                    follower.look, image_bgr, hand_window, other.hand, time_ms
                )
        if self._search and self._search.due(self._hands, self._guide):
            jobs["search"] = partial(self._search.look, image_bgr, time_ms)
        return jobs

    def _look_for_pose(self, frame: VideoFrame, time_ms: int) -> PoseResult | None:
        network = self._networks.pose
        if network is None:
            return None
        picture = reduced_rgb(frame.image_bgr, _halvings(self._guide, _size_px(frame)))
        pose = network.detect(picture, time_ms)
        if pose and self._guard:
            pose = self._guard.check(pose, frame.capture_time_ns)
        return pose

    def _settled(
        self, frame: VideoFrame, pose: PoseResult | None, found: Mapping[str, Any]
    ) -> Landmarks:
        """Decide what belongs to the performer, and remember it for the next frame."""
        size_px = _size_px(frame)
        self._guide = _guide(pose, frame)
        hands = self._settled_hands(found)
        return Landmarks(
            capture_time_ns=frame.capture_time_ns,
            frame_index=frame.frame_index,
            source_id=frame.source_id,
            segment=frame.segment,
            image_size_px=size_px,
            pose=pose_part(pose) if pose else LOST_POSE,
            face=self._settled_face(found.get("face"), size_px),
            left_hand=hand_part(hands.get(Side.LEFT)),
            right_hand=hand_part(hands.get(Side.RIGHT)),
            segmentation_mask=full_mask(pose, size_px) if pose else None,
        )

    def _settled_face(
        self, found: tuple[FaceResult, Float32Array] | None, size_px: tuple[int, int]
    ) -> FaceLandmarks:
        if self._face is None:
            return LOST_FACE
        image = found[1] if found else None
        if not self._face.settle(image, self._guide, size_px) or found is None:
            return LOST_FACE
        return self._face_parts.part(found[0], found[1], size_px)

    def _settled_hands(self, found: Mapping[str, Any]) -> dict[Side, HandCandidate]:
        own: dict[Side, HandCandidate | None] = {side: found.get(side.name) for side in Side}
        candidates = [hand for hand in own.values() if hand] + list(found.get("search", ()))
        decided = decide_sides(candidates, self._guide)
        for follower in self._hands:
            hand, seen = decided.get(follower.side), own[follower.side]
            follower.settle(hand, found_other=seen is not None and hand is not seen)
        if not self._video:
            return decided
        # What only the search saw is where its follower looks next; until that confirms it, it
        # is not reported: the search takes other things for hands once in a while.
        return {side: hand for side, hand in decided.items() if hand.found_by is not None}

    def _start_meters(self) -> None:
        self._together.wall_s = self._together.cpu_s = 0.0
        for network in self._networks.present():
            network.cpu_s = 0.0

    def _inference_s(self) -> float:
        """Time that the networks of this frame took [s].

        What our own code did beside them on the same threads (cutting windows, deciding) is taken
        off in full as processor time, although it overlaps with other networks: nothing of ours
        hides behind theirs.
        """
        in_networks_s = sum(network.cpu_s for network in self._networks.present())
        return self._together.wall_s - (self._together.cpu_s - in_networks_s)


def _size_px(frame: VideoFrame) -> tuple[int, int]:
    height, width = frame.image_bgr.shape[:2]
    return width, height


def _guide(pose: PoseResult | None, frame: VideoFrame) -> BodyGuide | None:
    return BodyGuide.of(pose.image, pose.visibility, _size_px(frame)) if pose else None


def _halvings(guide: BodyGuide | None, size_px: tuple[int, int]) -> int:
    """How often the pose network's picture is halved."""
    factor = max(size_px) / _LEAST_PICTURE_PX
    if guide is not None:
        factor = min(factor, guide.extent_px() / _POSE_REGION_PX)
    return max(0, int(math.log2(max(factor, 1.0))))
