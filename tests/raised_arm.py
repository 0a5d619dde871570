"""A performer who raises the left arm, smiles, looks to the left and has stepped to the left."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, PARENTS, rest_positions_m
from mocapbridge.types import Float32Array, MocapFrame
from tests.motion_frames import seen_frame

STEP_M = 0.3
ARM_RAISED_DEG = 70.0
HEAD_LEFT_DEG = 20.0
HEAD_DOWN_DEG = 10.0
SMILE_LEFT, SMILE_RIGHT = 0.8, 0.4


def raised_arm_frame() -> MocapFrame:
    """The frame; positions follow from the rotations by forward kinematics."""
    local = [Rotation.identity()] * JOINT_COUNT
    local[JOINT_INDEX["leftUpperArm"]] = Rotation.from_euler("Z", ARM_RAISED_DEG, degrees=True)
    head = Rotation.from_euler("YX", (HEAD_LEFT_DEG, HEAD_DOWN_DEG), degrees=True)
    local[JOINT_INDEX["head"]] = head
    positions = forward_kinematics(local)
    rotations = np.array([turn.as_quat(scalar_first=True) for turn in local], dtype=np.float32)
    blendshapes = np.zeros(52, dtype=np.float32)
    blendshapes[ARKIT_INDEX["mouthSmileLeft"]] = SMILE_LEFT
    blendshapes[ARKIT_INDEX["mouthSmileRight"]] = SMILE_RIGHT
    world_from_head = np.eye(4, dtype=np.float32)
    world_from_head[:3, :3] = head.as_matrix()
    world_from_head[:3, 3] = positions[JOINT_INDEX["head"]]
    frame = seen_frame(1)
    return replace(
        frame,
        pose=replace(
            frame.pose,
            rotations_wxyz=rotations,
            positions_in_world_m=positions,
            root_position_in_world_m=positions[0],
        ),
        face=replace(
            frame.face,
            blendshapes=blendshapes,
            world_from_head=world_from_head,
            # Both eyes a little to the left and up.
            gaze_rad=np.array(((0.2, 0.1), (0.2, 0.1)), dtype=np.float32),
        ),
    )


def forward_kinematics(local: list[Rotation]) -> Float32Array:
    """Joint positions in the world, after the step."""
    rest = rest_positions_m().astype(np.float64)
    positions, turns = rest.copy(), list(local)
    positions[0] += (STEP_M, 0.0, 0.0)
    for joint in range(1, JOINT_COUNT):
        parent = PARENTS[joint]
        positions[joint] = positions[parent] + turns[parent].apply(rest[joint] - rest[parent])
        turns[joint] = turns[parent] * local[joint]
    return positions.astype(np.float32)


def arm_direction_in_world() -> tuple[float, float, float]:
    """Where the raised left arm points."""
    angle_rad = math.radians(ARM_RAISED_DEG)
    return (math.cos(angle_rad), math.sin(angle_rad), 0.0)
