"""An output's thread: sends what it is handed and keeps its errors to itself."""

from __future__ import annotations

import logging
import time
from typing import Final

from mocapbridge.clock import Clock
from mocapbridge.errors import OutputFailed, OutputUnheard
from mocapbridge.outputs.base import Output
from mocapbridge.outputs.naming import Describing
from mocapbridge.pipeline.handover import Handover
from mocapbridge.pipeline.stages import OutgoingFrame
from mocapbridge.pipeline.stats import OutputStats
from mocapbridge.types import StreamInfo

_log = logging.getLogger(__name__)

IDLE_S: Final = 0.2
"""How often an output gets the chance to send what needs no frame."""
LOG_EVERY_S: Final = 10.0
"""An output that fails says so at most this often."""


class Delivery:
    """Sends frames to one output until no more come; errors are counted, never passed on."""

    def __init__(
        self,
        output: Output,
        frames: Handover[OutgoingFrame],
        stats: OutputStats,
        clock: Clock | None,
        info: StreamInfo | None = None,
    ) -> None:
        """Set up.

        Args:
            output: an open output.
            frames: where motion comes from.
            stats: the output's numbers.
            clock: measures latency; None where it says nothing: footage at full speed.
            info: what the first frames will belong to, as the output was made for it; None
                without a mapping.
        """
        self._output = output
        self._frames = frames
        self._stats = stats
        self._clock = clock
        self._info = info
        self._idle_due_s = 0.0
        self._log_due_s = 0.0

    def run(self) -> None:
        """Body of the thread."""
        try:
            self._idle()  # descriptions go out before the first frame
            while True:
                outgoing = self._frames.take(IDLE_S)
                if outgoing is not None:
                    self._send(outgoing)
                elif self._frames.exhausted:
                    break
                if time.monotonic() >= self._idle_due_s:
                    self._idle()
        finally:
            self._frames.discard()
            self._output.close()

    def _send(self, outgoing: OutgoingFrame) -> None:
        started_s = time.perf_counter()
        try:
            if outgoing.info is not self._info:
                self._describe(outgoing.info)
            packets = self._output.send(outgoing.motion)
        except OutputUnheard as error:
            packets = error.packets
            self._note_unheard(error)
        except OutputFailed as error:
            self._note(error)
            return
        if packets == 0:  # the output had nothing to send for this frame, or no time for it yet
            return
        self._stats.send.add(time.perf_counter() - started_s)
        if self._clock is not None:
            self._stats.latency.add((self._clock.monotonic_ns() - outgoing.since_ns) / 1e9)
        self._stats.packets += packets
        self._stats.frames += 1

    def _describe(self, info: StreamInfo | None) -> None:
        # Outputs with names of their own get frames of the same form from any mapping.
        if info is not None and isinstance(self._output, Describing):
            self._output.describe(info)
        self._info = info

    def _idle(self) -> None:
        self._idle_due_s = time.monotonic() + IDLE_S
        try:
            self._stats.packets += self._output.idle()
        except OutputUnheard as error:
            self._stats.packets += error.packets
            self._note_unheard(error)
        except OutputFailed as error:
            self._note(error)

    def _note_unheard(self, error: OutputUnheard) -> None:
        self._stats.unheard += 1
        self._log(error)

    def _note(self, error: OutputFailed) -> None:
        self._stats.errors += 1
        self._stats.last_error = str(error)
        self._log(error)

    def _log(self, error: OutputFailed) -> None:
        now_s = time.monotonic()
        if now_s >= self._log_due_s:
            self._log_due_s = now_s + LOG_EVERY_S
            _log.info("%s: %s", self._output.name, error)
