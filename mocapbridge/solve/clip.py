"""A whole clip of landmarks as arrays: what the offline solver works on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.clock import NS_PER_S
from mocapbridge.solve import anatomy
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.observation import Observation, observe
from mocapbridge.types import FaceLandmarks, Float64Array, HandLandmarks, Landmarks, TrackState

_FACE_SEEN: Final = (TrackState.TRACKED, TrackState.HELD)
_SHORTEST_STEP_S: Final = 1e-3
"""Frames are at least that far apart: time that stands still or runs backwards is none."""
_LONGEST_STEP_S: Final = 1.0
"""A longer pause counts as that long: smoothness says nothing across it."""
_BLOCK_FRAMES: Final = 1024
_Block: TypeAlias = "dict[str, Float64Array]"
"""Some frames that follow each other, by the name of the field."""


@dataclass(frozen=True, slots=True)
class FrameLabel:
    """What a frame carries along that the solver does not change."""

    frame_index: int
    capture_time_ns: int
    states: tuple[TrackState, TrackState, TrackState, TrackState]
    """Of body, face, left and right hand."""
    confidences: tuple[float, float]
    """Of body and face."""
    gestures: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Clip:
    """The frames of one clip without a break, n of them."""

    labels: list[FrameLabel]
    times_s: Float64Array
    """(n,) strictly rising, from the first frame."""
    points_m: Float64Array
    """(n, 33, 3) body landmarks relative to the hips, image axes."""
    rays: Float64Array
    """(n, 33, 2) slopes x / z and y / z of the body landmarks."""
    hand_points_m: Float64Array
    """(n, 2, 21, 3) left and right hand, world axes, any origin."""
    world_from_head: Float64Array
    """(n, 3, 3) the face's turn; identity without a face matrix."""
    head_seen: npt.NDArray[np.bool_]
    """(n,) whether there is a face matrix."""
    blendshapes: Float64Array
    """(n, 52) weights 0..1."""
    trust: Float64Array
    """(n, 39) 0..1 by source, see ``anatomy.JOINT_SOURCES``."""
    body_seen: npt.NDArray[np.bool_]
    """(n,)."""


def read_clips(
    landmarks: Iterable[Landmarks], camera: Camera, face: FaceSolver | None = None
) -> Iterator[Clip]:
    """The clips of a sequence of landmarks: a new one begins wherever continuity breaks.

    Args:
        landmarks: in the order of their capture times.
        camera: takes them into the world.
        face: solves the faces; goes on learning how the performer's face rests. None leaves the
            scores as they are.

    Yields:
        Each clip, once all its frames were read; only the one being read is held here.
    """
    rows = _Rows(camera)
    segment: int | None = None
    last_ns: int | None = None
    for frame in landmarks:
        if rows.labels and frame.segment != segment:
            yield rows.take()
        segment = frame.segment
        one = observe(frame, camera)
        if face is not None and frame.face.state in _FACE_SEEN:
            dt_s = 0.0 if last_ns is None else max(frame.capture_time_ns - last_ns, 0) / NS_PER_S
            last_ns = frame.capture_time_ns
            solved = face.solve(frame.face, frame.image_size_px, one.blendshapes, dt_s)
            one = one._replace(blendshapes=solved.weights)
        rows.add(_label(frame), one)
    if rows.labels:
        yield rows.take()


class _Rows:
    """Frames of a clip being read. Ten minutes of frames as objects would take 200 MB more."""

    labels: list[FrameLabel]

    def __init__(self, camera: Camera) -> None:
        self._world_from_image = camera.world_from_image
        self._begin()

    def _begin(self) -> None:
        self.labels = []
        self._blocks: list[_Block] = []
        self._seen: list[Observation] = []

    def add(self, label: FrameLabel, one: Observation) -> None:
        """One more frame."""
        self.labels.append(label)
        self._seen.append(one)
        if len(self._seen) == _BLOCK_FRAMES:
            self._blocks.append(self._block())
            self._seen = []

    def take(self) -> Clip:
        """The frames so far; the next one begins another clip."""
        if self._seen:
            self._blocks.append(self._block())
        joined: _Block = {}
        for name in list(self._blocks[0]):  # one after another, so that little is held twice
            joined[name] = np.concatenate([block.pop(name) for block in self._blocks])
        labels = self.labels
        self._begin()
        return Clip(
            labels=labels,
            times_s=_times_s([label.capture_time_ns for label in labels]),
            points_m=joined["points_m"],
            rays=joined["rays"],
            hand_points_m=joined["hand_points_m"],
            world_from_head=joined["world_from_head"],
            head_seen=joined["head_seen"].astype(np.bool_),
            blendshapes=joined["blendshapes"],
            trust=joined["trust"],
            body_seen=joined["body_seen"].astype(np.bool_),
        )

    def _block(self) -> _Block:
        seen = self._seen
        nowhere = np.eye(3)
        turns = [nowhere if one.world_from_head is None else one.world_from_head for one in seen]
        return {
            "points_m": np.array([one.points_m for one in seen]) @ self._world_from_image,
            "rays": np.array([one.rays for one in seen]),
            "hand_points_m": np.array([one.hand_points_m for one in seen]),
            "world_from_head": np.array(turns),
            "head_seen": np.array([float(one.world_from_head is not None) for one in seen]),
            "blendshapes": np.array([one.blendshapes for one in seen], dtype=np.float64),
            "trust": np.array([one.trust for one in seen]).reshape(-1, anatomy.SOURCE_COUNT),
            "body_seen": np.array([float(one.body_seen) for one in seen]),
        }


def _label(frame: Landmarks) -> FrameLabel:
    parts: tuple[FaceLandmarks | HandLandmarks, ...] = (
        frame.face, frame.left_hand, frame.right_hand,
    )  # fmt: skip
    face, left, right = (part.state for part in parts)
    return FrameLabel(
        frame_index=frame.frame_index,
        capture_time_ns=frame.capture_time_ns,
        states=(frame.pose.state, face, left, right),
        confidences=(float(frame.pose.confidence), float(frame.face.confidence)),
        gestures=(frame.left_hand.gesture, frame.right_hand.gesture),
    )


def _times_s(capture_times_ns: list[int]) -> Float64Array:
    steps_s = np.diff(np.array(capture_times_ns, dtype=np.int64)) * 1e-9
    steps_s = np.minimum(np.maximum(steps_s, _SHORTEST_STEP_S), _LONGEST_STEP_S)
    return np.concatenate(([0.0], np.cumsum(steps_s)))
