"""What has come so far: counts, the newest values, and what was wrong."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

from mocapbridge.clock import NS_PER_S, Clock
from mocapbridge.listen.readings import Reader

_RATE_WINDOW_NS: Final = 2 * NS_PER_S
_MAX_VALUES: Final = 1000
"""Names that are remembered; a sender that invents new ones all the time may not fill memory."""
_MAX_PROBLEMS: Final = 50
"""Different problems that are remembered."""


class Tally:
    """Takes packets in and sums them up."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._times_ns: deque[int] = deque(maxlen=10_000)
        self.packets = 0
        self.undecoded = 0
        """How many could not be decoded."""
        self.bytes = 0
        self.kinds: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        """How often each problem was met."""
        self.values: dict[str, str] = {}
        """The newest of everything."""

    def take(self, packet: bytes) -> None:
        """Take one packet in."""
        self.packets += 1
        self.bytes += len(packet)
        self._times_ns.append(self._clock.monotonic_ns())
        try:
            reading = self._reader.read(packet)
        except ValueError as error:  # every codec's own error is one
            self.undecoded += 1
            self._note(str(error))
            return
        self.kinds[reading.kind] += 1
        for problem in reading.problems:
            self._note(problem)
        for name, value in reading.values.items():
            if name in self.values or len(self.values) < _MAX_VALUES:
                self.values[_printable(name)] = _printable(value)

    @property
    def rate_hz(self) -> float:
        """Packets a second over the last two seconds."""
        since_ns = self._clock.monotonic_ns() - _RATE_WINDOW_NS
        while self._times_ns and self._times_ns[0] < since_ns:
            self._times_ns.popleft()
        if len(self._times_ns) < 2:  # noqa: PLR2004 - one packet has no rate
            return 0.0
        span_ns = self._times_ns[-1] - self._times_ns[0]
        return (len(self._times_ns) - 1) * NS_PER_S / span_ns if span_ns else 0.0

    def missing(self) -> list[str]:
        """What should have come and did not; nothing when nothing could be decoded."""
        return self._reader.missing() if self.packets > self.undecoded else []

    def _note(self, problem: str) -> None:
        problem = _printable(problem)
        if problem in self.problems or len(self.problems) < _MAX_PROBLEMS:
            self.problems[problem] += 1


def _printable(text: str) -> str:
    """The text without what would steer a terminal: it comes from anyone."""
    return text if text.isprintable() else ascii(text)[1:-1]
