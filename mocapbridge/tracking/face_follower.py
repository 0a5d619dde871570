"""Follows the performer's face from frame to frame, in a window that travels with it."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from mocapbridge.tracking.body_guide import BodyGuide
from mocapbridge.tracking.mediapipe_tasks import FaceNetwork
from mocapbridge.tracking.network_results import FaceResult
from mocapbridge.tracking.window import Window
from mocapbridge.types import Float32Array, UInt8Array

_WINDOW_FOREARMS = 2.2
"""Side of the search window in forearm lengths: a head is about 0.85 high, so it fills 40 % of the
window, which is what the short-range face detector finds best."""
_WINDOW_FACES = 2.0
"""Side of the window in heights of the face that is followed."""
_CANVAS_PX = 480
"""The mesh network looks at 256 pixels around the face, which is half of the window."""
_SMALL_WINDOW_PX = 128
_SMALL_TIMES = 3
"""The network's own enlargement blurs. It gets smaller windows three times as large, with a kernel
that keeps edges: more of a smile on a face of 30 pixels arrives then. Faces of 60 pixels and more
gain nothing (docs/face.md)."""
_REACH_FACES = 1.0
"""A face that lies further than its own size from the body's head is somebody else's: the
performer's lie within 0.3, even when the head turns away."""
_SMALLEST_HEADS = 0.9
"""A mesh that is smaller, in distances between the farthest points of the pose's head, has crept
together in a part of the face. Meshes that fit are 1.1 to 1.9 large (nine clips)."""
_EAGER_MISSES = 6
_LAZY_INTERVAL = 3
"""A search costs about as much as following a face: after 6 misses it comes every third frame only,
because the performer has turned away, or has no face to be seen."""


class FaceFollower:
    """The face network and where it looks next."""

    def __init__(self, network: FaceNetwork) -> None:
        self.network = network
        self._face_px: Float32Array | None = None
        self._misses = 0
        self._astray = False
        """Whether the network's memory of the last picture means another place in the next one."""

    @property
    def follows(self) -> bool:
        """Whether the face was found in the last frame."""
        return self._face_px is not None

    @property
    def rests(self) -> bool:
        """Whether the next frame is skipped because the search has been fruitless."""
        return self._misses > _EAGER_MISSES and self._misses % _LAZY_INTERVAL != 0

    def reset(self) -> None:
        """Forget the face (continuity is broken)."""
        self._face_px = None
        self._misses = 0

    def look(
        self, image_bgr: UInt8Array, guide: BodyGuide | None, time_ms: int
    ) -> tuple[FaceResult, Float32Array] | None:
        """Find the face.

        Args:
            image_bgr: the full picture.
            guide: the body in the last picture.
            time_ms: capture time [ms].

        Returns:
            The network's result and the landmarks as fractions of the full picture, (478, 3); None
            when there is no face.
        """
        if self._astray:
            self.network.forget()
            self._astray = False
        height, width = image_bgr.shape[:2]
        follows = self.follows
        for window in self._windows(guide, (width, height)):
            result = self.network.detect(window.cut(image_bgr), time_ms)
            if result is not None:
                # The window that follows is another than the search's: a mesh sought where the face
                # lay in that one would cover a part of it, and creep together from then on.
                self._astray = not follows
                return result, window.full_from_window(result.image, (width, height))
            follows = False
        return None

    def _windows(
        self, guide: BodyGuide | None, image_size_px: tuple[int, int]
    ) -> Generator[Window, None, None]:
        """Where to look, one after the other: the face, then the body's head or everywhere."""
        if self._face_px is not None:
            yield window_around(self._face_px)
        largest_px = float(max(image_size_px))
        if guide is not None and _WINDOW_FOREARMS * guide.forearm_px < largest_px:
            yield _window(guide.head_px(), _WINDOW_FOREARMS * guide.forearm_px)
        else:
            middle_px = np.array([size / 2 for size in image_size_px], dtype=np.float32)
            yield _window(middle_px, largest_px)

    def settle(
        self, image: Float32Array | None, guide: BodyGuide | None, image_size_px: tuple[int, int]
    ) -> bool:
        """Take note of what was found; False when it is not the performer's face.

        Args:
            image: (478, 3) fractions of the full picture, or None when nothing was found.
            guide: the body in the same picture.
            image_size_px: (width, height).
        """
        self._face_px = None
        self._misses += 1
        if image is None:
            return False
        face_px = image[:, :2] * np.array(image_size_px, dtype=np.float32)
        if guide is not None and not _fits(face_px, guide):
            self._astray = True
            return False
        self._face_px = face_px
        self._misses = 0
        return True


def window_around(face_px: Float32Array) -> Window:
    """The window in which a face is followed.

    Args:
        face_px: (n, 2) its landmarks in pixels of the full picture.
    """
    corner, opposite = face_px.min(axis=0), face_px.max(axis=0)
    size_px = _WINDOW_FACES * float((opposite - corner).max())
    centre_px = ((corner + opposite) / 2).astype(np.float32)
    return _window(centre_px, size_px)


def _window(centre_px: Float32Array, size_px: float) -> Window:
    times = _SMALL_TIMES if size_px < _SMALL_WINDOW_PX else 1
    return Window.around(centre_px, size_px, _CANVAS_PX, times)


def _fits(face_px: Float32Array, guide: BodyGuide) -> bool:
    """Whether a mesh is where the body's head is, and large enough for it."""
    size_px = float((face_px.max(axis=0) - face_px.min(axis=0)).max())
    away_px = float(np.linalg.norm(face_px.mean(axis=0) - guide.head_px()))
    return away_px <= _REACH_FACES * size_px and size_px >= _SMALLEST_HEADS * guide.head_extent_px()
