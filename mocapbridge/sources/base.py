"""What every source is to the pipeline."""

from __future__ import annotations

from typing import Protocol

from mocapbridge.types import VideoFrame


class Source(Protocol):
    """Delivers frames, one at a time, to one thread.

    A source is made with its options and a ``Clock``, which costs nothing; ``open`` reaches for the
    device or file.
    """

    source_id: str
    """Names the source in logs and takes."""
    live: bool
    """True: newest frame wins, frames are skipped when the pipeline is slow. False: footage, every
    frame is delivered once."""
    nominal_fps: float
    """Rate the source states; valid after ``open`` [1/s]."""
    frame_count: int | None
    """How many frames are expected, for progress; None when unknown or endless."""
    corrupt_frames: int
    """Frames that could not be decoded and were left out, so far."""

    def open(self) -> None:
        """Reach for the device or file.

        Raises:
            SourceUnavailable: it cannot be opened; the message names the choices.
            SourceUnreadable: it opens but holds nothing that can be decoded.
        """
        ...

    def read(self) -> VideoFrame | None:
        """The next frame; None at the end of footage.

        Blocks until there is one. Indices and capture times keep rising over loops and reopening.

        Raises:
            SourceLost: a live source stopped delivering; ``open`` may be called again.
        """
        ...

    def close(self) -> None:
        """Let the device go. May be called twice, and from another thread."""
        ...
