from __future__ import annotations

import pytest

from mocapbridge.clock import Clock
from mocapbridge.errors import ConfigError
from mocapbridge.sources.options import SyntheticOptions
from mocapbridge.sources.synthetic import SyntheticSource


def test_exact_rate_and_count(clock: Clock) -> None:
    source = SyntheticSource(SyntheticOptions(fps=60.0, frames=61), clock)
    start_ns = clock.monotonic_ns()
    source.open()
    times_ns: list[int] = []
    while (frame := source.read()) is not None:
        assert frame.image_bgr.shape == (0, 0, 3)
        assert frame.frame_index == len(times_ns)
        assert clock.monotonic_ns() >= frame.capture_time_ns
        times_ns.append(frame.capture_time_ns - start_ns)
    source.close()
    assert len(times_ns) == source.frame_count == 61
    assert times_ns[60] == 1_000_000_000
    assert clock.monotonic_ns() - start_ns == 1_000_000_000


def test_fast_pace_does_not_wait(clock: Clock) -> None:
    source = SyntheticSource(SyntheticOptions(frames=100, pace="fast"), clock)
    start_ns = clock.monotonic_ns()
    source.open()
    assert sum(1 for _ in iter(source.read, None)) == 100
    assert clock.monotonic_ns() == start_ns


def test_live_is_announced_and_cannot_be_fast(clock: Clock) -> None:
    assert SyntheticSource(SyntheticOptions(live=True), clock).live
    with pytest.raises(ConfigError, match="native"):
        SyntheticSource(SyntheticOptions(live=True, pace="fast"), clock)


def test_closed_source_ends(clock: Clock) -> None:
    source = SyntheticSource(SyntheticOptions(), clock)
    source.open()
    assert source.read() is not None
    source.close()
    source.close()
    assert source.read() is None
