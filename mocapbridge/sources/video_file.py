"""Footage from a video file, with the container's own times."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.errors import ConfigError, SourceUnavailable, SourceUnreadable
from mocapbridge.sources.options import VideoOptions
from mocapbridge.sources.picture import PictureEdit
from mocapbridge.sources.playback import Playback
from mocapbridge.sources.video_decoder import DecodedPicture, VideoDecoder
from mocapbridge.types import VideoFrame

_log = logging.getLogger(__name__)

_CLOSE_TIMEOUT_S: Final = 1.5
"""How long ``close`` waits for a read in another thread before it leaves the file to that read."""


class VideoFileSource:
    """Every frame of a clip, once, with the presentation times of the container.

    Variable frame rates are kept as they are. Frames that cannot be decoded are counted in
    ``corrupt_frames`` and left out, duplicate or backward times are counted in
    ``repaired_times`` and made to rise. A rotation noted by a phone is applied by OpenCV.
    Implements ``sources.base.Source``.
    """

    def __init__(self, options: VideoOptions, clock: Clock) -> None:
        """Nothing is opened yet.

        Raises:
            ConfigError: ``end_s`` does not lie after ``start_s``.
        """
        if options.end_s is not None and options.end_s <= options.start_s:
            raise ConfigError(
                f"end_s ({options.end_s:g}) must be greater than start_s ({options.start_s:g})"
            )
        self.source_id = Path(options.path).name or options.path
        self.live = False
        self.nominal_fps = 0.0
        self.frame_count: int | None = None
        self.corrupt_frames = 0
        self.repaired_times = 0
        self._options = options
        self._edit = PictureEdit.from_options(options)
        self._playback = Playback(clock, native=options.pace == "native")
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._decoder: VideoDecoder | None = None
        self._pending: DecodedPicture | None = None
        self._corrupt_in_former_passes = 0
        self._repaired_in_former_passes = 0
        self._frame_index = 0
        self._segment = 0

    def open(self) -> None:
        """Open the file and decode its first frame.

        Raises:
            SourceUnavailable: there is no such file, or it may not be read.
            SourceUnreadable: it holds nothing that can be decoded.
            ConfigError: the crop or ``start_s`` lie outside of what it shows.
        """
        self._closed.clear()
        self._playback.resume()
        with self._lock:
            self._release()
            decoder, first = self._start_decoder()
            self._pending = first
            try:
                self._edit.check(first.image_bgr)
            except ConfigError:
                self._release()
                raise
            if self._frame_index > 0:
                self._begin_pass(decoder.interval_ns)
            self.nominal_fps = decoder.rate_hz
            self.frame_count = self._expected_count(decoder)

    def read(self) -> VideoFrame | None:
        """The next frame; None at the end or once closed.

        Raises:
            SourceUnavailable: the file has vanished between two loops.
            SourceUnreadable: likewise, it has been damaged.
        """
        with self._lock:
            picture = self._next_picture()
            frame = None if picture is None else self._frame(picture)
            if self._closed.is_set():
                self._release()
        if frame is None or not self._playback.wait_for(frame.capture_time_ns):
            return None
        return frame

    def close(self) -> None:
        """Let the file go. A read in another thread ends soon, and lets go for us if it is slow."""
        self._closed.set()
        self._playback.stop()
        if self._lock.acquire(timeout=_CLOSE_TIMEOUT_S):
            try:
                self._release()
            finally:
                self._lock.release()

    def _start_decoder(self) -> tuple[VideoDecoder, DecodedPicture]:
        """A decoder for a new pass, and its first picture."""
        path = _checked_file(self._options.path)
        start_ns = round(self._options.start_s * NS_PER_S)
        end_s = self._options.end_s
        end_ns = None if end_s is None else round(end_s * NS_PER_S)
        decoder = VideoDecoder(path, start_ns=start_ns, end_ns=end_ns)
        self._decoder = decoder
        duration_ns = decoder.stated_duration_ns
        behind_end = duration_ns is not None and start_ns > duration_ns + NS_PER_S
        first = None if behind_end else decoder.next()
        if first is None:
            decoded_count = decoder.decoded_count
            self._release()
            if behind_end or decoded_count > 0:
                raise ConfigError(
                    f"no frame of the clip lies between start_s ({self._options.start_s:g}) and "
                    f"its end or end_s; choose an earlier start: {path}"
                )
            raise SourceUnreadable(
                f"the file opens as a video but no frame can be decoded; give another: {path}"
            )
        return decoder, first

    def _next_picture(self) -> DecodedPicture | None:
        if self._decoder is None or self._closed.is_set():
            return None
        picture = self._pending or self._decoder.next()
        self._pending = None
        self._count(self._decoder)
        if picture is None:
            self._finish_pass(self._decoder)
            if self._options.loop:
                picture = self._first_of_next_pass(self._decoder)
        return picture

    def _first_of_next_pass(self, finished: VideoDecoder) -> DecodedPicture:
        self._begin_pass(finished.interval_ns)
        self._release()
        _, first = self._start_decoder()
        return first

    def _begin_pass(self, interval_ns: int) -> None:
        """Go on counting where the former pass ended."""
        self._playback.start_pass(interval_ns)
        self._corrupt_in_former_passes = self.corrupt_frames
        self._repaired_in_former_passes = self.repaired_times
        self._segment += 1

    def _count(self, decoder: VideoDecoder) -> None:
        self.corrupt_frames = self._corrupt_in_former_passes + decoder.damaged_count
        self.repaired_times = self._repaired_in_former_passes + decoder.repaired_times

    def _finish_pass(self, decoder: VideoDecoder) -> None:
        """Say once what was wrong with the file."""
        if self._segment > 0:
            return
        if self.corrupt_frames > 0:
            _log.warning(
                "%d frames could not be decoded and were left out: %s",
                self.corrupt_frames,
                self.source_id,
            )
        if self.repaired_times > 0:
            _log.info(
                "%d duplicate or backward frame times were repaired: %s",
                self.repaired_times,
                self.source_id,
            )
        if self._options.end_s is None and self._options.start_s == 0 and decoder.ends_early:
            _log.warning(
                "the clip ends early, after %d of %s frames; it may be cut off: %s",
                decoder.decoded_count,
                decoder.stated_count,
                self.source_id,
            )

    def _frame(self, picture: DecodedPicture) -> VideoFrame:
        frame = VideoFrame(
            image_bgr=self._edit.apply(picture.image_bgr),
            capture_time_ns=self._playback.capture_time_ns(picture.presentation_ns),
            frame_index=self._frame_index,
            source_id=self.source_id,
            segment=self._segment,
        )
        self._frame_index += 1
        return frame

    def _expected_count(self, decoder: VideoDecoder) -> int | None:
        """How many frames are expected; an estimate where only a part of the clip is wanted."""
        if self._options.loop or decoder.stated_count is None:
            return None
        clip_s = decoder.stated_count / decoder.rate_hz
        end_s = clip_s if self._options.end_s is None else min(self._options.end_s, clip_s)
        if self._options.start_s == 0 and end_s == clip_s:
            return decoder.stated_count
        return max(1, round((end_s - self._options.start_s) * decoder.rate_hz))

    def _release(self) -> None:
        if self._decoder is not None:
            self._decoder.release()
            self._decoder = None
        self._pending = None


def _checked_file(path_text: str) -> Path:
    """The file, after finding out what can be found out without decoding.

    Raises:
        SourceUnavailable: no such file, not a file, or not readable.
        SourceUnreadable: an empty file.
    """
    try:
        path = Path(path_text).expanduser()
        if path.is_dir():
            raise SourceUnavailable(
                "this is a folder; give a video file, or use source type images for pictures: "
                f"{path}"
            )
        if not path.is_file():
            raise SourceUnavailable(f"there is no such video file; check the path: {path}")
        with path.open("rb") as file:
            first_byte = file.read(1)
    except (OSError, RuntimeError, ValueError) as error:
        raise SourceUnavailable(f"the file cannot be read ({error}): {path_text}") from error
    if not first_byte:
        raise SourceUnreadable(f"the video file is empty (0 bytes); give another: {path}")
    return path
