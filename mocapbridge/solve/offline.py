"""The offline solver: sees a whole clip before it says anything of its first frame.

Same landmarks, same bones, same skeleton as the live solver; better, because every frame knows
what comes after it: no lag, sides put right over the clip, one fit of all frames together, steps
with one place each, gaps filled from both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT
from mocapbridge.solve import (
    anatomy,
    clip_kinematics,
    clip_placement,
    head,
    proportions,
)
from mocapbridge.solve.build import Build, build_of
from mocapbridge.solve.camera import Camera
from mocapbridge.solve.clip import Clip, read_clips
from mocapbridge.solve.clip_face import expressions, head_turns
from mocapbridge.solve.clip_figure import ClipFigure, fit_figures, repaired
from mocapbridge.solve.clip_gaps import fill_gaps, seen_joints
from mocapbridge.solve.face import FaceSolver
from mocapbridge.solve.limits import JointLimits
from mocapbridge.solve.observation import Observation
from mocapbridge.solve.options import SolveOptions
from mocapbridge.solve.posture import PostureSolver
from mocapbridge.solve.profile import with_profile
from mocapbridge.solve.zero_phase import smooth_rotations, smooth_seen
from mocapbridge.types import (
    FaceMotion,
    Float32Array,
    Float64Array,
    Landmarks,
    MocapFrame,
    PoseMotion,
    TrackState,
    UInt8Array,
)

_BODY_WIDTH_S: Final = 0.035
"""Smoothing of the joints' turns, after the fit has smoothed their places."""
_HAND_WIDTH_S: Final = 0.03
_PROGRESS_EVERY: Final = 64
_SEEN: Final = (TrackState.TRACKED, TrackState.HELD)


@dataclass(frozen=True, slots=True)
class _Joints:
    """All joints of a clip, by joint and frame."""

    local_wxyz: Float64Array
    """(55, n, 4)."""
    states: UInt8Array
    """(55, n)."""
    confidence: Float64Array
    """(55, n)."""


@dataclass(frozen=True, slots=True)
class _Face:
    blendshapes: Float32Array
    """(n, 52)."""
    gaze_rad: Float64Array
    """(n, 2, 2)."""
    turns: Float64Array
    """(n, 3, 3) world rotations of the head."""


class OfflineSolver:
    """Landmarks of a whole clip to a skeleton's motion.

    Args:
        subject: name of the performer in every frame.
        options: how to solve.
    """

    def __init__(self, subject: str, options: SolveOptions) -> None:
        self._subject = subject
        options = with_profile(options)
        self._options = options
        self._camera = Camera(options.camera)
        self._face = FaceSolver(options.face, neutral=options.neutral_face, landmarks_lag=False)
        self._limits = JointLimits(options.joint_limits)
        self._build: Build = build_of(options)

    @property
    def rest_positions_m(self) -> Float32Array:
        """(55, 3) joint positions of the performer's rest pose, world axes [m]."""
        return proportions.rest_positions_m(self._build.offsets_m).astype(np.float32)

    def solve(
        self, landmarks: Iterable[Landmarks], progress: Callable[[int], None] = lambda _done: None
    ) -> list[MocapFrame]:
        """The motion of every frame.

        Args:
            landmarks: in the order of their capture times, as the tracker gives them: smoothing
                that lags would only take away from what this solver does better. A new segment
                begins a clip of its own.
            progress: told now and then how many frames are posed, once all were read.
        """
        frames: list[MocapFrame] = []
        origin: Float64Array | None = None
        # Several threads on blocks this small only wait for one another: 60 times the processor
        # time, measured with the OpenBLAS that scipy brings.
        with threadpool_limits(limits=1, user_api="blas"):
            for clip in map(repaired, read_clips(landmarks, self._camera, self._face)):
                before = len(frames)
                solved, origin = self._solve_clip(
                    clip, origin, lambda done, before=before: progress(before + done)
                )
                frames += solved
        return frames

    def _solve_clip(
        self, clip: Clip, origin: Float64Array | None, progress: Callable[[int], None]
    ) -> tuple[list[MocapFrame], Float64Array | None]:
        figure = fit_figures(
            clip, self._build, self._camera, own_proportions=self._options.bones is None
        )
        face_seen = np.array([label.states[1] in _SEEN for label in clip.labels])
        weights = expressions(clip, face_seen).astype(np.float32)
        gaze = np.array([head.gaze_from_blendshapes(row) for row in weights])
        face = _Face(weights, gaze, head_turns(clip, figure.points_m))
        joints = self._joints(clip, figure, face, progress)
        world = clip_kinematics.world_rotations(joints.local_wxyz)
        drop = np.array((0.0, -proportions.HIP_DROP_M * self._build.scale, 0.0))
        root = figure.hips_m - world[anatomy.HIPS_JOINT] @ drop
        if origin is None:
            origin = self._origin(figure, root, clip.body_seen)
        root = self._limited(self._stand(clip, figure, world, root - origin))
        positions = clip_kinematics.positions_m(world, self._build.offsets_m)
        positions += root
        for joint in anatomy.LEG_JOINTS:
            joints.local_wxyz[joint] = quaternion.from_matrix(
                clip_kinematics.local_rotations(world, joint)
            )
        head_turns_in_world = world[anatomy.HEAD_JOINT].astype(np.float32)
        del world  # ten minutes of it are 140 MB
        return self._frames(clip, joints, figure, face, head_turns_in_world, positions), origin

    def _joints(
        self, clip: Clip, figure: ClipFigure, face: _Face, progress: Callable[[int], None]
    ) -> _Joints:
        """Local rotations of all joints, gaps filled, smoothed."""
        confidence = clip.trust[:, anatomy.JOINT_SOURCES].min(axis=1).T.copy()
        local = self._postures(clip, figure, face, confidence, progress)
        seen_flags = seen_joints(confidence, self._options.occlusion)
        states = fill_gaps(local, seen_flags, clip.times_s, self._options.occlusion)
        widths = np.full(len(local), _BODY_WIDTH_S)
        widths[anatomy.FINGER_JOINTS] = widths[anatomy.THUMB_JOINTS] = _HAND_WIDTH_S
        for joint, width_s in enumerate(widths):
            local[joint] = smooth_rotations(local[joint], clip.times_s, float(width_s))
        return _Joints(local, states, confidence)

    def _postures(
        self,
        clip: Clip,
        figure: ClipFigure,
        face: _Face,
        confidence: Float64Array,
        progress: Callable[[int], None],
    ) -> Float64Array:
        """Local rotations ``(55, n, 4)``, each frame by itself; doubtful hands get less confidence.

        ``confidence`` ``(55, n)`` changes in place.
        """
        local = np.empty((JOINT_COUNT, len(clip.labels), 4))
        hands = _smooth_hands(clip)
        solver = PostureSolver(self._options.forearm_twist)
        for frame in range(len(clip.labels)):
            seen = Observation(
                points_m=figure.points_m[frame],
                rays=clip.rays[frame],
                hand_points_m=hands[frame],
                world_from_head=face.turns[frame],
                blendshapes=face.blendshapes[frame],
                trust=clip.trust[frame],
                body_seen=bool(clip.body_seen[frame]),
            )
            dt_s = float(clip.times_s[frame] - clip.times_s[max(frame - 1, 0)])
            posture = solver.solve(seen.points_m, seen, face.gaze_rad[frame], dt_s)
            local[:, frame] = self._limits.clamp(posture.local_wxyz)
            confidence[anatomy.HAND_JOINTS, frame] *= posture.hand_plausible
            if frame % _PROGRESS_EVERY == 0:
                progress(frame)
        return local

    def _origin(
        self, figure: ClipFigure, root: Float64Array, body_seen: npt.NDArray[np.bool_]
    ) -> Float64Array:
        """The world's origin ``(3,)``: on the floor under the first hips that were seen."""
        first = root[int(np.argmax(body_seen))]
        floor = figure.floor_m
        if floor is None:
            floor = float(np.median(root[:, 1])) - clip_placement.hips_height_m(self._build)
        return np.array((first[0], floor, first[2]))

    def _limited(self, root_m: Float64Array) -> Float64Array:
        """The part of the way that the mode lets through ``(n, 3)``."""
        lets = {"full": (1.0, 1.0, 1.0), "lateral": (1.0, 1.0, 0.0), "locked": (0.0, 1.0, 0.0)}
        return root_m * np.array(lets[self._options.root])

    def _stand(
        self, clip: Clip, figure: ClipFigure, world: Float64Array, root: Float64Array
    ) -> Float64Array:
        """Feet onto the floor; ``world`` changes in place; the hips' places ``(n, 3)``."""
        build = self._build
        positions = clip_kinematics.positions_m(world, build.offsets_m)
        positions += root
        steps = clip_placement.plan_steps(
            positions[anatomy.FOOT_JOINTS].swapaxes(0, 1),
            world[anatomy.FOOT_JOINTS][..., 2].swapaxes(0, 1),
            figure.stands,
            clip_placement.ankle_height_m(build),
            clip.times_s,
        )
        del positions  # ten minutes of it are 50 MB
        return root + clip_placement.stand(world, root, steps, build, clip.times_s)

    def _frames(
        self,
        clip: Clip,
        joints: _Joints,
        figure: ClipFigure,
        face: _Face,
        head_turns_in_world: Float32Array,
        positions: Float64Array,
    ) -> list[MocapFrame]:
        _keep_signs(joints.local_wxyz)
        shown = joints.local_wxyz.swapaxes(0, 1).astype(np.float32)
        places = positions.swapaxes(0, 1).astype(np.float32)
        states = joints.states.T.copy()
        confidence = joints.confidence.T.astype(np.float32)
        heads = np.zeros((len(places), 4, 4), dtype=np.float32)
        heads[:, :3, :3] = head_turns_in_world
        heads[:, :3, 3] = places[:, anatomy.HEAD_JOINT]
        heads[:, 3, 3] = 1.0
        gaze = face.gaze_rad.astype(np.float32)
        frames: list[MocapFrame] = []
        for frame, label in enumerate(clip.labels):
            left, right = figure.stands[frame].tolist()
            pose = PoseMotion(
                state=label.states[0],
                confidence=label.confidences[0],
                root_position_in_world_m=places[frame, anatomy.HIPS_JOINT],
                rotations_wxyz=shown[frame],
                positions_in_world_m=places[frame],
                joint_state=states[frame],
                joint_confidence=confidence[frame],
                feet_planted=(left, right),
            )
            motion = FaceMotion(
                state=label.states[1],
                confidence=label.confidences[1],
                blendshapes=face.blendshapes[frame],
                world_from_head=heads[frame],
                gaze_rad=gaze[frame],
            )
            frames.append(
                MocapFrame(
                    subject=self._subject,
                    frame_id=label.frame_index,
                    capture_time_ns=label.capture_time_ns,
                    pose=pose,
                    face=motion,
                    left_hand_state=label.states[2],
                    right_hand_state=label.states[3],
                    gestures=label.gestures,
                )
            )
        return frames


def _smooth_hands(clip: Clip) -> Float64Array:
    """Hand landmarks ``(n, 2, 21, 3)`` relative to the wrist, smoothed."""
    points = clip.hand_points_m - clip.hand_points_m[:, :, :1]
    seen = clip.trust[:, anatomy.LEFT_HAND_SOURCE : anatomy.RIGHT_HAND_SOURCE + 1] > 0.0
    return smooth_seen(points, seen, clip.times_s, _HAND_WIDTH_S)


def _keep_signs(local_wxyz: Float64Array) -> None:
    """Give quaternions ``(55, n, 4)`` the signs without flips from frame to frame, in place."""
    against = np.einsum("jti,jti->jt", local_wxyz[:, 1:], local_wxyz[:, :-1]) < 0.0
    signs = np.ones(local_wxyz.shape[:2])
    signs[:, 1:] = np.cumprod(np.where(against, -1.0, 1.0), axis=1)
    local_wxyz *= signs[..., None]
