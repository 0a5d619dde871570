"""What a configuration may say of the solver."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Fraction = Annotated[float, Meta(ge=0.0, le=1.0)]
NonNegative = Annotated[float, Meta(ge=0.0)]


class SolveCameraOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The camera, as far as placing the performer and holding the head need it."""

    horizontal_fov_deg: Annotated[float, Meta(gt=1.0, lt=170.0)] | None = None
    """Horizontal field of view of the whole picture, after `crop` and `rotate`: most webcams have
    55 to 80 degrees. Null: 60 degrees across the longer side of the picture."""
    tilt_deg: Annotated[float, Meta(ge=-90.0, le=90.0)] = 0.0
    """How far the camera looks down; negative: up."""
    roll_deg: Annotated[float, Meta(ge=-180.0, le=180.0)] = 0.0
    """How far the picture leans clockwise, because the camera is turned the other way."""


class OcclusionOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens to a limb that is hidden while the rest is seen."""

    visible_above: Fraction = 0.5
    """Visibility of MediaPipe from which a hidden joint counts as seen again."""
    hidden_below: Fraction = 0.3
    """Visibility below which a joint counts as hidden."""
    hold_s: NonNegative = 0.3
    """Keep a hidden joint where it was for this long."""
    ease_s: Annotated[float, Meta(gt=0.0)] = 0.7
    """Then ease it to the relaxed pose within about this long."""


Degrees = Annotated[float, Meta(ge=-360.0, le=360.0)]
Centimetres = Annotated[float, Meta(ge=-30.0, le=30.0)]


class RestingMesh(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a performer's face mesh rests, in the size of the average face."""

    brows_cm: tuple[Centimetres, Centimetres, Centimetres, Centimetres]
    """Heights of the inner left, inner right, outer left and outer right half of the brows."""
    mouth_corners_cm: Centimetres
    """How much higher the left corner of the mouth is."""
    gaze_deg: tuple[Degrees, Degrees]
    """Yaw and pitch of irises that look straight ahead."""
    upper_lids_cm: tuple[Centimetres, Centimetres]
    """Heights of the upper lids over the eyes' corners, left and right."""
    openings_cm: tuple[Centimetres, Centimetres]
    """Between the lids of open eyes, left and right."""


class FaceSolveOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From the face's mesh and scores to weights and gaze."""

    calibrate: bool = True
    """Learn how this performer's face rests and how far its eyes close, while it is watched."""
    blink_coupling: Fraction = 0.0
    """How far the two lids move together: 0 lets each eye wink, 1 gives both the same blink."""
    resting_mesh: RestingMesh | None = None
    """Where this performer's brows, mouth, eyes and lids rest; learnt at first when left out."""


class JointLimitOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one joint can do, where that is to differ from the table in docs/solver.md."""

    joint: str
    """VRM 1.0 name of the joint, for example `leftUpperArm`."""
    x_deg: tuple[Degrees, Degrees] | None = None
    """Lowest and highest turn about the x axis (to the performer's left in the T-pose)."""
    y_deg: tuple[Degrees, Degrees] | None = None
    """Likewise about y (up)."""
    z_deg: tuple[Degrees, Degrees] | None = None
    """Likewise about z (forwards)."""
    speed_deg_s: Annotated[float, Meta(gt=0.0)] | None = None
    """The quickest the joint turns."""


Metres = Annotated[float, Meta(ge=0.02, le=1.5)]


class BoneLengths(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A performer's bones, left and right alike [m]."""

    upper_arm_m: Metres
    """Shoulder to elbow."""
    forearm_m: Metres
    """Elbow to wrist."""
    thigh_m: Metres
    """Hip joint to knee."""
    shin_m: Metres
    """Knee to ankle."""
    shoulder_width_m: Metres
    """Shoulder joint to shoulder joint."""
    hip_width_m: Metres
    """Hip joint to hip joint."""
    torso_m: Metres
    """Middle of the hips to middle of the shoulders."""


class SolveOptions(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From landmarks to a skeleton."""

    root: Literal["full", "lateral", "locked"] = "full"
    """``full``: the hips travel; ``lateral``: not towards or away from the camera; ``locked``:
    they stay above the origin and only rise and sink."""
    height_m: Annotated[float, Meta(ge=0.3, le=3.0)] | None = None
    """Height of the performer; that of the profile, or of the usual adult (1.70), when left out."""
    profile: str | None = None
    """Name of a calibration profile made with `mocapbridge calibrate`, or the path of one: gives
    height, bones, camera and neutral face wherever this section says nothing else."""
    bones: BoneLengths | None = None
    """Lengths of the bones; when left out, those of the profile, or of the usual adult of that
    height until the first seconds show somebody clearly built otherwise."""
    neutral_face: dict[str, Fraction] = field(default_factory=dict[str, float])
    """What the ARKit weights of a relaxed face are measured as, by name: it is taken off."""
    smoothing: Literal["crisp", "normal", "smooth"] = "normal"
    """How much the live body is smoothed; `crisp`: quicker, more jitter; `smooth`: calmer, later.
    Hands and face are smoothed by the filters."""
    forearm_twist: Fraction = 0.5
    """Share of the hand's turn about the forearm that the forearm takes over."""
    joint_limits: tuple[JointLimitOptions, ...] = ()
    """Joints whose limits differ from the built-in ones."""
    camera: SolveCameraOptions = field(default_factory=SolveCameraOptions)
    occlusion: OcclusionOptions = field(default_factory=OcclusionOptions)
    face: FaceSolveOptions = field(default_factory=FaceSolveOptions)
