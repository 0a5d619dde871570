"""Face, head and gaze over Live Link Face, for Unreal Engine (docs/live-link-face.md)."""

from __future__ import annotations

import logging
import math
import socket
import uuid
from typing import Final

import numpy as np

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.cadence import HEARTBEAT_PERIOD_NS, Cadence, RecentStates
from mocapbridge.outputs.face_options import LiveLinkFaceOptions
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.head_angles import head_angles_rad
from mocapbridge.outputs.udp import UdpSender
from mocapbridge.timecode import TimeCode
from mocapbridge.types import MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import live_link_face as wire

_log = logging.getLogger(__name__)

_SHORT_BUFFER_BYTES: Final = 312
"""What receivers built on the pylivelinkface library take in at most."""


class LiveLinkFaceOutput:
    """Sends every frame as one datagram, without a face while none is seen."""

    def __init__(
        self, options: LiveLinkFaceOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        clock = clock or SystemClock()
        self.name = options.name or f"live_link_face {options.host}:{options.port}"
        self._options = options
        self._subject = info.subject
        self._device_id = device_id(self._subject)
        self._time_code = TimeCode(info.frame_rate, info.anchor)
        self._udp = UdpSender(options.host, options.port, clock)
        self.target = self._udp.target
        self._vector = FrameVector()
        self._no_face = b""
        self._scales = _scales(options)
        self._lost_cadence = Cadence(HEARTBEAT_PERIOD_NS, clock)
        self._recent = RecentStates(clock)

    def open(self) -> None:
        """Look the host up and make the socket.

        Raises:
            OutputUnavailable: the host is not known, there is no way to it, or the subject's name
                is too long.
        """
        try:
            self._no_face = wire.encode(wire.Packet(self._device_id, self._subject, None))
        except wire.Unencodable as error:
            raise OutputUnavailable(f"{self.name} cannot name its subject: {error}") from error
        self._udp.open()
        self._warn_of_long_name()

    def send(self, frame: MocapFrame) -> int:
        """Send one frame.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: the frame holds a number that is not finite, or did not leave.
        """
        try:
            self._vector.load(frame)
            datagram = self._datagram(frame)
        except ValueError as error:
            raise OutputFailed(f"{self.name}: {error}; frame not sent") from error
        self._udp.mend()
        self._recent.note(frame)
        self._udp.send(datagram)
        return 1

    def idle(self) -> int:
        """Say that no face is seen, when there are no frames to say it.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: it did not leave.
        """
        self._udp.mend()
        if not self._recent.stale or not self._lost_cadence.due():
            return 0
        self._udp.send(self._no_face)
        return 1

    def close(self) -> None:
        """Let the socket go."""
        self._udp.close()

    def _datagram(self, frame: MocapFrame) -> bytes:
        if frame.face.state is TrackState.LOST:
            return self._no_face
        frame_number, sub_frame = self._time_code.of(frame.capture_time_ns)
        angles_rad = (*head_angles_rad(self._vector.world_from_head), *self._eye_angles_rad())
        face = wire.FaceValues(
            frame_number=frame_number,
            sub_frame=sub_frame,
            frame_rate=self._time_code.frame_rate,
            values=(
                *np.clip(self._vector.blendshapes, 0.0, 1.0).tolist(),
                *(angle * scale for angle, scale in zip(angles_rad, self._scales, strict=True)),
            ),
        )
        return wire.encode(wire.Packet(self._device_id, self._subject, face))

    def _eye_angles_rad(self) -> tuple[float, ...]:
        """Yaw, pitch and roll of the left and of the right eye."""
        (left_yaw, left_pitch), (right_yaw, right_pitch) = self._vector.gaze_rad.tolist()
        return (left_yaw, left_pitch, 0.0, right_yaw, right_pitch, 0.0)

    def _warn_of_long_name(self) -> None:
        excess = len(self._no_face) + wire.FACE_BYTES - _SHORT_BUFFER_BYTES
        if excess > 0:
            _log.warning(
                "%s: Unreal takes these packets, but some Blender add-ons cut them at %d bytes; "
                "for those give it a subject that is %d bytes shorter than %r",
                self.name,
                _SHORT_BUFFER_BYTES,
                excess,
                self._subject,
            )


def device_id(subject: str) -> str:
    """A UUID that is the same at every start, for this machine and subject.

    Unreal tells phones apart by it; two subjects of one machine are two phones to it.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{subject}.{socket.gethostname()}.mocapbridge"))


def _scales(options: LiveLinkFaceOptions) -> tuple[float, ...]:
    """What the nine angles in radians are multiplied with."""
    unit = 1.0 if options.angle_unit == "radians" else 1.0 / math.pi
    inverted = (options.invert_yaw, options.invert_pitch, options.invert_roll)
    axes = [-unit if invert else unit for invert in inverted]
    head = axes if options.head else [0.0] * 3
    return (*head, *axes, *axes)
