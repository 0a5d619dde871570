"""Composed holistic tracking: pose, face and both hands at once, the pose guiding the rest.

Face and hands are looked for in windows cut from the full picture where the *previous* frame's
body says they are, so that all networks start together on as many cores as there are. Measured on
a dancer, guiding by the previous pose finds as many hands as waiting for the present one (259 and
256 of 300) and spares the time of the pose network.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import wait
from functools import partial
from itertools import takewhile
from typing import Any

from mocapbridge.clock import NS_PER_MS
from mocapbridge.tracking.body_follower import BodyFollower
from mocapbridge.tracking.body_guide import BodyGuide
from mocapbridge.tracking.face_follower import FaceFollower
from mocapbridge.tracking.face_parts import FaceParts
from mocapbridge.tracking.hand_follower import HandFollower
from mocapbridge.tracking.hand_search import HandSearch
from mocapbridge.tracking.hand_sides import HandCandidate, decide_sides
from mocapbridge.tracking.lost_parts import LOST_FACE, LOST_POSE
from mocapbridge.tracking.model_store import ModelStore
from mocapbridge.tracking.network_results import FaceResult, PoseResult
from mocapbridge.tracking.networks import Networks
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.parts import full_mask, hand_part, pose_part
from mocapbridge.tracking.swap_guard import SwapGuard
from mocapbridge.tracking.together import Finished, Job, Together
from mocapbridge.types import (
    FaceLandmarks,
    FaceSource,
    Float32Array,
    Landmarks,
    Side,
    VideoFrame,
)


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
        self._together = Together(threads=4, name="network")
        self._body: BodyFollower | None = None
        if self._networks.pose:
            guard = SwapGuard() if options.swap_guard else None
            self._body = BodyFollower(
                self._networks.pose,
                guard,
                spare_in_close_ups=options.face and not options.segmentation_mask,
            )
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
        self._own_cpu_s = 0.0
        self.inference_s = 0.0
        self.face_source: FaceSource = self._face_parts.source if self._face else "none"

    @property
    def counters(self) -> dict[str, int]:
        """Repairs so far, by name."""
        return {"lr_swaps_repaired": self._body.repaired if self._body else 0}

    def track(self, frame: VideoFrame, following: Sequence[VideoFrame] = ()) -> Landmarks:
        """Landmarks of one frame. Frames must come with strictly increasing capture times.

        Args:
            frame: the frame.
            following: the frames that will certainly be tracked next, as far as they are already
                there: their poses are begun while this frame's face and hands are still being
                looked for, because how long those take differs from frame to frame.
        """
        started_s, started_cpu_s = time.perf_counter(), time.thread_time()
        self._own_cpu_s = 0.0
        if frame.segment != self._segment or not self._video:
            self._reset(frame.segment)
        guided = self._body is None or self._knows_anything()
        pose = None if guided else self._pose(frame)
        if not guided:
            # Nothing to go by: the body first, then the rest where it points.
            self._guide = _guide(pose, frame)
        elif self._body:
            self._body.start(frame)
        running = self._together.start_all(self._jobs(frame))
        if self._body and self._video:
            for ahead in takewhile(lambda ahead: ahead.segment == frame.segment, following):
                self._body.start(ahead)
        wait(running.values())
        if guided:
            pose = self._pose(frame)
        found = {name: self._accounted(future.result()) for name, future in running.items()}
        landmarks = self._settled(frame, pose, found)
        self._own_cpu_s += time.thread_time() - started_cpu_s
        self.inference_s = time.perf_counter() - started_s - self._own_cpu_s
        return landmarks

    def close(self) -> None:
        """Let the networks and threads go. May be called twice."""
        if self._body:
            self._body.close()
        self._together.close()
        self._networks.close()

    def _reset(self, segment: int) -> None:
        self._segment = segment
        self._guide = None
        for follower in (self._body, self._face, self._search, *self._hands):
            if follower:
                follower.reset()

    def _knows_anything(self) -> bool:
        follows_face = self._face is not None and self._face.follows
        return self._guide is not None or follows_face or any(hand.hand for hand in self._hands)

    def _pose(self, frame: VideoFrame) -> PoseResult | None:
        if self._body is None:
            return None
        self._body.start(frame)
        return self._accounted(self._body.finished(frame))

    def _accounted(self, finished: Finished) -> Any:  # noqa: ANN401 - each job has its own result
        self._own_cpu_s += finished.own_cpu_s
        return finished.result

    def _jobs(self, frame: VideoFrame) -> dict[str, Job]:
        """What else to look for, and where, going by what is known of the last frame."""
        image_bgr = frame.image_bgr
        time_ms = frame.capture_time_ns // NS_PER_MS
        jobs: dict[str, Job] = {}
        if self._face and not self._face.rests:
            look = partial(self._face.look, image_bgr, self._guide, time_ms)
            jobs["face"] = Job(self._face.network, look)
        for follower, other in zip(self._hands, reversed(self._hands), strict=True):
            window = follower.window(self._guide)
            if window:
                look = partial(follower.look, image_bgr, window, other.hand, time_ms)
                jobs[follower.side.name] = Job(follower.network, look)
        if self._search and self._search.due(self._hands, self._guide):
            followed = tuple(follower.hand for follower in self._hands if follower.hand)
            look = partial(self._search.look, image_bgr, followed, time_ms)
            jobs["search"] = Job(self._search.network, look)
        return jobs

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
            beside = decided.get(Side(1 - follower.side))
            follower.settle(hand, beside, found_other=seen is not None and hand is not seen)
        if not self._video:
            return decided
        return {hand.side: hand.hand for hand in self._hands if hand.hand and hand.confirmed}


def _size_px(frame: VideoFrame) -> tuple[int, int]:
    height, width = frame.image_bgr.shape[:2]
    return width, height


def _guide(pose: PoseResult | None, frame: VideoFrame) -> BodyGuide | None:
    return BodyGuide.of(pose.image, pose.visibility, _size_px(frame)) if pose else None
