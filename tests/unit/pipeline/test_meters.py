from __future__ import annotations

import numpy as np
import pytest

from mocapbridge.pipeline.meters import WINDOW, DurationRing, RateMeter


def test_percentiles_are_those_of_the_latest_window() -> None:
    ring = DurationRing()
    durations_s = np.random.default_rng(7).exponential(0.01, 3 * WINDOW + 17)
    for duration_s in durations_s:
        ring.add(float(duration_s))
    measured = ring.percentiles()
    assert measured is not None
    expected_ms = np.percentile(durations_s[-WINDOW:], (50, 95)) * 1e3
    assert measured.p50_ms == pytest.approx(expected_ms[0])
    assert measured.p95_ms == pytest.approx(expected_ms[1])


def test_nothing_measured_is_none_not_zero() -> None:
    assert DurationRing().percentiles() is None


@pytest.mark.parametrize("ticks", [2, 30, 60, 61, 200])
def test_rate_is_that_of_the_latest_frames(ticks: int, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr("time.perf_counter", lambda: now_s)
    meter = RateMeter()
    for _ in range(ticks):
        now_s += 0.04
        meter.tick()
    assert meter.rate_hz() == pytest.approx(25.0)
    now_s += 2.0
    assert meter.rate_hz() == pytest.approx(0.5)


def test_no_rate_before_two_frames() -> None:
    meter = RateMeter()
    assert meter.rate_hz() == 0.0
    meter.tick()
    assert meter.rate_hz() == 0.0
