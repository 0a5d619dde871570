"""The bundles of a frame in the VMC protocol, version 3.1 (protocol.vmc.info).

Unity's axes (left-handed, +Y up, facing +Z, the performer's left -X), metres, quaternions in the
order x, y, z, w. Bones are local to their parent; identity everywhere is the T-pose, as in a
normalised VRM model.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from mocapbridge.blendshapes import ARKIT_NAMES
from mocapbridge.geometry import quaternion
from mocapbridge.geometry.frames import UNITY_FROM_WORLD
from mocapbridge.outputs.frame_vector import FloatArray, FrameVector
from mocapbridge.outputs.naming import names_of
from mocapbridge.outputs.options import VmcOptions
from mocapbridge.outputs.osc_bundles import (
    Argument,
    Content,
    PatchedBundles,
    Slot,
    build_bundle,
    build_message,
    split,
)
from mocapbridge.outputs.vmc_expressions import Expressions, Preset, expressions
from mocapbridge.skeleton import JOINT_COUNT, JOINT_INDEX, JOINT_NAMES, PARENTS
from mocapbridge.types import Float32Array, StreamInfo

MAX_DATAGRAM_BYTES: Final = 1400
"""Longest bundle: the protocol allows 1500 with all headers; this passes tunnels too."""

_NOT_LOADED: Final = 0
_LOADED: Final = 1
_CALIBRATED: Final = 3
_NORMAL_MODE: Final = 0
_TRACKING_BAD: Final = 0

# Where the numbers of a frame stand in the vector of floats.
_TIME: Final = 0
_HIPS: Final = 1
_ROTATIONS: Final = 4
_EXPRESSIONS: Final = _ROTATIONS + 4 * JOINT_COUNT


def bone_name(joint: str) -> str:
    """Unity's name of a VRM 1.0 joint, as in its ``HumanBodyBones``.

    The thumb is the trap: VRM 1.0 calls its three bones metacarpal, proximal and distal, Unity
    calls the same ones proximal, intermediate and distal.
    """
    if "Thumb" in joint:
        joint = joint.replace("Proximal", "Intermediate").replace("Metacarpal", "Proximal")
    return joint[0].upper() + joint[1:]


BONE_NAMES: Final = tuple(map(bone_name, JOINT_NAMES))
_CHEST, _UPPER_CHEST = (JOINT_INDEX[joint] for joint in ("chest", "upperChest"))
_ON_UPPER_CHEST: Final = [at for at, parent in enumerate(PARENTS) if parent == _UPPER_CHEST]


def performer_contents(
    rest_positions_m: Float32Array,
    names: tuple[str, ...],
    yaw_offset_deg: float,
    *,
    upper_chest: bool = True,
) -> list[Content]:
    """All messages of a performer's frame, in the order of the protocol's reference sender."""
    half_yaw_rad = math.radians(yaw_offset_deg) / 2.0
    facing = [0.0, math.sin(half_yaw_rad), 0.0, math.cos(half_yaw_rad)]
    contents: list[Content] = [("/VMC/Ext/Root/Pos", ["root", 0.0, 0.0, 0.0, *facing])]
    from_parents_m = rest_offsets_in_unity_m(rest_positions_m).astype(np.float64)
    if not upper_chest:
        from_parents_m[_ON_UPPER_CHEST] += from_parents_m[_UPPER_CHEST]
    offsets = from_parents_m.tolist()
    for joint, (name, offset) in enumerate(zip(BONE_NAMES, offsets, strict=True)):
        if joint == _UPPER_CHEST and not upper_chest:
            continue
        moving = [Slot("f", _HIPS + axis) for axis in range(3)]
        turning = [Slot("f", _ROTATIONS + 4 * joint + part) for part in range(4)]
        where: list[Argument] = [*moving] if PARENTS[joint] < 0 else offset
        contents.append(("/VMC/Ext/Bone/Pos", [name, *where, *turning]))
    return [
        *contents,
        *expression_contents(names),
        ("/VMC/Ext/OK", [_LOADED, _CALIBRATED, _NORMAL_MODE, Slot("i", 0)]),
        ("/VMC/Ext/T", [Slot("f", _TIME)]),
    ]


def expression_contents(names: tuple[str, ...]) -> list[Content]:
    """The expressions, which receivers collect until ``Apply`` comes."""
    contents: list[Content] = [
        ("/VMC/Ext/Blend/Val", [name, Slot("f", _EXPRESSIONS + place)])
        for place, name in enumerate(names)
    ]
    return [*contents, ("/VMC/Ext/Blend/Apply", [])]


def rest_offsets_in_unity_m(rest_positions_m: Float32Array) -> Float32Array:
    """Each joint in its parent in the T-pose, ``(55, 3)``; the hips from the floor."""
    offsets = rest_positions_m.copy()
    offsets[1:] -= rest_positions_m[list(PARENTS[1:])]
    # Adding zero turns -0.0 into 0.0: the same number, and the bytes that receivers print.
    return UNITY_FROM_WORLD.position(offsets) + np.float32(0.0)


def standing_still(time_s: float) -> bytes:
    """The bundle that says that there is no motion, at a time of the sender's clock [s]."""
    ok = [("i", value) for value in (_NOT_LOADED, _CALIBRATED, _NORMAL_MODE, _TRACKING_BAD)]
    messages = [build_message("/VMC/Ext/OK", *ok), build_message("/VMC/Ext/T", ("f", time_s))]
    return build_bundle(messages)


def _expressions(info: StreamInfo, preset: Preset) -> Expressions:
    """Names of the expressions, and their shares of the frame's blendshapes.

    A mapping that names shapes of its own names the expressions; what comes as ARKit's shapes is
    named and mixed by the preset.
    """
    names = names_of(info).blendshapes
    if names == ARKIT_NAMES:
        return expressions(preset)
    return Expressions(names, np.eye(len(names), dtype=np.float32))


class VmcLayout:
    """The bundles of one frame."""

    def __init__(self, info: StreamInfo, options: VmcOptions) -> None:
        names, self._from_blendshapes = _expressions(info, options.expressions)
        self._upper_chest = options.upper_chest
        contents = (
            expression_contents(names)
            if options.mode == "assistant"
            else performer_contents(
                info.rest_positions_m,
                names,
                options.yaw_offset_deg,
                upper_chest=options.upper_chest,
            )
        )
        self._bundles = PatchedBundles(split(contents, MAX_DATAGRAM_BYTES))
        self._rest_hips_m = rest_offsets_in_unity_m(info.rest_positions_m)[0]
        self._values = np.zeros(_EXPRESSIONS + len(names), dtype=np.float32)
        self._hips_m: FloatArray = self._values[_HIPS:_ROTATIONS]
        self._rotations_xyzw: FloatArray = self._values[_ROTATIONS:_EXPRESSIONS].reshape(-1, 4)
        self._expressions: FloatArray = self._values[_EXPRESSIONS:]
        self._tracking = np.zeros(1, dtype=np.int32)
        self._last_wxyz = np.tile(
            np.array(quaternion.IDENTITY_WXYZ, dtype=np.float32), (JOINT_COUNT, 1)
        )

    def fill(
        self, vector: FrameVector, *, seen: bool, tracking: bool, time_s: float
    ) -> list[memoryview]:
        """The datagrams of a frame. They share one buffer, which the next call overwrites.

        Args:
            vector: the numbers of the frame.
            seen: whether the body was ever seen; the avatar stands in its T-pose until then.
            tracking: whether the performer is seen now.
            time_s: the sender's clock [s].
        """
        turned_wxyz = UNITY_FROM_WORLD.rotation_wxyz(vector.rotations_wxyz)
        if not self._upper_chest:
            turned_wxyz[_CHEST] = quaternion.multiply(
                turned_wxyz[_CHEST], turned_wxyz[_UPPER_CHEST]
            )
        # Receivers that blend between frames turn the long way round when the sign flips.
        self._last_wxyz = quaternion.same_hemisphere(turned_wxyz, self._last_wxyz)
        self._rotations_xyzw[:] = self._last_wxyz[:, [1, 2, 3, 0]]
        hips_m = UNITY_FROM_WORLD.position(vector.root_position_in_world_m)
        self._hips_m[:] = hips_m if seen else self._rest_hips_m
        mixed = self._from_blendshapes @ vector.blendshapes
        np.clip(mixed, 0.0, 1.0, out=self._expressions)
        self._values[_TIME] = time_s
        self._values += np.float32(0.0)  # -0.0 becomes 0.0, as receivers print it
        self._tracking[0] = tracking
        return self._bundles.fill(self._values, self._tracking)
