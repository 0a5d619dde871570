"""What options may ask to be done to every picture: crop, rotate, mirror, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, cast

import cv2
import numpy as np

from mocapbridge.errors import ConfigError
from mocapbridge.sources.options import PictureOptions, Rotation
from mocapbridge.types import UInt8Array

_ROTATE_CODES: Final[dict[Rotation, int]] = {
    90: cv2.ROTATE_90_CLOCKWISE,
    180: cv2.ROTATE_180,
    270: cv2.ROTATE_90_COUNTERCLOCKWISE,
}
_FLIP_LEFT_RIGHT: Final = 1


@dataclass(frozen=True, slots=True)
class PictureEdit:
    """Crops, then rotates clockwise, then mirrors; returns the very same array when not asked."""

    crop: tuple[int, int, int, int] | None
    """x, y, width, height in pixels of the incoming picture."""
    rotate: Rotation
    mirror: bool

    @classmethod
    def from_options(cls, options: PictureOptions) -> PictureEdit:
        """What the options of a source ask for."""
        return cls(crop=options.crop, rotate=options.rotate, mirror=options.mirror)

    def check(self, image_bgr: UInt8Array) -> None:
        """Find out whether pictures of this size, (h, w, 3), can be edited as asked.

        Raises:
            ConfigError: the crop does not lie inside the picture.
        """
        if self.crop is None:
            return
        x, y, width, height = self.crop
        picture_height, picture_width = image_bgr.shape[:2]
        if x + width > picture_width or y + height > picture_height:
            raise ConfigError(
                f"crop {list(self.crop)} (x, y, width, height) reaches to {x + width}x{y + height},"
                f" but the picture is {picture_width}x{picture_height}: x + width must be at most "
                f"{picture_width}, y + height at most {picture_height}"
            )

    def apply(self, image_bgr: UInt8Array) -> UInt8Array:
        """The edited picture.

        Args:
            image_bgr: (h, w, 3) uint8, as it comes from the source.

        Raises:
            ConfigError: the crop does not lie inside the picture.
        """
        edited = image_bgr
        if self.crop is not None:
            self.check(image_bgr)
            x, y, width, height = self.crop
            # A copy: the rows of a view would not be contiguous and keep the whole picture alive.
            edited = np.ascontiguousarray(image_bgr[y : y + height, x : x + width])
        if self.rotate != 0:
            edited = cast("UInt8Array", cv2.rotate(edited, _ROTATE_CODES[self.rotate]))
        if self.mirror:
            edited = cast("UInt8Array", cv2.flip(edited, _FLIP_LEFT_RIGHT))
        return edited
