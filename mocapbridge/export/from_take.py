"""A take as a clip."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from mocapbridge.clock import NS_PER_S, RunAnchor
from mocapbridge.errors import TakeUnreadable
from mocapbridge.export.clip import Clip, RawLandmarks, mended
from mocapbridge.export.options import Progress
from mocapbridge.takes.columns import LandmarkColumns, MotionColumns
from mocapbridge.takes.reader import read_take
from mocapbridge.takes.records import TakeHeader

_MOTION_SHARE = 0.3
"""Of the time that reading motion and landmarks takes."""


def clip_from_take(path: Path, *, with_landmarks: bool, progress: Progress) -> Clip:
    """Read a whole take.

    Args:
        path: the take.
        with_landmarks: also what tracking saw: 8 kB a frame.
        progress: told how far the reading is.

    Raises:
        TakeUnreadable: no take, damaged, without a frame, or holding numbers that cannot be.
    """
    take = read_take(path)
    motion = take.motion()
    if motion.frames == 0:
        raise TakeUnreadable(f"the take holds no frame: there is nothing to export ({path})")
    landmarks = None
    if with_landmarks:
        progress(_MOTION_SHARE)
        landmarks = _raw(take.landmarks())
    try:
        clip = mended(_clip(take.header, motion, landmarks))
    except TakeUnreadable as error:
        raise TakeUnreadable(f"{error} ({path})") from error
    progress(1.0)
    return clip


def _clip(header: TakeHeader, motion: MotionColumns, landmarks: RawLandmarks | None) -> Clip:
    # Python's integers: the difference of hostile times does not fit 64 bits.
    times_ns = motion.capture_time_ns.astype(object)
    body_and_face = np.stack((motion.state, motion.face_state), axis=1)
    return Clip(
        subject=motion.subject,
        source=header.source,
        frame_rate=Fraction(*header.frame_rate),
        anchor=RunAnchor(monotonic_ns=header.anchor.monotonic_ns, unix_ns=header.anchor.unix_ns),
        start_time_ns=int(motion.capture_time_ns[0]),
        times_s=(times_ns - times_ns[0]).astype(np.float64) / NS_PER_S,
        rest_positions_m=np.array(header.rest_positions_m, dtype=np.float32),
        root_in_world_m=motion.root_position_in_world_m,
        rotations_wxyz=motion.rotations_wxyz,
        positions_in_world_m=motion.positions_in_world_m,
        joint_states=motion.joint_state,
        joint_confidences=motion.joint_confidence,
        blendshapes=motion.blendshapes,
        world_from_head=motion.world_from_head,
        gaze_rad=motion.gaze_rad,
        part_states=np.concatenate((body_and_face, motion.hand_states), axis=1),
        feet_planted=motion.feet_planted,
        landmarks=landmarks,
    )


def _raw(landmarks: LandmarkColumns) -> RawLandmarks:
    left, right, pose, face = (
        landmarks.left_hand,
        landmarks.right_hand,
        landmarks.pose,
        landmarks.face,
    )
    return RawLandmarks(
        image_size_px=landmarks.image_size_px,
        pose_image=pose.image,
        pose_world_m=pose.world_m,
        pose_visibility=pose.visibility,
        face_image=face.image,
        hands_image=np.stack((left.image, right.image), axis=1),
        hands_world_m=np.stack((left.world_m, right.world_m), axis=1),
        states=np.stack((pose.state, face.state, left.state, right.state), axis=1),
    )
