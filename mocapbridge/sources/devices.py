"""Finds out which cameras of this machine can be opened."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import cv2

from mocapbridge.sources.known_cameras import KnownCamera, known_cameras
from mocapbridge.sources.opencv_capture import open_capture, rate_hz

_HIGHEST_INDEX: Final = 9
"""Where the system does not list cameras, indices are tried up to here."""
_MISSES_IN_A_ROW: Final = 2
_PROBE_TIMEOUT_S: Final = 5.0
"""Longer than any driver that works takes to open."""
_STDERR: Final = 2


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera as ``mocapbridge devices`` shows it."""

    index: int
    """What to give as ``device``."""
    name: str
    """What its maker calls it; empty where the system does not tell."""
    path: str
    """Its device node; empty where there is none."""
    opens: bool
    """Whether it could be opened just now. If not, another program probably uses it."""
    width_px: int
    """Size it delivers when nothing is asked of it; 0 when unknown [px]."""
    height_px: int
    fps: float
    """Rate it states; 0 when unknown [1/s]."""


@dataclass(frozen=True, slots=True)
class _Mode:
    width_px: int
    height_px: int
    fps: float


def list_cameras() -> list[CameraInfo]:
    """All cameras by rising index, each opened and closed once. Empty when there are none."""
    with _native_stderr_discarded():
        return list(_unlisted() if (known := known_cameras()) is None else _listed(known))


def _listed(known: list[KnownCamera]) -> Iterator[CameraInfo]:
    for camera in known:
        mode = _probe(camera.index)
        # A secondary node that does not open carries metadata and is no camera.
        if mode is not None or camera.primary:
            yield _info(camera.index, camera.name, camera.path, mode)


def _unlisted() -> Iterator[CameraInfo]:
    misses = 0
    for index in range(_HIGHEST_INDEX + 1):
        mode = _probe(index)
        if mode is not None:
            misses = 0
            yield _info(index, "", "", mode)
            continue
        misses += 1
        if misses >= _MISSES_IN_A_ROW:
            return


def _info(index: int, name: str, path: str, mode: _Mode | None) -> CameraInfo:
    return CameraInfo(
        index=index,
        name=name,
        path=path,
        opens=mode is not None,
        width_px=0 if mode is None else mode.width_px,
        height_px=0 if mode is None else mode.height_px,
        fps=0.0 if mode is None else mode.fps,
    )


def _probe(index: int) -> _Mode | None:
    """What the camera delivers by default; None when it does not open, or not in time."""
    modes: list[_Mode] = []

    def open_and_close() -> None:
        capture = open_capture(index)
        if capture is None:
            return
        modes.append(
            _Mode(
                width_px=round(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
                height_px=round(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
                fps=rate_hz(capture) or 0.0,
            )
        )
        capture.release()

    # On a thread: a driver that blocks must not block the listing.
    thread = threading.Thread(target=open_and_close, name=f"probe camera {index}", daemon=True)
    thread.start()
    thread.join(_PROBE_TIMEOUT_S)
    return modes[0] if modes else None


@contextmanager
def _native_stderr_discarded() -> Generator[None, None, None]:
    """Silence drivers that write to stderr themselves when asked for a camera that is not there.

    OpenCV's AVFoundation part does, past its own log level.
    """
    try:
        saved = os.dup(_STDERR)
    except OSError:  # no stderr at all, as in a windowed program
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, _STDERR)
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)
        os.close(null)
