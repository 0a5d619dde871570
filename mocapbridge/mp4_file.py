"""An MP4 file that is written picture by picture."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from mocapbridge.errors import OutputUnavailable
from mocapbridge.types import UInt8Array


class Mp4File:
    """Opened with the first picture, whose size it takes; an existing file is replaced.

    Args:
        path: where to write.
        fps: frame rate of the file [1/s].
        shows: what is in it, for messages: ``the overlay``.
    """

    def __init__(self, path: Path, fps: float, shows: str) -> None:
        self.path = path
        self._fps = fps
        self._shows = shows
        self._writer: cv2.VideoWriter | None = None
        self._size_px = (0, 0)

    def write(self, picture_bgr: UInt8Array) -> None:
        """Add one picture, (h, w, 3); one of another size than the first is fitted into it.

        Raises:
            OutputUnavailable: the file cannot be written.
        """
        height, width = picture_bgr.shape[:2]
        if self._writer is None:
            self._size_px = (width, height)
            self._writer = self._opened(width, height)
        if (width, height) != self._size_px:
            picture_bgr = _fitted(picture_bgr, self._size_px)  # OpenCV would leave it out
        self._writer.write(picture_bgr)

    def close(self) -> None:
        """Finish the file. May be called twice."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    def _opened(self, width: int, height: int) -> cv2.VideoWriter:
        codec = cv2.VideoWriter.fourcc(*"mp4v")
        writer = cv2.VideoWriter(str(self.path), codec, self._fps, (width, height))
        if not writer.isOpened():
            raise OutputUnavailable(
                f"{self._shows} cannot be written; give a .mp4 file in a folder that exists: "
                f"{self.path}"
            )
        return writer


def _fitted(picture_bgr: UInt8Array, size_px: tuple[int, int]) -> UInt8Array:
    """As large as it can be within that width and height, in the middle of black."""
    height, width = picture_bgr.shape[:2]
    scale = min(size_px[0] / width, size_px[1] / height)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (size_px[0] - inner[0]) // 2, (size_px[1] - inner[1]) // 2
    fitted = np.zeros((size_px[1], size_px[0], 3), dtype=np.uint8)
    fitted[top : top + inner[1], left : left + inner[0]] = cv2.resize(picture_bgr, inner)
    return fitted
