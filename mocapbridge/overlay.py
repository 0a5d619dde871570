"""Draws what was tracked on the footage, to look at with one's own eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from mocapbridge.mp4_file import Mp4File
from mocapbridge.types import (
    FaceLandmarks,
    Float32Array,
    HandLandmarks,
    Landmarks,
    PoseLandmarks,
    TrackState,
    UInt8Array,
    VideoFrame,
)

# Connections of the landmark models: https://ai.google.dev/edge/mediapipe/solutions/vision
_BODY_BONES: Final = np.array(
    [
        (11, 12), (11, 13), (13, 15), (12, 14), (14, 16), (11, 23), (12, 24), (23, 24),
        (23, 25), (25, 27), (24, 26), (26, 28), (27, 29), (29, 31), (27, 31), (28, 30),
        (30, 32), (28, 32),
    ]
)  # fmt: skip
_HAND_BONES: Final = np.array(
    [(0, 1), (1, 2), (2, 3), (3, 4), (0, 5), (5, 9), (9, 13), (13, 17), (0, 17)]
    + [(first + step, first + step + 1) for first in (5, 9, 13, 17) for step in range(3)]
)
_FACE_CURVES: Final = (
    [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
     148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10],
    [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 33],
    [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249, 263],
    [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61],
    [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78],
    [70, 63, 105, 66, 107],
    [300, 293, 334, 296, 336],
)  # fmt: skip
_IRISES: Final = (468, 473)
_SUBPIXEL_BITS: Final = 3
_FixedPoints: TypeAlias = npt.NDArray[np.int32]
_BODY_COLOUR: Final = (235, 206, 135)
_FACE_COLOUR: Final = (160, 230, 160)
_LEFT_COLOUR: Final = (0, 165, 255)
_RIGHT_COLOUR: Final = (255, 90, 160)
_VISIBLE: Final = 0.5


class OverlayWriter:
    """Writes the footage with landmarks drawn on it as an MP4 file.

    The performer's left hand is orange, the right one violet; what the filters hold or predict is
    not drawn, because this shows what tracking found.
    """

    def __init__(self, path: Path, fps: float) -> None:
        """Prepare; the file is opened with the first frame, whose size it takes.

        Args:
            path: where to write; an existing file is replaced.
            fps: frame rate of the file [1/s].
        """
        self._file = Mp4File(path, fps, "the overlay")

    def write(self, frame: VideoFrame, landmarks: Landmarks) -> None:
        """Add one frame.

        Raises:
            OutputUnavailable: the file cannot be written.
        """
        self._file.write(draw(frame.image_bgr, landmarks))

    def close(self) -> None:
        """Finish the file. May be called twice."""
        self._file.close()


def draw(image_bgr: UInt8Array, landmarks: Landmarks) -> UInt8Array:
    """A copy of the picture with the tracked parts drawn on it.

    Args:
        image_bgr: (h, w, 3) the picture the landmarks belong to.
        landmarks: what tracking found in it.
    """
    picture = image_bgr.copy()
    if landmarks.pose.state is TrackState.TRACKED:
        _draw_body(picture, landmarks.pose)
    if landmarks.face.state is TrackState.TRACKED:
        _draw_face(picture, landmarks.face)
    for hand, colour in (
        (landmarks.left_hand, _LEFT_COLOUR),
        (landmarks.right_hand, _RIGHT_COLOUR),
    ):
        if hand.state is TrackState.TRACKED:
            _draw_hand(picture, hand, colour)
    return picture


def _draw_body(picture: UInt8Array, pose: PoseLandmarks) -> None:
    seen = pose.visibility[_BODY_BONES].min(axis=1) >= _VISIBLE
    points = _fixed_point(picture, pose.image)
    _lines(picture, points[_BODY_BONES[seen]], _BODY_COLOUR, _thickness(points, 180))


def _draw_hand(picture: UInt8Array, hand: HandLandmarks, colour: tuple[int, int, int]) -> None:
    points = _fixed_point(picture, hand.image)
    _lines(picture, points[_HAND_BONES], colour, _thickness(points, 60))


def _thickness(points: _FixedPoints, part: int) -> int:
    """Lines as thick as that part of what they draw [px]."""
    extent_px = int(np.ptp(points, axis=0).max()) >> _SUBPIXEL_BITS
    return max(1, extent_px // part)


def _draw_face(picture: UInt8Array, face: FaceLandmarks) -> None:
    points = _fixed_point(picture, face.image)
    for curve in _FACE_CURVES:
        segments = np.stack([points[curve[:-1]], points[curve[1:]]], axis=1)
        _lines(picture, segments, _FACE_COLOUR, 1)
    for iris in _IRISES:
        radius = np.linalg.norm(points[iris + 1] - points[iris])
        centre = (int(points[iris][0]), int(points[iris][1]))
        cv2.circle(
            picture, centre, max(1, round(radius)), _FACE_COLOUR, 1, cv2.LINE_AA, _SUBPIXEL_BITS
        )


def _fixed_point(picture: UInt8Array, image: Float32Array) -> _FixedPoints:
    """Landmarks in pixels, in OpenCV's fixed point format."""
    height, width = picture.shape[:2]
    pixels = image[:, :2] * np.array([width, height], dtype=np.float32)
    bounded = np.clip(pixels, -1e5, 1e5)
    return np.round(bounded * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def _lines(
    picture: UInt8Array,
    segments: _FixedPoints,
    colour: tuple[int, int, int],
    thickness: int,
) -> None:
    cv2.polylines(picture, list(segments), False, colour, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)
