"""Motion over our own UDP link (docs/link-protocol.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.cadence import (
    HEARTBEAT_PERIOD_NS,
    STATIC_PERIOD_NS,
    Cadence,
    RecentStates,
)
from mocapbridge.outputs.clock_responder import ClockResponder
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.link_layout import LinkLayout
from mocapbridge.outputs.naming import names_of
from mocapbridge.outputs.options import LinkOptions
from mocapbridge.outputs.udp import UdpSender
from mocapbridge.timecode import TimeCode
from mocapbridge.types import MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import link


class LinkOutput:
    """Sends every frame as one datagram, the description of the stream every second."""

    def __init__(self, options: LinkOptions, info: StreamInfo, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self.name = options.name or f"link {options.host}:{options.port}"
        self._info = info
        self._udp = UdpSender(options.host, options.port, self._clock)
        self.target = self._udp.target
        self._responder = ClockResponder(self._udp, info.session_id, self._clock)
        self._vector = FrameVector(names_of(info))
        self._time_code = TimeCode(info.frame_rate, info.anchor)
        self._parts: tuple[link.StaticPart, ...] = ()
        self._static_hash = 0
        self._layout = LinkLayout(info, self._static_hash)
        self._static_cadence = Cadence(STATIC_PERIOD_NS, self._clock)
        self._heartbeat_cadence = Cadence(HEARTBEAT_PERIOD_NS, self._clock)
        self._recent = RecentStates(self._clock)
        self._sequence = 0

    def open(self) -> None:
        """Look the host up, make the socket and listen for clock probes.

        Raises:
            OutputUnavailable: the host is not known, there is no way to it, or the subject's name
                is too long for the link.
        """
        try:
            self._describe(self._info)
        except link.Unencodable as error:
            raise OutputUnavailable(f"{self.name} cannot describe its stream: {error}") from error
        self._udp.open()
        self._responder.start()

    def send(self, frame: MocapFrame) -> int:
        """Send one frame.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: the frame holds what the link cannot carry, or did not leave.
        """
        unix_time_ns = self._info.anchor.unix_time_ns(frame.capture_time_ns)
        timecode = link.Timecode(*self._time_code.label(frame.capture_time_ns))
        try:
            self._vector.load(frame)
            datagram = self._layout.fill(
                frame, self._vector, self._sequence, unix_time_ns, timecode
            )
        except ValueError as error:
            raise OutputFailed(f"{self.name}: {error}; frame not sent") from error
        self._recover_when_due()
        self._recent.note(frame)
        self._transmit(datagram)
        return 1 + self._send_static_when_due()

    def describe(self, info: StreamInfo) -> None:
        """Go on with other names, and send them at once.

        Raises:
            OutputFailed: more joints or shapes than one datagram holds.
        """
        info = replace(self._info, names=info.names, rest_positions_m=info.rest_positions_m)
        try:
            self._describe(info)
        except link.Unencodable as error:
            raise OutputFailed(f"{self.name} cannot describe its stream: {error}") from error
        self._static_cadence.restart()

    def idle(self) -> int:
        """Send the description and a heartbeat when due.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: one did not leave.
        """
        self._recover_when_due()
        sent = self._send_static_when_due()
        if self._heartbeat_cadence.due():
            now_ns = self._clock.monotonic_ns()
            unix_time_ns = self._info.anchor.unix_time_ns(now_ns)
            states = _link_states(self._recent.states)
            heartbeat = link.Heartbeat(self._static_hash, now_ns, unix_time_ns, states)
            self._transmit(link.encode(self._header(), heartbeat))
            sent += 1
        return sent

    def close(self) -> None:
        """Let the socket go."""
        self._responder.stop()
        self._udp.close()

    def _describe(self, info: StreamInfo) -> None:
        parts = link.split_static(link.encode_static(_static(info)))
        layout = LinkLayout(info, parts[0].static_hash)
        link.encode(self._header(), parts[0])
        layout.check()
        self._info, self._parts, self._static_hash = info, parts, parts[0].static_hash
        self._layout = layout
        self._vector = FrameVector(names_of(info))

    def _header(self) -> link.Header:
        """The header of the next datagram."""
        return link.Header(self._info.session_id, self._sequence, self._info.subject)

    def _transmit(self, datagram: bytes | memoryview) -> None:
        # One that does not leave counts too: to the receiver it is lost like any other.
        self._sequence = (self._sequence + 1) % link.SEQUENCE_COUNT
        self._udp.send(datagram)

    def _send_static_when_due(self) -> int:
        if not self._static_cadence.due():
            return 0
        for part in self._parts:
            self._transmit(link.encode(self._header(), part))
        return len(self._parts)

    def _recover_when_due(self) -> None:
        if self._udp.recovery_due:
            self._responder.stop()
            try:
                self._udp.recover()
            finally:
                self._responder.start()


def _static(info: StreamInfo) -> link.Static:
    """The description of a stream."""
    names = names_of(info)
    positions = info.rest_positions_m
    parents = np.array(names.parents)
    from_parent = np.where(parents[:, None] < 0, positions, positions - positions[parents])
    joints = [
        link.Joint(name, None if parent < 0 else parent, (x, y, z))
        for name, parent, (x, y, z) in zip(
            names.joints, names.parents, from_parent.tolist(), strict=True
        )
    ]
    return link.Static(
        info.frame_rate,
        info.blendshapes_measured,
        tuple(joints),
        names.blendshapes,
        blendshapes_own=info.face_source == "own",
    )


def _link_states(states: Sequence[TrackState]) -> link.PartStates:
    """The same states in the link's own type: its codec knows nothing of mocapbridge."""
    return link.PartStates(*(link.State(state) for state in states))
