"""A performer who moves by formula: the pose of every instant, from the instant alone.

World frame (metres, +Y up, facing +Z, the performer's left +X, floor y = 0), proportions of
``skeleton``. All motions have periods that divide 60 s, so the whole repeats every minute without
a seam. Signs in the comments are of rotations about the world-parallel axes of the rest pose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINTS, PARENTS, rest_positions_m
from mocapbridge.types import Float64Array

LOOP_NS: Final = 60_000_000_000
"""The performance repeats after this time [ns]."""

_FINGERS: Final = ("Index", "Middle", "Ring", "Little")
_FINGER_BEND_RAD: Final = (("Proximal", 1.2), ("Intermediate", 1.4), ("Distal", 0.9))
_ANKLES: Final = (JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"])
_REST_ANKLE_HEIGHT_M: Final = float(rest_positions_m()[_ANKLES[0], 1])
_REST_OFFSETS_M: Final[Float64Array] = np.array([joint.offset_m for joint in JOINTS])


@dataclass(frozen=True, slots=True)
class PerformerPose:
    """The performer at one instant."""

    positions_in_world_m: Float64Array
    """(55, 3) of the joints of ``skeleton.JOINTS``."""
    world_from_joint: Float64Array
    """(55, 3, 3) rotations; identity everywhere is the T-pose."""
    curl: tuple[float, float]
    """How far the left and right fingers are bent, 0 flat .. 1 fist."""
    blink: float
    """0 open .. 1 closed, both eyes."""
    jaw_open: float
    """0..1."""
    smile: float
    """0..1."""
    gaze_rad: tuple[float, float]
    """Yaw towards the performer's left and pitch up, relative to the head [rad]."""


def performer_at(capture_time_ns: int) -> PerformerPose:
    """The performer at an instant of the monotonic clock [ns]."""
    time_s = (capture_time_ns % LOOP_NS) / 1e9
    curl = (_swell(time_s, 5.0), _swell(time_s + 2.0, 6.0))
    turns = np.zeros((JOINT_COUNT, 3))
    _turn_torso(turns, time_s)
    _turn_legs(turns, time_s)
    for side, (name, sign) in enumerate((("left", 1.0), ("right", -1.0))):
        _turn_arm(turns, name, sign, time_s + 5.0 * side)
        _bend_fingers(turns, name, sign, curl[side])
    hips_m = np.array((0.06 * _wave(time_s, 4.0), 0.0, 0.04 * _wave(time_s, 12.0)))
    positions_m, world_from_joint = _kinematics(turns, hips_m)
    return PerformerPose(
        positions_in_world_m=positions_m,
        world_from_joint=world_from_joint,
        curl=curl,
        blink=_pulse(time_s, period_s=4.0, width_s=0.24),
        jaw_open=0.5 * _swell(time_s, 3.0),
        smile=0.8 * _swell(time_s, 10.0),
        gaze_rad=(0.25 * _wave(time_s, 10.0), 0.12 * _wave(time_s, 7.5)),
    )


def _wave(time_s: float, period_s: float) -> float:
    """-1..1, starting at 0."""
    return math.sin(2.0 * math.pi * time_s / period_s)


def _swell(time_s: float, period_s: float) -> float:
    """0..1, starting at 0."""
    return 0.5 - 0.5 * math.cos(2.0 * math.pi * time_s / period_s)


def _pulse(time_s: float, *, period_s: float, width_s: float) -> float:
    """0, but for a smooth rise to 1 and back at the start of every period."""
    within_s = time_s % period_s
    return _swell(within_s, width_s) if within_s < width_s else 0.0


def _step(time_s: float, period_s: float) -> float:
    """How far a foot is lifted in a walk on the spot: 0 in one half of the period, up to 1."""
    return max(0.0, _wave(time_s, period_s)) ** 2


def _turn_torso(turns: Float64Array, time_s: float) -> None:
    turns[JOINT_INDEX["hips"]] = (0.0, 0.12 * _wave(time_s, 6.0), 0.03 * _wave(time_s, 2.0))
    for name in ("spine", "chest", "upperChest"):
        turns[JOINT_INDEX[name]] = (
            0.04 * _wave(time_s, 5.0),
            0.06 * _wave(time_s, 6.0),
            -0.02 * _wave(time_s, 2.0),
        )
    head = np.array((0.2 * _wave(time_s, 5.0), 0.4 * _wave(time_s, 6.0), 0.1 * _wave(time_s, 4.0)))
    turns[JOINT_INDEX["neck"]] = 0.4 * head
    turns[JOINT_INDEX["head"]] = 0.6 * head


def _turn_legs(turns: Float64Array, time_s: float) -> None:
    for name, lift in (("left", _step(time_s, 2.0)), ("right", _step(time_s + 1.0, 2.0))):
        # Thigh forward (-x), shin back (+x), sole level again.
        turns[JOINT_INDEX[f"{name}UpperLeg"], 0] = -0.7 * lift
        turns[JOINT_INDEX[f"{name}LowerLeg"], 0] = 1.2 * lift
        turns[JOINT_INDEX[f"{name}Foot"], 0] = -0.5 * lift


def _turn_arm(turns: Float64Array, name: str, sign: float, time_s: float) -> None:
    """Hanging and swinging; raised and waving once in 10 s. ``sign``: +1 left, -1 right."""
    raised = _swell(time_s, 10.0) ** 2
    hanging = 1.0 - raised
    # The arm points along +-X at rest: -z lowers the left arm, +z the right one.
    turns[JOINT_INDEX[f"{name}UpperArm"]] = (
        0.0,
        -sign * 0.35 * hanging * _wave(time_s, 2.0),
        -sign * (0.15 * raised + 1.2 * hanging),
    )
    # Bent forwards when hanging (y), upwards and waving when raised (z).
    turns[JOINT_INDEX[f"{name}LowerArm"]] = (
        0.0,
        -sign * 0.35 * hanging,
        sign * raised * (1.2 + 0.3 * _wave(time_s, 1.0)),
    )
    turns[JOINT_INDEX[f"{name}Hand"], 2] = sign * 0.2 * raised * _wave(time_s + 0.1, 1.0)


def _bend_fingers(turns: Float64Array, name: str, sign: float, curl: float) -> None:
    """Towards the palm, which looks down (-Y) at rest."""
    for finger in _FINGERS:
        for segment, bend_rad in _FINGER_BEND_RAD:
            turns[JOINT_INDEX[f"{name}{finger}{segment}"], 2] = -sign * bend_rad * curl
    turns[JOINT_INDEX[f"{name}ThumbProximal"], 1] = sign * 0.5 * curl
    turns[JOINT_INDEX[f"{name}ThumbDistal"], 1] = sign * 0.7 * curl


def _levels() -> tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], ...]:
    """The joints below the hips by distance from them: (joints, their parents)."""
    depth = [0] * JOINT_COUNT
    for index, parent in enumerate(PARENTS):
        depth[index] = 0 if parent < 0 else depth[parent] + 1
    by_depth = [
        np.array([index for index in range(JOINT_COUNT) if depth[index] == level], dtype=np.intp)
        for level in range(1, max(depth) + 1)
    ]
    parents = np.array(PARENTS, dtype=np.intp)
    return tuple((indices, parents[indices]) for indices in by_depth)


_LEVELS: Final = _levels()


def _kinematics(turns: Float64Array, hips_m: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Positions and rotations in the world; the lower foot stands on the floor.

    Args:
        turns: (55, 3) rotation vectors of the joints against their parents [rad].
        hips_m: (3,) of the hips beside their place at rest; the height is ignored [m].
    """
    parent_from_joint = quaternion.to_matrix(quaternion.exp(turns))
    world_from_joint = np.empty((JOINT_COUNT, 3, 3))
    positions_m = np.empty((JOINT_COUNT, 3))
    world_from_joint[0] = parent_from_joint[0]
    positions_m[0] = _REST_OFFSETS_M[0] + hips_m
    for joints, parents in _LEVELS:
        world_from_parent = world_from_joint[parents]
        world_from_joint[joints] = world_from_parent @ parent_from_joint[joints]
        offsets_m = (world_from_parent @ _REST_OFFSETS_M[joints][:, :, None])[:, :, 0]
        positions_m[joints] = positions_m[parents] + offsets_m
    left_m, right_m = positions_m[_ANKLES[0], 1], positions_m[_ANKLES[1], 1]
    positions_m[:, 1] += _REST_ANKLE_HEIGHT_M - min(left_m, right_m)
    return positions_m, world_from_joint
