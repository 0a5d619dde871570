"""Arms and legs: two-bone chains with a hinge in the middle.

The two bones' directions leave each bone's turn about itself open. A bent elbow or knee gives it:
the hinge is at right angles to both bones. A straight one does not, so there the hinge comes from
where it would be after the shortest swing from the rest pose (arms) or from the foot's heading
(legs), and in between from a blend of both.

All arrays hold four limbs: left arm, right arm, left leg, right leg.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import clamp, cross, dot, from_directions, transpose
from mocapbridge.geometry.quaternion import unit
from mocapbridge.solve import anatomy
from mocapbridge.types import Float64Array

ROOTS: Final = np.concatenate((anatomy.SHOULDERS, anatomy.HIPS))
MIDDLES: Final = np.concatenate((anatomy.ELBOWS, anatomy.KNEES))
ENDS: Final = np.concatenate((anatomy.WRISTS, anatomy.ANKLES))

REST_DIRECTIONS: Final = np.array(
    ((1.0, 0.0, 0.0), (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0), (0.0, -1.0, 0.0))
)
"""(4, 3) both bones of each limb in the T-pose."""
REST_HINGES: Final = np.array(((0.0, -1.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (1.0, 0.0, 0.0)))
"""(4, 3) axis about which elbow or knee bends: forwards for the elbow, backwards for the knee."""
LIMB_FROM_JOINT: Final = transpose(from_directions(REST_DIRECTIONS, REST_HINGES))
"""(4, 3, 3) takes the columns (along, hinge, rest) of a limb to those of its joint."""
_STRAIGHT_SINE: Final = 0.15
_BENT_SINE: Final = 0.45
"""Sines of the bend (9 and 27 degrees) between which the trust in the measured hinge grows:
landmark noise of 3 cm on a 25 cm bone turns a hinge bent by 9 degrees almost anywhere."""

_FOOT_SHARE: Final = 0.5
"""What the foot's heading counts beside the pelvis where a leg is straight: it turns with the knee,
but the detector flips it."""
_UNLIKELY: Final = np.array(((-0.8,), (-0.8,), (0.0,), (0.0,)))
_LIKELY: Final = np.array(((-0.5,), (-0.5,), (0.3,), (0.3,)))
"""Cosines between measured and expected hinge from which the measured one begins to count, and
counts in full. The upper arm turns about itself by 90 degrees to either side of the shortest swing
(Kapandji, "The Physiology of the Joints", vol. 1), the thigh hardly."""


def solve_limbs(
    points_m: Float64Array, parents: Float64Array, feet_forward: Float64Array
) -> tuple[Float64Array, Float64Array]:
    """Rotations of the upper and lower bones.

    Args:
        points_m: ``(33, 3)`` landmarks in world axes.
        parents: ``(4, 3, 3)`` world rotations of what the limbs hang from: the clavicles, twice
            the pelvis.
        feet_forward: ``(2, 3)`` the heading of each foot.

    Returns:
        ``(4, 3, 3)`` world rotations of the upper and of the lower bones.
    """
    upper = unit(points_m[MIDDLES] - points_m[ROOTS])
    lower = unit(points_m[ENDS] - points_m[MIDDLES])
    expected = _expected_hinges(parents, upper, lower, feet_forward)
    normal = cross(upper, lower)
    sine = np.sqrt(np.einsum("ij,ij->i", normal, normal))[:, None]
    fraction = clamp((sine - _STRAIGHT_SINE) / (_BENT_SINE - _STRAIGHT_SINE), 0.0, 1.0)
    measured = normal / np.maximum(sine, 1e-9)
    agreement = (dot(measured, expected) - _UNLIKELY) / (_LIKELY - _UNLIKELY)
    trust = fraction * fraction * (3.0 - 2.0 * fraction) * clamp(agreement, 0.0, 1.0)
    hinge = trust * measured + (1.0 - trust) * expected
    upper_frame = from_directions(upper, hinge)
    # What is left of a bend to the wrong side is taken away: no elbow or knee bends backwards.
    backwards = upper_frame[..., 2]
    lower = lower - np.maximum(dot(lower, backwards), 0.0) * backwards
    lower_frame = from_directions(lower, upper_frame[..., 1])
    return upper_frame @ LIMB_FROM_JOINT, lower_frame @ LIMB_FROM_JOINT


def _expected_hinges(
    parents: Float64Array, upper: Float64Array, lower: Float64Array, feet_forward: Float64Array
) -> Float64Array:
    """Unit hinges ``(4, 3)`` a straight limb would have."""
    rest = np.einsum("nij,nj->ni", parents, REST_DIRECTIONS)
    hinges = np.einsum("nij,nj->ni", parents, REST_HINGES)
    # Shortest turn of the rest direction into the bone's, applied to the hinge (Rodrigues).
    axis = cross(rest, upper)
    cosine = np.einsum("ij,ij->i", rest, upper)[:, None]
    along = np.einsum("ij,ij->i", axis, hinges)[:, None]
    swung = hinges * cosine + cross(axis, hinges) + axis * (along / np.maximum(1.0 + cosine, 1e-3))
    swung[2:] += _FOOT_SHARE * unit(cross(feet_forward, lower[2:]))
    return unit(swung)
