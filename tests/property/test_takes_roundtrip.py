"""What is written is what is read, to the steps of the format; a cut-off file is a prefix."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocapbridge.clock import RunAnchor
from mocapbridge.errors import TakeUnreadable
from mocapbridge.skeleton import JOINT_COUNT, rest_positions_m
from mocapbridge.takes.journal import Journal
from mocapbridge.takes.pack import FramePacker
from mocapbridge.takes.reader import TakeFrame, read_take
from mocapbridge.takes.writer import TakeWriter, make_header
from mocapbridge.types import (
    FaceLandmarks,
    FaceMotion,
    Float32Array,
    HandLandmarks,
    Landmarks,
    MocapFrame,
    PoseLandmarks,
    PoseMotion,
    StreamInfo,
    TrackState,
)

_HEADER = make_header(
    StreamInfo(
        subject="Anna ✨",
        session_id=1,
        frame_rate=(30, 1),
        rest_positions_m=rest_positions_m(),
        blendshapes_measured=True,
    ),
    source="clip.mp4",
    anchor=RunAnchor(monotonic_ns=1, unix_ns=2),
    config={},
)

_states = st.sampled_from(TrackState)
_weights = st.floats(0, 1)
_texts = st.text(max_size=20)


@dataclasses.dataclass(frozen=True)
class _Numbers:
    """Random arrays of a chosen size of number."""

    rng: np.random.Generator
    reach: float

    def array(self, *shape: int) -> Float32Array:
        return self.rng.uniform(-self.reach, self.reach, shape).astype(np.float32)

    def weights(self, *shape: int) -> Float32Array:
        return self.rng.random(shape, dtype=np.float32)


def _numbers(seed: int, reach: float) -> _Numbers:
    return _Numbers(np.random.default_rng(seed), reach)


@st.composite
def _hands(draw: st.DrawFn, numbers: _Numbers) -> HandLandmarks:
    state = draw(_states)
    if state is TrackState.LOST:
        nothing = np.zeros((21, 3), dtype=np.float32)
        return HandLandmarks(state, 0.0, nothing, nothing, "", 0.0)
    return HandLandmarks(
        state=state,
        confidence=draw(_weights),
        image=numbers.array(21, 3),
        world_m=numbers.array(21, 3),
        gesture=draw(_texts),
        gesture_score=draw(_weights),
    )


@st.composite
def _poses(draw: st.DrawFn, numbers: _Numbers) -> PoseLandmarks:
    state = draw(_states)
    if state is TrackState.LOST:
        points, weights = np.zeros((33, 3), dtype=np.float32), np.zeros(33, dtype=np.float32)
        return PoseLandmarks(state, 0.0, points, points, weights, weights)
    return PoseLandmarks(
        state=state,
        confidence=draw(_weights),
        image=numbers.array(33, 3),
        world_m=numbers.array(33, 3),
        visibility=numbers.weights(33),
        presence=numbers.weights(33),
    )


@st.composite
def _faces(draw: st.DrawFn, numbers: _Numbers) -> FaceLandmarks:
    state = draw(_states)
    seen = state is not TrackState.LOST
    blendshapes, matrix = (seen and draw(st.booleans()) for _ in range(2))
    return FaceLandmarks(
        state=state,
        confidence=draw(_weights) if seen else 0.0,
        image=numbers.array(478, 3) * seen,
        blendshapes=numbers.weights(52) * blendshapes,
        blendshapes_measured=blendshapes,
        camera_from_face_cm=(numbers.array(4, 4) * 5 if matrix else np.eye(4, dtype=np.float32)),
        matrix_measured=matrix,
    )


@st.composite
def _frames(draw: st.DrawFn, max_reach: float = 20.0) -> tuple[Landmarks, MocapFrame]:
    numbers = _numbers(draw(st.integers(0, 2**32)), draw(st.floats(0, max_reach)))
    index = draw(st.integers(0, 2**40))
    time_ns = draw(st.integers(0, 2**62))
    size = st.integers(0, 100_000)
    landmarks = Landmarks(
        capture_time_ns=time_ns,
        frame_index=index,
        source_id=draw(st.sampled_from(["clip.mp4", "camera:0"])),
        segment=draw(st.integers(0, 1000)),
        image_size_px=(draw(size), draw(size)),
        pose=draw(_poses(numbers)),
        face=draw(_faces(numbers)),
        left_hand=draw(_hands(numbers)),
        right_hand=draw(_hands(numbers)),
    )
    motion = MocapFrame(
        subject="Anna ✨",
        frame_id=index,
        capture_time_ns=time_ns,
        pose=PoseMotion(
            state=draw(_states),
            confidence=draw(_weights),
            root_position_in_world_m=numbers.array(3),
            rotations_wxyz=numbers.array(JOINT_COUNT, 4),
            positions_in_world_m=numbers.array(JOINT_COUNT, 3),
            joint_state=numbers.rng.integers(0, 4, JOINT_COUNT, dtype=np.uint8),
            joint_confidence=numbers.weights(JOINT_COUNT),
            feet_planted=(draw(st.booleans()), draw(st.booleans())),
        ),
        face=FaceMotion(
            state=draw(_states),
            confidence=draw(_weights),
            blendshapes=numbers.weights(52),
            world_from_head=numbers.array(4, 4),
            gaze_rad=numbers.array(2, 2),
        ),
        left_hand_state=draw(_states),
        right_hand_state=draw(_states),
        gestures=(draw(_texts), draw(_texts)),
    )
    return landmarks, motion


def _written(folder: Path, frames: list[tuple[Landmarks, MocapFrame]]) -> Path:
    writer = TakeWriter(folder, "take", _HEADER)
    for landmarks, motion in frames:
        writer.write(landmarks, motion)
    writer.close()
    assert writer.rejected_parts == 0
    return writer.path


def _journal(folder: Path, frames: list[tuple[Landmarks, MocapFrame]]) -> Path:
    packer, journal = FramePacker(), Journal(folder, "take", _HEADER)
    for landmarks, motion in frames:
        journal.write(packer.pack(landmarks, motion))
    journal.close(packer.rejected_parts)
    return journal.path


_STEPS = {  # docs/take-format.md
    "image": 1e-5,
    "world_m": 1e-4,
    "camera_from_face_cm": 1e-5,
    "world_from_head": 1e-5,
    "rotations_wxyz": 1e-5,
    "gaze_rad": 1e-5,
    "root_position_in_world_m": 1e-4,
    "positions_in_world_m": 1e-4,
}


def _assert_equal_to_the_step(name: str, written: object, read: object, face_scale: float) -> None:
    """Field by field: numbers to half a step, everything else exactly."""
    if dataclasses.is_dataclass(written):
        assert type(written) is type(read)
        for field in dataclasses.fields(written):
            _assert_equal_to_the_step(
                f"{type(written).__name__}.{field.name}",
                getattr(written, field.name),
                getattr(read, field.name),
                face_scale,
            )
    elif isinstance(written, (np.ndarray, float)):
        array, expected = np.asarray(read), np.asarray(cast("object", written))
        assert array.dtype == expected.dtype, name
        step = _STEPS.get(name.partition(".")[2], 1e-4)
        if name == "FaceLandmarks.image":
            step *= face_scale
        # Half a step, and what float32 cannot tell apart at this size.
        np.testing.assert_allclose(array, expected, rtol=2e-7, atol=0.501 * step, err_msg=name)
    else:
        assert read == written, name


def _face_scale(landmarks: Landmarks) -> float:
    points = landmarks.face.image
    half_width = float(np.max(points.max(axis=0) - points.min(axis=0))) / 2
    return float(np.ceil((half_width / 1e-5 + 1) / 32767))


@pytest.mark.parametrize("written", [_written, _journal])
@settings(max_examples=40, deadline=None)
@given(frames=st.lists(_frames(), max_size=3))
def test_frames_come_back(
    written: Callable[[Path, list[tuple[Landmarks, MocapFrame]]], Path],
    frames: list[tuple[Landmarks, MocapFrame]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), frames)
        read = list(read_take(path).frames())
    assert len(read) == len(frames)
    for (landmarks, motion), frame in zip(frames, read, strict=True):
        scale = _face_scale(landmarks)
        _assert_equal_to_the_step("landmarks", landmarks, frame.landmarks, scale)
        _assert_equal_to_the_step("motion", motion, frame.motion, scale)


@settings(max_examples=30, deadline=None)
@given(frame=_frames(max_reach=0.3))  # beyond, float32 and the mesh's scale lose the last step
def test_copying_a_take_changes_nothing_more(frame: tuple[Landmarks, MocapFrame]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = _written(Path(folder), [frame])
        (once,) = read_take(first).frames()
        second = _written(Path(folder), [(once.landmarks, once.motion)])
        assert second != first
        assert second.read_bytes() == first.read_bytes()


@pytest.fixture(scope="module")
def whole_take(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The lines of a take of five frames."""
    return _journal(tmp_path_factory.mktemp("take"), _still_frames(5)).read_bytes()


@pytest.fixture(scope="module")
def packed_take(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The same take, packed."""
    return _written(tmp_path_factory.mktemp("take"), _still_frames(5)).read_bytes()


def _still_frames(count: int) -> list[tuple[Landmarks, MocapFrame]]:
    numbers = _Numbers(np.random.default_rng(0), 1.0)
    hand = HandLandmarks(
        TrackState.TRACKED, 1.0, numbers.array(21, 3), numbers.array(21, 3), "", 0.0
    )
    pose = PoseLandmarks(
        TrackState.TRACKED,
        1.0,
        numbers.array(33, 3),
        numbers.array(33, 3),
        numbers.weights(33),
        numbers.weights(33),
    )
    face = FaceLandmarks(
        TrackState.TRACKED,
        1.0,
        numbers.array(478, 3),
        numbers.weights(52),
        True,
        numbers.array(4, 4),
        True,
    )
    body = PoseMotion(
        TrackState.TRACKED,
        1.0,
        numbers.array(3),
        numbers.array(JOINT_COUNT, 4),
        numbers.array(JOINT_COUNT, 3),
        np.full(JOINT_COUNT, 3, dtype=np.uint8),
        numbers.weights(JOINT_COUNT),
    )
    head = FaceMotion(
        TrackState.TRACKED, 1.0, numbers.weights(52), numbers.array(4, 4), numbers.array(2, 2)
    )
    return [
        (
            Landmarks(index * 10, index, "clip.mp4", 0, (4, 3), pose, face, hand, hand),
            MocapFrame("Anna ✨", index, index * 10, body, head, hand.state, hand.state, ("", "")),
        )
        for index in range(count)
    ]


@settings(max_examples=150, deadline=None)
@given(cut=st.floats(0, 1))
def test_a_take_cut_anywhere_is_a_prefix(cut: float, whole_take: bytes) -> None:
    kept = whole_take[: round(cut * len(whole_take))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.mocap.jsonl"
        path.write_bytes(kept)
        if len(kept) < whole_take.index(b"\n"):
            with pytest.raises(TakeUnreadable):
                read_take(path)
            return
        frames = list(read_take(path).frames())
    assert [frame.motion.frame_id for frame in frames] == list(range(len(frames)))
    # Every line that arrived whole is there; a line that lacks only its newline may be.
    frame_lines = kept.count(b"\n") - 1 - kept.endswith(b'"complete":true}\n')
    assert frame_lines <= len(frames) <= frame_lines + 1


@settings(max_examples=50, deadline=None)
@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_packed_take_that_was_cut_is_refused(cut: float, packed_take: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.mocap"
        path.write_bytes(packed_take[: int(cut * len(packed_take))])
        with pytest.raises(TakeUnreadable):
            read_take(path)


@pytest.mark.parametrize("kind", ["whole_take", "packed_take"])
@settings(max_examples=150, deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=8)), max_size=5
    )
)
def test_a_damaged_take_is_read_or_refused(
    kind: str, changes: list[tuple[float, bytes]], whole_take: bytes, packed_take: bytes
) -> None:
    damaged = bytearray(whole_take if kind == "whole_take" else packed_take)
    for place, new in changes:
        start = int(place * len(damaged))
        damaged[start : start + len(new)] = new
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "take.mocap.jsonl"
        path.write_bytes(damaged)
        try:
            take = read_take(path)
            frames: list[TakeFrame] = list(take.frames())
            assert take.motion().frames == take.landmarks().frames == len(frames)
        except TakeUnreadable:
            return
    for frame in frames:
        assert np.isfinite(frame.landmarks.face.image).all()
        assert np.isfinite(frame.motion.pose.positions_in_world_m).all()
