"""Motion as OSC over UDP, in our own address space (docs/osc.md)."""

from __future__ import annotations

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed
from mocapbridge.outputs.cadence import (
    HEARTBEAT_PERIOD_NS,
    STATIC_PERIOD_NS,
    Cadence,
    RecentStates,
)
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.naming import names_of
from mocapbridge.outputs.options import OscOptions
from mocapbridge.outputs.osc_bundles import build_bundle, build_message
from mocapbridge.outputs.osc_layout import OscLayout
from mocapbridge.outputs.udp import UdpSender
from mocapbridge.timecode import TimeCode
from mocapbridge.types import MocapFrame, StreamInfo


class OscOutput:
    """Sends every frame as OSC bundles, and a description of the stream every second."""

    def __init__(self, options: OscOptions, info: StreamInfo, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self.name = options.name or f"osc {options.host}:{options.port}"
        self._prefix = options.prefix
        self._tag_capture = options.time_tag == "capture"
        self._time_code = TimeCode(info.frame_rate, info.anchor)
        self._info = info
        self._udp = UdpSender(options.host, options.port, clock)
        self.target = self._udp.target
        self._vector = FrameVector(names_of(info))
        self._layout = OscLayout(options.prefix, names_of(info))
        self._description_cadence = Cadence(STATIC_PERIOD_NS, clock)
        self._status_cadence = Cadence(HEARTBEAT_PERIOD_NS, clock)
        self._recent = RecentStates(clock)
        self._gestures = ("", "")
        self._description = self._describe()

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
        self._recent.note(frame)
        unix_time_ns = self._info.anchor.unix_time_ns(frame.capture_time_ns)
        datagrams = self._layout.fill(
            frame,
            self._vector,
            unix_time_ns,
            self._time_code.label(frame.capture_time_ns),
            tag_capture=self._tag_capture,
        )
        if frame.gestures != self._gestures:
            self._gestures = frame.gestures
            self._description = self._describe()
            self._description_cadence.restart()
        return self._udp.send_all(datagrams) + self._send_description_when_due()

    def describe(self, info: StreamInfo) -> None:
        """Go on with other names."""
        self._vector = FrameVector(names_of(info))
        self._layout = OscLayout(self._prefix, names_of(info))

    def idle(self) -> int:
        """Send the description when due, and the state when there are no frames to say it.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: one did not leave.
        """
        self._udp.mend()
        sent = self._send_description_when_due()
        if self._recent.stale and self._status_cadence.due():
            states = [("i", int(state)) for state in self._recent.states]
            confidences = [("f", 0.0), ("f", 0.0)]
            status = build_message(f"{self._prefix}/status", *states, *confidences)
            self._udp.send(build_bundle([status]))
            sent += 1
        return sent

    def close(self) -> None:
        """Let the socket go."""
        self._udp.close()

    def _send_description_when_due(self) -> int:
        if not self._description_cadence.due():
            return 0
        self._udp.send(self._description)
        return 1

    def _describe(self) -> bytes:
        """What changes rarely: texts, whose length no layout can hold."""
        numerator, denominator = self._info.frame_rate
        left, right = self._gestures
        prefix = self._prefix
        return build_bundle(
            [
                build_message(f"{prefix}/subject", ("s", self._info.subject)),
                build_message(f"{prefix}/session", ("s", f"{self._info.session_id:016x}")),
                build_message(f"{prefix}/rate", ("i", numerator), ("i", denominator)),
                build_message(f"{prefix}/face_source", ("s", self._info.face_source)),
                build_message(f"{prefix}/gesture/left", ("s", left)),
                build_message(f"{prefix}/gesture/right", ("s", right)),
            ]
        )
