"""A take as a clip."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from mocapbridge.clock import NS_PER_S, RunAnchor
from mocapbridge.errors import TakeUnreadable
from mocapbridge.export.clip import Clip, RawLandmarks, mended
from mocapbridge.export.options import Progress
from mocapbridge.takes.reader import Take, TakeFrame, read_take
from mocapbridge.types import Landmarks, MocapFrame

_FRAMES_AT_ONCE: Final = 500

_Columns: TypeAlias = dict[str, npt.NDArray[Any]]


def clip_from_take(path: Path, *, with_landmarks: bool, progress: Progress) -> Clip:
    """Read a whole take.

    Args:
        path: the take.
        with_landmarks: also what tracking saw: 7 kB a frame.
        progress: told how far the reading is.

    Raises:
        TakeUnreadable: no take, damaged, without a frame, or holding numbers that cannot be.
    """
    take = read_take(path)
    expected = take.footer.frames if take.footer is not None else 0
    frames = take.frames()
    pieces: list[_Columns] = []
    read = 0
    while piece := list(islice(frames, _FRAMES_AT_ONCE)):
        pieces.append(_columns(piece, with_landmarks=with_landmarks))
        read += len(piece)
        progress(min(1.0, read / max(read, expected)))
    if not pieces:
        raise TakeUnreadable(f"the take holds no frame: there is nothing to export ({path})")
    try:
        return mended(_clip(take, dict(_joined(pieces))))
    except TakeUnreadable as error:
        raise TakeUnreadable(f"{error} ({path})") from error


def _joined(pieces: list[_Columns]) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    for name in list(pieces[0]):
        # Each piece is let go as it is joined: the whole is never held twice.
        yield name, np.concatenate([piece.pop(name) for piece in pieces])


def _clip(take: Take, columns: _Columns) -> Clip:
    header = take.header
    times_ns = columns.pop("times_ns")
    raw = {name: columns.pop(name) for name in list(columns) if name in _RAW_NAMES}
    return Clip(
        subject=header.subject,
        source=header.source,
        frame_rate=Fraction(*header.frame_rate),
        anchor=RunAnchor(monotonic_ns=header.anchor.monotonic_ns, unix_ns=header.anchor.unix_ns),
        start_time_ns=int(times_ns[0]),
        # Python integers: the difference of hostile times does not fit 64 bits.
        times_s=(times_ns - times_ns[0]).astype(np.float64) / NS_PER_S,
        rest_positions_m=np.array(header.rest_positions_m, dtype=np.float32),
        landmarks=RawLandmarks(**raw) if raw else None,
        **columns,
    )


def _columns(frames: list[TakeFrame], *, with_landmarks: bool) -> _Columns:
    columns = _motion_columns([frame.motion for frame in frames])
    if with_landmarks:
        columns |= _landmark_columns([frame.landmarks for frame in frames])
    return columns


def _motion_columns(motions: list[MocapFrame]) -> _Columns:
    poses, faces = [motion.pose for motion in motions], [motion.face for motion in motions]
    return {
        "times_ns": np.array([motion.capture_time_ns for motion in motions], dtype=object),
        "root_in_world_m": np.stack([pose.root_position_in_world_m for pose in poses]),
        "rotations_wxyz": np.stack([pose.rotations_wxyz for pose in poses]),
        "positions_in_world_m": np.stack([pose.positions_in_world_m for pose in poses]),
        "joint_states": np.stack([pose.joint_state for pose in poses]),
        "joint_confidences": np.stack([pose.joint_confidence for pose in poses]),
        "feet_planted": np.array([pose.feet_planted for pose in poses], dtype=np.bool_),
        "blendshapes": np.stack([face.blendshapes for face in faces]),
        "world_from_head": np.stack([face.world_from_head for face in faces]),
        "gaze_rad": np.stack([face.gaze_rad for face in faces]),
        "part_states": np.array(
            [(m.pose.state, m.face.state, m.left_hand_state, m.right_hand_state) for m in motions],
            dtype=np.uint8,
        ),
    }


def _landmark_columns(landmarks: list[Landmarks]) -> _Columns:
    hands = [(seen.left_hand, seen.right_hand) for seen in landmarks]
    return {
        "image_size_px": np.array([seen.image_size_px for seen in landmarks], dtype=np.int64),
        "pose_image": np.stack([seen.pose.image for seen in landmarks]),
        "pose_world_m": np.stack([seen.pose.world_m for seen in landmarks]),
        "pose_visibility": np.stack([seen.pose.visibility for seen in landmarks]),
        "face_image": np.stack([seen.face.image for seen in landmarks]),
        "hands_image": np.array([[hand.image for hand in pair] for pair in hands]),
        "hands_world_m": np.array([[hand.world_m for hand in pair] for pair in hands]),
        "states": np.array(
            [
                (s.pose.state, s.face.state, s.left_hand.state, s.right_hand.state)
                for s in landmarks
            ],
            dtype=np.uint8,
        ),
    }


_RAW_NAMES: Final = frozenset(RawLandmarks.__dataclass_fields__)
