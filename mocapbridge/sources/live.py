"""What cameras and network streams have in common: newest picture, stalls, reopening."""

from __future__ import annotations

import abc
import threading
from typing import Final

import cv2

from mocapbridge.clock import Clock
from mocapbridge.errors import ConfigError, SourceLost, SourceUnavailable
from mocapbridge.sources.grabber import GrabbedPicture, Grabber
from mocapbridge.sources.options import PictureOptions
from mocapbridge.sources.picture import PictureEdit
from mocapbridge.sources.picture_watch import PictureWatch
from mocapbridge.types import VideoFrame

STALL_S: Final = 2.0
"""A live source that delivers nothing for this long is lost."""
_RELEASE_TIMEOUT_S: Final = 1.5
"""How long ``close`` waits for the device; a driver that blocks longer is left to its thread."""


class LiveSource(abc.ABC):
    """A source that delivers by itself, whether anyone reads or not.

    Pictures are grabbed on a thread of their own, and ``read`` gives the newest. The frame index
    counts every picture grabbed, so a gap in it is a picture that nobody took in time. ``open``
    may be called again after ``SourceLost``: the segment then rises, indices and capture times
    keep rising. Implements ``sources.base.Source`` but for how to open the device.
    """

    def __init__(
        self, source_id: str, options: PictureOptions, clock: Clock, first_picture_timeout_s: float
    ) -> None:
        """Nothing is opened yet.

        Args:
            source_id: name in logs and takes.
            options: what is to be done to every picture.
            clock: stamps the pictures.
            first_picture_timeout_s: how long opening may take up to the first picture [s].
        """
        self.source_id = source_id
        self.live = True
        self.nominal_fps = 0.0
        self.frame_count: int | None = None
        self.corrupt_frames = 0
        self._edit = PictureEdit.from_options(options)
        self._clock = clock
        self._first_picture_timeout_s = first_picture_timeout_s
        self._watch = PictureWatch(source_id)
        self._lock = threading.Lock()
        self._closed = False
        self._grabber: Grabber | None = None
        self._delivered = False
        self._first_index = 0
        self._next_index = 0
        self._last_capture_ns = -1
        self._corrupt_before = 0
        self._segment = 0

    def open(self) -> None:
        """Open the device and wait for its first picture.

        Raises:
            SourceUnavailable: it cannot be opened or delivers nothing; the message tells which.
            ConfigError: the crop does not lie inside the picture.
        """
        grabber = self._new_grabber()
        picture = grabber.wait_for_first(self._first_picture_timeout_s)
        if picture is None:
            opened = grabber.opened
            self.close()
            raise SourceUnavailable(self._why_not(opened=opened))
        try:
            self._edit.check(picture.image_bgr)
        except ConfigError:
            self.close()
            raise
        self.nominal_fps = grabber.rate_hz or 0.0

    def read(self) -> VideoFrame | None:
        """The newest frame, waiting for it; None once closed.

        Raises:
            SourceLost: nothing came for ``STALL_S``, or the device has gone.
            ConfigError: the crop does not lie inside the picture.
        """
        with self._lock:
            grabber = self._grabber
        if grabber is None:
            return None
        picture = grabber.take(STALL_S)
        self.corrupt_frames = self._corrupt_before + grabber.undecodable_count
        if picture is not None:
            return self._frame(picture)
        with self._lock:
            if self._closed:
                return None
        reason = "was lost" if grabber.ended else f"has delivered nothing for {STALL_S:g} s"
        grabber.stop(timeout_s=0.0)
        raise SourceLost(f"{self.source_id} {reason}")

    def close(self) -> None:
        """Let the device go; a read in another thread ends at once."""
        with self._lock:
            self._closed = True
            grabber = self._grabber
        if grabber is not None:
            grabber.stop(_RELEASE_TIMEOUT_S)

    @abc.abstractmethod
    def _open_capture(self) -> cv2.VideoCapture | None:
        """Open the device; called on the grabbing thread. None when it is refused."""

    @abc.abstractmethod
    def _why_not(self, *, opened: bool) -> str:
        """The message when there is no first picture; ``opened``: it was not refused at least."""

    def _new_grabber(self) -> Grabber:
        """A running grabber in place of the former one.

        Raises:
            SourceUnavailable: the former one is still stuck in the driver. A second one would not
                get the device either, and threads would pile up.
        """
        self.close()
        with self._lock:
            former = self._grabber
            if former is not None and former.stuck:
                raise SourceUnavailable(
                    f"{self.source_id} has not come back from an earlier read; wait, or unplug it "
                    "and plug it in again"
                )
            if self._delivered:
                self._segment += 1
            self._delivered = False
            self._corrupt_before = self.corrupt_frames
            self._first_index = self._next_index
            self._closed = False
            self._grabber = Grabber(self._open_capture, self._clock, self.source_id)
            self._grabber.start()
            return self._grabber

    def _frame(self, picture: GrabbedPicture) -> VideoFrame:
        frame_index = self._first_index + picture.number
        # A second picture within one tick of the clock (15 ms on some systems) still comes later.
        capture_time_ns = max(picture.capture_time_ns, self._last_capture_ns + 1)
        self._watch.observe(picture.image_bgr, capture_time_ns)
        self._next_index = frame_index + 1
        self._last_capture_ns = capture_time_ns
        self._delivered = True
        return VideoFrame(
            image_bgr=self._edit.apply(picture.image_bgr),
            capture_time_ns=capture_time_ns,
            frame_index=frame_index,
            source_id=self.source_id,
            segment=self._segment,
        )
