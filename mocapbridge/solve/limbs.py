"""Arms and legs: two-bone chains with a hinge in the middle.

The two bones' directions leave each bone's turn about itself open. A bent elbow or knee gives it:
the hinge is at right angles to both bones. A straight one does not, so there the hinge comes from
where it was when the elbow was bent last, or would be after the shortest swing from the rest pose
(arms), or from the foot's heading (legs), and in between from a blend of both.

What hangs at the end tells the rest: a hand that is turned further than a forearm can turn takes
the upper arm along, a foot that is turned further than an ankle can turn takes the shin along.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from mocapbridge.geometry import plain
from mocapbridge.geometry.plain import Axes, Vector

_STRAIGHT_SINE: Final = 0.15
_BENT_SINE: Final = 0.45
"""Sines of the bend (9 and 27 degrees) between which the trust in the measured hinge grows:
landmark noise of 3 cm on a 25 cm bone turns a hinge bent by 9 degrees almost anywhere."""
_FORGET_TURN_S: Final = 2.0
"""Time constant with which a straight arm forgets how far its bent elbow showed it turned."""
_TURN_PACE_S: Final = 1.0 / 30.0
"""Time in which a hinge that is trusted by half comes half way."""
_FOOT_SHARE: Final = 0.5
"""What the foot's heading counts beside the pelvis where a leg is straight: it turns with the knee,
but the detector flips it."""
_FOREARM_TURNS_RAD: Final = math.radians(80.0)
"""How far a forearm turns to either side of its middle position: supination 90 and pronation 85
degrees (Kapandji, "The Physiology of the Joints", vol. 1), a little less in comfort."""
_UPPER_ARM_TURNS_RAD: Final = math.radians(60.0)
"""How far a hand may take a straight upper arm along."""
_ANKLE_TURNS_RAD: Final = math.radians(25.0)
"""How far a foot turns about the shin in the ankle and the joints below it (vol. 2)."""
_SHIN_TURNS_RAD: Final = math.radians(35.0)
"""How far a shin turns about itself under a bent knee: outwards 40, inwards 30 degrees (vol. 2)."""


class Chain(NamedTuple):
    """Joint positions along a limb, world axes [m]."""

    root: Vector
    middle: Vector
    end: Vector


class _Kind(NamedTuple):
    """What arms and legs differ in."""

    rest_direction: Vector
    """Both bones in the T-pose."""
    rest_hinge: Vector
    """Axis about which the middle bends: forwards for the elbow, backwards for the knee."""
    unlikely: float
    likely: float
    """Cosines between measured and expected hinge from which the measured one begins to count, and
    counts in full. The upper arm turns about itself by 90 degrees to either side of the shortest
    swing (Kapandji, vol. 1), the thigh hardly."""


_ARMS: Final = (
    _Kind((1.0, 0.0, 0.0), (0.0, -1.0, 0.0), -0.8, -0.5),
    _Kind((-1.0, 0.0, 0.0), (0.0, 1.0, 0.0), -0.8, -0.5),
)
_LEG: Final = _Kind((0.0, -1.0, 0.0), (1.0, 0.0, 0.0), 0.0, 0.3)


@dataclass(slots=True)
class Limb:
    """World rotations of a limb's bones, as joint axes."""

    upper: Axes
    lower: Axes
    bent: float
    """0 straight .. 1 bent so far that the hinge shows."""


class ArmSolver:
    """The left (0) or right (1) arm, from frame to frame.

    A bent elbow shows how far the upper arm is turned about itself; while it is straight, the turn
    that it showed last is kept and goes back to the shortest swing's with ``_FORGET_TURN_S``.
    """

    def __init__(self, side: int) -> None:
        self._kind = _ARMS[side]
        self._turn_rad: float | None = None
        """Of the hinge, about the upper arm, from where the shortest swing has it."""

    def solve(self, chain: Chain, clavicle: Axes, dt_s: float) -> Limb:
        """The upper and lower arm, not yet turned by the hand.

        Args:
            chain: shoulder, elbow and wrist.
            clavicle: world rotation of the clavicle.
            dt_s: time since the frame before [s].
        """
        kind = self._kind
        upper, lower = _directions(chain)
        swung = _expected_hinge(kind, clavicle, upper)
        third = plain.cross(upper, swung)
        kept, pace = swung, None
        if self._turn_rad is not None:
            turn_rad = self._turn_rad * math.exp(-dt_s / _FORGET_TURN_S)
            kept = plain.add(plain.scaled(swung, math.cos(turn_rad)), third, math.sin(turn_rad))
            pace = dt_s / _TURN_PACE_S
        (along, hinge, _), lower, bent = _hinged(kind, upper, lower, swung, kept, pace)
        self._turn_rad = math.atan2(plain.dot(hinge, third), plain.dot(hinge, swung))
        sign = kind.rest_direction[0]
        upper_axes = (along, hinge, plain.cross(along, hinge))
        return Limb(_arm_axes(upper_axes, sign), _arm_axes(lower, sign), bent)


def solve_leg(chain: Chain, pelvis: Axes, foot_forward: Vector) -> Limb:
    """Thigh and shin, not yet turned by the foot.

    Args:
        chain: hip, knee and ankle.
        pelvis: world rotation of the pelvis.
        foot_forward: unit direction from heel to toe.
    """
    upper, lower = _directions(chain)
    from_foot = plain.unit(plain.cross(foot_forward, lower))
    expected = plain.add(_expected_hinge(_LEG, pelvis, upper), from_foot, _FOOT_SHARE)
    expected = plain.unit(expected)
    upper, lower, bent = _hinged(_LEG, upper, lower, expected, expected, None)
    return Limb(leg_axes(upper), leg_axes(lower), bent)


def turn_arm(limb: Limb, turn_rad: float, forearm_share: float) -> None:
    """Let forearm and upper arm take over their part of the hand's turn, in place.

    Args:
        limb: an arm.
        turn_rad: how far its hand is turned about the forearm.
        forearm_share: of that turn, as far as a forearm turns, the part that the forearm takes.
    """
    beyond_rad = turn_rad - _held(turn_rad, _FOREARM_TURNS_RAD)
    taken_rad = (1.0 - limb.bent) * _held(beyond_rad, _UPPER_ARM_TURNS_RAD)
    if taken_rad:
        # A straight arm turns as one piece: what the forearm cannot reach comes from the shoulder.
        limb.upper = plain.about_x(limb.upper, taken_rad)
        limb.lower = plain.about_x(limb.lower, taken_rad)
    limb.lower = plain.about_x(limb.lower, forearm_share * (turn_rad - taken_rad))


def turn_shin(limb: Limb, foot: Axes) -> None:
    """Let the shin take over what of the foot's turn is beyond the ankle, in place."""
    turn_rad = twist_about_y_rad(plain.product(plain.inverse(limb.lower), foot))
    beyond_rad = turn_rad - _held(turn_rad, _ANKLE_TURNS_RAD)
    if beyond_rad:
        limb.lower = plain.about_y(limb.lower, limb.bent * _held(beyond_rad, _SHIN_TURNS_RAD))


def twist_about_x_rad(frame: Axes) -> float:
    """How far a rotation turns about the x axis it starts from [rad]."""
    _, (_, yy, yz), (_, zy, zz) = frame
    return math.atan2(yz - zy, yy + zz)


def twist_about_y_rad(frame: Axes) -> float:
    """How far a rotation turns about the y axis it starts from [rad]."""
    (xx, _, xz), _, (zx, _, zz) = frame
    return math.atan2(zx - xz, xx + zz)


def leg_axes(bone: Axes) -> Axes:
    """Axes of a leg joint from those along the bone, along the hinge and the third."""
    along, hinge, third = bone
    return hinge, plain.scaled(along, -1.0), third


def _arm_axes(bone: Axes, sign: float) -> Axes:
    along, hinge, third = bone
    return plain.scaled(along, sign), plain.scaled(hinge, -sign), plain.scaled(third, -1.0)


def _directions(chain: Chain) -> tuple[Vector, Vector]:
    return plain.direction(chain.root, chain.middle), plain.direction(chain.middle, chain.end)


def _expected_hinge(kind: _Kind, parent: Axes, upper: Vector) -> Vector:
    """The unit hinge a straight limb would have after the shortest swing from its rest pose."""
    rest = plain.carried(parent, kind.rest_direction)
    return plain.unit(plain.swung(rest, upper, plain.carried(parent, kind.rest_hinge)))


def _hinged(
    kind: _Kind,
    upper: Vector,
    lower: Vector,
    expected: Vector,
    kept: Vector,
    pace: float | None,
) -> tuple[Axes, Axes, float]:
    """Axes along both bones (x), along their common hinge (y) and the third; how far it is bent.

    Args:
        kind: arm or leg.
        upper: unit direction of the upper bone.
        lower: unit direction of the lower one.
        expected: the hinge that a measured one is held against.
        kept: the hinge where none is measured.
        pace: time since the frame before in units of that in which a hinge that is half trusted
            comes half way; None: at once.
    """
    normal = plain.cross(upper, lower)
    sine = plain.length(normal)
    measured = plain.scaled(normal, 1.0 / max(sine, 1e-9))
    agreement = (plain.dot(measured, expected) - kind.unlikely) / (kind.likely - kind.unlikely)
    bent = plain.ramp(sine, _STRAIGHT_SINE, _BENT_SINE)
    trust = bent * min(max(agreement, 0.0), 1.0)
    if pace is not None:
        trust = 1.0 - (1.0 - trust) ** pace
    upper_axes = plain.from_directions(upper, plain.mix(kept, measured, trust))
    # What is left of a bend to the wrong side is taken away: no elbow or knee bends backwards.
    _, hinge, backwards = upper_axes
    lower = plain.add(lower, backwards, -max(plain.dot(lower, backwards), 0.0))
    return upper_axes, plain.from_directions(lower, hinge), bent


def _held(angle_rad: float, most_rad: float) -> float:
    return min(max(angle_rad, -most_rad), most_rad)
