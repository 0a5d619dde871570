"""Clips and takes for the tests and the bench of exports."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from mocapbridge.clock import RunAnchor
from mocapbridge.export.clip import Clip, mended
from mocapbridge.export.kinematics import positions_in_world_m
from mocapbridge.geometry import quaternion
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, rest_positions_m
from mocapbridge.takes.writer import TakeWriter, make_header
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FaceLandmarks,
    FaceMotion,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    PoseMotion,
    StreamInfo,
    TrackState,
)

ANCHOR = RunAnchor(monotonic_ns=5_000_000_000, unix_ns=1_790_000_000_123_456_789)
RATE = Fraction(30000, 1001)


def moving_clip(frames: int, *, rate: Fraction = RATE, seed: int = 1, jitter: float = 0.0) -> Clip:
    """Every joint swings through wide angles, the hips travel, the face moves.

    Args:
        frames: how many.
        rate: nominal.
        seed: of the swings.
        jitter: how far capture times stray, in frames; the first and the last stay.
    """
    rng = np.random.default_rng(seed)
    times_s = np.arange(frames) / float(rate)
    times_s[1:-1] += rng.uniform(-jitter, jitter, max(frames - 2, 0)) / float(rate)
    rotations = _swings(times_s, rng)
    root = np.stack(
        (0.5 * np.sin(times_s), 0.9 + 0.05 * np.sin(3 * times_s), 0.3 * times_s), axis=1
    ).astype(np.float32)
    rest = rest_positions_m()
    heads = np.tile(np.eye(4, dtype=np.float32), (frames, 1, 1))
    positions = positions_in_world_m(rotations, root, rest)
    heads[:, :3, :3] = quaternion.to_matrix(rotations[:, JOINT_INDEX["head"]])
    heads[:, :3, 3] = positions[:, JOINT_INDEX["head"]]
    phases = rng.uniform(0, 6, BLENDSHAPE_COUNT)
    return mended(
        Clip(
            subject="performer",
            source="clip.mp4",
            frame_rate=rate,
            anchor=ANCHOR,
            start_time_ns=ANCHOR.monotonic_ns + 1_000_000,
            times_s=times_s,
            rest_positions_m=rest,
            root_in_world_m=root,
            rotations_wxyz=rotations,
            positions_in_world_m=positions,
            joint_states=np.full((frames, JOINT_COUNT), TrackState.TRACKED, dtype=np.uint8),
            joint_confidences=rng.random((frames, JOINT_COUNT), dtype=np.float32),
            blendshapes=(0.5 + 0.5 * np.sin(times_s[:, None] + phases)).astype(np.float32),
            world_from_head=heads,
            gaze_rad=(0.3 * np.sin(times_s[:, None, None] + phases[:4].reshape(2, 2))).astype(
                np.float32
            ),
            part_states=np.full((frames, 4), TrackState.TRACKED, dtype=np.uint8),
            feet_planted=rng.random((frames, 2)) < 0.5,
        )
    )


def _swings(times_s: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Each joint about an axis of its own, up to 150 degrees each way."""
    axes = quaternion.unit(rng.normal(size=(JOINT_COUNT, 3)))
    widths = rng.uniform(0.1, 2.6, JOINT_COUNT)
    speeds = rng.uniform(0.5, 2.0, JOINT_COUNT)
    angles = widths * np.sin(times_s[:, None] * speeds + rng.uniform(0, 6, JOINT_COUNT))
    return quaternion.exp(axes * angles[..., None]).astype(np.float32)


def write_take(folder: Path, clip: Clip, *, finished: bool = True) -> Path:
    """The clip as a recorded take, with made-up landmarks; unfinished: its lines, in text."""
    info = StreamInfo(
        subject=clip.subject,
        session_id=1,
        frame_rate=clip.frame_rate.as_integer_ratio(),
        rest_positions_m=clip.rest_positions_m,
        blendshapes_measured=True,
        anchor=clip.anchor,
    )
    writer = TakeWriter(
        folder, "take", make_header(info, source=clip.source, anchor=clip.anchor, config={})
    )
    for row in range(clip.frames):
        motion = motion_frame(clip, row)
        writer.write(_landmarks(clip, row, motion.capture_time_ns), motion)
    journal = writer.path.read_bytes()
    writer.close()
    if finished:
        return writer.path
    writer.path.unlink()
    path = folder / "take_001.mocap.jsonl"
    path.write_bytes(journal)
    return path


def motion_frame(clip: Clip, row: int) -> MocapFrame:
    """One row of a clip as the pipeline had it."""
    states = [TrackState(state) for state in clip.part_states[row].tolist()]
    left, right = clip.feet_planted[row].tolist()
    return MocapFrame(
        subject=clip.subject,
        frame_id=row,
        capture_time_ns=clip.start_time_ns + round(float(clip.times_s[row]) * 1e9),
        pose=PoseMotion(
            state=states[0],
            confidence=0.9,
            root_position_in_world_m=clip.root_in_world_m[row],
            rotations_wxyz=clip.rotations_wxyz[row],
            positions_in_world_m=clip.positions_in_world_m[row],
            joint_state=clip.joint_states[row],
            joint_confidence=clip.joint_confidences[row],
            feet_planted=(left, right),
        ),
        face=FaceMotion(
            state=states[1],
            confidence=1.0,
            blendshapes=clip.blendshapes[row],
            world_from_head=clip.world_from_head[row],
            gaze_rad=clip.gaze_rad[row],
        ),
        left_hand_state=states[2],
        right_hand_state=states[3],
        gestures=("", ""),
    )


def _landmarks(clip: Clip, row: int, time_ns: int) -> Landmarks:
    rng = np.random.default_rng(row)
    hands = [
        HandLandmarks(
            state=TrackState.TRACKED,
            confidence=0.9,
            image=rng.random((21, 3), dtype=np.float32),
            world_m=rng.random((21, 3), dtype=np.float32),
            gesture="",
            gesture_score=0.0,
        )
        for _ in range(2)
    ]
    return Landmarks(
        capture_time_ns=time_ns,
        frame_index=row,
        source_id=clip.source,
        segment=0,
        image_size_px=(1280, 720),
        pose=PoseLandmarks(
            state=TrackState.TRACKED,
            confidence=0.9,
            image=rng.random((33, 3), dtype=np.float32),
            world_m=rng.random((33, 3), dtype=np.float32),
            visibility=rng.random(33, dtype=np.float32),
            presence=rng.random(33, dtype=np.float32),
        ),
        face=FaceLandmarks(
            state=TrackState.TRACKED,
            confidence=1.0,
            image=rng.random((478, 3), dtype=np.float32) * np.float32(0.3),
            blendshapes=clip.blendshapes[row],
            blendshapes_measured=True,
            camera_from_face_cm=np.eye(4, dtype=np.float32),
            matrix_measured=True,
        ),
        left_hand=hands[0],
        right_hand=hands[1],
    )
