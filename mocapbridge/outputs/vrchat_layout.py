"""The messages of a frame for VRChat: trackers, eyes and face parameters (docs.vrchat.com).

Trackers are in Unity's axes (left-handed, +Y up, metres); their rotations are Euler angles in
degrees, turned about Z, then X, then Y, as Unity has it. Face parameters are those of
VRCFaceTracking, version 2.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from mocapbridge.blendshapes import ARKIT_INDEX, ARKIT_NAMES
from mocapbridge.geometry import quaternion
from mocapbridge.geometry.frames import UNITY_FROM_WORLD
from mocapbridge.outputs.frame_vector import FloatArray, FrameVector
from mocapbridge.outputs.naming import OWN_NAMES
from mocapbridge.outputs.options import VrchatOptions
from mocapbridge.outputs.osc_bundles import Content, PatchedBundles, Slot, split
from mocapbridge.outputs.world_rotations import world_from_joints_wxyz
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import BLENDSHAPE_COUNT, Float32Array, StreamNames

MAX_DATAGRAM_BYTES: Final = 1400

_TRACKED_JOINTS: Final = {
    "hip": "hips",
    "chest": "upperChest",
    "left_foot": "leftFoot",
    "right_foot": "rightFoot",
    "left_knee": "leftLowerLeg",
    "right_knee": "rightLowerLeg",
    "left_elbow": "leftLowerArm",
    "right_elbow": "rightLowerArm",
}
_LIDS: Final = 4
"""Place of the lids behind the four angles of the eyes."""


class _Sum(NamedTuple):
    """A face parameter as a weighted sum of ARKit shapes, plus a constant."""

    name: str
    weights: dict[str, float]
    constant: float = 0.0


def _both(name: str, shape: str) -> list[_Sum]:
    return [_Sum(f"{name}{side}", {f"{shape}{side}": 1.0}) for side in ("Left", "Right")]


def _one(name: str, shape: str) -> list[_Sum]:
    return [_Sum(name, {shape: 1.0})]


def _lid(side: str) -> list[_Sum]:
    # 0 closed, 0.75 open, 1 wide: 0.75 (1 - blink) + 0.25 wide.
    return [_Sum(f"EyeLid{side}", {f"eyeBlink{side}": -0.75, f"eyeWide{side}": 0.25}, 0.75)]


_SUMS: Final[tuple[_Sum, ...]] = (
    *_lid("Left"),
    *_lid("Right"),
    *_both("EyeSquint", "eyeSquint"),
    *_one("BrowInnerUp", "browInnerUp"),
    *_both("BrowOuterUp", "browOuterUp"),
    *_both("BrowDown", "browDown"),
    *[_Sum(f"CheekPuff{side}", {"cheekPuff": 1.0}) for side in ("Left", "Right")],
    *_both("CheekSquint", "cheekSquint"),
    *_both("NoseSneer", "noseSneer"),
    *_one("JawOpen", "jawOpen"),
    *_one("JawForward", "jawForward"),
    _Sum("JawX", {"jawRight": 1.0, "jawLeft": -1.0}),
    *_one("MouthClosed", "mouthClose"),
    *_one("LipFunnel", "mouthFunnel"),
    *_one("LipPucker", "mouthPucker"),
    _Sum("MouthX", {"mouthRight": 1.0, "mouthLeft": -1.0}),
    *_both("MouthSmile", "mouthSmile"),
    *_both("MouthFrown", "mouthFrown"),
    *_both("MouthDimple", "mouthDimple"),
    *_both("MouthStretch", "mouthStretch"),
    *_one("MouthRaiserUpper", "mouthShrugUpper"),
    *_one("MouthRaiserLower", "mouthShrugLower"),
    *_both("MouthPress", "mouthPress"),
    *_both("MouthUpperUp", "mouthUpperUp"),
    *_both("MouthLowerDown", "mouthLowerDown"),
    *_one("LipSuckUpper", "mouthRollUpper"),
    *_one("LipSuckLower", "mouthRollLower"),
    *_one("TongueOut", "tongueOut"),
)
_GAZE_NAMES: Final = ("EyeLeftX", "EyeLeftY", "EyeRightX", "EyeRightY")
PARAMETER_NAMES: Final = (*_GAZE_NAMES, *(each.name for each in _SUMS))


def _matrix() -> Float32Array:
    matrix = np.zeros((len(_SUMS), BLENDSHAPE_COUNT), dtype=np.float32)
    for row, each in enumerate(_SUMS):
        for shape, weight in each.weights.items():
            matrix[row, ARKIT_INDEX[shape]] = weight
    return matrix


_FROM_ARKIT: Final = _matrix()
_CONSTANTS: Final = np.array([each.constant for each in _SUMS], dtype=np.float32)
_BLINK_NAMES: Final = ("eyeBlinkLeft", "eyeBlinkRight")
_LID_NAMES: Final = ("EyeLidLeft", "EyeLidRight")
_OPEN_LID: Final = 0.75
"""What VRCFaceTracking takes for an open lid; 1 is a wide one."""
_NO_INTEGERS: Final = np.zeros(0, dtype=np.int32)


class TrackerLayout:
    """One message for each position and rotation, as VRChat's own documentation sends them."""

    def __init__(self, options: VrchatOptions) -> None:
        places = [(str(at), _TRACKED_JOINTS[name]) for at, name in enumerate(options.trackers, 1)]
        if options.head:
            places.append(("head", "head"))
        self._joints = [JOINT_INDEX[joint] for _, joint in places]
        contents: list[Content] = []
        for at, (place, _) in enumerate(places):
            for part, what in enumerate(("position", "rotation")):
                slots = [Slot("f", 6 * at + 3 * part + axis) for axis in range(3)]
                contents.append((f"/tracking/trackers/{place}/{what}", slots))
        self._messages = PatchedBundles([[content] for content in contents], bare=True)
        self._scale = options.scale
        self._values = np.zeros(6 * len(places), dtype=np.float32)

    def fill(self, vector: FrameVector) -> list[memoryview]:
        """The datagrams of a frame. They share one buffer, which the next call overwrites."""
        rows = self._values.reshape(-1, 2, 3)
        positions_m = UNITY_FROM_WORLD.position(vector.positions_in_world_m[self._joints])
        rows[:, 0] = positions_m * self._scale
        world_wxyz = world_from_joints_wxyz(vector.rotations_wxyz)[self._joints]
        rows[:, 1] = euler_deg(quaternion.to_matrix(UNITY_FROM_WORLD.rotation_wxyz(world_wxyz)))
        self._values += np.float32(0.0)  # -0.0 becomes 0.0, as receivers print it
        return self._messages.fill(self._values, _NO_INTEGERS)


class FaceLayout:
    """Eyes and face parameters, in bundles.

    ARKit's shapes become the parameters above. A mapping that names shapes of its own names the
    parameters; the lids then follow its ``EyeLidLeft`` and ``EyeLidRight``, if it has them.
    """

    def __init__(self, options: VrchatOptions, names: StreamNames = OWN_NAMES) -> None:
        self._mapped = names.blendshapes != ARKIT_NAMES
        parameters = names.blendshapes if self._mapped else PARAMETER_NAMES
        lids = _LID_NAMES if self._mapped else _BLINK_NAMES
        known = [name for name in lids if name in names.blendshapes]
        self._lids = [names.blendshapes.index(name) for name in known]
        contents: list[Content] = []
        if options.eyes:
            angles = [Slot("f", place) for place in range(_LIDS)]
            contents.append(("/tracking/eye/LeftRightPitchYaw", angles))
            if self._lids:
                contents.append(("/tracking/eye/EyesClosedAmount", [Slot("f", _LIDS)]))
        if options.parameters:
            start = f"/avatar/parameters/{options.parameter_prefix}v2/"
            contents += [
                (start + name, [Slot("f", _LIDS + 1 + place)])
                for place, name in enumerate(parameters)
            ]
        self._bundles = PatchedBundles(split(contents, MAX_DATAGRAM_BYTES))
        self._values = np.zeros(_LIDS + 1 + len(parameters), dtype=np.float32)

    def fill(self, vector: FrameVector) -> list[memoryview]:
        """The datagrams of a frame. They share one buffer, which the next call overwrites."""
        values, gaze_rad = self._values, vector.gaze_rad
        # Degrees, pitch positive downwards, yaw positive to the right.
        values[:_LIDS] = -np.degrees(gaze_rad[:, ::-1]).ravel()
        lids = vector.blendshapes[self._lids]
        parameters = values[_LIDS + 1 :]
        if self._mapped:
            values[_LIDS] = 1.0 - min(1.0, float(lids.sum()) / (_OPEN_LID * max(1, len(lids))))
            np.clip(vector.blendshapes, -1.0, 1.0, out=parameters)
        else:
            values[_LIDS] = np.mean(lids)
            self._mix(vector, parameters)
        values += np.float32(0.0)
        return self._bundles.fill(values, _NO_INTEGERS)

    def _mix(self, vector: FrameVector, parameters: Float32Array) -> None:
        # X and Y of each eye: right and up, the full swing of an eye is about 45 degrees.
        parameters[:4] = np.clip(vector.gaze_rad / (np.pi / 4) * (-1.0, 1.0), -1.0, 1.0).ravel()
        mixed = _FROM_ARKIT @ vector.blendshapes + _CONSTANTS
        np.clip(mixed, -1.0, 1.0, out=parameters[4:])


def euler_deg(rotations: FloatArray) -> FloatArray:
    """Unity's Euler angles ``(..., 3)`` about X, Y and Z of matrices ``(..., 3, 3)`` [deg].

    The matrix is ``Ry Rx Rz``.
    """
    x = np.arcsin(np.clip(-rotations[..., 1, 2], -1.0, 1.0))
    y = np.arctan2(rotations[..., 0, 2], rotations[..., 2, 2])
    z = np.arctan2(rotations[..., 1, 0], rotations[..., 1, 1])
    return np.degrees(np.stack((x, y, z), axis=-1))
