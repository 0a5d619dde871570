"""The field of view: as told, or that of the usual camera, however the picture stands."""

import numpy as np
import pytest

from mocapbridge.solve.camera import Camera, horizontal_fov_deg
from mocapbridge.solve.options import SolveCameraOptions

CORNER = np.array(((1.0, 1.0, 0.0),))


@pytest.mark.parametrize("size_px", [(1920, 1080), (1080, 1920), (640, 640)])
def test_untold_the_longer_side_spans_60_degrees(size_px: tuple[int, int]) -> None:
    slopes = Camera(SolveCameraOptions()).rays(CORNER, size_px)[0]
    assert np.degrees(np.arctan(slopes.max())) == pytest.approx(30.0)
    # Pixels are square.
    assert slopes[0] / slopes[1] == pytest.approx(size_px[0] / size_px[1])


@pytest.mark.parametrize("size_px", [(1920, 1080), (1080, 1920)])
def test_told_it_is_the_width_that_counts(size_px: tuple[int, int]) -> None:
    options = SolveCameraOptions(horizontal_fov_deg=70.0)
    right = Camera(options).rays(CORNER, size_px)[0, 0]
    assert np.degrees(np.arctan(right)) == pytest.approx(35.0)
    assert horizontal_fov_deg(options, size_px) == pytest.approx(70.0)


def test_an_upright_film_of_the_usual_camera_is_36_degrees_wide() -> None:
    assert horizontal_fov_deg(SolveCameraOptions(), (1080, 1920)) == pytest.approx(36.0, abs=0.1)
