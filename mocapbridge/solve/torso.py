"""Pelvis, spine and chest from hips and shoulders.

Four points cannot say how the spine curves. What they fix is kept exactly: the hip line turns the
pelvis, the shoulder line turns the chest, and the way from the hips to the shoulders is the spine's
direction. In between, the turn from pelvis to chest is shared evenly by the three spine joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import clamp, from_directions, share
from mocapbridge.geometry.quaternion import unit
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

_RISE_PER_ELEVATION: Final = 1.0 / 3.0
"""Of an arm's elevation a third comes from the shoulder blade, and the
clavicle with it: the scapulohumeral rhythm (V. Inman, J. Saunders, L. Abbott, "Observations on the
function of the shoulder joint", 1944)."""
_RISES_FROM_RAD: Final = np.radians(15.0)
"""Elevation from which the clavicle rises: nearer to the T-pose it stays as that has it."""
_CLAVICLE_M: Final = 0.1375
"""Clavicle of the standard adult, ``proportions.offsets_m``."""
_SIDE_SIGN: Final = np.array((1.0, -1.0))
_UP: Final = np.array((0.0, 1.0, 0.0))
_HIPS_SEEN_FROM: Final = 0.3
_HIPS_SEEN_TO: Final = 0.6
"""Visibility between which the trust in the hips rises from none to full: MediaPipe goes on
guessing hips that are below the picture, and gives them 0.0 to 0.3."""


@dataclass(frozen=True, slots=True)
class Torso:
    """Rotations world_from_joint of the trunk, ``(3, 3)`` each."""

    pelvis: Float64Array
    chest: Float64Array
    """The upper chest, which carries neck and clavicles."""
    spine_local: Float64Array
    """(3, 3) the rotation that spine, chest and upper chest each add."""
    clavicles: Float64Array
    """(2, 3, 3) left and right."""


def solve_torso(points_m: Float64Array, visibility: Float64Array) -> Torso:
    """Trunk rotations of the landmarks ``(33, 3)`` in world axes [m]."""
    hips, shoulders = points_m[anatomy.HIPS], points_m[anatomy.SHOULDERS]
    trust = ramp(float(visibility[anatomy.HIPS].min()), _HIPS_SEEN_FROM, _HIPS_SEEN_TO)
    spine_way = 0.5 * (shoulders[0] + shoulders[1] - hips[0] - hips[1])
    length = float(np.sqrt(spine_way @ spine_way)) + 1e-9
    # Without hips the performer sits or stands upright, as in front of a webcam.
    up = trust * spine_way / length + (1.0 - trust) * _UP
    raised_rad = _raised_rad(points_m, shoulders, up)
    lift = np.sin(raised_rad) * _CLAVICLE_M
    # The line the shoulders would be on if no arm had raised its own.
    shoulder_line = shoulders[0] - shoulders[1] - (lift[0] - lift[1]) * up
    hip_line = trust * (hips[0] - hips[1]) + (1.0 - trust) * shoulder_line
    # Hips and shoulders in a batch of two. Column order x, y: the line across comes first.
    frames = from_directions(np.stack((hip_line, shoulder_line)), np.stack((up, up)))
    pelvis, chest = frames[0], frames[1]
    clavicles = chest @ _about_z(raised_rad * _SIDE_SIGN)
    return Torso(pelvis, chest, share(pelvis.T @ chest, 1.0 / 3.0), clavicles)


def _raised_rad(points_m: Float64Array, shoulders: Float64Array, up: Float64Array) -> Float64Array:
    """How far each clavicle rises with its arm ``(2,)`` [rad]."""
    arms = unit(points_m[anatomy.ELBOWS] - shoulders)
    elevation = np.arcsin(clamp(arms @ unit(up), -1.0, 1.0))
    return _RISE_PER_ELEVATION * np.maximum(elevation - _RISES_FROM_RAD, 0.0)


def _about_z(angle_rad: Float64Array) -> Float64Array:
    """Rotations ``(2, 3, 3)`` about the z axis."""
    rotation = np.zeros((2, 3, 3))
    rotation[:, 0, 0] = rotation[:, 1, 1] = np.cos(angle_rad)
    rotation[:, 1, 0] = np.sin(angle_rad)
    rotation[:, 0, 1] = -rotation[:, 1, 0]
    rotation[:, 2, 2] = 1.0
    return rotation


def ramp(value: float, low: float, high: float) -> float:
    """0 below ``low``, 1 above ``high``, smooth in between."""
    fraction = min(max((value - low) / (high - low), 0.0), 1.0)
    return fraction * fraction * (3.0 - 2.0 * fraction)
