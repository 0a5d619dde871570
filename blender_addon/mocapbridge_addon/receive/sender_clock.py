# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sender's clock shows, compared with this machine's (docs/link-protocol.md, kinds 4, 5)."""

from __future__ import annotations

from typing import Final

from ..wire import link

_BURST: Final = 8
_PROBE_PERIOD_NS: Final = 60_000_000
_BURST_PERIOD_NS: Final = 5_000_000_000
_TRUSTED_NS: Final = 20_000_000_000
"""An offset older than this gives way to any newer one: clocks drift."""


class SenderClock:
    """The clock of one sender. Times are of this machine's monotonic clock [ns]."""

    def __init__(self) -> None:
        self.offset_ns: int | None = None
        """Sender's clock less this machine's; None until the sender answered."""
        self._best_round_trip_ns = 0
        self._best_time_ns = 0
        self._next_probe_ns = 0
        self._sent = 0

    def probe_when_due(self, now_ns: int) -> bytes | None:
        """The next probe's datagram, when it is time for one."""
        if now_ns < self._next_probe_ns:
            return None
        header = link.Header(0, self._sent % link.SEQUENCE_COUNT, "")
        self._sent += 1
        pause = _BURST_PERIOD_NS if self._sent % _BURST == 0 else _PROBE_PERIOD_NS
        self._next_probe_ns = now_ns + pause
        return link.encode(header, link.ClockProbe(now_ns))

    def note(self, reply: link.ClockReply, arrival_ns: int) -> None:
        """Take in an answer. The one with the shortest round trip counts."""
        round_trip_ns = reply.round_trip_ns(arrival_ns)
        if not 0 <= round_trip_ns < _BURST_PERIOD_NS:
            return
        aged = arrival_ns - self._best_time_ns > _TRUSTED_NS
        if self.offset_ns is None or aged or round_trip_ns <= self._best_round_trip_ns:
            self.offset_ns = reply.offset_ns(arrival_ns)
            self._best_round_trip_ns = round_trip_ns
            self._best_time_ns = arrival_ns
