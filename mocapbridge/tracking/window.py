"""Square windows onto a picture: what a network sees, and the way back to the whole picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import cv2.typing
import numpy as np

from mocapbridge.types import Float32Array, UInt8Array

_COARSE_SCALE = 0.5
"""Below this scale linear interpolation skips pixels, so the picture is halved first: averaging
2 x 2 pixels is what OpenCV has fast code for (1080p in 0.3 ms; 3 x 3 takes 1.3 ms)."""


@dataclass(frozen=True, slots=True)
class Window:
    """A square region of the full picture and the resolution at which it is looked at.

    It may reach beyond the picture; what lies there is black. MediaPipe's VIDEO mode remembers
    where in *its* picture the hand or face was: a window that travels with the hand therefore
    carries that memory along, and the hand stays in sight however fast it moves.
    """

    left_px: int
    top_px: int
    size_px: int
    """Side of the square in pixels of the full picture."""
    canvas_px: int
    """Side of the picture the network gets."""

    @classmethod
    def around(
        cls,
        centre_px: Float32Array,
        size_px: float,
        largest_canvas_px: int,
        times: int = 1,
    ) -> Window:
        """The window of that size around a point.

        Args:
            centre_px: (2,) x, y in pixels of the full picture.
            size_px: side of the square in pixels of the full picture.
            largest_canvas_px: resolution that the network has use for.
            times: how much larger than the window the network gets it, as far as the resolution
                allows. The network scales its input by itself, but linearly: very small things are
                worth more.
        """
        size = max(16, round(size_px))
        left = round(float(centre_px[0]) - size / 2)
        top = round(float(centre_px[1]) - size / 2)
        return cls(left, top, size, min(times * size, largest_canvas_px))

    def cut(self, image_bgr: UInt8Array) -> UInt8Array:
        """What the window shows of a BGR picture, as (canvas, canvas, 3) RGB."""
        height, width = image_bgr.shape[:2]
        right, bottom = self.left_px + self.size_px, self.top_px + self.size_px
        x0, y0 = max(self.left_px, 0), max(self.top_px, 0)
        x1, y1 = min(right, width), min(bottom, height)
        if x1 <= x0 or y1 <= y0:
            return np.zeros((self.canvas_px, self.canvas_px, 3), dtype=np.uint8)
        part = image_bgr[y0:y1, x0:x1]
        if (x1 - x0, y1 - y0) != (self.size_px, self.size_px):
            borders = (y0 - self.top_px, bottom - y1, x0 - self.left_px, right - x1)
            part = _uint8(cv2.copyMakeBorder(part, *borders, cv2.BORDER_CONSTANT))
        if self.canvas_px != self.size_px:
            while self.canvas_px < _COARSE_SCALE * part.shape[0]:
                part = _halved(part)
            # The sinc kernel keeps edges that linear interpolation blurs: see docs/face.md.
            kernel = cv2.INTER_LANCZOS4 if self.canvas_px > self.size_px else cv2.INTER_LINEAR
            canvas = (self.canvas_px, self.canvas_px)
            part = _uint8(cv2.resize(part, canvas, interpolation=kernel))
        return _uint8(cv2.cvtColor(part, cv2.COLOR_BGR2RGB))

    def full_from_window(
        self, points: Float32Array, image_size_px: tuple[int, int]
    ) -> Float32Array:
        """Points found in the window, placed in the full picture.

        Args:
            points: (n, 3) x, y as fractions of the window, z in window widths.
            image_size_px: (width, height) of the full picture.

        Returns:
            (n, 3) x, y as fractions of the full picture, z in its widths.
        """
        width, height = image_size_px
        scale = np.array(
            [self.size_px / width, self.size_px / height, self.size_px / width], np.float32
        )
        offset = np.array([self.left_px / width, self.top_px / height, 0.0], np.float32)
        return points * scale + offset

    def blank_out(self, picture_rgb: UInt8Array, centre_px: Float32Array, radius_px: float) -> None:
        """Paint a disc of the cut picture grey, so that what is there is not found again.

        Args:
            picture_rgb: what ``cut`` returned; changed in place.
            centre_px: (2,) centre of the disc in pixels of the full picture.
            radius_px: its radius in pixels of the full picture.
        """
        scale = self.canvas_px / self.size_px
        x = round((float(centre_px[0]) - self.left_px) * scale)
        y = round((float(centre_px[1]) - self.top_px) * scale)
        cv2.circle(picture_rgb, (x, y), round(radius_px * scale), (128, 128, 128), cv2.FILLED)


def reduced_rgb(image_bgr: UInt8Array, halvings: int) -> UInt8Array:
    """A whole picture, halved so many times (averaging areas), as RGB."""
    for _ in range(halvings):
        image_bgr = _halved(image_bgr)
    return _uint8(cv2.cvtColor(image_bgr, cv2.COLOR_BGR2RGB))


def _halved(image_bgr: UInt8Array) -> UInt8Array:
    height, width = image_bgr.shape[:2]
    even = image_bgr[: height // 2 * 2, : width // 2 * 2]
    return _uint8(cv2.resize(even, (width // 2, height // 2), interpolation=cv2.INTER_AREA))


def _uint8(image: cv2.typing.MatLike) -> UInt8Array:
    """What OpenCV made of a uint8 picture is one, though its types do not say so; no copy."""
    return np.asarray(image, dtype=np.uint8)
