"""OpenCV's VideoCapture: quiet, and with types.

OpenCV and the FFmpeg inside it write their own warnings to stderr, past Python's logging. What
they say is said by our own errors, so both are silenced here, unless the user has asked to hear
them with OpenCV's variables ``OPENCV_LOG_LEVEL`` or ``OPENCV_FFMPEG_LOGLEVEL``.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Final, cast

import cv2

from mocapbridge.types import UInt8Array

# Read when the first capture is opened; -8 is FFmpeg's AV_LOG_QUIET.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
if "OPENCV_LOG_LEVEL" not in os.environ:
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_PICTURE_DIMENSIONS: Final = 3
_HIGHEST_RATE_HZ: Final = 1000.0
"""Frame rates above this are a container's or driver's way of saying that it does not know."""


def open_capture(
    target: int | str, backend: int = cv2.CAP_ANY, settings: Sequence[int] = ()
) -> cv2.VideoCapture | None:
    """A capture that says it is open; None when OpenCV refuses.

    Args:
        target: index of a camera, path or address.
        backend: one of ``cv2.CAP_*``.
        settings: pairs of ``cv2.CAP_PROP_*`` and value that must be known at opening.
    """
    try:
        # The two overloads of the stubs take an index or a name.
        if isinstance(target, int):
            capture = cv2.VideoCapture(target, backend, settings)
        else:
            capture = cv2.VideoCapture(target, backend, settings)
    except cv2.error:
        return None
    return capture if capture.isOpened() else None


def retrieve_bgr(capture: cv2.VideoCapture) -> UInt8Array | None:
    """The picture that was grabbed last, (h, w, 3) uint8; None when it cannot be decoded."""
    decoded, image = capture.retrieve()
    if not decoded or image.size == 0:
        return None
    if image.ndim != _PICTURE_DIMENSIONS:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    return cast("UInt8Array", image)


def rate_hz(capture: cv2.VideoCapture) -> float | None:
    """The rate that container or driver states [1/s]; None when it states none."""
    rate = capture.get(cv2.CAP_PROP_FPS)
    return rate if math.isfinite(rate) and 0.0 < rate <= _HIGHEST_RATE_HZ else None


def time_ns(capture: cv2.VideoCapture) -> int:
    """Presentation time of the frame that was grabbed last, from the stream's start [ns].

    0 where the container gives no times.
    """
    return round(capture.get(cv2.CAP_PROP_POS_MSEC) * 1e6)
