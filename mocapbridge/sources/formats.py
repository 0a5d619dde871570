"""Which endings of names and which addresses mean what to a source."""

from __future__ import annotations

from typing import Final

IMAGE_SUFFIXES: Final = frozenset(
    {".bmp", ".jpeg", ".jpg", ".jp2", ".png", ".ppm", ".pgm", ".tif", ".tiff", ".webp"}
)
"""Endings of picture files that OpenCV's wheels decode on every platform, in lower case."""

TAKE_SUFFIXES: Final = (".mocap", ".mocap.jsonl")
"""Endings of takes, in lower case."""

STREAM_SCHEMES: Final = frozenset(
    {"http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp"}
)
"""Schemes of network addresses that are given to FFmpeg. Everything else is refused: FFmpeg would
also take ``file:``, ``concat:`` and the like, which are not streams."""
