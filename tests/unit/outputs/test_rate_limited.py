"""Which frames a rate limit lets through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mocapbridge.outputs.rate_limited import RateLimited
from mocapbridge.types import MocapFrame
from tests.motion_frames import unseen_frame


class Recorder:
    """An output that notes what it is sent."""

    name = "recorder"
    target = "nowhere"

    def __init__(self) -> None:
        self.frame_ids: list[int] = []

    def open(self) -> None:
        self.target = "opened"

    def send(self, frame: MocapFrame) -> int:
        self.frame_ids.append(frame.frame_id)
        return 3

    def idle(self) -> int:
        return 2

    def close(self) -> None:
        self.target = "closed"


def sent(times_ms: list[float], rate_limit_hz: float) -> list[int]:
    recorder = Recorder()
    limited = RateLimited(recorder, rate_limit_hz)
    packets = [
        limited.send(replace(unseen_frame(index), capture_time_ns=round(time_ms * 1e6)))
        for index, time_ms in enumerate(times_ms)
    ]
    assert packets == [3 if index in recorder.frame_ids else 0 for index in range(len(packets))]
    return recorder.frame_ids


def test_half_the_rate_is_every_second_frame() -> None:
    assert sent([index * 1000 / 60 for index in range(60)], 30.0) == list(range(0, 60, 2))


@pytest.mark.parametrize("limit_hz", [30.0, 60.0, 1000.0])
def test_a_limit_of_the_own_rate_or_more_lets_all_through(limit_hz: float) -> None:
    trembling = [index * 1000 / 30 + (3.0 if index % 3 else -3.0) for index in range(60)]
    assert sent(trembling, limit_hz) == list(range(60))


def test_other_rates_are_met_on_average() -> None:
    frames = sent([index * 1000 / 60 for index in range(600)], 25.0)
    assert len(frames) == pytest.approx(250, abs=1)


def test_a_gap_is_not_made_up_for() -> None:
    times = [0.0, 5000.0, *(5000.0 + index * 10 for index in range(1, 11))]
    # A quarter of a period early is not early: 80 ms after the one at 5000 ms.
    assert sent(times, 10.0) == [0, 1, 9]


def test_the_output_is_opened_and_closed_and_named() -> None:
    recorder = Recorder()
    limited = RateLimited(recorder, 10.0)
    limited.open()
    assert (limited.name, limited.target, limited.idle()) == ("recorder", "opened", 2)
    limited.close()
    assert recorder.target == "closed"
