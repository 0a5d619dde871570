"""Columns back into landmarks: one block of memory for each frame, everything else views of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from mocapbridge.filters import layout
from mocapbridge.filters.loss import Standing
from mocapbridge.geometry.matrix import cross
from mocapbridge.types import (
    BLENDSHAPE_COUNT,
    HAND_LANDMARK_COUNT,
    POSE_LANDMARK_COUNT,
    FaceLandmarks,
    Float32Array,
    Float64Array,
    HandLandmarks,
    Landmarks,
    PoseLandmarks,
    SmoothedLandmarks,
    TrackState,
)

_CM_PER_M: Final = 100.0


def _after(before: slice, count: int) -> slice:
    return slice(before.stop, before.stop + count)


_POINTS: Final = slice(0, 3 * layout.COLUMN_COUNT)
_WEIGHTS: Final = _after(_POINTS, BLENDSHAPE_COUNT)
_VISIBILITY: Final = _after(_WEIGHTS, POSE_LANDMARK_COUNT)
_PRESENCE: Final = _after(_VISIBILITY, POSE_LANDMARK_COUNT)
_MATRIX: Final = _after(_PRESENCE, 16)
_UNIT: Final = slice(_WEIGHTS.start, _PRESENCE.stop)
"""What lies between 0 and 1."""


@dataclass(slots=True)
class LastSeen:
    """The latest usable measurement of each part: gives what is not smoothed. None: never seen."""

    pose: PoseLandmarks | None = None
    face: FaceLandmarks | None = None
    left_hand: HandLandmarks | None = None
    right_hand: HandLandmarks | None = None

    def take(self, part: layout.Part, landmarks: Landmarks) -> None:
        """Remember a part of these landmarks."""
        if part is layout.Part.POSE:
            self.pose = landmarks.pose
        elif part is layout.Part.FACE:
            self.face = landmarks.face
        elif part is layout.Part.LEFT_HAND:
            self.left_hand = landmarks.left_hand
        else:
            self.right_hand = landmarks.right_hand


class Outlet:
    """Makes smoothed landmarks that share no memory with any other frame's."""

    def __init__(self, image_size_px: tuple[int, int]) -> None:
        width_px, height_px = image_size_px
        self._units = np.ones((layout.COLUMN_COUNT, 3))
        for block in layout.IMAGE_BLOCKS:
            self._units[block, 1] = max(width_px, 1) / max(height_px, 1)

    def emit(
        self,
        landmarks: Landmarks,
        shown: Float64Array,
        standings: tuple[Standing, Standing, Standing, Standing],
        seen: LastSeen,
    ) -> SmoothedLandmarks:
        """Smoothed landmarks; all arrays in them are read-only.

        Args:
            landmarks: the frame they belong to.
            shown: (3, columns) the numbers to send out, finite.
            standings: what each part is worth, in the order of ``layout.Part``.
            seen: what is not smoothed.
        """
        pose, face, left, right = standings
        block = self._block(shown, pose.trust)
        points = block[_POINTS].reshape(-1, 3)
        return SmoothedLandmarks(
            Landmarks(
                capture_time_ns=landmarks.capture_time_ns,
                frame_index=landmarks.frame_index,
                source_id=landmarks.source_id,
                segment=landmarks.segment,
                image_size_px=landmarks.image_size_px,
                pose=_pose(block, points, pose, seen.pose),
                face=_face(block, points, face, seen.face),
                left_hand=_hand(points, layout.LEFT_HAND_IMAGE, left, seen.left_hand),
                right_hand=_hand(points, layout.RIGHT_HAND_IMAGE, right, seen.right_hand),
                segmentation_mask=landmarks.segmentation_mask,
            )
        )

    def _block(self, shown: Float64Array, pose_trust: float) -> Float32Array:
        block = np.empty(_MATRIX.stop, dtype=np.float32)
        points = block[_POINTS].reshape(-1, 3)
        np.multiply(shown.T, self._units, out=points, casting="same_kind")
        block[_WEIGHTS] = shown[0, layout.BLENDSHAPES]
        block[_VISIBILITY] = shown[0, layout.POSE_SEEN]
        block[_PRESENCE] = shown[1, layout.POSE_SEEN]
        unit = block[_UNIT]
        np.maximum(unit, 0.0, out=unit)
        np.minimum(unit, 1.0, out=unit)
        if pose_trust < 1.0:
            block[_VISIBILITY.start : _PRESENCE.stop] *= pose_trust
        matrix = block[_MATRIX].reshape(4, 4)
        matrix[:3, :3] = nearest_rotation(shown[:, layout.HEAD_AXES])
        np.multiply(shown[:, layout.HEAD_PLACE], _CM_PER_M, out=matrix[:3, 3:], casting="same_kind")
        matrix[3] = (0.0, 0.0, 0.0, 1.0)
        block.flags.writeable = False
        return block


def nearest_rotation(matrix: Float64Array) -> Float64Array:
    """The rotation nearest to a finite (3, 3) matrix in the Frobenius norm.

    Of a weighted mean of rotation matrices it is their chordal mean, which is how the head's turn
    is smoothed: free of the signs and wraps of quaternions and angles. Source: R. Hartley et al.,
    "Rotation Averaging", IJCV 2013, section 5.3.
    """
    u, _, vt = np.linalg.svd(matrix)
    rotation = u @ vt
    if float(rotation[0] @ cross(rotation[1], rotation[2])) < 0.0:
        u[:, 2] *= -1.0
        rotation = u @ vt
    return rotation


def _unit(value: float) -> float:
    """Into 0..1; 0 when it is not a number (comparisons with NaN are false)."""
    return min(max(0.0, value), 1.0)


def _pose(
    block: Float32Array, points: Float32Array, standing: Standing, seen: PoseLandmarks | None
) -> PoseLandmarks:
    return PoseLandmarks(
        state=standing.state,
        confidence=0.0 if seen is None else _unit(seen.confidence) * standing.trust,
        image=points[layout.POSE_IMAGE],
        world_m=points[layout.POSE_WORLD],
        visibility=block[_VISIBILITY],
        presence=block[_PRESENCE],
    )


def _face(
    block: Float32Array, points: Float32Array, standing: Standing, seen: FaceLandmarks | None
) -> FaceLandmarks:
    return FaceLandmarks(
        state=standing.state,
        confidence=0.0 if seen is None else _unit(seen.confidence) * standing.trust,
        image=points[layout.FACE_IMAGE],
        blendshapes=block[_WEIGHTS],
        blendshapes_measured=seen is not None and seen.blendshapes_measured,
        camera_from_face_cm=block[_MATRIX].reshape(4, 4),
        matrix_measured=seen is not None and seen.matrix_measured,
    )


def _hand(
    points: Float32Array, image: slice, standing: Standing, seen: HandLandmarks | None
) -> HandLandmarks:
    # A gesture is an event: it is not kept up while the hand eases to rest.
    gesturing = seen is not None and standing.state in (TrackState.TRACKED, TrackState.HELD)
    return HandLandmarks(
        state=standing.state,
        confidence=0.0 if seen is None else _unit(seen.confidence) * standing.trust,
        image=points[image],
        world_m=points[image.stop : image.stop + HAND_LANDMARK_COUNT],
        gesture=seen.gesture if seen is not None and gesturing else "",
        gesture_score=_unit(seen.gesture_score) * standing.trust if seen and gesturing else 0.0,
    )
