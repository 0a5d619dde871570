"""Motion over the VMC protocol, for VTuber programs and Unity (docs/vmc.md)."""

from __future__ import annotations

from mocapbridge.clock import NS_PER_S, Clock, SystemClock
from mocapbridge.errors import OutputFailed
from mocapbridge.outputs.cadence import HEARTBEAT_PERIOD_NS, Cadence, RecentStates
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.naming import names_of
from mocapbridge.outputs.options import VmcOptions
from mocapbridge.outputs.udp import UdpSender
from mocapbridge.outputs.vmc_layout import VmcLayout, standing_still
from mocapbridge.types import MocapFrame, StreamInfo, TrackState


class VmcOutput:
    """Sends every frame as OSC bundles of the VMC protocol."""

    def __init__(self, options: VmcOptions, info: StreamInfo, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self.name = options.name or f"vmc {options.host}:{options.port}"
        self._udp = UdpSender(options.host, options.port, self._clock)
        self.target = self._udp.target
        self._face_only = options.mode == "assistant"
        self._options = options
        self._vector = FrameVector(names_of(info))
        self._layout = VmcLayout(info, options)
        self._started_ns = self._clock.monotonic_ns()
        self._status_cadence = Cadence(HEARTBEAT_PERIOD_NS, self._clock)
        self._recent = RecentStates(self._clock)

    def open(self) -> None:
        """Look the host up and make the socket.

        Raises:
            OutputUnavailable: the host is not known, or there is no way to it.
        """
        self._udp.open()

    def send(self, frame: MocapFrame) -> int:
        """Send one frame as several bundles.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: the frame holds a number that is not finite, or did not leave.
        """
        try:
            self._vector.load(frame)
        except ValueError as error:
            raise OutputFailed(f"{self.name}: {error}; not sent") from error
        self._udp.mend()
        datagrams = self._layout.fill(
            self._vector,
            seen=bool(frame.pose.rotations_wxyz.any()),
            tracking=max(frame.pose.state, frame.face.state) >= TrackState.HELD,
            time_s=self._time_s(),
        )
        self._recent.note(frame)
        return self._udp.send_all(datagrams)

    def describe(self, info: StreamInfo) -> None:
        """Go on with other names of expressions; bones are always those of Unity's humanoid."""
        self._vector = FrameVector(names_of(info))
        self._layout = VmcLayout(info, self._options)

    def idle(self) -> int:
        """Say that there is no motion, when there are no frames to say it.

        An assistant says nothing then: the protocol has no such message from it.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: one did not leave.
        """
        self._udp.mend()
        if self._face_only or not self._recent.stale or not self._status_cadence.due():
            return 0
        self._udp.send(standing_still(self._time_s()))
        return 1

    def close(self) -> None:
        """Let the socket go."""
        self._udp.close()

    def _time_s(self) -> float:
        """Time since the start, as the protocol wants it [s]."""
        return (self._clock.monotonic_ns() - self._started_ns) / NS_PER_S
