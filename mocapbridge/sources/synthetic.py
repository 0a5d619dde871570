"""A source without pictures: frames that only carry a time, for tests and for trying receivers."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.errors import ConfigError
from mocapbridge.sources.options import SyntheticOptions
from mocapbridge.sources.playback import Playback
from mocapbridge.types import UInt8Array, VideoFrame

_NO_PICTURE: Final[UInt8Array] = np.zeros((0, 0, 3), dtype=np.uint8)


class SyntheticSource:
    """Frames at an exact rate. Frame ``i`` is captured ``i / fps`` after the first.

    Implements ``sources.base.Source``.
    """

    def __init__(self, options: SyntheticOptions, clock: Clock) -> None:
        """Nothing happens yet.

        Raises:
            ConfigError: ``live`` together with ``pace: fast``, which no camera can do.
        """
        if options.live and options.pace != "native":
            raise ConfigError(
                "live needs pace native: a camera cannot run ahead of time; "
                "set pace: native or live: false"
            )
        self.source_id = "synthetic"
        self.live = options.live
        self.nominal_fps = options.fps
        self.frame_count = options.frames
        self.corrupt_frames = 0
        self._options = options
        self._playback = Playback(clock, native=options.pace == "native")
        self._frame_index = 0

    def open(self) -> None:
        """Allow reading."""
        self._playback.resume()

    def read(self) -> VideoFrame | None:
        """The next frame, at its time; None after the last or once closed."""
        if self._options.frames is not None and self._frame_index >= self._options.frames:
            return None
        presentation_ns = round(self._frame_index * NS_PER_S / self._options.fps)
        frame = VideoFrame(
            image_bgr=_NO_PICTURE,
            capture_time_ns=self._playback.capture_time_ns(presentation_ns),
            frame_index=self._frame_index,
            source_id=self.source_id,
        )
        self._frame_index += 1
        return frame if self._playback.wait_for(frame.capture_time_ns) else None

    def close(self) -> None:
        """End a read that waits."""
        self._playback.stop()
