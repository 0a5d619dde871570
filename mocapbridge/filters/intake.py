"""Landmarks into columns, and the refusal of what cannot be filtered."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from mocapbridge.filters import layout
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    FACE_LANDMARK_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
    FaceLandmarks,
    Float64Array,
    HandLandmarks,
    Landmarks,
    PoseLandmarks,
    TrackState,
)

MOST: Final = 100.0
"""No coordinate is farther from its origin than this: picture widths, metres."""
_M_PER_CM: Final = 0.01


class Intake:
    """Copies what was tracked into one array of columns and says what of it can be used."""

    def __init__(self) -> None:
        self.columns = np.zeros((3, layout.COLUMN_COUNT))
        """(3, columns) this frame's numbers; only those of usable parts mean anything."""
        self.rejected = 0
        """Parts that were given as tracked but had numbers that are not finite or beyond all
        bounds, or the wrong number of points: one for each part and frame."""

    def load(self, landmarks: Landmarks) -> tuple[bool, ...]:
        """Fill the columns of every tracked part.

        Returns:
            For each ``layout.Part``, whether it was tracked and its numbers can be used.
        """
        width_px, height_px = landmarks.image_size_px
        widths = np.array(((1.0,), (height_px / max(width_px, 1),), (1.0,)))
        parts = (landmarks.pose, landmarks.face, landmarks.left_hand, landmarks.right_hand)
        tracked = [part.state is TrackState.TRACKED for part in parts]
        left, right = layout.LEFT_HAND_IMAGE, layout.RIGHT_HAND_IMAGE
        # What is not a number is refused below; numpy need not warn of it.
        with np.errstate(invalid="ignore", over="ignore"):
            shaped = (
                tracked[0] and self._load_pose(landmarks.pose, widths),
                tracked[1] and self._load_face(landmarks.face, widths),
                tracked[2] and self._load_hand(landmarks.left_hand, left, widths),
                tracked[3] and self._load_hand(landmarks.right_hand, right, widths),
            )
            usable = shaped if _plausible(self.columns) else self._sound(shaped)
        self.rejected += sum(tracked) - sum(usable)
        return usable

    def _sound(self, shaped: tuple[bool, ...]) -> tuple[bool, ...]:
        """The slow way, when there is something wrong: which parts are sound; clears the rest."""
        sound = tuple(_plausible(self.columns[:, part]) for part in layout.PART_COLUMNS)
        for part, is_sound in zip(layout.PART_COLUMNS, sound, strict=True):
            if not is_sound:
                self.columns[:, part] = 0.0
        return tuple(a and b for a, b in zip(shaped, sound, strict=True))

    def _load_pose(self, pose: PoseLandmarks, widths: Float64Array) -> bool:
        points = (POSE_LANDMARK_COUNT, 3)
        seen = (POSE_LANDMARK_COUNT,)
        if not _shaped((pose.image, points), (pose.world_m, points)) or not _shaped(
            (pose.visibility, seen), (pose.presence, seen)
        ):
            return False
        columns = self.columns
        np.multiply(pose.image.T, widths, out=columns[:, layout.POSE_IMAGE])
        columns[:, layout.POSE_WORLD] = pose.world_m.T
        columns[0, layout.POSE_SEEN] = pose.visibility
        columns[1, layout.POSE_SEEN] = pose.presence
        return True

    def _load_face(self, face: FaceLandmarks, widths: Float64Array) -> bool:
        if not _shaped(
            (face.image, (FACE_LANDMARK_COUNT, 3)),
            (face.blendshapes, (BLENDSHAPE_COUNT,)),
            (face.camera_from_face_cm, (4, 4)),
        ):
            return False
        columns, matrix = self.columns, face.camera_from_face_cm
        np.multiply(face.image.T, widths, out=columns[:, layout.FACE_IMAGE])
        columns[:, layout.HEAD_AXES] = matrix[:3, :3]
        np.multiply(matrix[:3, 3:], _M_PER_CM, out=columns[:, layout.HEAD_PLACE])
        columns[0, layout.BLENDSHAPES] = face.blendshapes
        return True

    def _load_hand(self, hand: HandLandmarks, image: slice, widths: Float64Array) -> bool:
        points = (HAND_LANDMARK_COUNT, 3)
        if not _shaped((hand.image, points), (hand.world_m, points)):
            return False
        np.multiply(hand.image.T, widths, out=self.columns[:, image])
        self.columns[:, image.stop : image.stop + HAND_LANDMARK_COUNT] = hand.world_m.T
        return True


def _shaped(*arrays: tuple[npt.NDArray[np.generic], tuple[int, ...]]) -> bool:
    return all(array.shape == shape for array, shape in arrays)


def _plausible(columns: Float64Array) -> bool:
    """Whether all numbers are finite and within bounds (comparisons with NaN are false)."""
    return bool(columns.max() <= MOST and columns.min() >= -MOST)
