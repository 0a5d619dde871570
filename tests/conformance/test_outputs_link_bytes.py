"""The link output patches bytes in place: they must be those the codec would have written."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.geometry import quaternion
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.link_layout import LinkLayout
from mocapbridge.types import MocapFrame
from mocapbridge.wire import link
from tests.motion_frames import random_frame, stream_info, unseen_frame

SESSION, SUBJECT, HASH = 0xFEDCBA9876543210, "Änn", 0xCAFEBABE
HEAD_ROTATION = slice(20 + len(SUBJECT.encode()) + 48, 20 + len(SUBJECT.encode()) + 56)
TIMECODE = link.Timecode(23, 59, 58, 29, drop_frame=True)
LAYOUT = LinkLayout(stream_info(SUBJECT, SESSION), HASH)


def patched_bytes(frame: MocapFrame, sequence: int, unix_time_ns: int) -> bytes:
    vector = FrameVector()
    vector.load(frame)
    return bytes(LAYOUT.fill(frame, vector, sequence, unix_time_ns, TIMECODE))


def codec_bytes(frame: MocapFrame, sequence: int, unix_time_ns: int) -> bytes:
    """The same by the codec alone, number by number."""
    pose, face = frame.pose, frame.face
    identity = np.array([1, 0, 0, 0], dtype=np.float32)
    rotations = [q if q.any() else identity for q in pose.rotations_wxyz]
    head = face.world_from_head if face.world_from_head.any() else np.eye(4, dtype=np.float32)
    states = (pose.state, face.state, frame.left_hand_state, frame.right_hand_state)
    message = link.Frame(
        static_hash=HASH,
        frame_id=frame.frame_id,
        capture_time_ns=frame.capture_time_ns,
        unix_time_ns=unix_time_ns,
        timecode=TIMECODE,
        states=link.PartStates(*(link.State(state) for state in states)),
        pose_confidence=float(np.float32(pose.confidence)),
        face_confidence=float(np.float32(face.confidence)),
        root_position_in_world_m=pose.root_position_in_world_m.tolist(),
        head_rotation_wxyz=quaternion.from_matrix(head[:3, :3].astype(np.float64)).tolist(),
        head_position_in_world_m=head[:3, 3].tolist(),
        gaze_rad=face.gaze_rad.ravel().tolist(),
        rotations_wxyz=[q.tolist() for q in rotations],
        joint_states=pose.joint_state.tolist(),
        joint_confidences=pose.joint_confidence.tolist(),
        blendshapes=face.blendshapes.tolist(),
        gestures=frame.gestures,
        feet_planted=pose.feet_planted,
    )
    return link.encode(link.Header(SESSION, sequence, SUBJECT), message)


def without_head_rotation(datagram: bytes) -> bytes:
    return datagram[: HEAD_ROTATION.start] + datagram[HEAD_ROTATION.stop :]


def head_rotation(datagram: bytes) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.frombuffer(datagram[HEAD_ROTATION], "<i2").astype(np.float64) / 32767


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    frame_id=st.integers(0, 2**64 - 1),
    sequence=st.integers(0, 2**32 - 1),
    unix_time_ns=st.integers(0, 2**63),
)
def test_patched_bytes_are_the_codecs(
    seed: int, frame_id: int, sequence: int, unix_time_ns: int
) -> None:
    frame = random_frame(seed, frame_id)
    patched = patched_bytes(frame, sequence, unix_time_ns)
    written = codec_bytes(frame, sequence, unix_time_ns)
    assert without_head_rotation(patched) == without_head_rotation(written)
    # Either sign is the same turn, and the last step may round either way.
    ours, theirs = head_rotation(patched), head_rotation(written)
    assert min(np.abs(ours - theirs).max(), np.abs(ours + theirs).max()) <= 1.01 / 32767


def test_weights_at_and_beyond_the_ends_are_the_codecs() -> None:
    frame = random_frame(1)
    weights = np.linspace(-0.1, 1.1, 52, dtype=np.float32)
    frame = replace(frame, face=replace(frame.face, blendshapes=weights))
    assert without_head_rotation(patched_bytes(frame, 1, 2)) == without_head_rotation(
        codec_bytes(frame, 1, 2)
    )


def test_frame_of_a_performer_never_seen_is_at_rest() -> None:
    frame = unseen_frame()
    patched = patched_bytes(frame, 1, 2)
    assert patched == codec_bytes(frame, 1, 2)
    _, message = link.decode(patched)
    assert isinstance(message, link.Frame)
    assert message.rotations_wxyz == ((1.0, 0.0, 0.0, 0.0),) * 55
    assert message.head_rotation_wxyz == (1.0, 0.0, 0.0, 0.0)


def test_rotations_that_are_not_of_unit_length_are_refused() -> None:
    frame = random_frame(1)
    rotations = frame.pose.rotations_wxyz.copy()
    rotations[12] *= 1.1
    with pytest.raises(ValueError, match="not of unit length"):
        patched_bytes(replace(frame, pose=replace(frame.pose, rotations_wxyz=rotations)), 1, 2)
