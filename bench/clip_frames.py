"""The pictures of a clip as the tracker takes them, without a pipeline around."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from mocapbridge.types import VideoFrame


def clip_frames(video: Path) -> Iterator[VideoFrame]:
    """Every frame, at the container's rate, the first one frame time after 0.

    Raises:
        FileNotFoundError: the clip cannot be opened.
    """
    capture = cv2.VideoCapture(str(video))
    if not capture.isOpened():
        raise FileNotFoundError(f"cannot open {video}")
    rate_hz = capture.get(cv2.CAP_PROP_FPS)
    index = 0
    while True:
        decoded, image = capture.read()
        if not decoded:
            break
        picture = np.asarray(image, dtype=np.uint8)
        yield VideoFrame(picture, round((index + 1) * 1e9 / rate_hz), index, video.stem)
        index += 1
    capture.release()
