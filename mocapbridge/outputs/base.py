"""What every output is to the pipeline."""

from __future__ import annotations

from typing import Protocol

from mocapbridge.types import MocapFrame


class Output(Protocol):
    """Sends frames to receivers, on a thread of its own.

    An output is made with its options and the ``StreamInfo`` of the run, which costs nothing;
    ``open`` reaches for the socket.
    """

    name: str
    """Names the output in the terminal view and logs."""
    target: str
    """Where it sends or listens, for people: ``udp://127.0.0.1:9000``."""

    def open(self) -> None:
        """Reach for the socket.

        Raises:
            OutputUnavailable: port in use, host unknown, address not of this machine.
        """
        ...

    def send(self, frame: MocapFrame) -> int:
        """Send one frame; never blocks on a receiver.

        Returns:
            How many packets left.

        Raises:
            OutputFailed: the frame could not be sent; the next one may be.
        """
        ...

    def idle(self) -> int:
        """Called about five times a second, and at least once a second while frames flow.

        Sends what is due without a frame: static descriptions, heartbeats.

        Returns:
            How many packets left.
        """
        ...

    def close(self) -> None:
        """Let the socket go. May be called twice."""
        ...
