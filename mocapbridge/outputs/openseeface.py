"""Face, head and gaze as the OpenSeeFace tracker sends them (docs/openseeface.md).

The tracker's camera has its axes up, to the performer's right as the camera sees it, and away; the
face has its own axes to the performer's right, up and forward. Both are left-handed, and a face
that looks straight into the camera has the angles 180, 0, 90 degrees: that is where the receivers
(``OpenSee.cs``) start from.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX
from mocapbridge.clock import NS_PER_S, Clock, SystemClock
from mocapbridge.geometry import plain
from mocapbridge.outputs.drawn_face import drawn_points
from mocapbridge.outputs.face_options import OpenSeeFaceOptions
from mocapbridge.outputs.frame_vector import FloatArray
from mocapbridge.outputs.openseeface_layout import OpenSeeFaceLayout, RecordNumbers
from mocapbridge.outputs.udp_output import UdpOutput
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import BLENDSHAPE_COUNT, Float64Array, MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import openseeface as wire

_PICTURE_PX: Final = (640.0, 480.0)
"""Size of the picture that the points are drawn in."""
_PICTURE_CENTRE_PX: Final = np.array(_PICTURE_PX) / 2
_FOCAL_PX: Final = 640.0
"""The tracker takes the width of its picture for the focal length."""
_UNITS_PER_M: Final = 1.0 / 0.145
"""The face model is 1 unit broad, a face 0.145 m."""
_DISTANCE: Final = 4.0
"""From the camera to the head at rest, in units: an arm's length."""
_CAMERA_FROM_FACING: Final = np.array(((0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, -1.0)))
"""Turn of a face that looks straight into the camera: angles 180, 0, 90 degrees."""
_MIRRORED: Final = np.outer((-1.0, 1.0, 1.0), (-1.0, 1.0, 1.0))
"""The face's own axes are the world's with x turned round."""


_SIDES: Final = ("Left", "Right")
_EYES: Final = 2
"""How open the right and the left eye are come before the 14 features."""


def _features() -> list[dict[str, float]]:
    """Each of the 14 features as a weighted sum of the shapes that show the same."""
    eyes = [{f"eyeWide{side}": 0.5, f"eyeBlink{side}": -1.0} for side in _SIDES]
    brows = [each for side in _SIDES for each in _brow(f"browOuterUp{side}", f"browDown{side}")]
    corners = [each for side in _SIDES for each in _mouth_corner(side)]
    opened = {"jawOpen": 1.0, "mouthClose": -1.0}
    wide = {"mouthStretchLeft": 0.5, "mouthStretchRight": 0.5, "mouthPucker": -1.0}
    return [*eyes, *brows, *corners, opened, wide]


def _brow(outer: str, down: str) -> tuple[dict[str, float], ...]:
    """Steepness (inner end up), height, and quirk (outer end up)."""
    steepness = {"browInnerUp": 1.0, down: -1.0}
    height = {"browInnerUp": 0.5, outer: 0.5, down: -1.0}
    return steepness, height, {outer: 1.0, "browInnerUp": -1.0}


def _mouth_corner(side: str) -> tuple[dict[str, float], ...]:
    """Up, and outwards."""
    up = {f"mouthSmile{side}": 1.0, f"mouthFrown{side}": -1.0}
    return up, {f"mouthDimple{side}": 1.0, "mouthPucker": -1.0}


def _shown() -> Float64Array:
    """(52, 16): what each shape adds to how open the eyes are and to the features."""
    sums = [{"eyeBlinkRight": -1.0}, {"eyeBlinkLeft": -1.0}, *_features()]
    matrix = np.zeros((BLENDSHAPE_COUNT, len(sums)))
    for column, weights in enumerate(sums):
        for shape, weight in weights.items():
            matrix[ARKIT_INDEX[shape], column] = weight
    return matrix


_SHOWN: Final = _shown()
_SHOWN_AT_REST: Final = np.repeat((1.0, 0.0), (_EYES, len(wire.FEATURE_NAMES)))
_LOWEST: Final = np.repeat((0.0, -1.0), (_EYES, len(wire.FEATURE_NAMES)))


class OpenSeeFaceOutput(UdpOutput):
    """Sends every frame in which a face is seen as one record."""

    def __init__(
        self, options: OpenSeeFaceOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        name = options.name or f"openseeface {options.host}:{options.port}"
        super().__init__(name, options.host, options.port, clock or SystemClock())
        self._anchor = info.anchor
        self._layout = OpenSeeFaceLayout(_PICTURE_PX)
        self._rest_head_m = info.rest_positions_m[JOINT_INDEX["head"]].astype(np.float64)

    def _datagrams(self, frame: MocapFrame) -> list[memoryview]:
        if frame.face.state is TrackState.LOST:
            return []
        vector = self._vector
        world_from_head = vector.world_from_head.astype(np.float64)
        rotation = _CAMERA_FROM_FACING @ (world_from_head[:3, :3] * _MIRRORED)
        left_m, up_m, forward_m = (world_from_head[:3, 3] - self._rest_head_m).tolist()
        translation = np.array((up_m, -left_m, -forward_m)) * _UNITS_PER_M
        translation[2] += _DISTANCE
        points = drawn_points(vector.blendshapes, vector.gaze_rad)
        w, x, y, z = plain.quaternion_wxyz(rotation)
        shown = (vector.blendshapes @ _SHOWN + _SHOWN_AT_REST).clip(_LOWEST, 1.0)
        numbers = RecordNumbers(
            time_s=self._anchor.unix_time_ns(frame.capture_time_ns) / NS_PER_S,
            eyes_open=shown[:_EYES],
            rotation_xyzw=(x, y, z, w),
            euler_deg=euler_deg(rotation),
            translation=translation,
            points_px=_in_picture(points, rotation, translation),
            points_3d=points,
            features=shown[_EYES:],
        )
        return [self._layout.fill(numbers)]


def euler_deg(rotation: FloatArray) -> tuple[float, float, float]:
    """Angles about X, Y and Z of a matrix that is ``Rz Ry Rx`` [deg].

    About X they lie around 180 and run from 0 to 360, so that they do not jump at a straight look.
    """
    x = math.degrees(math.atan2(rotation[2, 1], rotation[2, 2])) % 360.0
    y = math.degrees(math.asin(max(-1.0, min(1.0, -float(rotation[2, 0])))))
    return x, y, math.degrees(math.atan2(rotation[1, 0], rotation[0, 0]))


def _in_picture(
    points: Float64Array, rotation: Float64Array, translation: Float64Array
) -> Float64Array:
    """Where the camera sees the first 68 points ``(68, 2)`` [px]."""
    in_camera = points[: wire.POINT_COUNT] @ rotation.T + translation
    scale = _FOCAL_PX / np.maximum(in_camera[:, 2:], 0.1)
    return _PICTURE_CENTRE_PX - in_camera[:, [1, 0]] * scale
