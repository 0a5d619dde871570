"""What outputs have in common that send nothing but frames over UDP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from mocapbridge.clock import Clock
from mocapbridge.errors import OutputFailed
from mocapbridge.outputs.cadence import RecentStates
from mocapbridge.outputs.frame_vector import FrameVector
from mocapbridge.outputs.udp import UdpSender
from mocapbridge.types import MocapFrame


class UdpOutput(ABC):
    """Checks every frame, makes its datagrams and sends them, through changes of the network."""

    def __init__(self, name: str, host: str, port: int, clock: Clock) -> None:
        self._clock = clock
        self.name = name
        self._udp = UdpSender(host, port, clock)
        self.target = self._udp.target
        self._vector = FrameVector()
        self._recent = RecentStates(clock)

    @abstractmethod
    def _datagrams(self, frame: MocapFrame) -> Iterable[bytes | memoryview]:
        """What is sent of a frame, whose numbers are in ``_vector``."""

    def open(self) -> None:
        """Look the host up and make the socket.

        Raises:
            OutputUnavailable: the host is not known, or there is no way to it.
        """
        self._udp.open()

    def send(self, frame: MocapFrame) -> int:
        """Send one frame.

        Returns:
            How many datagrams left.

        Raises:
            OutputFailed: the frame holds a number that is not finite, or did not leave.
        """
        self._udp.mend()
        try:
            self._vector.load(frame)
            datagrams = self._datagrams(frame)
        except ValueError as error:
            raise OutputFailed(f"{self.name}: {error}; not sent") from error
        self._recent.note(frame)
        return self._udp.send_all(datagrams)

    def idle(self) -> int:
        """Mend the socket when due; these protocols have nothing to say without a frame.

        Returns:
            No datagrams.

        Raises:
            OutputFailed: the socket could not be mended.
        """
        self._udp.mend()
        return 0

    def close(self) -> None:
        """Let the socket go."""
        self._udp.close()
