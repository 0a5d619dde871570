"""What the filter promises beyond its formula."""

from __future__ import annotations

import numpy as np
import pytest

from mocapbridge.filters.one_euro import MAX_DT_S, MIN_DT_S, OneEuro, OneEuroParameters

PARAMETERS = OneEuroParameters(1.0, 0.5)


def stepped(dt_s: float) -> float:
    """Output after one step from 0 to 1."""
    one_euro = OneEuro(1, 1, PARAMETERS)
    return float(one_euro.step(np.ones((1, 1)), dt_s)[0, 0])


@pytest.mark.parametrize("dt_s", [-1.0, 0.0, 1e-9, MIN_DT_S])
def test_too_short_steps_count_as_the_shortest(dt_s: float) -> None:
    assert stepped(dt_s) == stepped(MIN_DT_S)
    assert stepped(dt_s) < stepped(MIN_DT_S * 2)


@pytest.mark.parametrize("dt_s", [MAX_DT_S, 1.0, 1e9])
def test_too_long_steps_count_as_the_longest(dt_s: float) -> None:
    assert stepped(dt_s) == stepped(MAX_DT_S)
    assert stepped(dt_s) > stepped(MAX_DT_S / 2)


def test_each_column_may_have_its_own_step() -> None:
    one_euro = OneEuro(1, 2, PARAMETERS)

    shown = one_euro.step(np.ones((1, 2)), np.array((0.01, 0.1)))

    assert shown[0].tolist() == [stepped(0.01), stepped(0.1)]


def test_a_step_response_rises_without_overshoot() -> None:
    one_euro = OneEuro(3, 1, PARAMETERS)
    target = np.array((1.0, -2.0, 0.5))[:, None]

    shown = np.stack([one_euro.step(target, 1.0 / 30.0).copy() for _ in range(120)])

    progress = shown[:, :, 0] / target[:, 0]
    assert np.all(np.diff(progress, axis=0) >= 0.0)
    assert np.all(progress <= 1.0)
    np.testing.assert_allclose(progress[-1], 1.0, atol=1e-3)
    assert progress[0, 0] < 0.9


def test_starting_anew_forgets_place_and_speed() -> None:
    values = np.random.default_rng(0).normal(size=(20, 3, 4))
    used, fresh = OneEuro(3, 4, PARAMETERS), OneEuro(3, 4, PARAMETERS)
    for frame in values[:10]:
        used.step(frame, 1.0 / 30.0)
    for one_euro in (used, fresh):
        one_euro.start(slice(None), values[9])

    for frame in values[10:]:
        np.testing.assert_array_equal(used.step(frame, 1.0 / 30.0), fresh.step(frame, 1.0 / 30.0))


def test_starting_some_points_leaves_the_others() -> None:
    values = np.random.default_rng(0).normal(size=(3, 4))
    one_euro, untouched = OneEuro(3, 4, PARAMETERS), OneEuro(3, 4, PARAMETERS)
    one_euro.step(values, 0.1)
    untouched.step(values, 0.1)

    one_euro.start(slice(2, 3), np.full((3, 1), 7.0))

    np.testing.assert_array_equal(one_euro.value[:, 2], 7.0)
    kept = [0, 1, 3]
    np.testing.assert_array_equal(one_euro.value[:, kept], untouched.value[:, kept])


def test_a_point_fed_its_own_output_stays_put() -> None:
    one_euro = OneEuro(3, 1, PARAMETERS)
    for x in range(10):
        one_euro.step(np.full((3, 1), float(x)), 0.05)
    before = one_euro.value.copy()

    for _ in range(5):
        one_euro.step(one_euro.value.copy(), 0.05)

    np.testing.assert_array_equal(one_euro.value, before)


def test_an_axis_without_weight_does_not_open_the_filter() -> None:
    scale = np.array(((1.0,), (1.0,), (0.0,)))
    still = OneEuro(3, 1, OneEuroParameters(1.0, 5.0))
    shaken = OneEuro(3, 1, OneEuroParameters(1.0, 5.0))
    rng = np.random.default_rng(0)
    for _ in range(50):
        x, y, z = rng.normal(size=3)
        still.step(np.array(((x,), (y,), (0.0,))), 1.0 / 30.0, scale)
        shaken.step(np.array(((x,), (y,), (100.0 * z,))), 1.0 / 30.0, scale)

    np.testing.assert_array_equal(still.value[:2], shaken.value[:2])


def test_the_output_cannot_be_written() -> None:
    one_euro = OneEuro(1, 1, PARAMETERS)
    with pytest.raises(ValueError, match="read-only"):
        one_euro.value[0, 0] = 1.0
