"""Body, hands and face for Rokoko's plugins (docs/rokoko.md)."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.clock import NS_PER_S, Clock, SystemClock
from mocapbridge.geometry import quaternion
from mocapbridge.geometry.frames import UNITY_FROM_WORLD
from mocapbridge.outputs.json_numbers import number_texts
from mocapbridge.outputs.options import RokokoOptions
from mocapbridge.outputs.udp_output import UdpOutput
from mocapbridge.outputs.world_rotations import world_from_joints_wxyz
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import BLENDSHAPE_COUNT, Float64Array, MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import rokoko as wire
from mocapbridge.wire.json_text import Blanks

_DECIMALS: Final = 5
_TIME_DECIMALS: Final = 6
_FACE_DECIMALS: Final = 2
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
_NO_BONE: Final = wire.Bone((0.0,) * 3, (0.0,) * 4)
_BODY_NUMBERS: Final = 7 * len(BONES)


def _from_world() -> Float64Array:
    """(51, 4, 4): of each bone, its turn x, y, z, w for Rokoko from ours in the world.

    Changing the axes and turning by a rest rotation are both linear in the quaternion.
    """
    units = UNITY_FROM_WORLD.rotation_wxyz(np.eye(4))
    columns = quaternion.multiply(units[None], _REST_WXYZ[:, None])
    return np.swapaxes(columns, 1, 2)[:, [1, 2, 3, 0]]


_FROM_WORLD: Final = _from_world()


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
        self._last_xyzw: Float64Array = _REST_WXYZ[:, [1, 2, 3, 0]]
        self._blanks: dict[tuple[bool, bool, bool], Blanks] = {}
        self._numbers = np.zeros(1 + _BODY_NUMBERS + BLENDSHAPE_COUNT)
        decimals = (_TIME_DECIMALS, _DECIMALS, _FACE_DECIMALS)
        self._steps_per_unit = np.repeat(
            [10.0**each for each in decimals], (1, _BODY_NUMBERS, BLENDSHAPE_COUNT)
        )

    def _datagrams(self, frame: MocapFrame) -> list[bytes]:
        if not frame.pose.rotations_wxyz.any():
            return []  # a body that was never seen would lie in a heap at the origin
        lost, numbers = TrackState.LOST, self._numbers
        # Receivers keep the last face; without one they may not be told that there is.
        face = frame.face.state is not lost
        shown = (face, frame.left_hand_state is not lost, frame.right_hand_state is not lost)
        blanks = self._blanks.get(shown)
        if blanks is None:
            blanks = self._blanks[shown] = self._blanks_for(*shown)
        numbers[0] = (self._clock.monotonic_ns() - self._started_ns) / NS_PER_S
        self._fill_body(numbers[1 : 1 + _BODY_NUMBERS].reshape(-1, 7))
        percent = self._vector.blendshapes * np.float64(100.0)
        np.clip(percent, 0.0, 100.0, out=numbers[1 + _BODY_NUMBERS :])
        count = len(numbers) if face else 1 + _BODY_NUMBERS
        texts = number_texts(numbers[:count], self._steps_per_unit[:count])
        return [wire.finished(blanks.fill(texts))]

    def _fill_body(self, rows: Float64Array) -> None:
        """Positions and rotations of the bones, ``(51, 7)``."""
        rows[:, :3] = UNITY_FROM_WORLD.position(self._vector.positions_in_world_m[_JOINTS])
        world_wxyz = world_from_joints_wxyz(self._vector.rotations_wxyz)[_JOINTS]
        turned = np.einsum("jab,jb->ja", _FROM_WORLD, world_wxyz)
        self._last_xyzw = quaternion.same_hemisphere(turned, self._last_xyzw)
        rows[:, 3:] = self._last_xyzw

    def _blanks_for(self, face: bool, left_glove: bool, right_glove: bool) -> Blanks:
        actor = wire.Actor(
            name=self._subject,
            total_height_m=self._total_height_m,
            hip_height_m=self._hip_height_m,
            body=dict.fromkeys(BONES, _NO_BONE),
            face=dict.fromkeys(ARKIT_NAMES, 0.0) if face else None,
            left_glove=left_glove,
            right_glove=right_glove,
        )
        return wire.blanks(wire.Frame(0.0, self._rate_hz, (actor,)))
