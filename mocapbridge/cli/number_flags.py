"""Numbers on the command line, for argparse."""

from __future__ import annotations

import argparse
import math
from fractions import Fraction


def frame_rate_flag(text: str) -> Fraction:
    """The exact rate of ``30``, ``29.97`` or ``30000/1001`` [1/s]."""
    from mocapbridge.export.rates import frame_rate

    try:
        return frame_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def positive(text: str) -> float:
    """A finite number above 0."""
    number = not_negative(text)
    if number == 0.0:
        raise argparse.ArgumentTypeError("expected a number above 0")
    return number


def not_negative(text: str) -> float:
    """A finite number from 0 on."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"expected a number from 0 on, got {text!r}")
    return number
