"""A frame rate on the command line."""

from __future__ import annotations

import argparse
from fractions import Fraction


def frame_rate_flag(text: str) -> Fraction:
    """The exact rate of ``30``, ``29.97`` or ``30000/1001`` [1/s], for argparse."""
    from mocapbridge.export.rates import frame_rate

    try:
        return frame_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
