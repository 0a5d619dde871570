"""Draws the solved motion beside the footage, to look at with one's own eyes.

Next to the picture stand two views of the skeleton, from the front and from the performer's right,
over the floor's grid (half a metre). The floor stays where it is while the views follow the hips,
so that sliding feet show. A filled green disc is a foot that stands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from mocapbridge.mp4_file import Mp4File
from mocapbridge.skeleton import JOINT_INDEX, JOINT_NAMES, PARENTS
from mocapbridge.types import Float32Array, Float64Array, MocapFrame, TrackState, UInt8Array

HEIGHT_PX: Final = 540
"""Height of the film, whatever that of the footage."""
_VIEW_WIDTH_PX: Final = 400
_PX_PER_M: Final = 200.0
_FLOOR_PX: Final = 460
"""Where a view's floor under the hips is, from its top."""
_ELEVATION_RAD: Final = np.radians(12.0)
"""The views look down by this much, so that the floor is a plane and no line."""
_GRID_M: Final = 0.5
_GRID_LINES: Final = 8
_BACKGROUND: Final = (32, 30, 28)
_GRID: Final = (75, 70, 66)
_ORIGIN: Final = (120, 110, 100)
_TRUNK: Final = (235, 235, 235)
_LEFT: Final = (0, 165, 255)
_RIGHT: Final = (255, 90, 160)
_STANDING: Final = (90, 200, 90)
_TEXT: Final = (180, 180, 180)
_UNSEEN: Final = 0.35
"""Brightness of what is not seen in the frame."""
_FEET: Final = (JOINT_INDEX["leftFoot"], JOINT_INDEX["rightFoot"])
_HEAD_TOP_M: Final = (0.0, 0.17, 0.02)
_NOSE_M: Final = (0.0, 0.06, 0.13)
_NOT_DRAWN: Final = frozenset(("leftEye", "rightEye", "jaw"))
_THIN: Final = ("Thumb", "Index", "Middle", "Ring", "Little")


class MotionVideo:
    """Writes footage and solved motion side by side as an MP4 file."""

    def __init__(self, path: Path, fps: float) -> None:
        """Prepare; the file is opened with the first frame.

        Args:
            path: where to write; an existing file is replaced.
            fps: frame rate of the file [1/s].
        """
        self._file = Mp4File(path, fps, "the film of the motion")

    def write(self, image_bgr: UInt8Array, motion: MocapFrame) -> None:
        """Add one frame.

        Args:
            image_bgr: (h, w, 3) the picture; may be empty.
            motion: what was solved of it.

        Raises:
            OutputUnavailable: the file cannot be written.
        """
        self._file.write(draw_beside(image_bgr, motion))

    def close(self) -> None:
        """Finish the file. May be called twice."""
        self._file.close()


def draw_beside(image_bgr: UInt8Array, motion: MocapFrame) -> UInt8Array:
    """The picture, the front view and the side view in one row, ``HEIGHT_PX`` high."""
    views = [draw_view(motion, side=False), draw_view(motion, side=True)]
    height, width = image_bgr.shape[:2]
    if height and width:
        # An even width: encoders insist on it.
        size = (2 * round(width * HEIGHT_PX / height / 2), HEIGHT_PX)
        scaled = cv2.resize(image_bgr, size, interpolation=cv2.INTER_AREA)
        views.insert(0, np.asarray(scaled, dtype=np.uint8))
    return np.concatenate(views, axis=1)


def draw_view(motion: MocapFrame, *, side: bool) -> UInt8Array:
    """One view ``(HEIGHT_PX, _VIEW_WIDTH_PX, 3)`` of the skeleton.

    Args:
        motion: what was solved.
        side: from the performer's right, looking along +X; else from the front, along -Z.
    """
    canvas = np.full((HEIGHT_PX, _VIEW_WIDTH_PX, 3), _BACKGROUND, dtype=np.uint8)
    view = _View(motion.pose.root_position_in_world_m, side=side)
    _draw_floor(canvas, view)
    pose = motion.pose
    points = view.pixels(pose.positions_in_world_m)
    for foot, planted in zip(_FEET, pose.feet_planted, strict=True):
        if planted:
            under = pose.positions_in_world_m[foot] * np.array((1.0, 0.0, 1.0), dtype=np.float32)
            x, y = view.pixels(under[None])[0]
            cv2.ellipse(canvas, (int(x), int(y)), (16, 6), 0, 0, 360, _STANDING, -1, cv2.LINE_AA)
    for joint, parent in enumerate(PARENTS):
        if parent < 0 or JOINT_NAMES[joint] in _NOT_DRAWN:
            continue
        seen = pose.joint_state[parent] == TrackState.TRACKED
        thickness = 1 if any(part in JOINT_NAMES[joint] for part in _THIN) else 3
        start, end = _pixel(points[parent]), _pixel(points[joint])
        cv2.line(canvas, start, end, _colour(joint, seen=seen), thickness, cv2.LINE_AA)
    _draw_head(canvas, view, motion)
    title = "from the right" if side else "front"
    cv2.putText(canvas, title, (10, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.5, _TEXT, 1, cv2.LINE_AA)
    if not side:
        number = f"frame {motion.frame_id}"
        place = (10, HEIGHT_PX - 12)
        cv2.putText(canvas, number, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, _TEXT, 1, cv2.LINE_AA)
    return canvas


class _View:
    """An orthographic camera that follows the hips over the floor."""

    def __init__(self, hips_m: Float32Array, *, side: bool) -> None:
        self._centre = np.array((hips_m[0], 0.0, hips_m[2]), dtype=np.float64)
        # Rows: to the right in the picture, and towards the viewer.
        right, towards = ((0.0, 0.0, 1.0), (-1.0, 0.0, 0.0)) if side else (
            (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
        )  # fmt: skip
        self._axes = np.array((right, towards))

    def pixels(self, points_m: Float32Array | Float64Array) -> Float64Array:
        """Pixels ``(n, 2)`` of points ``(n, 3)`` in the world."""
        beside = points_m - self._centre
        across, near = (beside @ self._axes.T).T
        up = beside[:, 1] * np.cos(_ELEVATION_RAD) - near * np.sin(_ELEVATION_RAD)
        x = 0.5 * _VIEW_WIDTH_PX + _PX_PER_M * across
        return np.stack((x, _FLOOR_PX - _PX_PER_M * up), axis=1)

    @property
    def floor_m(self) -> tuple[float, float]:
        """The point of the grid nearest to the hips: x and z [m]."""
        x, _, z = (np.round(self._centre / _GRID_M) * _GRID_M).tolist()
        return x, z


def _draw_floor(canvas: UInt8Array, view: _View) -> None:
    x, z = view.floor_m
    reach = _GRID_LINES * _GRID_M / 2.0
    for step in np.arange(-reach, reach + 1e-6, _GRID_M).tolist():
        for ends, at in (
            (((x + step, 0.0, z - reach), (x + step, 0.0, z + reach)), x + step),
            (((x - reach, 0.0, z + step), (x + reach, 0.0, z + step)), z + step),
        ):
            start, end = view.pixels(np.array(ends))
            colour = _ORIGIN if abs(at) < 0.5 * _GRID_M else _GRID
            cv2.line(canvas, _pixel(start), _pixel(end), colour, 1, cv2.LINE_AA)


def _draw_head(canvas: UInt8Array, view: _View, motion: MocapFrame) -> None:
    transform = motion.face.world_from_head.astype(np.float64)
    ends = np.array(((0.0, 0.0, 0.0), _HEAD_TOP_M, _NOSE_M)) @ transform[:3, :3].T
    neck, top, nose = view.pixels(ends + transform[:3, 3])
    seen = motion.pose.joint_state[JOINT_INDEX["head"]] == TrackState.TRACKED
    colour = _shade(_TRUNK, seen=seen)
    cv2.line(canvas, _pixel(neck), _pixel(top), colour, 3, cv2.LINE_AA)
    cv2.line(canvas, _pixel(0.5 * (neck + top)), _pixel(nose), colour, 2, cv2.LINE_AA)


def _colour(joint: int, *, seen: bool) -> tuple[int, int, int]:
    name = JOINT_NAMES[joint]
    if name.startswith("left"):
        return _shade(_LEFT, seen=seen)
    return _shade(_RIGHT if name.startswith("right") else _TRUNK, seen=seen)


def _shade(colour: tuple[int, int, int], *, seen: bool) -> tuple[int, int, int]:
    if seen:
        return colour
    blue, green, red = (round(channel * _UNSEEN) for channel in colour)
    return blue, green, red


def _pixel(point: Float64Array) -> tuple[int, int]:
    """Whole pixels, bounded: OpenCV refuses what does not fit into 16 bits."""
    x, y = np.clip(np.round(point), -10_000, 10_000).tolist()
    return int(x), int(y)
