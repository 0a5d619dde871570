"""Footage from pictures: one file, a folder or a glob."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from glob import has_magic
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.errors import SourceUnavailable, SourceUnreadable
from mocapbridge.sources.formats import IMAGE_SUFFIXES
from mocapbridge.sources.options import ImagesOptions
from mocapbridge.sources.picture import PictureEdit
from mocapbridge.sources.playback import Playback
from mocapbridge.types import UInt8Array, VideoFrame

_log = logging.getLogger(__name__)


class ImageSource:
    """Pictures in natural order of their names, at a given rate.

    Pictures that cannot be decoded are counted in ``corrupt_frames`` and left out; the others keep
    the times of their places. The rotation that cameras note in photos (EXIF) is applied. The
    segment rises when the size of the pictures changes. One picture is one frame.
    Implements ``sources.base.Source``.
    """

    def __init__(self, options: ImagesOptions, clock: Clock) -> None:
        """Nothing is opened yet."""
        self.source_id = Path(options.path).name or options.path
        self.live = False
        self.nominal_fps = options.fps
        self.frame_count: int | None = None
        self.corrupt_frames = 0
        self._options = options
        self._edit = PictureEdit.from_options(options)
        self._playback = Playback(clock, native=options.pace == "native")
        self._paths: list[Path] = []
        self._place = 0
        self._delivered_in_pass = 0
        self._pending: UInt8Array | None = None
        self._shape: tuple[int, ...] | None = None
        self._frame_index = 0
        self._segment = 0

    def open(self) -> None:
        """Find the pictures and decode the first.

        Raises:
            SourceUnavailable: nothing matches.
            SourceUnreadable: not one of them can be decoded.
            ConfigError: the crop does not lie inside the first picture.
        """
        self._playback.resume()
        self._paths = _find_pictures(self._options.path)
        if self._frame_index > 0:
            self._start_pass()
        self._place = 0
        self.frame_count = None if self._options.loop else len(self._paths)
        self._pending = self._next_decodable()
        if self._pending is None:
            count = len(self._paths)
            self._paths = []
            raise SourceUnreadable(
                f"none of {count} pictures can be decoded; give others: {self._options.path}"
            )
        self._edit.check(self._pending)

    def read(self) -> VideoFrame | None:
        """The next picture; None at the end or once closed.

        Raises:
            ConfigError: the crop does not lie inside this picture.
        """
        image_bgr, self._pending = self._pending, None
        if image_bgr is None:
            image_bgr = self._next_decodable()
        if image_bgr is None and self._options.loop and self._delivered_in_pass > 0:
            self._start_pass()
            image_bgr = self._next_decodable()
        if image_bgr is None:
            return None
        frame = self._frame(self._edit.apply(image_bgr))
        return frame if self._playback.wait_for(frame.capture_time_ns) else None

    def close(self) -> None:
        """Let the pictures go."""
        self._playback.stop()

    def _next_decodable(self) -> UInt8Array | None:
        """The next picture that can be decoded; moves ``_place`` behind it."""
        while self._place < len(self._paths):
            path = self._paths[self._place]
            self._place += 1
            image_bgr = _decode(path)
            if image_bgr is not None:
                return image_bgr
            self.corrupt_frames += 1
            if self.corrupt_frames == 1:
                _log.warning("pictures that cannot be decoded are left out; the first: %s", path)
        return None

    def _start_pass(self) -> None:
        self._playback.start_pass(self._interval_ns(1))
        self._place = 0
        self._delivered_in_pass = 0
        # A single still that is shown again and again does not break continuity.
        if len(self._paths) > 1:
            self._segment += 1

    def _frame(self, image_bgr: UInt8Array) -> VideoFrame:
        if self._shape is not None and self._shape != image_bgr.shape:
            self._segment += 1
        self._shape = image_bgr.shape
        frame = VideoFrame(
            image_bgr=image_bgr,
            capture_time_ns=self._playback.capture_time_ns(self._interval_ns(self._place - 1)),
            frame_index=self._frame_index,
            source_id=self.source_id,
            segment=self._segment,
        )
        self._frame_index += 1
        self._delivered_in_pass += 1
        return frame

    def _interval_ns(self, places: int) -> int:
        return round(places * NS_PER_S / self._options.fps)


def natural_key(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Sorts ``2.png`` before ``10.png``: runs of digits count as numbers."""
    parts = re.findall(r"[0-9]+|[^0-9]+", path.name.casefold())
    # Only these ten: "²" is a digit to Python, but no number.
    key = [(int(part), "") if part[0] in "0123456789" else (-1, part) for part in parts]
    return key, str(path)


def _find_pictures(pattern: str) -> list[Path]:
    """The files that a path, folder or glob stands for, in natural order.

    Raises:
        SourceUnavailable: there are none.
    """
    try:
        path = Path(pattern).expanduser()
        if path.is_file():
            return [path]
        found = [
            candidate
            for candidate in (path.iterdir() if path.is_dir() else _matches(path))
            if candidate.suffix.lower() in IMAGE_SUFFIXES and candidate.is_file()
        ]
    except (OSError, RuntimeError, ValueError) as error:
        raise SourceUnavailable(f"pictures cannot be listed ({error}): {pattern}") from error
    if not found:
        what = "no picture in this folder" if path.is_dir() else "no such picture"
        if has_magic(pattern):
            what = "no picture matches"
        raise SourceUnavailable(
            f"{what}; valid endings: {', '.join(sorted(IMAGE_SUFFIXES))}: {pattern}"
        )
    return sorted(found, key=natural_key)


def _matches(pattern: Path) -> Iterable[Path]:
    """What a glob matches."""
    parts = pattern.parts
    first = next((place for place, part in enumerate(parts) if has_magic(part)), len(parts) - 1)
    return Path(*parts[:first]).glob("/".join(parts[first:]))


def _decode(path: Path) -> UInt8Array | None:
    """The picture, (h, w, 3) uint8, upright by its EXIF note; None when it cannot be decoded."""
    try:
        # cv2.imread cannot open names outside the code page on Windows; numpy can.
        encoded = np.fromfile(path, dtype=np.uint8)
    except OSError:
        return None
    if encoded.size == 0:
        return None
    try:
        image = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return cast("UInt8Array | None", image)
