"""Face, head and gaze as the iFacialMocap app sends them (docs/ifacialmocap.md)."""

from __future__ import annotations

import logging
import math
import socket

from mocapbridge.clock import Clock, SystemClock
from mocapbridge.errors import OutputFailed, OutputUnavailable
from mocapbridge.outputs.face_options import IFacialMocapOptions
from mocapbridge.outputs.head_angles import head_angles_rad
from mocapbridge.outputs.host_lookup import SocketAddress
from mocapbridge.outputs.udp_output import UdpOutput
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import MocapFrame, StreamInfo, TrackState
from mocapbridge.wire import ifacialmocap as wire

_log = logging.getLogger(__name__)


class IFacialMocapOutput(UdpOutput):
    """Sends every frame in which a face is seen as one datagram."""

    def __init__(
        self, options: IFacialMocapOptions, info: StreamInfo, clock: Clock | None = None
    ) -> None:
        name = options.name or f"ifacialmocap {options.host}:{options.port}"
        super().__init__(name, options.host, options.port, clock or SystemClock())
        self._version: wire.Version = options.version
        self._signs = [
            -1.0 if invert else 1.0
            for invert in (options.invert_pitch, options.invert_yaw, options.invert_roll)
        ]
        self._rest_head_height_m = float(info.rest_positions_m[JOINT_INDEX["head"], 1])
        self._calls = CallListener(options.host, options.port) if options.answer_calls else None

    def open(self) -> None:
        """Look the host up, make the socket and wait for calls when asked to.

        Raises:
            OutputUnavailable: the host is not known, there is no way to it, or another program
                waits for calls on this machine.
        """
        super().open()
        if self._calls is not None:
            self._calls.open()

    def send(self, frame: MocapFrame) -> int:
        """Send one frame, nothing while no face is seen.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: the frame holds a number that is not finite, or did not leave.
        """
        sent = super().send(frame)
        if self._calls is not None and frame.face.state is not TrackState.LOST:
            sent += self._calls.send(self._wire_frame())
        return sent

    def idle(self) -> int:
        """Take in calls, and mend the socket when due.

        Returns:
            No datagrams.

        Raises:
            OutputFailed: the socket could not be mended.
        """
        if self._calls is not None:
            self._calls.listen()
        return super().idle()

    def close(self) -> None:
        """Let the sockets go."""
        if self._calls is not None:
            self._calls.close()
        super().close()

    def _datagrams(self, frame: MocapFrame) -> list[bytes]:
        if frame.face.state is TrackState.LOST:
            return []
        if self._calls is not None and self._calls.caller is not None:
            return []  # frames go to where the receiver called from
        return [wire.encode(self._wire_frame(), self._version)]

    def _wire_frame(self) -> wire.Frame:
        vector = self._vector
        weights = (vector.blendshapes * 100.0).round().clip(0, 100).astype(int).tolist()
        yaw, pitch_up, roll = head_angles_rad(vector.world_from_head)
        x_m, y_m, z_m = vector.world_from_head[:3, 3].tolist()
        (left_yaw, left_up), (right_yaw, right_up) = vector.gaze_rad.tolist()
        return wire.Frame(
            shapes=dict(zip(wire.SHAPE_NAMES, weights, strict=True)),
            head_deg=self._degrees(-pitch_up, yaw, roll),
            head_position_m=(x_m, y_m - self._rest_head_height_m, z_m),
            right_eye_deg=self._degrees(-right_up, right_yaw, 0.0),
            left_eye_deg=self._degrees(-left_up, left_yaw, 0.0),
        )

    def _degrees(self, *angles_rad: float) -> wire.Angles:
        x, y, z = (
            math.degrees(angle) * sign for angle, sign in zip(angles_rad, self._signs, strict=True)
        )
        return x, y, z


class CallListener:
    """Waits for the call with which a receiver starts the app, and sends to whoever called.

    Only calls from the configured host count: a frame is much longer than a call, and nobody may
    aim it at a third machine by a forged address.
    """

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._socket: socket.socket | None = None
        self._allowed: frozenset[str] = frozenset()
        self._version: wire.Version = "v1"
        self.caller: SocketAddress | None = None
        """Where frames go, None before the first call."""

    def open(self) -> None:
        """Listen; on loopback alone when the receiver is on this machine.

        Raises:
            OutputUnavailable: the port is taken, or the host is not known.
        """
        try:
            found = socket.getaddrinfo(self._host, self._port, socket.AF_INET, socket.SOCK_DGRAM)
            self._allowed = frozenset(str(address[0]) for *_, address in found)
            local = all(ip.startswith("127.") for ip in self._allowed)
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        except (OSError, UnicodeError) as error:
            raise OutputUnavailable(
                f"calls of {self._host!r} cannot be waited for ({error}): give an IPv4 address"
            ) from error
        made.setblocking(False)
        try:
            made.bind(("127.0.0.1" if local else "", self._port))
        except OSError as error:
            made.close()
            raise OutputUnavailable(
                f"UDP port {self._port} is in use, so calls cannot be answered ({error}): the "
                "receiver must be on another machine, or leave answer_calls out"
            ) from error
        if not local:
            _log.warning("calls from %s are waited for on UDP port %d", self._host, self._port)
        self._socket = made

    def listen(self) -> None:
        """Take in calls that have come."""
        for _ in range(16):  # a flood may not hold the output up
            if self._socket is None:
                return
            try:
                datagram, address = self._socket.recvfrom(256)
            except BlockingIOError:
                return
            except OSError as error:  # an earlier frame was refused: the caller has gone
                _log.debug("caller %s: %s", self.caller, error)
                self.caller = None
                continue
            version = wire.version_called_for(datagram)
            if version is not None and address[0] in self._allowed:
                self._version, self.caller = version, address

    def send(self, frame: wire.Frame) -> int:
        """Send a frame to the caller, if there is one.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: it did not leave.
        """
        self.listen()
        if self._socket is None or self.caller is None:
            return 0
        try:
            self._socket.sendto(wire.encode(frame, self._version), self.caller)
        except OSError as error:
            raise OutputFailed(f"cannot send to the caller {self.caller[0]}: {error}") from error
        return 1

    def close(self) -> None:
        """Let the socket go."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
