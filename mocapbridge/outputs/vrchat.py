"""Body trackers, eyes and face parameters for VRChat (docs/vrchat.md)."""

from __future__ import annotations

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.naming import names_of
from mocapbridge.outputs.options import VrchatOptions
from mocapbridge.outputs.udp_output import UdpOutput
from mocapbridge.outputs.vrchat_layout import FaceLayout, TrackerLayout
from mocapbridge.types import MocapFrame, StreamInfo, TrackState


class VrchatOutput(UdpOutput):
    """Sends what is seen: trackers once there is a body, the face while there is one."""

    def __init__(
        self, options: VrchatOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        name = options.name or f"vrchat {options.host}:{options.port}"
        super().__init__(name, options.host, options.port, clock or SystemClock())
        self._options = options
        self._trackers = TrackerLayout(options)
        self._face: FaceLayout | None = None
        self.describe(info)

    def describe(self, info: StreamInfo) -> None:
        """Go on with other names of face parameters; trackers are always VRChat's own."""
        self._vector = FrameVector(names_of(info))
        if self._options.eyes or self._options.parameters:
            self._face = FaceLayout(self._options, names_of(info))

    def _datagrams(self, frame: MocapFrame) -> list[memoryview]:
        datagrams: list[memoryview] = []
        # Trackers of a body that was never seen would be calibrated at the origin; once it was,
        # VRChat wants them all the time.
        if frame.pose.rotations_wxyz.any():
            datagrams += self._trackers.fill(self._vector)
        # Without a face VRChat moves the eyes by itself again.
        if self._face is not None and frame.face.state is not TrackState.LOST:
            datagrams += self._face.fill(self._vector)
        return datagrams
