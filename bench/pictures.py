"""Draws the picture at the top of the README: ``python -m bench.pictures``."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np

from bench.clip_frames import clip_frames
from mocapbridge.bundled import bundled_path
from mocapbridge.overlay import draw
from mocapbridge.tracking.composed import ComposedTracker
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.types import UInt8Array

_HEIGHT_PX = 420
_PICKS = (
    ("performer_full", 66, (430, 90, 440, 440)),
    ("performer_full", 192, (450, 150, 360, 360)),
    ("performer_upper", 150, (80, 0, 480, 480)),
)
"""Clip, frame, and the part of the picture: x, y, width, height [px]."""


def main() -> None:
    """Write docs/images/tracking.jpg."""
    tiles = [_tile(*pick) for pick in _PICKS]
    target = Path(__file__).parent.parent / "docs" / "images" / "tracking.jpg"
    cv2.imwrite(str(target), np.hstack(tiles), [cv2.IMWRITE_JPEG_QUALITY, 88])


def _tile(clip: str, frame_index: int, part: tuple[int, int, int, int]) -> UInt8Array:
    tracker = ComposedTracker(TrackingOptions())
    drawn = np.zeros((1, 1, 3), dtype=np.uint8)
    frames = clip_frames(bundled_path(f"samples/{clip}.mp4"))
    for frame in islice(frames, frame_index + 1):
        drawn = draw(frame.image_bgr, tracker.track(frame))
    tracker.close()
    x, y, width, height = part
    cut = drawn[y : y + height, x : x + width]
    size = (round(_HEIGHT_PX * width / height), _HEIGHT_PX)
    return np.asarray(cv2.resize(cut, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


if __name__ == "__main__":
    main()
