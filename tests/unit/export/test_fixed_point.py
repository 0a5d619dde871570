from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from mocapbridge.export.fixed_point import text_rows

_NUMBERS = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(-9e5, 9e5) | st.floats(-1e-5, 1e-5) | st.integers(-1000, 1000).map(float),
)


@given(_NUMBERS, st.integers(1, 9))
def test_every_number_reads_back_to_half_a_unit_of_its_last_decimal(
    numbers: np.typing.NDArray[np.float64], decimals: int
) -> None:
    lines = text_rows(numbers, decimals).decode("ascii").splitlines()
    cells = [line.split(" ") for line in lines]
    read = np.array([[float(cell) for cell in row] for row in cells])
    assert read.shape == numbers.shape
    assert np.abs(read - numbers).max() <= 0.5000001 * 10.0**-decimals + 1e-9
    for cell in (cell for row in cells for cell in row):
        whole, _, fraction = cell.removeprefix("-").partition(".")
        assert len(fraction) == decimals
        assert whole == str(int(whole)), "no leading zeros"
        assert cell.strip("-0.") or not cell.startswith("-"), "no minus zero"


def test_separator_and_line_ends() -> None:
    assert text_rows(np.array([[1.5, -0.25], [0.0, 10.0]]), 2, "\t") == (
        b"1.50\t-0.25\n0.00\t10.00\n"
    )


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e308, 1e12])
def test_what_has_no_digits_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite or too large"):
        text_rows(np.array([[1.0, bad]]), 6)
