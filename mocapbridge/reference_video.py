"""The footage beside a take, for people who asked for it: pictures leave no take otherwise."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from mocapbridge.clock import NS_PER_S
from mocapbridge.errors import OutputUnavailable, TakeUnwritable
from mocapbridge.mp4_file import Mp4File
from mocapbridge.types import UInt8Array


class ReferenceVideo:
    """An MP4 file whose time is that of the take: its first frame is the take's.

    A picture stands until the next one came, so that skipped frames and the pre-roll, which has no
    pictures, shift nothing.
    """

    def __init__(self, path: Path, fps: float, first_ns: int) -> None:
        """Prepare; the file is opened with the first picture, whose size it takes.

        Args:
            path: the file.
            fps: its frame rate [1/s].
            first_ns: capture time of the take's first frame [ns].
        """
        self._path = path
        self._file = Mp4File(path, fps, "the reference video")
        self._fps = fps
        self._first_ns = first_ns
        self._written = 0
        self._last: UInt8Array | None = None

    def write(self, picture_bgr: UInt8Array, capture_time_ns: int) -> None:
        """Show a picture from its instant on.

        Raises:
            TakeUnwritable: the file cannot be written.
        """
        place = round((capture_time_ns - self._first_ns) / NS_PER_S * self._fps)
        waiting = picture_bgr if self._last is None else self._last
        try:
            while self._written < place:
                self._file.write(waiting)
                self._written += 1
            if self._written == place:
                self._file.write(picture_bgr)
                self._written += 1
        except OutputUnavailable as error:
            raise TakeUnwritable(f"the reference video cannot be written ({self._path})") from error
        self._last = np.array(picture_bgr)

    def close(self) -> None:
        """Finish the file. May be called twice."""
        self._file.close()
