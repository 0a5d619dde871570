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
from mocapbridge.geometry import quaternion
from mocapbridge.outputs.drawn_face import drawn_points
from mocapbridge.outputs.face_options import OpenSeeFaceOptions
from mocapbridge.outputs.frame_vector import FloatArray
from mocapbridge.outputs.udp_output import UdpOutput
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import Float64Array, MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import openseeface as wire

_PICTURE_PX: Final = (640.0, 480.0)
"""Size of the picture that the points are drawn in."""
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


class OpenSeeFaceOutput(UdpOutput):
    """Sends every frame in which a face is seen as one record."""

    def __init__(
        self, options: OpenSeeFaceOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        name = options.name or f"openseeface {options.host}:{options.port}"
        super().__init__(name, options.host, options.port, clock or SystemClock())
        self._anchor = info.anchor
        self._rest_head_m = info.rest_positions_m[JOINT_INDEX["head"]].astype(np.float64)

    def _datagrams(self, frame: MocapFrame) -> list[bytes]:
        if frame.face.state is TrackState.LOST:
            return []
        vector = self._vector
        world_from_head = vector.world_from_head.astype(np.float64)
        rotation = _CAMERA_FROM_FACING @ (world_from_head[:3, :3] * _MIRRORED)
        left_m, up_m, forward_m = (world_from_head[:3, 3] - self._rest_head_m).tolist()
        translation = np.array((up_m, -left_m, -forward_m)) * _UNITS_PER_M
        translation[2] += _DISTANCE
        points = drawn_points(vector.blendshapes, vector.gaze_rad)
        w, x, y, z = quaternion.from_matrix(rotation).tolist()
        face = wire.Face(
            time_s=self._anchor.unix_time_ns(frame.capture_time_ns) / NS_PER_S,
            face_id=0,
            picture_size_px=_PICTURE_PX,
            right_eye_open=self._open("Right"),
            left_eye_open=self._open("Left"),
            got_3d_points=True,
            fit_error=0.0,
            rotation_xyzw=(x, y, z, w),
            euler_deg=euler_deg(rotation),
            translation=tuple(translation.tolist()),
            confidences=(1.0,) * wire.POINT_COUNT,
            points_px=_in_picture(points, rotation, translation),
            points_3d=tuple((x, y, z) for x, y, z in points.tolist()),
            features=self._features(),
        )
        return [wire.encode([face])]

    def _open(self, side: str) -> float:
        return min(max(1.0 - self._weight(f"eyeBlink{side}"), 0.0), 1.0)

    def _weight(self, name: str) -> float:
        return float(self._vector.blendshapes[ARKIT_INDEX[name]])

    def _features(self) -> tuple[float, ...]:
        """The 14 features from the shapes that show the same, -1..1."""
        weight = self._weight
        eyes = [0.5 * weight(f"eyeWide{side}") - weight(f"eyeBlink{side}") for side in _SIDES]
        brows = [each for side in _SIDES for each in self._brow(side)]
        corners = [each for side in _SIDES for each in self._mouth_corner(side)]
        wide = 0.5 * (weight("mouthStretchLeft") + weight("mouthStretchRight"))
        mouth = [weight("jawOpen") - weight("mouthClose"), wide - weight("mouthPucker")]
        return tuple(min(max(each, -1.0), 1.0) for each in (*eyes, *brows, *corners, *mouth))

    def _brow(self, side: str) -> tuple[float, float, float]:
        """Steepness (inner end up), height, and quirk (outer end up)."""
        inner, outer = self._weight("browInnerUp"), self._weight(f"browOuterUp{side}")
        down = self._weight(f"browDown{side}")
        return inner - down, 0.5 * (inner + outer) - down, outer - inner

    def _mouth_corner(self, side: str) -> tuple[float, float]:
        """Up, and outwards."""
        up = self._weight(f"mouthSmile{side}") - self._weight(f"mouthFrown{side}")
        return up, self._weight(f"mouthDimple{side}") - self._weight("mouthPucker")


_SIDES: Final = ("Left", "Right")


def euler_deg(rotation: FloatArray) -> tuple[float, float, float]:
    """Angles about X, Y and Z of a matrix that is ``Rz Ry Rx`` [deg].

    About X they lie around 180 and run from 0 to 360, so that they do not jump at a straight look.
    """
    x = math.degrees(math.atan2(rotation[2, 1], rotation[2, 2])) % 360.0
    y = math.degrees(math.asin(max(-1.0, min(1.0, -float(rotation[2, 0])))))
    return x, y, math.degrees(math.atan2(rotation[1, 0], rotation[0, 0]))


def _in_picture(
    points: Float64Array, rotation: Float64Array, translation: Float64Array
) -> tuple[wire.Point, ...]:
    """Where the camera sees the first 68 points [px]."""
    in_camera = points[: wire.POINT_COUNT] @ rotation.T + translation
    scale = _FOCAL_PX / np.maximum(in_camera[:, 2], 0.1)
    x_px = _PICTURE_PX[0] / 2 - in_camera[:, 1] * scale
    y_px = _PICTURE_PX[1] / 2 - in_camera[:, 0] * scale
    return tuple(zip(x_px.tolist(), y_px.tolist(), strict=True))
