"""Windows show the right part of the picture and lead back to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocapbridge.tracking.window import Window, reduced_rgb
from mocapbridge.types import UInt8Array

_SIZE_PX = (200, 120)


def _noise() -> UInt8Array:
    width, height = _SIZE_PX
    return np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)


def test_a_window_inside_the_picture_shows_those_pixels_as_rgb() -> None:
    image = _noise()
    cut = Window(left_px=30, top_px=10, size_px=64, canvas_px=64).cut(image)
    np.testing.assert_array_equal(cut, image[10:74, 30:94, ::-1])


@given(left=st.integers(-90, 210), top=st.integers(-90, 130))
def test_what_lies_beyond_the_picture_is_black(left: int, top: int) -> None:
    width, height = _SIZE_PX
    white = np.full((height, width, 3), 255, dtype=np.uint8)
    cut = Window(left, top, 80, 80).cut(white)
    columns, rows = np.arange(left, left + 80), np.arange(top, top + 80)
    inside = ((rows >= 0) & (rows < height))[:, None] & ((columns >= 0) & (columns < width))
    np.testing.assert_array_equal(cut[..., 0] == 255, inside)


@pytest.mark.parametrize("canvas_px", [40, 64, 100, 160, 480])
@given(x=st.integers(20, 180), y=st.integers(20, 100), dx=st.integers(-50, 50))
def test_a_mark_found_in_the_window_is_where_it_is_in_the_picture(
    canvas_px: int, x: int, y: int, dx: int
) -> None:
    width, height = _SIZE_PX
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[y - 4 : y + 5, x - 4 : x + 5] = 255
    centre_px = np.array([x + dx, y], dtype=np.float32)
    window = Window.around(centre_px, 160, canvas_px, times=3)
    assert window.canvas_px == canvas_px
    cut = window.cut(image)[..., 0].astype(float)
    rows, columns = np.indices(cut.shape)
    centre = np.array([(columns * cut).sum() / cut.sum(), (rows * cut).sum() / cut.sum()]) + 0.5
    found = np.array([[*(centre / window.canvas_px), 0.0]], dtype=np.float32)
    full_px = window.full_from_window(found, _SIZE_PX)[0, :2] * _SIZE_PX
    # A pixel's centre lies at +0.5.
    assert full_px == pytest.approx((x + 0.5, y + 0.5), abs=0.7 * 160 / window.canvas_px)


def test_depth_scales_with_the_window() -> None:
    window = Window(0, 0, 50, 50)
    points = np.array([[0.0, 0.0, 1.0]], dtype=np.float32)
    # z is in widths: one window width is a quarter of the picture's.
    assert window.full_from_window(points, _SIZE_PX)[0, 2] == pytest.approx(0.25)


def test_blanking_out_covers_the_disc_and_nothing_else() -> None:
    white = np.full((120, 200, 3), 255, dtype=np.uint8)
    window = Window(20, 10, 100, 50)
    cut = window.cut(white)
    window.blank_out(cut, np.array([70.0, 60.0], dtype=np.float32), 20.0)
    rows, columns = np.indices(cut.shape[:2])
    away = np.hypot(columns - 25, rows - 25)
    assert (cut[away < 9] == 128).all()
    assert (cut[away > 11] == 255).all()


def test_reducing_keeps_mean_brightness_and_halves_the_size() -> None:
    image = _noise()
    reduced = reduced_rgb(image, 2)
    assert reduced.shape == (30, 50, 3)
    np.testing.assert_allclose(
        reduced.mean(axis=(0, 1)), image[..., ::-1].mean(axis=(0, 1)), atol=1.0
    )
