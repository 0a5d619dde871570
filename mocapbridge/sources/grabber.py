"""A capture device on a thread of its own, so that a blocked driver blocks nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2

from mocapbridge.clock import Clock
from mocapbridge.sources.opencv_capture import rate_hz, retrieve_bgr
from mocapbridge.types import UInt8Array

_REFUSALS_IN_A_ROW: Final = 5
"""A device that was delivering may miss a picture; after this many it is gone."""
_REFUSAL_PAUSE_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class GrabbedPicture:
    """A picture with the instant it was grabbed."""

    image_bgr: UInt8Array
    """(h, w, 3) uint8, as the device gives it."""
    capture_time_ns: int
    """Right after the grab, on the monotonic clock [ns]."""
    number: int
    """0, 1, 2 ... of all pictures grabbed, whether anyone took them or not."""


class Grabber:
    """Grabs as fast as the device delivers and keeps the newest picture for whoever takes it.

    Opening, reading and releasing all happen on the one thread, because OpenCV's captures must not
    be released while another thread reads them. ``stop`` therefore only asks: when the driver
    blocks, the thread lives on until the driver returns, and then releases the device by itself.
    """

    def __init__(
        self, open_capture: Callable[[], cv2.VideoCapture | None], clock: Clock, name: str
    ) -> None:
        """Nothing runs yet. Args: open_capture: called on the thread; None when refused."""
        self.opened = False
        """Whether the device could be opened."""
        self.rate_hz: float | None = None
        """Rate that the device states [1/s]."""
        self.undecodable_count = 0
        """Pictures that were grabbed but could not be decoded, so far."""
        self._open_capture = open_capture
        self._clock = clock
        self._stopped = threading.Event()
        self._changed = threading.Condition()
        self._newest: GrabbedPicture | None = None
        self._grabbed_count = 0
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=f"grab {name}", daemon=True)

    @property
    def ended(self) -> bool:
        """Whether no picture will ever come again."""
        with self._changed:
            return self._ended

    @property
    def stuck(self) -> bool:
        """Whether the thread still runs: after ``stop``, that the driver has not come back."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Open the device and begin to grab."""
        self._thread.start()

    def wait_for_first(self, timeout_s: float) -> GrabbedPicture | None:
        """A first picture, which stays to be taken; None when none came in time."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._ended, timeout_s)
            return self._newest

    def take(self, timeout_s: float) -> GrabbedPicture | None:
        """The newest picture not yet taken; None when none came in time or none will ever come."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._ended, timeout_s)
            picture, self._newest = self._newest, None
            return picture

    def stop(self, timeout_s: float) -> None:
        """End grabbing, and wait that long for the device to be released."""
        self._stopped.set()
        with self._changed:
            self._ended = True
            self._newest = None
            self._changed.notify_all()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            capture = self._open_capture()
            if capture is not None:
                try:
                    self._grab_all(capture)
                finally:
                    capture.release()
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _grab_all(self, capture: cv2.VideoCapture) -> None:
        self.rate_hz = rate_hz(capture)
        self.opened = True
        refusals = 0
        while not self._stopped.is_set():
            if capture.grab():
                refusals = 0
                self._keep(capture, self._clock.monotonic_ns())
                continue
            refusals += 1
            # Before the first picture a device may take its time; whoever waits has a limit.
            if self._grabbed_count > 0 and refusals >= _REFUSALS_IN_A_ROW:
                return
            self._stopped.wait(_REFUSAL_PAUSE_S)

    def _keep(self, capture: cv2.VideoCapture, capture_time_ns: int) -> None:
        image_bgr = retrieve_bgr(capture)
        if image_bgr is None:
            self.undecodable_count += 1
            return
        with self._changed:
            if self._stopped.is_set():
                return
            self._newest = GrabbedPicture(image_bgr, capture_time_ns, self._grabbed_count)
            self._grabbed_count += 1
            self._changed.notify_all()
