"""Where to look for head and hands, given the body: pure geometry on image landmarks.

Everything is measured in forearm lengths of the person in the picture, so that it holds for a
face in front of a webcam and for a dancer at the far end of a stage alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mocapbridge.types import Float32Array, Side

HEAD_POINTS = 11
"""Nose, eyes, ears and mouth are the first landmarks."""
NOSE = 0
EARS = (7, 8)
SHOULDERS = (11, 12)
ELBOWS = (13, 14)
WRISTS = (15, 16)
PINKIES = (17, 18)
INDEXES = (19, 20)
HIPS = (23, 24)

# Lengths along the body that bound a forearm's, as (landmark, landmark, forearms per length):
# upper arm and forearm are about equal; shoulders 0.75; shoulder to hip 0.55. Proportions of an
# adult (Drillis and Contini 1966, rounded); the longest wins, because perspective only shortens.
_RULERS = (
    (11, 13, 1.0),
    (12, 14, 1.0),
    (13, 15, 1.0),
    (14, 16, 1.0),
    (11, 12, 0.75),
    (11, 23, 0.55),
    (12, 24, 0.55),
)
_FROM = np.array([ruler[0] for ruler in _RULERS])
_TO = np.array([ruler[1] for ruler in _RULERS])
_FOREARMS = np.array([ruler[2] for ruler in _RULERS], dtype=np.float32)

WRIST_SEEN = 0.5
"""Visibility from which a pose wrist is believed to be in the picture."""


@dataclass(frozen=True, slots=True)
class BodyGuide:
    """A body in the full picture, as a guide to its parts."""

    points_px: Float32Array
    """(33, 2) pose landmarks in pixels of the full picture."""
    visibility: Float32Array
    """(33,) 0..1."""
    forearm_px: float
    """A forearm's length, were it parallel to the picture."""

    @classmethod
    def of(
        cls, image: Float32Array, visibility: Float32Array, image_size_px: tuple[int, int]
    ) -> BodyGuide:
        """The guide given by pose landmarks.

        Args:
            image: (33, 3) fractions of the full picture.
            visibility: (33,) 0..1.
            image_size_px: (width, height).
        """
        points_px = image[:, :2] * np.array(image_size_px, dtype=np.float32)
        lengths_px = np.linalg.norm(points_px[_FROM] - points_px[_TO], axis=1) * _FOREARMS
        return cls(points_px, visibility, max(float(lengths_px.max()), 1.0))

    def head_px(self) -> Float32Array:
        """Centre of the head, (2,) [px]."""
        ears = self.points_px[EARS[0]] + self.points_px[EARS[1]]
        return (self.points_px[NOSE] + 0.5 * ears) / 2

    def head_extent_px(self) -> float:
        """Distance between the two points of the head that are farthest apart [px]."""
        head_px = self.points_px[:HEAD_POINTS]
        apart_px = head_px[:, None] - head_px[None, :]
        return float(np.sqrt((apart_px**2).sum(axis=-1).max()))

    def wrist_px(self, side: Side) -> Float32Array:
        """That side's wrist, (2,) [px]."""
        return self.points_px[WRISTS[side]]

    def knuckles_px(self, side: Side) -> Float32Array:
        """Middle of that side's knuckles, (2,) [px]: about the centre of the hand."""
        return (self.points_px[PINKIES[side]] + self.points_px[INDEXES[side]]) / 2

    def wrist_visibility(self, side: Side) -> float:
        """How sure the pose is of that side's wrist, 0..1."""
        return float(self.visibility[WRISTS[side]])
