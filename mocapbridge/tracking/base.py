"""What every tracker is to the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mocapbridge.types import FaceSource, Landmarks, VideoFrame


class Tracker(Protocol):
    """Turns pictures into landmarks, one frame at a time, on one thread."""

    inference_s: float
    """How long the last ``track`` took, less the processor time it spent on anything but the
    networks [s]."""
    face_source: FaceSource
    """Where the face's expression comes from."""

    def track(self, frame: VideoFrame, following: Sequence[VideoFrame] = ()) -> Landmarks:
        """Landmarks of one frame. Frames must come with strictly increasing capture times.

        Args:
            frame: the frame.
            following: the frames that will certainly be tracked next, as far as they are already
                there; a tracker may begin with them.
        """
        ...

    def close(self) -> None:
        """Let the networks go. May be called twice."""
        ...
