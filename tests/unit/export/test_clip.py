from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mocapbridge.errors import TakeUnreadable
from mocapbridge.export.clip import Clip, mended
from mocapbridge.skeleton import rest_positions_m
from tests.export_clips import moving_clip


@pytest.mark.parametrize(
    "column",
    ["root_in_world_m", "rotations_wxyz", "positions_in_world_m", "blendshapes", "times_s"],
)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(column: str, bad: float) -> None:
    clip = moving_clip(5)
    values = getattr(clip, column).copy()
    values.flat[-1] = bad
    with pytest.raises(TakeUnreadable, match="not finite"):
        mended(_with(clip, column, values))


def test_a_position_beyond_all_measure_is_refused() -> None:
    clip = moving_clip(5)
    far = clip.root_in_world_m.copy()
    far[2, 0] = 1e30
    with pytest.raises(TakeUnreadable, match="root_in_world_m of the take reaches 1e\\+30;"):
        mended(replace(clip, root_in_world_m=far))


@pytest.mark.parametrize("times", [[0.0, 0.1, 0.1], [0.0, 0.2, 0.1], [0.5, 0.6, 0.7]])
def test_times_that_do_not_rise_from_zero_are_refused(times: list[float]) -> None:
    with pytest.raises(TakeUnreadable, match="do not"):
        mended(replace(moving_clip(3), times_s=np.array(times)))


@pytest.mark.parametrize(
    ("column", "shape"),
    [
        ("rotations_wxyz", (5, 512, 4)),
        ("blendshapes", (4, 52)),
        ("rest_positions_m", (54, 3)),
        ("joint_states", (5, 1)),
    ],
)
def test_columns_of_another_shape_are_refused(column: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(TakeUnreadable, match=column):
        mended(_with(moving_clip(5), column, np.zeros(shape, dtype=np.float32)))


def test_no_frames_are_refused() -> None:
    with pytest.raises(TakeUnreadable, match="no frame"):
        mended(replace(moving_clip(3), times_s=np.zeros(0)))


def test_rows_before_the_performer_was_seen_show_the_first_pose() -> None:
    clip = moving_clip(6)
    rotations, root, heads = (
        column.copy()
        for column in (clip.rotations_wxyz, clip.root_in_world_m, clip.world_from_head)
    )
    rotations[:2], root[:2], heads[:2] = 0.0, 0.0, 0.0
    shown = mended(
        replace(clip, rotations_wxyz=rotations, root_in_world_m=root, world_from_head=heads)
    )
    assert np.allclose(shown.rotations_wxyz[:2], clip.rotations_wxyz[2])
    assert np.allclose(shown.root_in_world_m[:2], clip.root_in_world_m[2])
    assert np.array_equal(shown.world_from_head[0], np.eye(4))
    assert np.allclose(shown.rotations_wxyz[2:], clip.rotations_wxyz[2:])


def test_a_performer_who_was_never_seen_stands_in_the_rest_pose() -> None:
    clip = moving_clip(4)
    shown = mended(
        replace(
            clip,
            rotations_wxyz=np.zeros_like(clip.rotations_wxyz),
            positions_in_world_m=np.zeros_like(clip.positions_in_world_m),
        )
    )
    assert np.array_equal(shown.positions_in_world_m[3], rest_positions_m())
    assert np.array_equal(shown.rotations_wxyz[..., 0], np.ones((4, 55)))


def test_rotations_get_unit_length_and_never_flip() -> None:
    clip = moving_clip(60)
    flipped = clip.rotations_wxyz.copy() * np.float32(1.0003)
    flipped[::3] *= -1.0
    shown = mended(replace(clip, rotations_wxyz=flipped)).rotations_wxyz
    assert np.allclose(np.linalg.norm(shown, axis=-1), 1.0, atol=1e-6)
    assert np.einsum("nji,nji->nj", shown[1:], shown[:-1]).min() > 0.0


def _with(clip: Clip, column: str, values: npt.NDArray[np.floating[Any]]) -> Clip:
    # Any: dataclasses.replace wants each column's own type.
    changes: dict[str, Any] = {column: values}
    return replace(clip, **changes)
