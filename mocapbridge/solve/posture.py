"""The turn of every joint that a frame's points ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mocapbridge.geometry.matrix import transpose
from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.solve import anatomy, feet, hands, head, limbs
from mocapbridge.solve.observation import Observation
from mocapbridge.solve.torso import solve_torso
from mocapbridge.types import Float64Array

_SIDE_SIGN: Final = np.array(((1.0,), (-1.0,), (1.0,), (-1.0,)))


@dataclass(frozen=True, slots=True)
class Posture:
    """What the points say; what is not seen follows along."""

    world: Float64Array
    """(55, 3, 3) world rotations."""
    hand_plausible: Float64Array
    """(2,) 1 where the hand's turn is one that a wrist can make, else 0."""


def posture_of(
    points_m: Float64Array, seen: Observation, gaze_rad: Float64Array, forearm_twist: float
) -> Posture:
    """Rotations of one frame.

    Args:
        points_m: ``(33, 3)`` fitted body landmarks, world axes.
        seen: the frame.
        gaze_rad: ``(2, 2)`` yaw and pitch of the eyes.
        forearm_twist: share of the hand's turn about the forearm that the forearm takes over.
    """
    world = np.empty((JOINT_COUNT, 3, 3))
    torso = solve_torso(points_m, seen.trust)
    world[anatomy.HIPS_JOINT] = torso.pelvis
    world[anatomy.SPINE_JOINT] = torso.pelvis @ torso.spine_local
    world[anatomy.CHEST_JOINT] = world[anatomy.SPINE_JOINT] @ torso.spine_local
    world[anatomy.UPPER_CHEST_JOINT] = torso.chest
    world[anatomy.SHOULDER_JOINTS] = torso.clavicles
    _turn_head(seen, world, gaze_rad)
    forward = feet.feet_forward(points_m)
    parents = np.stack((*torso.clavicles, torso.pelvis, torso.pelvis))
    upper, lower = limbs.solve_limbs(points_m, parents, forward)
    world[anatomy.UPPER_ARM_JOINTS], world[anatomy.UPPER_LEG_JOINTS] = upper[:2], upper[2:]
    world[anatomy.LOWER_ARM_JOINTS], world[anatomy.LOWER_LEG_JOINTS] = lower[:2], lower[2:]
    world[anatomy.FOOT_JOINTS] = feet.solve_feet(points_m, forward, lower[2:])
    world[anatomy.TOE_JOINTS] = world[anatomy.FOOT_JOINTS]
    return Posture(world, _turn_hands(points_m, seen, world, forearm_twist))


def _turn_head(seen: Observation, world: Float64Array, gaze_rad: Float64Array) -> None:
    world_from_head = seen.world_from_head
    if world_from_head is None:
        world_from_head = head.head_from_points(seen.points_m)
    chest = world[anatomy.UPPER_CHEST_JOINT]
    world[anatomy.NECK_JOINT] = chest @ head.chest_from_neck(chest.T @ world_from_head)
    world[anatomy.HEAD_JOINT] = world_from_head
    world[anatomy.JAW_JOINT] = world_from_head
    world[anatomy.EYE_JOINTS] = world_from_head @ head.eye_rotations(gaze_rad)


def _turn_hands(
    points_m: Float64Array, seen: Observation, world: Float64Array, forearm_twist: float
) -> Float64Array:
    """Hands, fingers and the forearms' share of the hands' turn, into ``world``."""
    hand_points = seen.hand_points_m
    # By the body's landmarks and by the hands' own, left and right.
    frames = hands.hand_from_knuckles(
        np.concatenate((points_m[anatomy.WRISTS], hand_points[:, 0])),
        np.concatenate((points_m[anatomy.INDEXES], hand_points[:, 5])),
        np.concatenate((points_m[anatomy.PINKIES], hand_points[:, 17])),
        _SIDE_SIGN,
    )
    tracked = seen.trust[anatomy.LEFT_HAND_SOURCE : anatomy.RIGHT_HAND_SOURCE + 1] > 0.0
    world_from_hand = np.where(tracked[:, None, None], frames[2:], frames[:2])
    forearms = world[anatomy.LOWER_ARM_JOINTS]
    forearm_from_hand = transpose(forearms) @ world_from_hand
    plausible = hands.is_plausible(forearm_from_hand)
    twist_rad = hands.forearm_twist_rad(forearm_from_hand) * plausible * forearm_twist
    world[anatomy.LOWER_ARM_JOINTS] = forearms @ hands.about_x(twist_rad)
    world[anatomy.HAND_JOINTS] = world_from_hand
    world[anatomy.FINGER_JOINTS] = world_from_hand[:, None, None]
    world[anatomy.THUMB_JOINTS] = world_from_hand[:, None]
    if tracked.any():
        _turn_fingers(hand_points, world_from_hand, world)
    return plausible


def _turn_fingers(
    hand_points: Float64Array, world_from_hand: Float64Array, world: Float64Array
) -> None:
    fingers, thumbs = hands.finger_rotations(hand_points, world_from_hand)
    finger = world_from_hand[:, None]
    thumb = world_from_hand
    for segment in range(3):
        finger = finger @ fingers[:, :, segment]
        thumb = thumb @ thumbs[:, segment]
        world[anatomy.FINGER_JOINTS[:, :, segment]] = finger
        world[anatomy.THUMB_JOINTS[:, segment]] = thumb
