"""The turn of every joint that a frame's points ask for."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.geometry import plain, quaternion
from mocapbridge.geometry.matrix import transpose
from mocapbridge.geometry.plain import Axes, Vector
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX
from mocapbridge.solve import anatomy, feet, fingers, hands, head, limbs
from mocapbridge.solve.hands import Knuckles
from mocapbridge.solve.limbs import Chain
from mocapbridge.solve.observation import Observation
from mocapbridge.solve.torso import Torso, solve_torso
from mocapbridge.types import Float64Array

_BODY: Final = 1 + JOINT_INDEX["rightToes"]
"""The joints of the body come first, then those of the fingers."""
_PARENTS: Final = anatomy.PARENT_OR_SELF[1:_BODY]
_ONE_BY_ONE: Final = np.concatenate((np.arange(_BODY), anatomy.THUMB_JOINTS.ravel()))
"""Joints that are turned one by one: the body's and, where a hand is seen, the thumbs'."""


_FINGERS: Final = (5, 9, 13, 17)
"""First landmarks of the four fingers."""


class Posture(NamedTuple):
    """What the points say; what is not seen follows along."""

    local_wxyz: Float64Array
    """(55, 4) unit quaternions parent_from_joint; row 0 is world_from_hips."""
    hand_plausible: Float64Array
    """(2,) 1 where the hand's turn is one that a wrist can make, else 0."""


class PostureSolver:
    """From points to rotations; remembers only whose idea of head and wrists was shown last.

    Args:
        forearm_twist: share of the hand's turn about the forearm that the forearm takes over.
    """

    def __init__(self, forearm_twist: float) -> None:
        self._forearm_twist = forearm_twist
        self._head = head.HeadBlend()
        self._arm_solvers = (limbs.ArmSolver(0), limbs.ArmSolver(1))
        self._wrists = (hands.WristBlend(), hands.WristBlend())

    def solve(
        self, points_m: Float64Array, seen: Observation, gaze_rad: Float64Array, dt_s: float
    ) -> Posture:
        """Rotations of one frame.

        Args:
            points_m: ``(33, 3)`` fitted body landmarks, world axes.
            seen: the frame.
            gaze_rad: ``(2, 2)`` yaw and pitch of the eyes.
            dt_s: time since the frame before [s].
        """
        points = plain.vectors(points_m)
        trust: list[float] = seen.trust.tolist()
        torso = solve_torso(
            (points[23], points[24]),
            (points[11], points[12]),
            (points[13], points[14]),
            min(trust[anatomy.LEFT_HIP], trust[anatomy.RIGHT_HIP]),
        )
        palms = hands.palms(seen.hand_points_m)
        arms, plausible = self._arms(points, palms, trust, torso, dt_s)
        of_face = None if seen.world_from_head is None else plain.axes(seen.world_from_head)
        world_from_head = self._head.follow(points_m, of_face, dt_s)
        frames = [
            torso.pelvis, torso.spine, torso.chest, torso.upper_chest,
            *_head(world_from_head, torso.upper_chest, gaze_rad),
            torso.clavicles[0], *arms[0],
            torso.clavicles[1], *arms[1],
            *_leg(points, 0, torso.pelvis),
            *_leg(points, 1, torso.pelvis),
        ]  # fmt: skip
        turned = np.zeros((JOINT_COUNT, 4))
        turned[:, 0] = 1.0
        if trust[anatomy.LEFT_HAND_SOURCE] > 0.0 or trust[anatomy.RIGHT_HAND_SOURCE] > 0.0:
            in_hands = fingers.in_left_hands(seen.hand_points_m, palms)
            for side, hand in enumerate(in_hands):
                frames += fingers.solve_thumb(hand[1:5], side)
            turned[anatomy.FINGER_JOINTS] = _fingers_wxyz(in_hands)
        local = plain.matrices(frames)
        # Thumbs are in their parents' axes already.
        local[1:_BODY] = transpose(local[_PARENTS]) @ local[1:_BODY]
        turned[_ONE_BY_ONE[: len(frames)]] = quaternion.from_matrix(local)
        return Posture(turned, np.array(plausible))

    def _arms(
        self,
        points: list[Vector],
        palms: tuple[Axes, Axes],
        trust: list[float],
        torso: Torso,
        dt_s: float,
    ) -> tuple[list[tuple[Axes, Axes, Axes]], list[float]]:
        """Upper arm, lower arm and hand of both sides; how plausible the hands are."""
        arms: list[tuple[Axes, Axes, Axes]] = []
        plausible: list[float] = []
        for side in (0, 1):
            chain = Chain(*points[11 + side : 17 : 2])
            limb = self._arm_solvers[side].solve(chain, torso.clavicles[side], dt_s)
            tracked = trust[anatomy.LEFT_HAND_SOURCE + side] > 0.0
            hand = hands.blended(
                Knuckles(points[15 + side], points[19 + side], points[17 + side]),
                palms[side],
                self._wrists[side].follow(tracked, dt_s),
                side,
            )
            plausible.append(float(hands.turn_arm(limb, hand, self._forearm_twist)))
            arms.append((limb.upper, limb.lower, hand))
        return arms, plausible


def _fingers_wxyz(in_hands: list[list[Vector]]) -> Float64Array:
    """Local rotations ``(2, 4, 3, 4)`` by hand, finger and segment, thumbs left out."""
    turns = [
        fingers.solve_finger(hand[knuckle : knuckle + 4], side)
        for side, hand in enumerate(in_hands)
        for knuckle in _FINGERS
    ]
    return np.array(turns).reshape(2, len(_FINGERS), 3, 4)


def _head(world_from_head: Axes, chest: Axes, gaze_rad: Float64Array) -> tuple[Axes, ...]:
    """Neck, head, both eyes and the jaw."""
    chest_from_head = plain.product(plain.inverse(chest), world_from_head)
    neck = plain.product(chest, plain.share(chest_from_head, head.NECK_SHARE))
    eyes = [
        plain.product(world_from_head, head.head_from_eye(yaw_rad, pitch_rad))
        for yaw_rad, pitch_rad in gaze_rad.tolist()
    ]
    return neck, world_from_head, *eyes, world_from_head


def _leg(points: list[Vector], side: int, pelvis: Axes) -> tuple[Axes, ...]:
    """Upper leg, lower leg, foot and toes."""
    hip, knee, ankle, heel, toe = points[23 + side : 33 : 2]
    forward = feet.foot_forward(heel, toe)
    limb = limbs.solve_leg(Chain(hip, knee, ankle), pelvis, forward)
    foot = feet.solve_foot(ankle, heel, forward, limb.lower)
    limbs.turn_shin(limb, foot)
    return limb.upper, limb.lower, foot, foot
