"""Frame rates as people write them, held exactly."""

from __future__ import annotations

import contextlib
import re
from fractions import Fraction
from typing import Final

LOWEST: Final = Fraction(1)
HIGHEST: Final = Fraction(1000)

_LARGEST_PART: Final = 2**31 - 1
_WRITTEN: Final = re.compile(r"[0-9]{1,10}(\.[0-9]{1,9}|/[0-9]{1,10})?")

# What cameras and editors call by a rounded number is 1000/1001 of a whole one (SMPTE ST 12-1).
_ROUNDED: Final = {
    Fraction(text): Fraction(whole * 1000, 1001)
    for text, whole in (
        ("23.976", 24),
        ("23.98", 24),
        ("29.97", 30),
        ("47.95", 48),
        ("47.952", 48),
        ("59.94", 60),
        ("119.88", 120),
    )
}


def frame_rate(text: str) -> Fraction:
    """The exact rate of `30`, `29.97` or `30000/1001` [1/s].

    Raises:
        ValueError: it is no rate from 1 to 1000.
    """
    rate = Fraction(0)
    # Fraction alone would take 1e999999999 for a number, and half an hour for it.
    if _WRITTEN.fullmatch(text.strip()):
        with contextlib.suppress(ZeroDivisionError):
            rate = Fraction(text.strip())
    rate = _ROUNDED.get(rate, rate)
    if not LOWEST <= rate <= HIGHEST or max(rate.numerator, rate.denominator) > _LARGEST_PART:
        raise ValueError(
            "expected frames a second from 1 to 1000, such as 30, 29.97 or 30000/1001, "
            f"got {text!r}"
        )
    return rate
