"""Pelvis, spine and chest from hips and shoulders.

Four points cannot say how the spine curves. What they fix is kept exactly: the hip line turns the
pelvis, the shoulder line turns the chest, and the way from the hips to the shoulders is the spine's
direction. In between, the turn from pelvis to chest is shared evenly by the three spine joints.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector

_RISE_PER_ELEVATION: Final = 1.0 / 3.0
"""Of an arm's elevation a third comes from the shoulder blade, and the
clavicle with it: the scapulohumeral rhythm (V. Inman, J. Saunders, L. Abbott, "Observations on the
function of the shoulder joint", 1944)."""
_RISES_FROM_RAD: Final = math.radians(15.0)
"""Elevation from which the clavicle rises: nearer to the T-pose it stays as that has it."""
_CLAVICLE_M: Final = 0.1375
"""Clavicle of the standard adult, ``proportions.offsets_m``."""
_HIPS_SEEN_FROM: Final = 0.3
_HIPS_SEEN_TO: Final = 0.6
"""Visibility between which the trust in the hips rises from none to full: MediaPipe goes on
guessing hips that are below the picture, and gives them 0.0 to 0.3."""


@dataclass(frozen=True, slots=True)
class Torso:
    """Rotations world_from_joint of the trunk."""

    pelvis: Axes
    spine: Axes
    chest: Axes
    upper_chest: Axes
    """Carries neck and clavicles."""
    clavicles: tuple[Axes, Axes]
    """Left and right."""


def solve_torso(
    hips: tuple[Vector, Vector],
    shoulders: tuple[Vector, Vector],
    elbows: tuple[Vector, Vector],
    hips_visibility: float,
) -> Torso:
    """Trunk rotations.

    Args:
        hips: left and right hip, world axes [m]; likewise the others.
        shoulders: where the upper arms begin.
        elbows: where they end.
        hips_visibility: of the less visible hip, 0..1.
    """
    trust = plain.ramp(hips_visibility, _HIPS_SEEN_FROM, _HIPS_SEEN_TO)
    spine_way = plain.subtract(plain.add(*shoulders), plain.add(*hips))
    # Without hips the performer sits or stands upright, as in front of a webcam.
    up = plain.mix(plain.Y, plain.unit(spine_way), trust)
    raised_rad = [
        _raised_rad(plain.subtract(elbow, shoulder), up)
        for elbow, shoulder in zip(elbows, shoulders, strict=True)
    ]
    lift_m = (math.sin(raised_rad[0]) - math.sin(raised_rad[1])) * _CLAVICLE_M
    # The line the shoulders would be on if no arm had raised its own.
    shoulder_line = plain.add(plain.subtract(*shoulders), up, -lift_m)
    hip_line = plain.mix(shoulder_line, plain.subtract(*hips), trust)
    pelvis = plain.from_directions(hip_line, up)
    upper_chest = plain.from_directions(shoulder_line, up)
    step = plain.share(plain.product(plain.inverse(pelvis), upper_chest), 1.0 / 3.0)
    spine = plain.product(pelvis, step)
    return Torso(
        pelvis=pelvis,
        spine=spine,
        chest=plain.product(spine, step),
        upper_chest=upper_chest,
        clavicles=(
            plain.about_z(upper_chest, raised_rad[0]),
            plain.about_z(upper_chest, -raised_rad[1]),
        ),
    )


def _raised_rad(arm: Vector, up: Vector) -> float:
    """How far a clavicle rises with its arm [rad]."""
    sine = plain.dot(plain.unit(arm), plain.unit(up))
    elevation_rad = math.asin(min(max(sine, -1.0), 1.0))
    return _RISE_PER_ELEVATION * max(elevation_rad - _RISES_FROM_RAD, 0.0)
