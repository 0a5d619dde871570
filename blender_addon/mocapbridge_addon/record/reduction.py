# SPDX-License-Identifier: GPL-3.0-or-later
"""Leaves out keys that straight lines between the others come near enough to.

The swinging door (E. H. Bristol, "Swinging door trending", 1990) in the form that keeps measured
points only: from the last kept key, the slopes that pass every key since within the tolerance
narrow with each key; a key whose own slope is not among them makes the one before it a kept one.
Every key that is left out is then within the tolerance of the line, in one pass over the curve.
"""

from __future__ import annotations

from array import array

from .curves import Curve


def reduced(curve: Curve, tolerance: float) -> Curve:
    """The curve with fewer keys; its first and last stay.

    Args:
        curve: linear between its keys.
        tolerance: how far it may be off at most, in the curve's own unit.
    """
    kept = _kept(curve.frames, curve.values, tolerance)
    return Curve(
        curve.channel,
        array("f", [curve.frames[place] for place in kept]),
        array("f", [curve.values[place] for place in kept]),
    )


def _kept(frames: array[float], values: array[float], tolerance: float) -> list[int]:
    if len(frames) < 3:  # noqa: PLR2004 - a line has two ends
        return list(range(len(frames)))
    kept = [0]
    start, base = frames[0], values[0]
    low, high = float("-inf"), float("inf")
    for place in range(1, len(frames)):
        passed = frames[place] - start
        rise = values[place] - base
        if not low <= rise / passed <= high:
            kept.append(place - 1)
            start, base = frames[place - 1], values[place - 1]
            low, high = float("-inf"), float("inf")
            passed = frames[place] - start
            rise = values[place] - base
        low = max(low, (rise - tolerance) / passed)
        high = min(high, (rise + tolerance) / passed)
    kept.append(len(frames) - 1)
    return kept
