"""The types that travel through mocapbridge: one per step, in one direction.

``Source.read() -> VideoFrame``, ``Tracker.track() -> Landmarks``,
``Smoother.filter() -> SmoothedLandmarks``, ``Solver.solve() -> MocapFrame``,
``Retarget.map() -> MocapFrame`` in a target's names where a mapping is configured,
``Output.send(MocapFrame)``.

Frames of reference (all metres, right-handed unless a name says otherwise):

* **MP**: MediaPipe world landmarks, +x image right, +y down, +z away from the camera. Exists in
  ``Landmarks`` only.
* **world**: glTF / VRM 1.0, +Y up, the performer faces +Z, the performer's left is +X, floor y = 0.
  Exists in ``MocapFrame`` only.

Loss is data: every part is always present with its full shape, and its ``state`` says what the
numbers are worth. A part that is ``LOST`` and was never seen holds zeros.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal, NewType, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.clock import RunAnchor

Float32Array: TypeAlias = npt.NDArray[np.float32]
Float64Array: TypeAlias = npt.NDArray[np.float64]
UInt8Array: TypeAlias = npt.NDArray[np.uint8]

FaceSource: TypeAlias = Literal["none", "official", "own", "synthetic", "unknown"]
"""Where the face's expression comes from. ``none``: the face is off; ``official``: Google's
blendshape network; ``own``: our network reads it off the landmarks, because the face model in use
has none; ``synthetic``: it was made up; ``unknown``: a take of an early version does not say."""

POSE_LANDMARK_COUNT = 33
FACE_LANDMARK_COUNT = 478
HAND_LANDMARK_COUNT = 21
BLENDSHAPE_COUNT = 52


class TrackState(enum.IntEnum):
    """What the numbers of a part or joint are worth. The values are those of the wire formats."""

    LOST = 0
    """Not seen for longer than the loss policy allows, or never seen."""
    PREDICTED = 1
    """Not seen in this frame; the numbers ease towards rest or follow from other parts."""
    HELD = 2
    """Not seen in this frame; the numbers are those of the last frame that was."""
    TRACKED = 3
    """Seen in this frame."""


class Side(enum.IntEnum):
    """The performer's own left and right, never the viewer's."""

    LEFT = 0
    RIGHT = 1


@dataclass(frozen=True, slots=True)
class VideoFrame:
    """One picture with the instant it was captured."""

    image_bgr: UInt8Array
    """(h, w, 3) uint8, B G R. (0, 0, 3) from a source without pictures (``synthetic``)."""
    capture_time_ns: int
    """Instant of capture on the monotonic clock [ns], stamped once. For footage: the instant the
    run was anchored plus the frame's presentation time. Strictly increasing within a run."""
    frame_index: int
    """0, 1, 2 ... within the run; keeps rising over loops and reconnections."""
    source_id: str
    """Names the source in logs and takes, for example ``camera:0`` or ``clip.mp4``."""
    segment: int = 0
    """Rises when continuity breaks (loop, reconnection): trackers and filters start anew."""


@dataclass(frozen=True, slots=True)
class PoseLandmarks:
    """The 33 pose landmarks of MediaPipe, in its order."""

    state: TrackState
    confidence: float
    """Mean visibility of shoulders and hips, 0..1; 0 when not tracked."""
    image: Float32Array
    """(33, 3) x and y as fractions of the full image's width and height, z in widths."""
    world_m: Float32Array
    """(33, 3) MP frame, origin between the hips [m]."""
    visibility: Float32Array
    """(33,) 0..1."""
    presence: Float32Array
    """(33,) 0..1."""


@dataclass(frozen=True, slots=True)
class FaceLandmarks:
    """The 478-point face mesh and what the face networks say of it."""

    state: TrackState
    confidence: float
    """1 when the face was found in this frame, 0 otherwise (the task reports no score)."""
    image: Float32Array
    """(478, 3) x and y as fractions of the full image's width and height, z in widths."""
    blendshapes: Float32Array
    """(52,) weights 0..1 in the order of ``blendshapes.ARKIT_NAMES``; zeros when not measured."""
    blendshapes_measured: bool
    """False where the face model in use gives no blendshape scores."""
    camera_from_face_cm: Float32Array
    """(4, 4) column-vector transform, canonical face to camera: centimetres, right-handed,
    x image right, y up, z towards the camera; the identity rotation is a level head that looks
    against the camera's direction. The picture is taken for that of a camera 60 degrees wide
    (``geometry.head_pose``), the solver knows the real one. Identity when not measured."""
    matrix_measured: bool
    """False where the face model in use gives no transformation matrix."""


@dataclass(frozen=True, slots=True)
class HandLandmarks:
    """The 21 landmarks of one hand. The side is decided: it is the performer's."""

    state: TrackState
    confidence: float
    """Handedness score of the task, 0..1."""
    image: Float32Array
    """(21, 3) x and y as fractions of the full image's width and height, z in widths."""
    world_m: Float32Array
    """(21, 3) MP axes, origin near the hand's centre [m]."""
    gesture: str
    """Name the gesture recogniser gives, ``""`` when off or none."""
    gesture_score: float
    """0..1."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """All that tracking says of one frame, in full-frame image coordinates and the MP frame."""

    capture_time_ns: int
    frame_index: int
    source_id: str
    segment: int
    image_size_px: tuple[int, int]
    """(width, height)."""
    pose: PoseLandmarks
    face: FaceLandmarks
    left_hand: HandLandmarks
    right_hand: HandLandmarks
    segmentation_mask: Float32Array | None = None
    """(h, w) 0..1, person against background; None unless asked for."""

    def hand(self, side: Side) -> HandLandmarks:
        """The hand of that side."""
        return self.left_hand if side is Side.LEFT else self.right_hand


SmoothedLandmarks = NewType("SmoothedLandmarks", Landmarks)
"""Landmarks that went through the filters: finite, gated, smoothed. Raw landmarks cannot reach the
solver by mistake, because only the smoother makes this type."""


@dataclass(frozen=True, slots=True)
class PoseMotion:
    """The solved body in the world frame."""

    state: TrackState
    confidence: float
    root_position_in_world_m: Float32Array
    """(3,) the hips joint [m]."""
    rotations_wxyz: Float32Array
    """(55, 4) unit quaternions, parent_from_joint, identity everywhere = T-pose. Row 0 (hips) is
    world_from_hips."""
    positions_in_world_m: Float32Array
    """(55, 3) joint positions [m]."""
    joint_state: UInt8Array
    """(55,) values of ``TrackState``."""
    joint_confidence: Float32Array
    """(55,) 0..1."""
    feet_planted: tuple[bool, bool] = (False, False)
    """(left, right) whether the foot stands on the floor and keeps its place there."""


@dataclass(frozen=True, slots=True)
class FaceMotion:
    """The solved face."""

    state: TrackState
    confidence: float
    blendshapes: Float32Array
    """(52,) ARKit weights 0..1 in the order of ``blendshapes.ARKIT_NAMES``."""
    world_from_head: Float32Array
    """(4, 4) head transform, column vectors, world axes [m]: the rotation is the head's turn from
    facing the camera, the translation the head joint's position."""
    gaze_rad: Float32Array
    """(2, 2) per eye (left, right): yaw towards the performer's left, pitch up [rad], in the
    head's own frame."""


@dataclass(frozen=True, slots=True)
class MocapFrame:
    """One frame of motion, ready for retargeting and sending.

    After retargeting, joints and blendshapes are those of ``StreamInfo.names``.
    """

    subject: str
    frame_id: int
    """``VideoFrame.frame_index``, untouched."""
    capture_time_ns: int
    """``VideoFrame.capture_time_ns``, untouched."""
    pose: PoseMotion
    face: FaceMotion
    left_hand_state: TrackState
    right_hand_state: TrackState
    gestures: tuple[str, str]
    """(left, right) gesture names, ``""`` when none."""


@dataclass(frozen=True, slots=True)
class StreamNames:
    """What the joints and blendshapes of frames are, where a mapping has changed them.

    The arrays of ``PoseMotion`` and ``FaceMotion.blendshapes`` then have a row for each of these
    instead of 55 and 52.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    """Index of each joint's parent, -1 for none; parents precede their children."""
    blendshapes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What an output tells its receivers once: the static side of a stream."""

    subject: str
    session_id: int
    """Random u64, new at every start: receivers reset their sequence when it changes."""
    frame_rate: tuple[int, int]
    """(numerator, denominator) of the nominal rate, denominator > 0."""
    rest_positions_m: Float32Array
    """(55, 3) rest pose (T-pose) joint positions, world axes [m]; (joints, 3) where ``names``
    gives others."""
    blendshapes_measured: bool
    """False where the face model in use gives no blendshape scores."""
    anchor: RunAnchor = field(default_factory=RunAnchor.now)
    """Gives the wall clock of a capture time; the pipeline passes the anchor of its run."""
    face_source: FaceSource = "none"
    """Where the face's expression comes from."""
    names: StreamNames | None = None
    """What joints and blendshapes are after a mapping; None: the 55 of ``skeleton`` and the 52 of
    ``blendshapes``."""
