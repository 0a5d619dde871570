"""The live solver: causal, one frame in, one frame out, no lag of its own."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.solve import anatomy, kinematics, proportions
from mocapbridge.solve.base import BoneChange, Solver
from mocapbridge.solve.build import Build, build_of
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.figure import Figure, FigureTracker
from mocapbridge.solve.limits import JointLimits
from mocapbridge.solve.observation import Observation, observe
from mocapbridge.solve.occlusion import Occlusion
from mocapbridge.solve.options import SolveOptions
from mocapbridge.solve.placement import Placement
from mocapbridge.solve.posture import Posture, PostureSolver
from mocapbridge.solve.profile import with_profile
from mocapbridge.solve.running_bones import RunningBones
from mocapbridge.types import (
    FaceMotion,
    Float32Array,
    Float64Array,
    Landmarks,
    MocapFrame,
    PoseMotion,
    SmoothedLandmarks,
)

_LONGEST_STEP_S: Final = 0.25
_UNMOVED: Final = np.eye(4, dtype=np.float32)
_PLANTED: Final = 0.5
"""Strength of a foot's hold on the floor above which receivers are told that it stands."""


class LiveSolver:
    """Landmarks to a skeleton's motion, frame by frame.

    Args:
        subject: name of the performer in every frame.
        options: how to solve.
    """

    def __init__(self, subject: str, options: SolveOptions) -> None:
        self._subject = subject
        options = with_profile(options)
        build = build_of(options)
        self._camera = Camera(options.camera)
        self._limits = JointLimits(options.joint_limits)
        self._occlusion = Occlusion(options.occlusion, self._limits)
        self._posture = PostureSolver(options.forearm_twist)
        self._face = FaceSolver(options.face, neutral=options.neutral_face)
        self._build = build
        self._figure = FigureTracker(self._camera, build, options.smoothing)
        self._placement = Placement(options.root, build)
        self.running_bones = RunningBones(options.height_m) if options.bones is None else None
        """None where the bones are known."""
        self._last_time_ns: int | None = None
        self._dt_s = 0.0
        self._shown_wxyz = np.tile(np.array(quaternion.IDENTITY_WXYZ), (JOINT_COUNT, 1))

    @property
    def rest_positions_m(self) -> Float32Array:
        """(55, 3) joint positions of the performer's rest pose, world axes [m]."""
        return proportions.rest_positions_m(self._build.offsets_m).astype(np.float32)

    def solve(self, landmarks: SmoothedLandmarks) -> MocapFrame:
        """The motion of one frame. Frames come in the order of their capture times."""
        dt_s = self._dt_s = self._advance(landmarks)
        seen = observe(landmarks, self._camera)
        looks = self._face.solve(landmarks.face, landmarks.image_size_px, seen.blendshapes, dt_s)
        figure = self._figure.follow(seen, dt_s)
        if seen.body_seen and self.running_bones is not None and not self.running_bones.settled:
            in_image_m = self._figure.scale * seen.points_m @ self._camera.world_from_image
            self.running_bones.watch(in_image_m, seen.trust[:33], dt_s)
        points = seen.points_m if figure is None else figure.points_m
        posture = self._posture.solve(points, seen, looks.gaze_rad, dt_s)
        confidence, belief = _by_joint(figure, seen, posture)
        turned, state = self._occlusion.fill(posture.local_wxyz, confidence, belief, dt_s)
        world = kinematics.world_rotations(quaternion.to_matrix(turned))
        positions, root = self._placement.place(figure, world, dt_s)
        reached = quaternion.from_matrix(kinematics.leg_rotations(world))
        legs = self._limits.clamp_legs(reached)
        shown = turned.copy()
        shown[anatomy.LEG_JOINTS] = legs
        if legs is not reached:
            # No leg is bent beyond its limits for a foot's sake.
            world = kinematics.world_rotations(quaternion.to_matrix(shown))
            positions = root + kinematics.positions_from_hips_m(world, self._build.offsets_m)
        self._shown_wxyz = quaternion.same_hemisphere(shown, self._shown_wxyz)
        pose = PoseMotion(
            state=landmarks.pose.state,
            confidence=float(landmarks.pose.confidence),
            root_position_in_world_m=root.astype(np.float32),
            rotations_wxyz=self._shown_wxyz.astype(np.float32),
            positions_in_world_m=positions.astype(np.float32),
            joint_state=state,
            joint_confidence=confidence.astype(np.float32),
            feet_planted=_feet_planted(figure),
        )
        transform = _UNMOVED.copy()
        transform[:3, :3] = world[anatomy.HEAD_JOINT]
        transform[:3, 3] = pose.positions_in_world_m[anatomy.HEAD_JOINT]
        face = FaceMotion(
            state=landmarks.face.state,
            confidence=landmarks.face.confidence,
            blendshapes=looks.weights,
            world_from_head=transform,
            gaze_rad=looks.gaze_rad.astype(np.float32),
        )
        return self._frame(landmarks, pose, face)

    def adopt_bones(self) -> BoneChange:
        """Go on towards the performer's own bones, as far as they are known by now."""
        if self.running_bones is None or self.running_bones.settled:
            return BoneChange.NONE
        build = self.running_bones.adopt(self._dt_s)
        if build is None:
            return BoneChange.NONE
        self._take_on(build)
        return BoneChange.SETTLED if self.running_bones.settled else BoneChange.GOING_ON

    def go_on_from(self, before: Solver) -> None:
        """Begin with the bones that another solver has found, unless they are given."""
        own = self.running_bones
        known = before.running_bones if isinstance(before, LiveSolver) else None
        if own is not None and known is not None and own.height_m == known.height_m:
            self.running_bones = known
            self._take_on(known.build)

    def _take_on(self, build: Build) -> None:
        grown = build.scale / self._build.scale
        self._build = build
        self._figure.take_on(build, grown)
        self._placement.take_on(build, grown)

    def recentre(self) -> None:
        """From the next frame on the world's origin is on the floor under the performer.

        The performer glides there within a few frames.
        """
        self._placement.recentre()

    def _frame(self, landmarks: Landmarks, pose: PoseMotion, face: FaceMotion) -> MocapFrame:
        return MocapFrame(
            subject=self._subject,
            frame_id=landmarks.frame_index,
            capture_time_ns=landmarks.capture_time_ns,
            pose=pose,
            face=face,
            left_hand_state=landmarks.left_hand.state,
            right_hand_state=landmarks.right_hand.state,
            gestures=(landmarks.left_hand.gesture, landmarks.right_hand.gesture),
        )

    def _advance(self, landmarks: Landmarks) -> float:
        """Time since the last frame [s], 0 for the first one and where time stands still."""
        last_ns, self._last_time_ns = self._last_time_ns, landmarks.capture_time_ns
        if last_ns is None:
            return 0.0
        return min(max((landmarks.capture_time_ns - last_ns) * 1e-9, 0.0), _LONGEST_STEP_S)


def _feet_planted(figure: Figure | None) -> tuple[bool, bool]:
    if figure is None:
        return (False, False)
    left, right = (figure.planted > _PLANTED).tolist()
    return left, right


def _by_joint(
    figure: Figure | None, seen: Observation, posture: Posture
) -> tuple[Float64Array, Float64Array]:
    """How well each joint is seen ``(55,)``, and how plausible what is seen of it ``(55,)``.

    What is no body landmark always is plausible.
    """
    of_sources = np.ones((2, anatomy.SOURCE_COUNT))
    of_sources[0] = seen.trust
    if figure is not None:
        of_sources[1, :33] = figure.belief
        if seen.world_from_head is None:
            of_sources[1, anatomy.HEAD_SOURCE] = figure.belief[anatomy.NOSE]
    by_joint = np.minimum.reduce(of_sources.take(anatomy.JOINT_SOURCES, 1), axis=1)
    confidence, belief = by_joint[0], by_joint[1]
    belief[anatomy.HAND_JOINTS] *= posture.hand_plausible
    return confidence, belief
