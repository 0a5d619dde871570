"""The One-Euro filter over whole arrays.

Source: G. Casiez, N. Roussel, D. Vogel, "1 Euro Filter: A Simple Speed-based Low-pass Filter for
Noisy Input in Interactive Systems", CHI 2012. The speed is estimated from the last *filtered*
value, as in the authors' own package (``OneEuroFilter`` on PyPI), which is the oracle of the tests.

What is ours is one cut-off per point instead of one per coordinate: the speed is the length of the
point's velocity. A fast move along x then opens the filter for y and z of that point too, so that a
straight movement stays straight and the result does not depend on how the axes lie. With one axis
it is the paper's filter. At the same lag the jitter of body landmarks is that of one cut-off per
coordinate or up to 5 % less on five clips (``python -m bench.filter_curve``).
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from mocapbridge.types import Float64Array

MIN_DT_S: Final = 1.0 / 240.0
"""Shortest step the filter believes in: duplicate or backward timestamps count as this [s]."""
MAX_DT_S: Final = 0.25
"""Longest step the filter believes in: pauses count as this [s]."""


class OneEuroParameters(NamedTuple):
    """The three constants of the filter."""

    min_cutoff_hz: float
    """Cut-off at rest, > 0."""
    beta: float
    """Rise of the cut-off with speed, >= 0 [Hz per unit of speed]."""
    derivative_cutoff_hz: float = 1.0
    """Cut-off of the speed estimate, > 0; 1 Hz is the paper's."""


class OneEuro:
    """One-Euro filters for ``count`` points of ``axes`` coordinates each, all in one array.

    Arrays are (axes, count): coordinates first, so that numpy's inner loops run over the points.
    All values must be finite and below 1e100 in magnitude; whoever calls it sees to that. The
    output is always between the last output and the new input, so it stays finite and never
    overshoots.
    """

    def __init__(self, axes: int, count: int, parameters: OneEuroParameters) -> None:
        self._value = np.zeros((axes, count))
        self._velocity = np.zeros((axes, count))
        self._change = np.zeros((axes, count))
        self._scratch = np.zeros((axes, count))
        self._gain = np.zeros(count)
        self._step = np.zeros(count)
        self._min_cutoff_hz = np.zeros(count)
        self._beta = np.zeros(count)
        self._derivative_cutoff_hz = np.zeros(count)
        self.configure(slice(None), parameters)
        self.value = self._value.view()
        """(axes, count) the last output, read-only; the next ``step`` changes it in place."""
        self.value.flags.writeable = False

    def configure(self, points: slice, parameters: OneEuroParameters) -> None:
        """Set the constants of some points."""
        self._min_cutoff_hz[points] = parameters.min_cutoff_hz
        self._beta[points] = parameters.beta
        self._derivative_cutoff_hz[points] = parameters.derivative_cutoff_hz

    def start(self, points: slice, values: Float64Array) -> None:
        """Start some points anew: their output is ``values`` (axes, points), their speed is 0."""
        self._value[:, points] = values
        self._velocity[:, points] = 0.0

    def step(
        self,
        values: Float64Array,
        dt_s: float | Float64Array,
        speed_scale: Float64Array | None = None,
    ) -> Float64Array:
        """Filter one sample of every point.

        A point that is given its own last output stays where it is while its speed dies down:
        that is how a caller leaves points out.

        Args:
            values: (axes, count) new samples.
            dt_s: time since the last sample, one number or (count,) [s]; clamped to
                ``MIN_DT_S``..``MAX_DT_S``.
            speed_scale: (axes, count) factors from the values' unit to the one ``beta`` is meant
                in; 0 leaves an axis out of the speed. All 1 when left out.

        Returns:
            ``value``: (axes, count), overwritten by the next step.
        """
        step, gain, change, scratch = self._step, self._gain, self._change, self._scratch
        np.maximum(dt_s, MIN_DT_S, out=step)
        np.minimum(step, MAX_DT_S, out=step)
        np.subtract(values, self._value, out=change)

        np.divide(change, step, out=scratch)
        step *= 2.0 * math.pi
        np.multiply(self._derivative_cutoff_hz, step, out=gain)
        _gain_from_ratio(gain)
        scratch -= self._velocity
        scratch *= gain
        self._velocity += scratch

        if speed_scale is None:
            np.multiply(self._velocity, self._velocity, out=scratch)
        else:
            np.multiply(self._velocity, speed_scale, out=scratch)
            scratch *= scratch
        np.add.reduce(scratch, axis=0, out=gain)
        np.sqrt(gain, out=gain)
        gain *= self._beta
        gain += self._min_cutoff_hz
        gain *= step
        _gain_from_ratio(gain)
        change *= gain
        self._value += change
        return self.value


def _gain_from_ratio(ratio: Float64Array) -> None:
    """In place: ``2 pi cutoff dt`` to the low-pass gain ``1 / (1 + tau / dt)``."""
    ratio /= 1.0 + ratio
