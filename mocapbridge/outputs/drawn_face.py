"""A plain face of 70 points that moves with shapes and gaze, for protocols that want landmarks.

A frame of motion carries no landmarks, so these are drawn and not measured. The layout is that of
OpenSeeFace: 17 points of the outline from the performer's right ear over the chin to the left one,
brows (5 each, right first), bridge (4) and base (5) of the nose, eyes (6 each, right first,
outer corner or inner corner first as in iBUG 68), mouth (12 outer, 6 inner), pupils (right, left)
and the centres of the eyeballs. Axes: +x to the performer's right, +y up, +z out of the face;
1 unit is about the breadth of the face. Proportions are our own.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.outputs.frame_vector import FloatArray
from mocapbridge.types import BLENDSHAPE_COUNT, Float64Array

POINT_COUNT: Final = 70
_MOUTH, _RIGHT_PUPIL, _RIGHT_BALL = 48, 66, 68
_EYE_CENTRE: Final = (0.22, 0.28, -0.16)
_EYE_RADIUS: Final = 0.09


def _outline() -> list[tuple[float, float, float]]:
    angles = [math.pi * step / 16 for step in range(17)]
    return [
        (0.5 * math.cos(a), 0.25 - 0.8 * math.sin(a), -0.5 + 0.35 * math.sin(a)) for a in angles
    ]


def _mirrored(points: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    return [(-x, y, z) for x, y, z in reversed(points)]


def _ring(width: float, height: float, count: int) -> list[tuple[float, float, float]]:
    angles = [2.0 * math.pi * step / count for step in range(count)]
    return [
        (width * math.cos(a), -0.33 + height * math.sin(a), -0.08 * abs(math.cos(a)))
        for a in angles
    ]


def _rest() -> Float64Array:
    brow = [(0.4 - 0.08 * step, 0.42 + 0.02 * min(step, 2), -0.12) for step in range(5)]
    bridge = [(0.0, 0.28 - 0.09 * step, -0.12 + 0.04 * step) for step in range(4)]
    base = [(0.1 - 0.05 * step, -0.08, -0.06) for step in range(5)]
    x, y, z = _EYE_CENTRE
    lids = [(0.09, 0.0), (0.03, 0.035), (-0.03, 0.035), (-0.09, 0.0), (-0.03, -0.035)]
    eye = [(x + dx, y + dy, z + 0.05) for dx, dy in [*lids, (0.03, -0.035)]]
    other_eye = [(-eye[place][0], *eye[place][1:]) for place in (3, 2, 1, 0, 5, 4)]
    pupils = [(x, y, z + _EYE_RADIUS), (-x, y, z + _EYE_RADIUS)]
    balls = [(x, y, z), (-x, y, z)]
    mouth = [*_ring(0.18, 0.07, 12), *_ring(0.12, 0.02, 6)]
    points = [*_outline(), *brow, *_mirrored(brow), *bridge, *base]
    return np.array([*points, *eye, *other_eye, *mouth, *pupils, *balls])


_REST: Final = _rest()
_CHIN: Final = slice(5, 12)
_MOUTH_POINTS: Final = slice(_MOUTH, _RIGHT_PUPIL)
_LOWER_LIP: Final = [*range(_MOUTH + 7, _MOUTH + 12), _MOUTH + 16, _MOUTH + 17]
_RIGHT_CORNERS: Final = [_MOUTH, _MOUTH + 12]
_LEFT_CORNERS: Final = [_MOUTH + 6, _MOUTH + 15]
_BROWS: Final = {"Right": slice(17, 22), "Left": slice(22, 27)}
_UPPER_LIDS: Final = {"Right": [37, 38], "Left": [43, 44]}
_CORNERS: Final = {"Right": _RIGHT_CORNERS, "Left": _LEFT_CORNERS}


def _moves() -> Float64Array:
    """(52, 210): how far each shape, when it is at 1, moves the coordinates of the points."""
    moves = np.zeros((BLENDSHAPE_COUNT, POINT_COUNT, 3))

    def move(shape: str, points: slice | list[int], axis: int, by: Float64Array | float) -> None:
        moves[ARKIT_INDEX[shape], points, axis] += by

    move("jawOpen", _CHIN, 1, -0.15)
    move("jawOpen", _LOWER_LIP, 1, -0.2)
    move("mouthPucker", _MOUTH_POINTS, 0, -0.4 * _REST[_MOUTH_POINTS, 0])
    for side, outwards in (("Right", 1.0), ("Left", -1.0)):
        move(f"mouthSmile{side}", _CORNERS[side], 0, 0.05 * outwards)
        move(f"mouthSmile{side}", _CORNERS[side], 1, 0.06)
        move(f"mouthFrown{side}", _CORNERS[side], 1, -0.06)
        move("browInnerUp", _BROWS[side], 1, 0.04)
        move(f"browOuterUp{side}", _BROWS[side], 1, 0.04)
        move(f"browDown{side}", _BROWS[side], 1, -0.04)
        move(f"eyeWide{side}", _UPPER_LIDS[side], 1, 0.3 * 0.07)
        move(f"eyeBlink{side}", _UPPER_LIDS[side], 1, -0.07)
    return moves.reshape(BLENDSHAPE_COUNT, -1)


_MOVES: Final = _moves()


def drawn_points(blendshapes: FloatArray, gaze_rad: FloatArray) -> Float64Array:
    """The points ``(70, 3)`` of a face with these shapes, in its own axes.

    Args:
        blendshapes: ``(52,)`` ARKit weights.
        gaze_rad: ``(2, 2)`` left and right eye: yaw to the performer's left, pitch up [rad].
    """
    points = _REST + (blendshapes @ _MOVES).reshape(_REST.shape)
    left, right = gaze_rad.tolist()
    points[_RIGHT_PUPIL:_RIGHT_BALL] += (_looking(*right), _looking(*left))
    return points


def _looking(yaw_rad: float, pitch_rad: float) -> tuple[float, float, float]:
    """How far a pupil is from where it is when the eye looks straight ahead."""
    across = _EYE_RADIUS * math.cos(pitch_rad)
    return (
        -across * math.sin(yaw_rad),
        _EYE_RADIUS * math.sin(pitch_rad),
        across * math.cos(yaw_rad) - _EYE_RADIUS,
    )
