"""A camera of this machine."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

import cv2

from mocapbridge.clock import Clock
from mocapbridge.errors import ConfigError, SourceUnavailable
from mocapbridge.sources.known_cameras import KnownCamera, choices, find_camera, known_cameras
from mocapbridge.sources.live import LiveSource
from mocapbridge.sources.opencv_capture import open_capture
from mocapbridge.sources.options import CameraOptions

_log = logging.getLogger(__name__)

BACKENDS: Final[dict[str, int]] = {
    "auto": cv2.CAP_ANY,
    "v4l2": cv2.CAP_V4L2,
    "dshow": cv2.CAP_DSHOW,
    "msmf": cv2.CAP_MSMF,
    "avfoundation": cv2.CAP_AVFOUNDATION,
    "gstreamer": cv2.CAP_GSTREAMER,
}
"""``backend`` of the options -> OpenCV's number."""
_FIRST_PICTURE_TIMEOUT_S: Final = 5.0


class CameraSource(LiveSource):
    """The newest picture of a camera, reopened by whoever reads it when it is unplugged.

    A camera that comes back under another number is found again by its name, where the system
    knows names. Implements ``sources.base.Source``.
    """

    def __init__(self, options: CameraOptions, clock: Clock) -> None:
        """Nothing is opened yet."""
        super().__init__(f"camera:{options.device}", options, clock, _FIRST_PICTURE_TIMEOUT_S)
        self._options = options
        self._target: int | str = 0
        self._name = ""

    def open(self) -> None:
        """Open the camera and wait for its first picture.

        Raises:
            SourceUnavailable: there is no such camera, it is in use, or it delivers nothing.
            ConfigError: this OpenCV has no such backend, or the crop lies outside the picture.
        """
        _check_backend(self._options.backend)
        known = known_cameras()
        self._target = self._find(known)
        super().open()
        camera = self._as_known(known)
        self._name = "" if camera is None else camera.name

    def _find(self, known: list[KnownCamera] | None) -> int | str:
        try:
            return find_camera(self._options.device, known)
        except SourceUnavailable:
            if self._name and known is not None:
                return find_camera(self._name, known)
            raise

    def _as_known(self, known: list[KnownCamera] | None) -> KnownCamera | None:
        return next((camera for camera in known or [] if camera.index == self._target), None)

    def _open_capture(self) -> cv2.VideoCapture | None:
        capture = open_capture(self._target, BACKENDS[self._options.backend])
        if capture is not None:
            self._set_mode(capture)
        return capture

    def _set_mode(self, capture: cv2.VideoCapture) -> None:
        """Ask for size, rate and format; say what the camera does instead.

        The format comes first: it decides which sizes and rates there are.
        """
        options = self._options
        fourcc = None if options.fourcc is None else _fourcc_code(options.fourcc)
        wanted = (
            ("fourcc", cv2.CAP_PROP_FOURCC, fourcc),
            ("width", cv2.CAP_PROP_FRAME_WIDTH, options.width),
            ("height", cv2.CAP_PROP_FRAME_HEIGHT, options.height),
            ("fps", cv2.CAP_PROP_FPS, options.fps),
        )
        for _, setting, value in wanted:
            if value is not None:
                capture.set(setting, value)
        refused = [
            f"{name} {capture.get(setting):g} instead of {value:g}"
            for name, setting, value in wanted
            if value is not None and setting != cv2.CAP_PROP_FOURCC
            if round(capture.get(setting)) != round(value)
        ]
        if fourcc is not None and round(capture.get(cv2.CAP_PROP_FOURCC)) != fourcc:
            refused.append(f"another fourcc than {options.fourcc}")
        if refused:
            _log.warning("%s gives %s", self.source_id, ", ".join(refused))

    def _why_not(self, *, opened: bool) -> str:
        known = known_cameras()
        camera = self._as_known(known)
        label = f"camera {self._target if camera is None else camera}"
        if opened:
            return (
                f"{label} opens but delivers no picture within {_FIRST_PICTURE_TIMEOUT_S:g} s: "
                "another program may use it, or the USB port is too slow for this size (try "
                f"fourcc: MJPG or a smaller one); {choices(known)}"
            )
        if known is None:
            return (
                f"{label} cannot be opened: it is not connected, another program uses it, or the "
                f"system's privacy settings forbid it; {choices(known)}"
            )
        hindrance = None if camera is None else _hindrance(Path(camera.path))
        if hindrance is not None:
            return f"{label} {hindrance}"
        return (
            f"{label} is there but cannot be opened: another program probably uses it; close that "
            f"or choose another; {choices(known)}"
        )


def _hindrance(node: Path) -> str | None:
    """Why this program cannot even ask for the device; None when it can."""
    if not node.exists():
        return f"has no device node: in a container, pass the device in (--device); {node}"
    if not os.access(node, os.R_OK | os.W_OK):
        return (
            "may not be used: join the group that owns its device (usually video) and log in "
            f"again; {node}"
        )
    return None


def _fourcc_code(fourcc: str) -> int:
    """The four letters as OpenCV's number: little-endian ASCII."""
    return int.from_bytes(fourcc.encode("ascii"), "little")


def _check_backend(backend: str) -> None:
    if _has_backend(backend):
        return
    valid = ", ".join(name for name in BACKENDS if _has_backend(name))
    raise ConfigError(f"OpenCV has no backend {backend!r} on this machine; valid: {valid}")


def _has_backend(backend: str) -> bool:
    code = BACKENDS[backend]
    return code == cv2.CAP_ANY or cv2.videoio_registry.hasBackend(code)
