"""Body, hands and face for Rokoko's plugins (docs/rokoko.md)."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.clock import NS_PER_S, Clock, SystemClock
from mocapbridge.geometry import quaternion
from mocapbridge.geometry.frames import UNITY_FROM_WORLD
from mocapbridge.outputs.frame_vector import FloatArray
from mocapbridge.outputs.options import RokokoOptions
from mocapbridge.outputs.udp_output import UdpOutput
from mocapbridge.outputs.world_rotations import world_from_joints
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import rokoko as wire

_DECIMALS: Final = 5
_HEIGHT_OVER_HEAD_JOINT: Final = 1.70 / 1.49
"""A whole person over the height of the head joint, in the proportions of ``skeleton.JOINTS``."""

_HALF: Final = 0.5
_ROOT_HALF: Final = 0.5**0.5
_Wxyz = tuple[float, float, float, float]

_TORSO: Final[dict[str, tuple[str, _Wxyz]]] = {
    "hip": ("hips", (-1.0, 0.0, 0.0, 0.0)),
    "spine": ("spine", (0.0, 0.0, 0.0, -1.0)),
    "chest": ("upperChest", (0.0, 0.0, 0.0, -1.0)),
    "neck": ("neck", (0.0, 0.0, 0.0, -1.0)),
    "head": ("head", (0.0, 0.0, 0.0, -1.0)),
}
_ARM: Final = {"Shoulder": "Shoulder"} | {name: name for name in ("UpperArm", "LowerArm", "Hand")}
_LEG: Final = {"UpLeg": "UpperLeg", "Leg": "LowerLeg", "Foot": "Foot", "Toe": "Toes"}
_FINGER: Final = {"Proximal": "Proximal", "Medial": "Intermediate", "Distal": "Distal"}
_THUMB: Final = {"Proximal": "Metacarpal", "Medial": "Proximal", "Distal": "Distal"}


def _side(side: str, sign: float) -> dict[str, tuple[str, _Wxyz]]:
    """Rokoko's bones of one side: our joint, and Rokoko's T-pose in the world.

    Args:
        side: ``left`` or ``right``.
        sign: -1 for the left, 1 for the right: the sides mirror each other.
    """
    arm = (sign * _HALF, sign * _HALF, -_HALF, _HALF)
    rest: dict[str, tuple[str, _Wxyz]] = {
        side + theirs: (side + ours, arm) for theirs, ours in _ARM.items()
    }
    rest[side + "Shoulder"] = (side + "Shoulder", (sign * _ROOT_HALF, 0.0, 0.0, _ROOT_HALF))
    leg = (_ROOT_HALF, 0.0, -sign * _ROOT_HALF, 0.0)
    foot = (0.0, 0.0, -sign * _ROOT_HALF, sign * _ROOT_HALF)
    for theirs, ours in _LEG.items():
        rest[side + theirs] = (side + ours, foot if ours in ("Foot", "Toes") else leg)
    for finger in ("Index", "Middle", "Ring", "Little"):
        for theirs, ours in _FINGER.items():
            rest[side + finger + theirs] = (side + finger + ours, arm)
    near = (sign * 0.0923, sign * 0.56098, -0.70106, 0.43046)
    far = (sign * 0.2706, sign * 0.65328, -0.65328, 0.2706)
    for theirs, ours in _THUMB.items():
        rest[f"{side}Thumb{theirs}"] = (f"{side}Thumb{ours}", near if theirs[0] == "P" else far)
    return rest


BONES: Final = {**_TORSO, **_side("left", -1.0), **_side("right", 1.0)}
"""Rokoko's bone -> our joint, and the rotation (w, x, y, z) that Rokoko's T-pose has there."""

_JOINTS: Final = [JOINT_INDEX[joint] for joint, _ in BONES.values()]
_REST_WXYZ: Final = quaternion.normalise(
    np.array([rest for _, rest in BONES.values()], dtype=np.float64)
)
_UNITY_SIGNS: Final = np.outer((-1.0, 1.0, 1.0), (-1.0, 1.0, 1.0))


class RokokoOutput(UdpOutput):
    """Sends every frame in which the body was seen as one datagram."""

    def __init__(
        self, options: RokokoOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        name = options.name or f"rokoko {options.host}:{options.port}"
        super().__init__(name, options.host, options.port, clock or SystemClock())
        self._subject = info.subject
        numerator, denominator = info.frame_rate
        self._rate_hz = numerator / denominator
        heights_m = info.rest_positions_m[:, 1].astype(np.float64)
        self._hip_height_m = round(float(heights_m[0]), _DECIMALS)
        head_m = float(heights_m[JOINT_INDEX["head"]])
        self._total_height_m = round(head_m * _HEIGHT_OVER_HEAD_JOINT, _DECIMALS)
        self._started_ns = self._clock.monotonic_ns()
        self._last_wxyz: FloatArray = _REST_WXYZ

    def _datagrams(self, frame: MocapFrame) -> list[bytes]:
        if not frame.pose.rotations_wxyz.any():
            return []  # a body that was never seen would lie in a heap at the origin
        return [wire.encode(wire.Frame(self._time_s(), self._rate_hz, (self._actor(frame),)))]

    def _actor(self, frame: MocapFrame) -> wire.Actor:
        lost = TrackState.LOST
        return wire.Actor(
            name=self._subject,
            total_height_m=self._total_height_m,
            hip_height_m=self._hip_height_m,
            body=self._body(),
            # Receivers keep the last face; without one they may not be told that there is.
            face=None if frame.face.state is lost else self._face(),
            left_glove=frame.left_hand_state is not lost,
            right_glove=frame.right_hand_state is not lost,
        )

    def _body(self) -> dict[str, wire.Bone]:
        world = world_from_joints(self._vector.rotations_wxyz.astype(np.float64))[_JOINTS]
        from_rest_wxyz = quaternion.from_matrix(world * _UNITY_SIGNS)
        turned = quaternion.multiply(from_rest_wxyz, _REST_WXYZ)
        self._last_wxyz = quaternion.same_hemisphere(turned, self._last_wxyz)
        positions_m = UNITY_FROM_WORLD.position(
            self._vector.positions_in_world_m[_JOINTS].astype(np.float64)
        )
        positions = (np.round(positions_m, _DECIMALS) + 0.0).tolist()
        rotations = (np.round(self._last_wxyz, _DECIMALS) + 0.0).tolist()
        return dict(zip(BONES, map(wire.Bone, positions, rotations), strict=True))

    def _face(self) -> dict[str, float]:
        percent = np.clip(self._vector.blendshapes.astype(np.float64) * 100.0, 0.0, 100.0)
        return dict(zip(ARKIT_NAMES, np.round(percent, 2).tolist(), strict=True))

    def _time_s(self) -> float:
        """Time since the start [s]."""
        return round((self._clock.monotonic_ns() - self._started_ns) / NS_PER_S, 6)
