"""The body for Unreal Engine's JSONLiveLink plugin (docs/unreal.md)."""

from __future__ import annotations

from typing import Final

import numpy as np

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputUnavailable
from mocapbridge.geometry import quaternion
from mocapbridge.geometry.frames import UNREAL_MESH_FROM_WORLD
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.json_numbers import number_texts
from mocapbridge.outputs.naming import names_of
from mocapbridge.outputs.options import JsonLiveLinkOptions
from mocapbridge.outputs.udp_output import UdpOutput
from mocapbridge.outputs.unreal_bones import UE5_NAMES
from mocapbridge.skeleton import JOINT_NAMES
from mocapbridge.types import MocapFrame, StreamInfo
from mocapbridge.wire import json_live_link as wire
from mocapbridge.wire.json_text import BLANK, Blanks

_DECIMALS: Final = 4
"""A micrometre, and a hundredth of a degree: the packet stays near 9 KB."""
_STEPS_PER_UNIT: Final = 10.0**_DECIMALS


class JsonLiveLinkOutput(UdpOutput):
    """Sends every frame in which the body was seen as one datagram, always with the same bones."""

    def __init__(
        self, options: JsonLiveLinkOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        name = options.name or f"json_live_link {options.host}:{options.port}"
        super().__init__(name, options.host, options.port, clock or SystemClock())
        self._subject = info.subject
        self._bones = options.bones
        self.describe(info)

    def describe(self, info: StreamInfo) -> None:
        """Go on with other bones; those of a mapping are sent under its own names."""
        names = names_of(info)
        if names.joints != JOINT_NAMES:
            bones = {joint: joint for joint in names.joints}
        else:
            bones = UE5_NAMES if self._bones == "ue5" else {joint: joint for joint in JOINT_NAMES}
        self._vector = FrameVector(names)
        self._joints = [names.joints.index(joint) for joint in bones]
        self._names = tuple(bones.values())
        at = {joint: place for place, joint in enumerate(self._joints, 1)}
        parents = [names.parents[joint] for joint in self._joints]
        # What has no parent hangs on a root bone at place 0, as in Unreal's mannequins.
        self._parents = [at[parent] if parent >= 0 else 0 for parent in parents]
        offsets_m = info.rest_positions_m.copy()
        for joint, parent in zip(self._joints, parents, strict=True):
            if parent >= 0:
                offsets_m[joint] -= info.rest_positions_m[parent]
        locations_cm = UNREAL_MESH_FROM_WORLD.position(offsets_m)[self._joints]
        # In float64, where 0.1 is written as 0.1; adding zero turns -0.0 into 0.0.
        self._locations_cm = np.round(locations_cm.astype(np.float64), _DECIMALS) + 0.0
        identity = np.array(quaternion.IDENTITY_WXYZ, dtype=np.float32)
        self._last_wxyz = np.tile(identity, (len(names.joints), 1))
        self._numbers = np.zeros(3 + 4 * len(self._joints))
        self._blanks: Blanks | None = None

    def open(self) -> None:
        """Look the host up and make the socket.

        Raises:
            OutputUnavailable: the host is not known, there is no way to it, or the subject's name
                is not ASCII.
        """
        try:
            wire.encode(self._subject, [])
        except wire.Unencodable as error:
            raise OutputUnavailable(
                f"{self.name} cannot name its subject: {error}; give this output a `subject`"
            ) from error
        super().open()

    def _datagrams(self, frame: MocapFrame) -> list[bytes]:
        if not frame.pose.rotations_wxyz.any():
            return []  # the plugin takes its skeleton from the first packet: none without a body
        if self._blanks is None:
            self._blanks = self._blanks_for_bones()
        turned = UNREAL_MESH_FROM_WORLD.rotation_wxyz(self._vector.rotations_wxyz)
        # Live Link blends between frames: the sign may not jump.
        self._last_wxyz = quaternion.same_hemisphere(turned, self._last_wxyz)
        numbers = self._numbers
        numbers[:3] = UNREAL_MESH_FROM_WORLD.position(self._vector.root_position_in_world_m)
        numbers[3:].reshape(-1, 4)[:] = self._last_wxyz[self._joints][:, [1, 2, 3, 0]]
        return [wire.finished(self._blanks.fill(number_texts(numbers, _STEPS_PER_UNIT)))]

    def _blanks_for_bones(self) -> Blanks:
        """The packet with blanks for where the first bone is, and how all bones are turned."""
        bones = ("root", *self._names), (-1, *self._parents)
        packet = wire.blanks(self._subject, tuple(zip(*bones, strict=True)))
        locations = [[0.0] * 3, *self._locations_cm.tolist()]
        turn, scale = [BLANK] * 4, ["1.0"] * 3
        texts = [[*map(repr, location), *turn, *scale] for location in locations]
        texts[0][3:7] = ["0.0", "0.0", "0.0", "1.0"]
        texts[1][:3] = [BLANK] * 3
        return Blanks(packet.fill([text for bone in texts for text in bone]))
