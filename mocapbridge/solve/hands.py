"""Wrists and fingers.

Fingers work in the hand's own axes: rest direction +X for the left hand, -X for the right, palm
down, index finger towards +Z. Right hands are mirrored into left ones, so that one set of formulas
serves both.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import between, clamp, from_directions, transpose
from mocapbridge.geometry.quaternion import unit
from mocapbridge.types import Float64Array

_X_Y_Z: Final = np.array((0, 2, 1))
_TURNED: Final = np.array((1.0, -1.0, 1.0))
_MIRROR: Final = np.array((-1.0, 1.0, 1.0))
_MIRROR_ROTATION: Final = _MIRROR[:, None] * _MIRROR
_KNUCKLES: Final = np.array((5, 9, 13, 17))
_MAX_FLEXION_RAD: Final = np.radians(np.array((95.0, 115.0, 90.0)))
_MIN_FLEXION_RAD: Final = np.radians(np.array((-40.0, 0.0, 0.0)))
"""Range of knuckle, middle and end joint: extension -40 to flexion 95 at the knuckle; the others
are hinges that do not bend backwards (Kapandji, "The Physiology of the Joints", vol. 1)."""
_MAX_SPREAD_RAD: Final = np.radians(25.0)
_SPREAD_COSINE: Final = 0.35
"""Below this cosine of the flexion the sideways angle of a finger says little: damped."""
_BENT_WRIST_COSINE: Final = -0.1
_MOST_TWIST_RAD: Final = np.radians(120.0)
"""A wrist bends by up to 85 degrees and the hand turns by 85 to 90 about the forearm (Kapandji,
vol. 1); beyond these bounds the landmarks are wrong."""
_THUMB_REST: Final = np.array((np.sqrt(0.5), 0.0, np.sqrt(0.5)))


def hand_from_knuckles(
    wrist: Float64Array, index: Float64Array, little: Float64Array, side_sign: Float64Array
) -> Float64Array:
    """World rotations ``(2, 3, 3)`` of the hands from points ``(2, 3)``.

    Args:
        wrist: the wrists.
        index: the index fingers' knuckles.
        little: the little fingers' knuckles.
        side_sign: ``(2, 1)`` +1 left, -1 right: which way the fingers point along x.
    """
    along = 0.5 * (index + little) - wrist
    frame = from_directions(along * side_sign, index - little)
    # Columns come as (x, z, -y).
    return frame.take(_X_Y_Z, axis=-1) * _TURNED


def forearm_twist_rad(forearm_from_hand: Float64Array) -> Float64Array:
    """How far hands ``(2, 3, 3)`` are turned about their forearms (the x axis), ``(2,)`` [rad]."""
    m = forearm_from_hand
    return np.arctan2(m[:, 2, 1] - m[:, 1, 2], m[:, 1, 1] + m[:, 2, 2])


def is_plausible(forearm_from_hand: Float64Array) -> Float64Array:
    """1 where a wrist can be bent and turned like that, 0 where it cannot ``(2,)``."""
    straight = forearm_from_hand[:, 0, 0] > _BENT_WRIST_COSINE
    turned = np.abs(forearm_twist_rad(forearm_from_hand)) < _MOST_TWIST_RAD
    return (straight & turned).astype(np.float64)


def about_x(angle_rad: Float64Array) -> Float64Array:
    """Rotations ``(n, 3, 3)`` about the x axis."""
    rotation = np.zeros((len(angle_rad), 3, 3))
    rotation[:, 0, 0] = 1.0
    rotation[:, 1, 1] = rotation[:, 2, 2] = np.cos(angle_rad)
    rotation[:, 2, 1] = np.sin(angle_rad)
    rotation[:, 1, 2] = -rotation[:, 2, 1]
    return rotation


def finger_rotations(
    points_m: Float64Array, world_from_hand: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """Local rotations of fingers and thumbs.

    Args:
        points_m: ``(2, 21, 3)`` hand landmarks in world axes, any origin.
        world_from_hand: ``(2, 3, 3)`` rotations of the hands.

    Returns:
        ``(2, 4, 3, 3, 3)`` fingers by segment and ``(2, 3, 3, 3)`` thumbs.
    """
    local = points_m @ world_from_hand
    local[1] *= _MIRROR
    fingers = _fingers(local)
    thumbs = _thumbs(local)
    fingers[1] *= _MIRROR_ROTATION
    thumbs[1] *= _MIRROR_ROTATION
    return fingers, thumbs


def _fingers(local_m: Float64Array) -> Float64Array:
    """Finger rotations of left-hand points ``(2, 21, 3)`` in hand axes."""
    joints = local_m[:, 5:].reshape(2, 4, 4, 3)
    segments = joints[:, :, 1:] - joints[:, :, :-1]
    first = segments[:, :, 0]
    length = np.sqrt(np.einsum("abi,abi->ab", first, first)) + 1e-9
    forward = np.maximum(first[..., 0], _SPREAD_COSINE * length)
    spread = clamp(np.arctan2(-first[..., 2], forward), -_MAX_SPREAD_RAD, _MAX_SPREAD_RAD)
    cosine, sine = np.cos(spread), np.sin(spread)
    # In the finger's own plane, after the spread about y is undone.
    x = cosine[..., None] * segments[..., 0] - sine[..., None] * segments[..., 2]
    bend = np.arctan2(-segments[..., 1], x)
    relative = bend.copy()
    relative[..., 1:] -= bend[..., :-1]
    relative = (relative + np.pi) % (2.0 * np.pi) - np.pi
    flexion = clamp(relative, _MIN_FLEXION_RAD, _MAX_FLEXION_RAD)
    rotation = _about_minus_z(flexion)
    about_y = np.zeros((2, 4, 3, 3))
    about_y[..., 0, 0] = about_y[..., 2, 2] = cosine
    about_y[..., 0, 2] = sine
    about_y[..., 2, 0] = -sine
    about_y[..., 1, 1] = 1.0
    rotation[:, :, 0] = about_y @ rotation[:, :, 0]
    return rotation


def _about_minus_z(angle_rad: Float64Array) -> Float64Array:
    """Rotations ``(..., 3, 3)`` that bend +X down to -Y."""
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    rotation = np.zeros((*angle_rad.shape, 3, 3))
    rotation[..., 0, 0] = rotation[..., 1, 1] = cosine
    rotation[..., 0, 1] = sine
    rotation[..., 1, 0] = -sine
    rotation[..., 2, 2] = 1.0
    return rotation


def _thumbs(local_m: Float64Array) -> Float64Array:
    """Thumb rotations of left-hand points ``(2, 21, 3)``: each segment by the shortest turn."""
    segments = unit(local_m[:, 2:5] - local_m[:, 1:4])
    before = np.concatenate((np.broadcast_to(_THUMB_REST, (2, 1, 3)), segments[:, :-1]), axis=1)
    steps = between(before, segments)
    rotation = np.empty((2, 3, 3, 3))
    rotation[:, 0] = steps[:, 0]
    # Steps are in hand axes; a local rotation is in its parent's.
    carried = steps[:, 0]
    rotation[:, 1] = transpose(carried) @ steps[:, 1] @ carried
    carried = steps[:, 1] @ carried
    rotation[:, 2] = transpose(carried) @ steps[:, 2] @ carried
    return rotation
