"""Our One-Euro filter against the one its authors published."""

from __future__ import annotations

import numpy as np
import pytest
from OneEuroFilter import OneEuroFilter

from mocapbridge.filters.one_euro import MAX_DT_S, MIN_DT_S, OneEuro, OneEuroParameters
from mocapbridge.types import Float64Array

PARAMETERS = (
    OneEuroParameters(1.0, 0.0),
    OneEuroParameters(1.0, 0.3),
    OneEuroParameters(2.5, 1.0, 2.0),
    OneEuroParameters(0.05, 80.0, 0.5),
    OneEuroParameters(10.0, 10.0, 5.0),
)


def published(signal: Float64Array, times_s: Float64Array, of: OneEuroParameters) -> Float64Array:
    oracle = OneEuroFilter(30.0, of.min_cutoff_hz, of.beta, of.derivative_cutoff_hz)
    return np.array([oracle(float(x), float(t)) for x, t in zip(signal, times_s, strict=True)])


def ours(signals: Float64Array, times_s: Float64Array, one_euro: OneEuro) -> Float64Array:
    """(frames, columns) through one filter of one axis."""
    one_euro.start(slice(None), signals[:1])
    shown = [signals[0]]
    for frame, dt_s in zip(signals[1:], np.diff(times_s), strict=True):
        shown.append(one_euro.step(frame[None], float(dt_s))[0].copy())
    return np.stack(shown)


def moving_signals(seed: int, count: int) -> Float64Array:
    """(200, count): noise on top of slow and fast motion, at rest for a while."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(size=(200, count)), axis=0)
    walk[80:120] = walk[80]
    return walk * rng.uniform(0.01, 3.0, count) + rng.normal(size=(200, count)) * 0.02


@pytest.mark.parametrize("parameters", PARAMETERS)
@pytest.mark.parametrize("irregular", [False, True])
def test_every_column_equals_the_published_filter(
    parameters: OneEuroParameters, irregular: bool
) -> None:
    signals = moving_signals(seed=1, count=7)
    rng = np.random.default_rng(2)
    steps_s = rng.uniform(MIN_DT_S, MAX_DT_S, 200) if irregular else np.full(200, 1.0 / 30.0)
    times_s = 5.0 + np.cumsum(steps_s)

    filtered = ours(signals, times_s, OneEuro(1, 7, parameters))

    expected = np.stack([published(s, times_s, parameters) for s in signals.T], axis=1)
    np.testing.assert_allclose(filtered, expected, rtol=1e-9, atol=1e-12)


def test_columns_with_their_own_parameters_equal_the_published_filter() -> None:
    signals = moving_signals(seed=3, count=len(PARAMETERS))
    times_s = 1.0 + np.arange(200) / 60.0
    one_euro = OneEuro(1, len(PARAMETERS), PARAMETERS[0])
    for column, parameters in enumerate(PARAMETERS):
        one_euro.configure(slice(column, column + 1), parameters)

    filtered = ours(signals, times_s, one_euro)

    for column, parameters in enumerate(PARAMETERS):
        expected = published(signals[:, column], times_s, parameters)
        np.testing.assert_allclose(filtered[:, column], expected, rtol=1e-9, atol=1e-12)


def test_points_that_move_along_one_axis_equal_the_published_filter() -> None:
    # With one axis in motion, the length of the velocity is the speed of that axis.
    signal = moving_signals(seed=4, count=1)[:, 0]
    times_s = 1.0 + np.arange(200) / 30.0
    parameters = OneEuroParameters(1.5, 1.5)
    one_euro = OneEuro(3, 1, parameters)
    direction = np.array((2.0, -1.0, 2.0)) / 3.0
    one_euro.start(slice(None), (signal[0] * direction)[:, None])
    along = [signal[0]]
    for value in signal[1:]:
        point = one_euro.step((value * direction)[:, None], 1.0 / 30.0)[:, 0]
        np.testing.assert_allclose(np.cross(point, direction), 0.0, atol=1e-9)
        along.append(point @ direction)

    np.testing.assert_allclose(along, published(signal, times_s, parameters), rtol=1e-9, atol=1e-9)
