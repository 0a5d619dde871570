"""Timecode goes there and back at every rate, and keeps to the clock where it should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocapbridge.clock import NS_PER_S, RunAnchor
from mocapbridge.timecode import TimeCode, TimecodeLabel, frame_number_of, label_of

RATES = [
    (24000, 1001),
    (24, 1),
    (25, 1),
    (30000, 1001),
    (30, 1),
    (50, 1),
    (60000, 1001),
    (60, 1),
]


def frames_a_day(rate: tuple[int, int]) -> int:
    """Labels in 24 hours: dropped ones leave as many as there are frames, to one in a million."""
    return frame_number_of(TimecodeLabel(24, 0, 0, 0, drop_frame=False), rate)


@given(st.sampled_from(RATES), st.data())
def test_a_frame_is_found_again_by_its_label(rate: tuple[int, int], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, frames_a_day(rate) - 1))
    label = label_of(number, rate)
    assert frame_number_of(label, rate) == number
    assert label.frames < round(rate[0] / rate[1])
    assert label.seconds < 60
    assert label.minutes < 60
    assert label.hours < 24


@pytest.mark.parametrize("rate", RATES)
def test_labels_rise_without_gaps_but_the_dropped_ones(rate: tuple[int, int]) -> None:
    labels = [label_of(number, rate) for number in range(40_000)]
    assert labels == sorted(set(labels))
    if labels[0].drop_frame:
        skipped = {0, 1} if rate[0] == 30000 else {0, 1, 2, 3}
        for label in labels:
            dropped = label.seconds == 0 and label.minutes % 10 != 0 and label.frames in skipped
            assert not dropped, label


@pytest.mark.parametrize("rate", [(30000, 1001), (60000, 1001)])
def test_dropped_labels_keep_to_the_clock_for_a_day(rate: tuple[int, int]) -> None:
    for hour in range(24):
        number = hour * 3600 * rate[0] // rate[1]
        label = label_of(number, rate)
        seconds = 3600 * label.hours + 60 * label.minutes + label.seconds
        shown_s = seconds + label.frames / round(rate[0] / rate[1])
        assert abs(shown_s - hour * 3600) < 0.1, label


def test_well_known_labels() -> None:
    rate = (30000, 1001)
    assert str(label_of(1799, rate)) == "00:00:59;29"
    assert str(label_of(1800, rate)) == "00:01:00;02"
    assert str(label_of(17981, rate)) == "00:09:59;29"
    assert str(label_of(17982, rate)) == "00:10:00;00"
    assert str(label_of(90_061 * 25, (25, 1))) == "01:01:01:00"


@pytest.mark.parametrize("rate", RATES)
def test_midnight_begins_anew(rate: tuple[int, int]) -> None:
    midnight_utc_ns = 1_700_006_400 * NS_PER_S
    code = TimeCode(rate, RunAnchor(monotonic_ns=0, unix_ns=midnight_utc_ns))
    day_ns = 86_400 * NS_PER_S
    for after_ns in (0, day_ns - NS_PER_S, day_ns, day_ns + NS_PER_S):
        assert code.of(after_ns) == code.of(after_ns + day_ns)
    number, part = code.of(12_345_678_901)
    later, later_part = code.of(12_345_678_901 + NS_PER_S)
    moved = (later + later_part) - (number + part)
    assert moved == pytest.approx(rate[0] / rate[1], abs=1e-6)
