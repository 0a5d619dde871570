from __future__ import annotations

from mocapbridge.clock import Clock
from mocapbridge.sources.playback import Playback


def test_first_frame_is_now_and_the_others_follow_it(clock: Clock) -> None:
    playback = Playback(clock, native=False)
    now_ns = clock.monotonic_ns()
    assert playback.capture_time_ns(700) == now_ns
    clock.sleep(5.0)
    assert playback.capture_time_ns(750) == now_ns + 50


def test_next_pass_starts_one_interval_after_the_last_frame(clock: Clock) -> None:
    playback = Playback(clock, native=False)
    start_ns = playback.capture_time_ns(100)
    playback.capture_time_ns(130)
    playback.start_pass(interval_ns=10)
    assert playback.capture_time_ns(100) == start_ns + 40


def test_waiting_reaches_the_instant_exactly_and_not_further(clock: Clock) -> None:
    playback = Playback(clock, native=True)
    target_ns = clock.monotonic_ns() + 333_000_001
    assert playback.wait_for(target_ns)
    assert clock.monotonic_ns() == target_ns
    assert playback.wait_for(target_ns - 5)
    assert clock.monotonic_ns() == target_ns


def test_after_stop_nothing_waits_until_resumed(clock: Clock) -> None:
    playback = Playback(clock, native=True)
    before_ns = clock.monotonic_ns()
    playback.stop()
    assert not playback.wait_for(before_ns + 10**12)
    assert clock.monotonic_ns() == before_ns
    playback.resume()
    assert playback.wait_for(before_ns + 1000)
