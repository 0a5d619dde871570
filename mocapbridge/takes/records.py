"""The lines of a take file: one JSON object each (docs/take-format.md).

Measured numbers are whole multiples of a step and are written as integers: exact, compact, quick to
write and read. Multiply by the step, which the header repeats, to get the number in its unit.
Readers ignore keys they do not know; a change that old readers would misread raises ``VERSION``.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from msgspec import Meta, Struct, field

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.types import FaceSource

FORMAT: Final = "mocapbridge-take"
VERSION: Final = 1

IMAGE_STEP: Final = 1e-5
WORLD_STEP_M: Final = 1e-4
WEIGHT_STEP: Final = 1e-4
ROTATION_STEP: Final = 1e-5
POSITION_STEP_M: Final = 1e-4
MATRIX_STEP: Final = 1e-5

INTEGER_LIMIT: Final = 2**31 - 1
"""No number of a take is more than this many steps."""

# Checked while a line is parsed. How many numbers an array has is checked when it is shaped.
Steps: TypeAlias = Annotated[int, Meta(ge=-INTEGER_LIMIT, le=INTEGER_LIMIT)]
State: TypeAlias = Annotated[int, Meta(ge=0, le=3)]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=2**62)]
Nanoseconds: TypeAlias = Annotated[int, Meta(ge=-(2**62), le=2**62)]
Metres: TypeAlias = Annotated[float, Meta(ge=-1000.0, le=1000.0)]
_Step: TypeAlias = Annotated[float, Meta(gt=0.0, le=1.0)]
_AtLeastOne: TypeAlias = Annotated[int, Meta(ge=1, le=INTEGER_LIMIT)]


class StepSizes(Struct, frozen=True, kw_only=True):
    """What one counts for, by kind of number."""

    image: _Step = IMAGE_STEP
    """Fractions of the image's width (x, z) and height (y)."""
    world: _Step = WORLD_STEP_M
    """MediaPipe world landmarks [m]."""
    weight: _Step = WEIGHT_STEP
    """Everything from 0 to 1: blendshapes, confidences, visibilities."""
    rotation: _Step = ROTATION_STEP
    """Quaternion components, and angles [rad]."""
    position: _Step = POSITION_STEP_M
    """Joint positions [m]."""
    matrix: _Step = MATRIX_STEP
    """All elements of a 4x4 transform."""


class AnchorRecord(Struct, frozen=True, kw_only=True):
    """One instant on both clocks; see ``clock.RunAnchor``."""

    monotonic_ns: Nanoseconds
    unix_ns: Nanoseconds


class CameraRecord(Struct, frozen=True, kw_only=True):
    """The camera, as far as it is known."""

    kind: str
    """Type of source: ``camera``, ``video``, ..."""
    stated_fps: Annotated[float, Meta(ge=0.0, le=1e6)] = 0.0
    """Rate the source states; 0 when it states none [1/s]."""
    horizontal_fov_deg: Annotated[float, Meta(ge=0.0, le=180.0)] = 0.0
    """Horizontal field of view of the whole picture, as the solver was told."""
    tilt_deg: Annotated[float, Meta(ge=-180.0, le=180.0)] = 0.0
    """How far it looks down."""
    roll_deg: Annotated[float, Meta(ge=-180.0, le=180.0)] = 0.0
    """How far the picture leans clockwise."""


class TakeHeader(Struct, frozen=True, kw_only=True, tag_field="kind", tag="header"):
    """First line of a take: what holds for all of it."""

    format: Literal["mocapbridge-take"] = FORMAT
    version: int = VERSION
    app_version: str
    """Version of mocapbridge that recorded the take."""
    subject: str
    source: str
    """``VideoFrame.source_id``."""
    created: str
    """Wall clock at the anchor, ISO 8601, UTC."""
    anchor: AnchorRecord
    frame_rate: tuple[_AtLeastOne, _AtLeastOne]
    """Nominal rate, (numerator, denominator); the frames' own times are what counts."""
    face_source: FaceSource = "unknown"
    """Where the face's expression came from; see ``types.FaceSource``."""
    joint_names: list[str] = field(default_factory=lambda: list(JOINT_NAMES))
    blendshape_names: list[str] = field(default_factory=lambda: list(ARKIT_NAMES))
    rest_positions_m: list[tuple[Metres, Metres, Metres]]
    """Joint positions of the rest pose (T-pose), world axes [m]."""
    steps: StepSizes = field(default_factory=StepSizes)
    config: dict[str, Any]
    """The effective configuration of the run."""
    timecode: str = ""
    """Local time of day at the anchor, ``HH:MM:SS:FF`` (SMPTE ST 12-1)."""
    camera: CameraRecord | None = None
    models: dict[str, str] = field(default_factory=dict[str, str])
    """What tracked: versions and origins, by name."""
    calibration: dict[str, Any] | None = None
    """The performer's calibration profile, when there was one."""
    history: list[str] = field(default_factory=list[str])
    """What was done to make this take of others, the latest last."""


class PoseRecord(Struct, omit_defaults=True):
    """``types.PoseLandmarks``; a lost part has its state only."""

    state: State
    confidence: Steps = 0
    image: list[Steps] | None = None
    world: list[Steps] | None = None
    visibility: list[Steps] | None = None
    presence: list[Steps] | None = None


class MeshRecord(Struct):
    """The face mesh: 478 points as 16-bit offsets from their middle."""

    origin: list[Steps]
    """x, y, z of the middle, in image steps."""
    scale: Annotated[int, Meta(ge=1, le=2**18)]
    """What one counts for in ``points``, in image steps: 1 unless the face is very large."""
    points: bytes
    """478 x 3 signed 16-bit little-endian integers; base64 in the file."""


class FaceRecord(Struct, omit_defaults=True):
    """``types.FaceLandmarks``; what the face model does not measure is left out."""

    state: State
    confidence: Steps = 0
    mesh: MeshRecord | None = None
    blendshapes: list[Steps] | None = None
    matrix: list[Steps] | None = None


class HandRecord(Struct, omit_defaults=True):
    """``types.HandLandmarks``."""

    state: State
    confidence: Steps = 0
    image: list[Steps] | None = None
    world: list[Steps] | None = None
    gesture: str = ""
    gesture_score: Steps = 0


class MotionRecord(Struct):
    """``types.MocapFrame``: the solved frame, always whole."""

    state: State
    confidence: Steps
    root: list[Steps]
    rotations: list[Steps]
    positions: list[Steps]
    joint_state: list[State]
    joint_confidence: list[Steps]
    face_state: State
    face_confidence: Steps
    blendshapes: list[Steps]
    head: list[Steps]
    gaze: list[Steps]
    hand_states: tuple[State, State]
    gestures: tuple[str, str]
    feet_planted: tuple[bool, bool] = (False, False)


class FrameRecord(Struct, tag_field="kind", tag="frame", omit_defaults=True):
    """A line per frame: the raw landmarks and what was solved from them."""

    index: Count
    """``VideoFrame.frame_index``."""
    time_ns: Nanoseconds
    """``VideoFrame.capture_time_ns``, on the monotonic clock of the header's anchor."""
    size_px: tuple[Count, Count]
    """(width, height) of the picture."""
    pose: PoseRecord
    face: FaceRecord
    left_hand: HandRecord
    right_hand: HandRecord
    motion: MotionRecord
    segment: Count = 0
    source: str | None = None
    """Only where it differs from the header's."""


class TakeFooter(Struct, tag_field="kind", tag="footer"):
    """Last line of a take that was finished in order."""

    frames: Count
    """How many frames the file holds."""
    rejected_parts: Count = 0
    """Parts whose numbers were not finite or beyond all measure, recorded as lost."""
    complete: bool = True


class TakeIndex(Struct, frozen=True, kw_only=True):
    """What a packed take knows of all its frames."""

    frames: Count
    rejected_parts: Count = 0
    """As in ``TakeFooter``."""
    blocks: list[_AtLeastOne]
    """How many frames each block has."""
    texts: list[str]
    """What the columns of texts number."""
    first_time_ns: Nanoseconds = 0
    last_time_ns: Nanoseconds = 0


Line: TypeAlias = TakeHeader | FrameRecord | TakeFooter
