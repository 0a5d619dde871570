"""A take as a source: its frames flow through the pipeline with their own timing.

Each stage finds what was recorded in what the stage before it hands on: the source gives frames
that carry the record, the tracker gives its landmarks, and unless they are to be solved again, the
smoother lets them pass and the solver gives the recorded motion.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.errors import SourceUnavailable, SourceUnreadable, TakeUnreadable
from mocapbridge.solve.base import BoneChange, Solver
from mocapbridge.sources.options import TakeOptions
from mocapbridge.sources.playback import Playback
from mocapbridge.takes.reader import Take, TakeBlock, TakeFrame, read_take
from mocapbridge.types import (
    FaceSource,
    Float32Array,
    Landmarks,
    MocapFrame,
    SmoothedLandmarks,
    UInt8Array,
    VideoFrame,
)

_NO_PICTURE: Final[UInt8Array] = np.zeros((0, 0, 3), dtype=np.uint8)
_END: Final = 2**63
_ON_THE_FLOOR: Final = np.array((1.0, 0.0, 1.0), dtype=np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedFrame(VideoFrame):
    """A frame without a picture that carries what was recorded of it."""

    recorded: TakeFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedLandmarks(Landmarks):
    """Landmarks that carry the motion that was solved from them."""

    motion: MocapFrame


class TakeSource:
    """Frames of a take, at their own distances in time. Implements ``sources.base.Source``."""

    def __init__(self, options: TakeOptions, clock: Clock) -> None:
        """Nothing happens yet."""
        self.source_id = Path(options.path).name
        self.live = False
        self.nominal_fps = 0.0
        self.frame_count: int | None = None
        self.corrupt_frames = 0
        self._options = options
        self._playback = Playback(clock, native=options.pace == "native")
        self._frames: Iterator[TakeFrame] | None = None
        self._take: Take | None = None
        self._index = 0
        self._segment = 0
        self._last_recorded_segment = 0

    @property
    def take(self) -> Take:
        """The take that is replayed; ``open`` first."""
        if self._take is None:
            raise RuntimeError("the source is not open")
        return self._take

    def open(self) -> None:
        """Read what the take says of itself.

        Raises:
            SourceUnavailable: there is no such file.
            TakeUnreadable: it is no take.
            SourceUnreadable: there is no frame between start and end.
        """
        self._playback.resume()
        if self._take is not None:
            return
        path = Path(self._options.path)
        if not path.is_file():
            raise SourceUnavailable(f"there is no such take; check the path: {path}")
        take = read_take(path)
        numerator, denominator = take.header.frame_rate
        self.nominal_fps = numerator / denominator * self._options.speed
        whole = self._options.start_s == 0.0 and self._options.end_s is None
        if take.footer is not None and whole and not self._options.loop:
            self.frame_count = take.footer.frames
        self._take = take
        with closing(self._pass()) as frames:
            if next(frames, None) is None:
                raise SourceUnreadable(
                    f"the take has no frame between start and end: choose others ({path})"
                )

    def read(self) -> VideoFrame | None:
        """The next frame, at its time; None after the last or once closed."""
        recorded = self._next()
        if recorded is None:
            return None
        landmarks = recorded.landmarks
        if landmarks.segment != self._last_recorded_segment:
            self._last_recorded_segment = landmarks.segment
            self._segment += 1
        presentation_ns = round(landmarks.capture_time_ns / self._options.speed)
        frame = ReplayedFrame(
            image_bgr=_NO_PICTURE,
            capture_time_ns=self._playback.capture_time_ns(presentation_ns),
            frame_index=self._index,
            source_id=self.source_id,
            segment=self._segment,
            recorded=recorded,
        )
        self._index += 1
        return frame if self._playback.wait_for(frame.capture_time_ns) else None

    def close(self) -> None:
        """End a read that waits."""
        self._playback.stop()

    def _next(self) -> TakeFrame | None:
        if self._frames is None:
            self._frames = self._pass()
        frame = next(self._frames, None)
        if frame is None and self._options.loop:
            self._playback.start_pass(round(NS_PER_S / self.nominal_fps))
            self._segment += 1
            self._frames = self._pass()
            frame = next(self._frames, None)
            if frame is not None:
                self._last_recorded_segment = frame.landmarks.segment
        return frame

    def _pass(self) -> Generator[TakeFrame, None, None]:
        """The frames between start and end."""
        options = self._options
        begin_ns: int | None = None
        for block in _read_ahead(self.take.blocks()):
            times_ns = block.motion.capture_time_ns
            if begin_ns is None:
                begin_ns = int(times_ns[0])
            first_ns = begin_ns + round(options.start_s * NS_PER_S)
            last_ns = _END if options.end_s is None else begin_ns + round(options.end_s * NS_PER_S)
            for row in np.flatnonzero((times_ns >= first_ns) & (times_ns < last_ns)).tolist():
                yield block.frame(row)
            if int(times_ns[-1]) >= last_ns:
                return


def _read_ahead(blocks: Iterator[TakeBlock]) -> Iterator[TakeBlock]:
    """The same blocks; while one is used, the next is unpacked, so that none is waited for."""
    with ThreadPoolExecutor(1, thread_name_prefix="mocapbridge take") as thread:
        coming = thread.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = thread.submit(next, blocks, None)
            yield block


class RecordedTracker:
    """Gives the landmarks that frames of a take carry. Implements ``tracking.base.Tracker``."""

    inference_s = 0.0

    def __init__(self, source: TakeSource, subject: str) -> None:
        self._subject = subject
        first = next(source.take.frames(), None)
        measured = first is not None and first.landmarks.face.blendshapes_measured
        self.face_source: FaceSource = source.take.header.face_source if measured else "none"

    def track(self, frame: VideoFrame, following: Sequence[VideoFrame] = ()) -> Landmarks:  # noqa: ARG002
        """The landmarks, with the times of the replay.

        Raises:
            TakeUnreadable: the frame is of another source.
        """
        if not isinstance(frame, ReplayedFrame):
            raise TakeUnreadable("only the frames of a take carry landmarks")
        landmarks, motion = frame.recorded
        values = {field.name: getattr(landmarks, field.name) for field in fields(landmarks)}
        values |= {
            "capture_time_ns": frame.capture_time_ns,
            "frame_index": frame.frame_index,
            "segment": frame.segment,
        }
        replayed = replace(
            motion,
            subject=self._subject,
            frame_id=frame.frame_index,
            capture_time_ns=frame.capture_time_ns,
        )
        return ReplayedLandmarks(**values, motion=replayed)

    def close(self) -> None:
        """Nothing to let go."""


class PassingSmoother:
    """Recorded motion was smoothed before it was recorded."""

    def filter(self, landmarks: Landmarks) -> SmoothedLandmarks:
        """The landmarks as they are."""
        return SmoothedLandmarks(landmarks)


class RecordedSolver:
    """Gives the motion that landmarks of a take carry. Implements ``solve.base.Solver``."""

    def __init__(self, source: TakeSource) -> None:
        self._rest_positions_m = np.array(source.take.header.rest_positions_m, dtype=np.float32)
        self._origin_m = np.zeros(3, dtype=np.float32)
        self._recentre = False

    @property
    def rest_positions_m(self) -> Float32Array:
        """(55, 3) joint positions of the recorded rest pose, world axes [m]."""
        return self._rest_positions_m

    def solve(self, landmarks: SmoothedLandmarks) -> MocapFrame:
        """The recorded motion.

        Raises:
            TakeUnreadable: the landmarks are of another source.
        """
        carried = _carried(landmarks)
        if self._recentre:
            self._recentre = False
            self._origin_m = carried.motion.pose.root_position_in_world_m * _ON_THE_FLOOR
        return _moved(carried.motion, -self._origin_m) if self._origin_m.any() else carried.motion

    def adopt_bones(self) -> BoneChange:
        """Recorded bones stay."""
        return BoneChange.NONE

    def go_on_from(self, before: Solver) -> None:
        """Recorded bones stay."""

    def recentre(self) -> None:
        """From the next frame on the world's origin is on the floor under the performer."""
        self._recentre = True


def _carried(landmarks: Landmarks) -> ReplayedLandmarks:
    if not isinstance(landmarks, ReplayedLandmarks):
        raise TakeUnreadable("only the landmarks of a take carry motion")
    return landmarks


def _moved(motion: MocapFrame, by_m: Float32Array) -> MocapFrame:
    pose, face = motion.pose, motion.face
    head = face.world_from_head.copy()
    head[:3, 3] += by_m
    return replace(
        motion,
        pose=replace(
            pose,
            root_position_in_world_m=pose.root_position_in_world_m + by_m,
            positions_in_world_m=pose.positions_in_world_m + by_m,
        ),
        face=replace(face, world_from_head=head),
    )
