from __future__ import annotations

from fractions import Fraction

import pytest

from mocapbridge.export.rates import frame_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("23.976", Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        ("29.97", Fraction(30000, 1001)),
        ("47.95", Fraction(48000, 1001)),
        ("59.94", Fraction(60000, 1001)),
        (" 25 ", Fraction(25)),
        ("30000/1001", Fraction(30000, 1001)),
        ("12.5", Fraction(25, 2)),
    ],
)
def test_rates_are_held_exactly(text: str, rate: Fraction) -> None:
    assert frame_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fast",
        "0",
        "-25",
        "1001",
        "nan",
        "inf",
        "1/0",
        "1e9",
        "30/0.5",
        "9" * 5000,
        "1e999999999",
    ],
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as 30, 29\.97"):
        frame_rate(text)
