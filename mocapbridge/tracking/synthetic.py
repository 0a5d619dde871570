"""A tracker without pictures: exact landmarks of a performer who moves by formula.

For tests and for trying receivers: what it says depends on ``capture_time_ns`` alone. Image and
world landmarks belong together by a pinhole camera, 60 degrees wide, that looks horizontally at
the performer from 3 m in front (towards -Z) and 0.92 m above the floor.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from mocapbridge.skeleton import JOINT_INDEX, JOINTS
from mocapbridge.tracking.lost_parts import LOST_FACE, LOST_HAND, LOST_POSE
from mocapbridge.tracking.options import TrackingOptions
from mocapbridge.tracking.synthetic_face import (
    EYE_CORNERS,
    MOUTH_CORNERS,
    NOSE_TIP,
    SyntheticFace,
    face_weights,
)
from mocapbridge.tracking.synthetic_performer import PerformerPose, performer_at
from mocapbridge.types import (
    POSE_LANDMARK_COUNT,
    FaceLandmarks,
    FaceSource,
    Float32Array,
    Float64Array,
    HandLandmarks,
    Landmarks,
    PoseLandmarks,
    Side,
    TrackState,
    VideoFrame,
)

HORIZONTAL_FOV_RAD: Final = math.radians(60.0)
CAMERA_IN_WORLD_M: Final = (0.0, 0.92, 3.0)
IMAGE_SIZE_PX: Final = (1280, 720)
"""Size of the image that landmarks refer to when the frames have no picture."""

_FOCAL_WIDTHS: Final = 0.5 / math.tan(HORIZONTAL_FOV_RAD / 2.0)
"""Focal length as a fraction of the image's width."""
_MP_FROM_WORLD: Final = np.array((1.0, -1.0, -1.0))
_HEAD: Final = JOINT_INDEX["head"]
_EYES_IN_HEAD_M: Final = np.array((0.0, 0.06, 0.08))
"""Middle between the eye joints of the skeleton."""
_FIST: Final = 0.8
_OPEN: Final = 0.2
_EVERYTHING: Final = np.ones(POSE_LANDMARK_COUNT, dtype=np.float32)
_EVERYTHING.flags.writeable = False


class _Points(NamedTuple):
    """Points that are fixed to joints."""

    joints: npt.NDArray[np.intp]
    """(n,)"""
    offsets_m: Float64Array
    """(n, 3) from the joint, in its rest axes."""

    def in_world_m(self, pose: PerformerPose) -> Float64Array:
        """(n, 3)."""
        rotations = pose.world_from_joint[self.joints]
        turned_m = (rotations @ self.offsets_m[:, :, None])[:, :, 0]
        return pose.positions_in_world_m[self.joints] + turned_m


class SyntheticTracker:
    """Implements ``tracking.base.Tracker``. Gives no segmentation mask."""

    def __init__(self, options: TrackingOptions) -> None:
        """Nothing is loaded but the average face.

        Args:
            options: parts on or off, ``gestures`` and ``synthetic_delay_s`` count; the rest is for
                real networks.
        """
        self.inference_s = 0.0
        self.face_source: FaceSource = "synthetic" if options.face else "none"
        self._options = options
        self._face = SyntheticFace()
        rest_mesh_m = self._face.mesh_cm(_AT_REST) / 100.0
        self._face_in_head_m = _EYES_IN_HEAD_M - rest_mesh_m[EYE_CORNERS].mean(axis=0)
        self._body_points = _body_points(rest_mesh_m + self._face_in_head_m)
        self._hand_points = (_hand_points("left"), _hand_points("right"))

    def track(self, frame: VideoFrame, following: Sequence[VideoFrame] = ()) -> Landmarks:
        """The performer at the frame's capture time. The picture is not looked at."""
        del following  # nothing is begun ahead
        self._pretend_inference()
        height_px, width_px = frame.image_bgr.shape[:2]
        size_px = (width_px, height_px) if width_px and height_px else IMAGE_SIZE_PX
        pose = performer_at(frame.capture_time_ns)
        options = self._options
        return Landmarks(
            capture_time_ns=frame.capture_time_ns,
            frame_index=frame.frame_index,
            source_id=frame.source_id,
            segment=frame.segment,
            image_size_px=size_px,
            pose=self._body_part(pose, size_px) if options.body else LOST_POSE,
            face=self._face_part(pose, size_px) if options.face else LOST_FACE,
            left_hand=self._hand_part(pose, Side.LEFT, size_px) if options.hands else LOST_HAND,
            right_hand=self._hand_part(pose, Side.RIGHT, size_px) if options.hands else LOST_HAND,
        )

    def close(self) -> None:
        """Nothing to let go of."""

    def _pretend_inference(self) -> None:
        if self._options.synthetic_delay_s > 0.0:
            started_s = time.perf_counter()
            time.sleep(self._options.synthetic_delay_s)
            self.inference_s = time.perf_counter() - started_s

    def _body_part(self, pose: PerformerPose, size_px: tuple[int, int]) -> PoseLandmarks:
        points_m = self._body_points.in_world_m(pose)
        hips_m = (points_m[23] + points_m[24]) / 2.0
        return PoseLandmarks(
            state=TrackState.TRACKED,
            confidence=1.0,
            image=_image(points_m, hips_m, size_px),
            world_m=((points_m - hips_m) * _MP_FROM_WORLD).astype(np.float32),
            visibility=_EVERYTHING,
            presence=_EVERYTHING,
        )

    def _face_part(self, pose: PerformerPose, size_px: tuple[int, int]) -> FaceLandmarks:
        world_from_head = pose.world_from_joint[_HEAD]
        face_m = pose.positions_in_world_m[_HEAD] + world_from_head @ self._face_in_head_m
        points_m = face_m + (self._face.mesh_cm(pose) / 100.0) @ world_from_head.T
        # The camera's axes are the world's: x right, y up, z towards the camera.
        camera_from_face_cm = np.eye(4, dtype=np.float32)
        camera_from_face_cm[:3, :3] = world_from_head
        camera_from_face_cm[:3, 3] = (face_m - CAMERA_IN_WORLD_M) * 100.0
        return FaceLandmarks(
            state=TrackState.TRACKED,
            confidence=1.0,
            image=_image(points_m, points_m.mean(axis=0), size_px),
            blendshapes=face_weights(pose),
            blendshapes_measured=True,
            camera_from_face_cm=camera_from_face_cm,
            matrix_measured=True,
        )

    def _hand_part(
        self, pose: PerformerPose, side: Side, size_px: tuple[int, int]
    ) -> HandLandmarks:
        points_m = self._hand_points[side].in_world_m(pose)
        gesture = _gesture(pose.curl[side]) if self._options.gestures else ""
        centre_m = points_m.mean(axis=0)
        return HandLandmarks(
            state=TrackState.TRACKED,
            confidence=1.0,
            image=_image(points_m, points_m[0], size_px),
            world_m=((points_m - centre_m) * _MP_FROM_WORLD).astype(np.float32),
            gesture=gesture,
            gesture_score=1.0 if gesture else 0.0,
        )


_AT_REST: Final = PerformerPose(
    positions_in_world_m=np.zeros((len(JOINTS), 3)),
    world_from_joint=np.broadcast_to(np.eye(3), (len(JOINTS), 3, 3)),
    curl=(0.0, 0.0),
    blink=0.0,
    jaw_open=0.0,
    smile=0.0,
    gaze_rad=(0.0, 0.0),
)


def _image(
    points_in_world_m: Float64Array, origin_in_world_m: Float64Array, size_px: tuple[int, int]
) -> Float32Array:
    """(n, 3) x and y as fractions of width and height, z in widths, away from the camera."""
    width_px, height_px = size_px
    from_camera_m = points_in_world_m - CAMERA_IN_WORLD_M
    depth_m = -from_camera_m[:, 2]
    origin_depth_m = CAMERA_IN_WORLD_M[2] - origin_in_world_m[2]
    widths = _FOCAL_WIDTHS / depth_m
    image = np.empty((len(points_in_world_m), 3), dtype=np.float32)
    image[:, 0] = 0.5 + from_camera_m[:, 0] * widths
    image[:, 1] = 0.5 - from_camera_m[:, 1] * widths * (width_px / height_px)
    image[:, 2] = (depth_m - origin_depth_m) * _FOCAL_WIDTHS / origin_depth_m
    return image


def _gesture(curl: float) -> str:
    """MediaPipe's name for a hand this far closed, ``""`` when between gestures."""
    if curl >= _FIST:
        return "Closed_Fist"
    return "Open_Palm" if curl <= _OPEN else ""


def _points(places: list[tuple[str, tuple[float, float, float]]]) -> _Points:
    return _Points(
        joints=np.array([JOINT_INDEX[name] for name, _ in places], dtype=np.intp),
        offsets_m=np.array([offset_m for _, offset_m in places], dtype=np.float64),
    )


def _body_points(mesh_in_head_m: Float64Array) -> _Points:
    """The 33 landmarks of the pose, in MediaPipe's order."""
    inner, outer = mesh_in_head_m[EYE_CORNERS[[2, 1]]], mesh_in_head_m[EYE_CORNERS[[3, 0]]]
    left_eye_m, right_eye_m = (inner + outer) / 2.0
    head_m = [
        mesh_in_head_m[NOSE_TIP],
        *(inner[0], left_eye_m, outer[0]),
        *(inner[1], right_eye_m, outer[1]),
        *np.array(((0.08, 0.045, -0.01), (-0.08, 0.045, -0.01))),
        *mesh_in_head_m[MOUTH_CORNERS[::-1]],
    ]
    middle = (0.0, 0.0, 0.0)
    limbs = ("UpperArm", "LowerArm", "Hand", "LittleProximal", "IndexProximal", "ThumbProximal")
    places: list[tuple[str, tuple[float, float, float]]] = [
        ("head", (float(x), float(y), float(z))) for x, y, z in head_m
    ]
    places += [(f"{side}{limb}", middle) for limb in limbs for side in ("left", "right")]
    places += [
        (f"{side}{limb}", middle)
        for limb in ("UpperLeg", "LowerLeg", "Foot")
        for side in ("left", "right")
    ]
    for offset_m in ((0.0, -0.06, -0.05), (0.0, -0.06, 0.17)):  # heel, tip of the foot
        places += [(f"{side}Foot", offset_m) for side in ("left", "right")]
    return _points(places)


def _hand_points(side: str) -> _Points:
    """The 21 landmarks of a hand, in MediaPipe's order."""
    sign = 1.0 if side == "left" else -1.0
    middle = (0.0, 0.0, 0.0)
    places: list[tuple[str, tuple[float, float, float]]] = [(f"{side}Hand", middle)]
    thumb = [f"{side}Thumb{segment}" for segment in ("Metacarpal", "Proximal", "Distal")]
    places += [(name, middle) for name in thumb]
    places.append((thumb[-1], (sign * 0.018, 0.0, 0.018)))
    for finger in ("Index", "Middle", "Ring", "Little"):
        bones = [f"{side}{finger}{segment}" for segment in ("Proximal", "Intermediate", "Distal")]
        places += [(name, middle) for name in bones]
        places.append((bones[-1], (sign * 0.022, 0.0, 0.0)))
    return _points(places)
