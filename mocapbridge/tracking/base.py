"""What every tracker is to the pipeline."""

from __future__ import annotations

from typing import Protocol

from mocapbridge.types import Landmarks, VideoFrame


class Tracker(Protocol):
    """Turns pictures into landmarks, one frame at a time, on one thread."""

    inference_s: float
    """Time the last ``track`` spent waiting for the networks [s]."""
    face_blendshapes_measured: bool
    """Whether the face model in use gives blendshape scores."""

    def track(self, frame: VideoFrame) -> Landmarks:
        """Landmarks of one frame. Frames must come with strictly increasing capture times."""
        ...

    def close(self) -> None:
        """Let the networks go. May be called twice."""
        ...
