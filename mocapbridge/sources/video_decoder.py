"""One pass over a video file: pictures with the presentation times of the container."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2

from mocapbridge.clock import NS_PER_S
from mocapbridge.errors import SourceUnreadable
from mocapbridge.sources.frame_times import FrameTimes
from mocapbridge.sources.opencv_capture import open_capture, rate_hz, retrieve_bgr, time_ns
from mocapbridge.types import UInt8Array

_DECODER_THREADS: Final = 2
"""FFmpeg would take one per core, each with pictures of its own in memory."""
_REFUSALS_IN_A_ROW: Final = 2000
"""A damaged stretch and the end of the file look the same to OpenCV ("no frame"), and asking again
goes on after the damage. This many refusals (at most 0.3 s at the end of a file, measured) are
taken for the end."""
_ASSUMED_RATE_HZ: Final = 30.0
"""For containers that state none."""
_SEEK_MARGIN_NS: Final = 5 * NS_PER_S
"""Seeking aims this far before the wanted time and decodes the rest, because containers without an
exact index land late."""


@dataclass(frozen=True, slots=True)
class DecodedPicture:
    """A picture of a clip."""

    image_bgr: UInt8Array
    """(h, w, 3) uint8, turned upright when the container notes a rotation."""
    presentation_ns: int
    """From the start of the clip, strictly rising [ns]."""


class VideoDecoder:
    """Decodes what lies between two times of a clip, once, from front to back."""

    def __init__(self, path: Path, *, start_ns: int = 0, end_ns: int | None = None) -> None:
        """Open the file.

        Args:
            path: an existing file.
            start_ns: leave out what is shown before this time [ns].
            end_ns: leave out what is shown at or after this time [ns].

        Raises:
            SourceUnreadable: it is not a video that FFmpeg can decode.
        """
        self.decoded_count = 0
        """Pictures decoded, including those before the start."""
        self.damaged_count = 0
        """Pictures that could not be decoded, as far as it shows yet."""
        self._path = path
        self._start_ns = start_ns
        self._end_ns = end_ns
        self._capture = self._open()
        self.rate_hz = rate_hz(self._capture) or _ASSUMED_RATE_HZ
        self.interval_ns = round(NS_PER_S / self.rate_hz)
        stated = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.stated_count = round(stated) if stated > 0 else None
        """How many frames the container states or its duration suggests; None when unknown."""
        self._gap_count = 0
        self._container_ns: int | None = None
        self._seek()
        self._times = FrameTimes(self.interval_ns)

    @property
    def repaired_times(self) -> int:
        """Presentation times that were duplicate or backward, so far."""
        return self._times.repaired

    @property
    def stated_duration_ns(self) -> int | None:
        """How long the clip is by its container [ns]; None when unknown."""
        return None if self.stated_count is None else self.stated_count * self.interval_ns

    @property
    def ends_early(self) -> bool:
        """Whether a good part of what the container states never came: the file is cut off."""
        if self.stated_count is None:
            return False
        missing = self.stated_count - self.decoded_count - self.damaged_count
        return missing > max(2, self.stated_count // 50)

    def next(self) -> DecodedPicture | None:
        """The next picture; None at the end, for good."""
        while self._grab():
            presentation_ns = self._times.rising(self._note_time())
            if self._end_ns is not None and presentation_ns >= self._end_ns:
                return None
            if presentation_ns < self._start_ns:
                continue
            image_bgr = retrieve_bgr(self._capture)
            if image_bgr is not None:
                return DecodedPicture(image_bgr, presentation_ns)
            self.damaged_count += 1
        self._count_swallowed()
        return None

    def release(self) -> None:
        """Close the file."""
        self._capture.release()

    def _open(self) -> cv2.VideoCapture:
        # An absolute path cannot be taken for an address or an option by FFmpeg.
        capture = open_capture(
            str(self._path.resolve()),
            cv2.CAP_FFMPEG,
            (cv2.CAP_PROP_N_THREADS, _DECODER_THREADS),
        )
        if capture is None:
            raise SourceUnreadable(
                "this is not a video that can be decoded, or its index is cut off (an interrupted "
                f"recording or download); try to play it, or give another file: {self._path}"
            )
        return capture

    def _seek(self) -> None:
        """Jump near the start where that saves decoding."""
        if self._start_ns <= _SEEK_MARGIN_NS:
            return
        self._capture.set(cv2.CAP_PROP_POS_MSEC, (self._start_ns - _SEEK_MARGIN_NS) / 1e6)
        if not self._capture.grab() or time_ns(self._capture) > self._start_ns:
            # Not seekable after all: decode from the front.
            self._capture.release()
            self._capture = self._open()

    def _grab(self) -> bool:
        for refusals in range(_REFUSALS_IN_A_ROW):
            if self._capture.grab():
                self.decoded_count += 1
                self.damaged_count += refusals
                return True
            if self.decoded_count == self.stated_count:
                break
        return False

    def _note_time(self) -> int:
        """The container's time of the frame, after counting the frames skipped before it."""
        container_ns = time_ns(self._capture)
        if self._container_ns is not None:
            intervals = round((container_ns - self._container_ns) / self.interval_ns)
            self._gap_count += max(0, intervals - 1)
        self._container_ns = container_ns
        return container_ns

    def _count_swallowed(self) -> None:
        """Count the damaged frames that FFmpeg left out without a word.

        They are missing from the container's count and leave gaps in time. Only both together
        prove it: a clip of variable rate has gaps, and an edited one is short of its count.
        """
        if self.stated_count is None or self._start_ns > 0:
            return
        missing = self.stated_count - self.decoded_count - self.damaged_count
        self.damaged_count += max(0, min(missing, self._gap_count - self.damaged_count))
