from __future__ import annotations

import numpy as np
import pytest

from mocapbridge.errors import ConfigError
from mocapbridge.sources.options import CameraOptions, Rotation
from mocapbridge.sources.picture import PictureEdit
from mocapbridge.types import UInt8Array

PICTURE: UInt8Array = np.random.default_rng(7).integers(0, 256, (5, 7, 3)).astype(np.uint8)


def edited(options: CameraOptions) -> UInt8Array:
    return PictureEdit.from_options(options).apply(PICTURE)


def test_nothing_asked_costs_nothing() -> None:
    assert edited(CameraOptions()) is PICTURE


@pytest.mark.parametrize(("rotate", "counterclockwise_turns"), [(90, 3), (180, 2), (270, 1)])
def test_rotation_is_clockwise(rotate: Rotation, counterclockwise_turns: int) -> None:
    expected = np.rot90(PICTURE, counterclockwise_turns)
    np.testing.assert_array_equal(edited(CameraOptions(rotate=rotate)), expected)


def test_crop_comes_first_then_rotation_then_mirror() -> None:
    options = CameraOptions(crop=(1, 2, 4, 3), rotate=90, mirror=True)
    expected = np.rot90(PICTURE[2:5, 1:5], 3)[:, ::-1]
    result = edited(options)
    np.testing.assert_array_equal(result, expected)
    assert result.flags.c_contiguous


def test_crop_of_the_whole_picture_is_allowed() -> None:
    np.testing.assert_array_equal(edited(CameraOptions(crop=(0, 0, 7, 5))), PICTURE)


@pytest.mark.parametrize("crop", [(4, 0, 4, 5), (0, 3, 7, 3), (100, 0, 1, 1)])
def test_crop_outside_names_both_sizes(crop: tuple[int, int, int, int]) -> None:
    with pytest.raises(ConfigError, match="the picture is 7x5") as caught:
        edited(CameraOptions(crop=crop))
    assert str(list(crop)) in str(caught.value)
