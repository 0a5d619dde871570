"""Notices a live picture that is black or does not move any more, and says so once."""

from __future__ import annotations

import logging
from typing import Final

import numpy as np

from mocapbridge.clock import NS_PER_S
from mocapbridge.types import UInt8Array

_log = logging.getLogger(__name__)

_PATIENCE_NS: Final = 2 * NS_PER_S
_SAMPLE_STEP_PX: Final = 16
"""Every 16th pixel in both directions is looked at: sensor noise changes some in every picture."""
_BLACK_LEVEL: Final = 8
"""Mean of 0..255 below which nobody could be seen."""


class PictureWatch:
    """Warns when the same or a black picture has come for 2 s; again only after it has ended."""

    def __init__(self, source_id: str) -> None:
        self._source_id = source_id
        self._sample: UInt8Array | None = None
        self._frozen = _Episode("sends the same picture again and again: is it frozen?")
        self._black = _Episode("sends a black picture: is the lens covered, the light off?")

    def observe(self, image_bgr: UInt8Array, capture_time_ns: int) -> None:
        """Look at the next picture, (h, w, 3) uint8."""
        sample: UInt8Array = np.array(image_bgr[::_SAMPLE_STEP_PX, ::_SAMPLE_STEP_PX])
        black = bool(sample.mean() < _BLACK_LEVEL)
        same = self._sample is not None and np.array_equal(sample, self._sample)
        self._sample = sample
        self._black.observe(black, capture_time_ns, self._source_id)
        self._frozen.observe(same and not black, capture_time_ns, self._source_id)


class _Episode:
    """A condition that is worth a word when it lasts."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._since_ns: int | None = None
        self._said = False

    def observe(self, holds: bool, now_ns: int, source_id: str) -> None:
        if not holds:
            self._since_ns = None
            self._said = False
            return
        if self._since_ns is None:
            self._since_ns = now_ns
        if not self._said and now_ns - self._since_ns >= _PATIENCE_NS:
            self._said = True
            _log.warning("%s %s", source_id, self._text)
