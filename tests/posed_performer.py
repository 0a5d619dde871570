"""A performer with exact landmarks: forward kinematics, then what a perfect tracker would report.

Independent of the solver: rotations are composed with scipy, the landmarks sit on the joints.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINTS, PARENTS
from mocapbridge.solve.live import LiveSolver
from mocapbridge.solve.options import SolveOptions
from mocapbridge.types import (
    FaceLandmarks,
    Float32Array,
    Float64Array,
    HandLandmarks,
    Landmarks,
    PoseLandmarks,
    SmoothedLandmarks,
    TrackState,
)

IMAGE_SIZE_PX = (1280, 720)
HORIZONTAL_FOV_DEG = 60.0
_FOCAL_WIDTHS = 0.5 / np.tan(np.radians(HORIZONTAL_FOV_DEG) / 2.0)
_FLIP = np.array((1.0, -1.0, -1.0))

_LEFT_EYE_M = ((0.012, 0.017, 0.088), (0.028, 0.018, 0.089), (0.044, 0.019, 0.081))
_HEAD_POINTS_M = (
    (0.0, -0.012, 0.115),
    *_LEFT_EYE_M,
    *((-x, y, z) for x, y, z in _LEFT_EYE_M),
    (0.074, 0.0, 0.0),
    (-0.074, 0.0, 0.0),
    (0.024, -0.042, 0.092),
    (-0.024, -0.042, 0.092),
)
_EARS_ABOVE_HEAD_JOINT_M = 0.05
REST_M = LiveSolver("performer", SolveOptions()).rest_positions_m.astype(np.float64)
"""(55, 3) the solver's own bones: a performer of exactly the size that it expects."""
_HEEL_M, _TOE_M = (0.0, -0.06, -0.05), (0.0, -0.06, 0.17)


@dataclass
class Performer:
    """A pose: local rotations by joint name, and where the hips are."""

    rotations: dict[str, Rotation] = field(default_factory=dict[str, Rotation])
    hips_in_world_m: tuple[float, float, float] = (0.0, 0.88, 0.0)
    camera_in_world_m: tuple[float, float, float] = (0.0, 1.0, 4.0)
    rest_m: Float64Array = field(default_factory=lambda: REST_M)
    """(55, 3) the performer's bones."""

    def world(self) -> tuple[list[Rotation], Float64Array]:
        """World rotations and positions (55, 3) of the joints."""
        rotations: list[Rotation] = []
        positions = np.zeros((JOINT_COUNT, 3))
        for index, joint in enumerate(JOINTS):
            own = self.rotations.get(joint.name, Rotation.identity())
            if PARENTS[index] < 0:
                rotations.append(own)
                positions[index] = self.hips_in_world_m
                continue
            parent = rotations[PARENTS[index]]
            rotations.append(parent * own)
            bone = self.rest_m[index] - self.rest_m[PARENTS[index]]
            positions[index] = positions[PARENTS[index]] + parent.apply(bone)
        return rotations, positions

    def local_wxyz(self) -> Float64Array:
        """(55, 4) the local rotations."""
        identity = Rotation.identity()
        return np.array(
            [self.rotations.get(j.name, identity).as_quat(scalar_first=True) for j in JOINTS]
        )

    def landmarks(self, capture_time_ns: int = 0, frame_index: int = 0) -> SmoothedLandmarks:
        """What a perfect tracker would report."""
        rotations, positions = self.world()
        body = _body_points(rotations, positions)
        hips = (body[23] + body[24]) / 2.0
        hands = [self._hand(side, rotations, positions) for side in ("left", "right")]
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3] = rotations[JOINT_INDEX["head"]].as_matrix()
        return SmoothedLandmarks(
            Landmarks(
                capture_time_ns=capture_time_ns,
                frame_index=frame_index,
                source_id="performer",
                segment=0,
                image_size_px=IMAGE_SIZE_PX,
                pose=PoseLandmarks(
                    state=TrackState.TRACKED,
                    confidence=1.0,
                    image=self._image(body),
                    world_m=((body - hips) * _FLIP).astype(np.float32),
                    visibility=np.ones(33, dtype=np.float32),
                    presence=np.ones(33, dtype=np.float32),
                ),
                face=FaceLandmarks(
                    state=TrackState.TRACKED,
                    confidence=1.0,
                    image=np.zeros((478, 3), dtype=np.float32),
                    blendshapes=np.zeros(52, dtype=np.float32),
                    blendshapes_measured=True,
                    camera_from_face_cm=matrix,
                    matrix_measured=True,
                ),
                left_hand=hands[0],
                right_hand=hands[1],
            )
        )

    def _hand(self, side: str, rotations: list[Rotation], positions: Float64Array) -> HandLandmarks:
        points = _hand_points(side, rotations, positions)
        return HandLandmarks(
            state=TrackState.TRACKED,
            confidence=1.0,
            image=self._image(points),
            world_m=((points - points[9]) * _FLIP).astype(np.float32),
            gesture="",
            gesture_score=0.0,
        )

    def _image(self, points_in_world_m: Float64Array) -> Float32Array:
        """Fractions of the picture of a level camera that looks along -Z."""
        in_camera = (points_in_world_m - np.array(self.camera_in_world_m)) * _FLIP
        width, height = IMAGE_SIZE_PX
        slopes = in_camera[:, :2] / in_camera[:, 2:]
        fractions = 0.5 + slopes * _FOCAL_WIDTHS * np.array((1.0, width / height))
        middle = in_camera[:, 2:].mean()
        depth = (in_camera[:, 2:] - middle) / middle * _FOCAL_WIDTHS
        return np.hstack((fractions, depth)).astype(np.float32)


def _body_points(rotations: list[Rotation], positions: Float64Array) -> Float64Array:
    points = np.zeros((33, 3))
    head = JOINT_INDEX["head"]
    raised = np.array(_HEAD_POINTS_M) + np.array((0.0, _EARS_ABOVE_HEAD_JOINT_M, 0.0))
    points[:11] = positions[head] + rotations[head].apply(raised)
    on_joints = (
        (11, "UpperArm"), (13, "LowerArm"), (15, "Hand"), (17, "LittleProximal"),
        (19, "IndexProximal"), (21, "ThumbProximal"), (23, "UpperLeg"), (25, "LowerLeg"),
        (27, "Foot"),
    )  # fmt: skip
    for side, name in enumerate(("left", "right")):
        for landmark, part in on_joints:
            points[landmark + side] = positions[JOINT_INDEX[f"{name}{part}"]]
        foot = JOINT_INDEX[f"{name}Foot"]
        points[29 + side] = positions[foot] + rotations[foot].apply(_HEEL_M)
        points[31 + side] = positions[foot] + rotations[foot].apply(_TOE_M)
    return points


def _hand_points(side: str, rotations: list[Rotation], positions: Float64Array) -> Float64Array:
    points = [positions[JOINT_INDEX[f"{side}Hand"]]]
    along = np.array((1.0 if side == "left" else -1.0, 0.0, 0.0))
    chains = (
        ("Thumb", ("Metacarpal", "Proximal", "Distal"), along * 0.0247 + (0.0, 0.0, 0.0247)),
        *(
            (finger, ("Proximal", "Intermediate", "Distal"), along * 0.02)
            for finger in ("Index", "Middle", "Ring", "Little")
        ),
    )
    for finger, segments, tip in chains:
        indices = [JOINT_INDEX[f"{side}{finger}{segment}"] for segment in segments]
        points.extend(positions[index] for index in indices)
        points.append(positions[indices[-1]] + rotations[indices[-1]].apply(tip))
    return np.array(points)


def mirrored(landmarks: SmoothedLandmarks) -> SmoothedLandmarks:
    """The same picture seen in a mirror, left and right named anew."""
    swap = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9]
    swap.extend(other for left in range(11, 33, 2) for other in (left + 1, left))
    pose, face = landmarks.pose, landmarks.face
    reflection = np.diag(np.array((-1.0, 1.0, 1.0, 1.0), dtype=np.float32))
    return SmoothedLandmarks(
        Landmarks(
            capture_time_ns=landmarks.capture_time_ns,
            frame_index=landmarks.frame_index,
            source_id=landmarks.source_id,
            segment=landmarks.segment,
            image_size_px=landmarks.image_size_px,
            pose=PoseLandmarks(
                pose.state,
                pose.confidence,
                _flipped_image(pose.image)[swap],
                (pose.world_m * np.array((-1, 1, 1), dtype=np.float32))[swap],
                pose.visibility[swap],
                pose.presence[swap],
            ),
            face=FaceLandmarks(
                face.state,
                face.confidence,
                face.image,
                face.blendshapes,
                face.blendshapes_measured,
                (reflection @ face.camera_from_face_cm @ reflection).astype(np.float32),
                face.matrix_measured,
            ),
            left_hand=_mirrored_hand(landmarks.right_hand),
            right_hand=_mirrored_hand(landmarks.left_hand),
        )
    )


def _flipped_image(image: Float32Array) -> Float32Array:
    return (
        image * np.array((-1, 1, 1), dtype=np.float32) + np.array((1, 0, 0), dtype=np.float32)
    ).astype(np.float32)


def _mirrored_hand(hand: HandLandmarks) -> HandLandmarks:
    return HandLandmarks(
        hand.state,
        hand.confidence,
        _flipped_image(hand.image),
        hand.world_m * np.array((-1, 1, 1), dtype=np.float32),
        hand.gesture,
        hand.gesture_score,
    )
