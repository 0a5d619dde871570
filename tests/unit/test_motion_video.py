"""The film of the solved motion shows what was solved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mocapbridge.errors import OutputUnavailable
from mocapbridge.motion_video import HEIGHT_PX, MotionVideo, draw_beside, draw_view
from mocapbridge.skeleton import JOINT_COUNT, rest_positions_m
from mocapbridge.types import MocapFrame, TrackState
from tests.motion_frames import random_frame


def standing(*, planted: bool = True, shift_m: float = 0.0) -> MocapFrame:
    """The rest pose."""
    frame = random_frame(1)
    positions = rest_positions_m() + np.array((shift_m, 0.0, 0.0), dtype=np.float32)
    pose = replace(
        frame.pose,
        positions_in_world_m=positions,
        root_position_in_world_m=positions[0],
        joint_state=np.full(JOINT_COUNT, TrackState.TRACKED, dtype=np.uint8),
        feet_planted=(planted, planted),
    )
    return replace(frame, pose=pose)


def count_of(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((picture == np.array(colour, dtype=np.uint8)).all(axis=-1).sum())


def test_left_is_to_the_right_in_the_front_view() -> None:
    view = draw_view(standing(), side=False)
    columns = np.flatnonzero((view == (0, 165, 255)).all(axis=-1).any(axis=0))
    assert columns.mean() > view.shape[1] / 2


def test_standing_feet_are_marked() -> None:
    green = (90, 200, 90)
    assert count_of(draw_view(standing(), side=False), green) > 100
    assert count_of(draw_view(standing(planted=False), side=False), green) == 0


def test_the_floor_moves_under_a_travelling_performer() -> None:
    here = draw_view(standing(), side=False)
    there = draw_view(standing(shift_m=0.2), side=False)
    assert not np.array_equal(here[-100:], there[-100:])


def test_footage_and_views_share_one_row() -> None:
    image = np.zeros((720, 1280, 3), dtype=np.uint8)
    beside = draw_beside(image, standing())
    views = draw_beside(np.zeros((0, 0, 3), dtype=np.uint8), standing())
    assert beside.shape[0] == views.shape[0] == HEIGHT_PX
    assert beside.shape[1] == views.shape[1] + 960


def test_any_frame_can_be_drawn() -> None:
    frame = random_frame(3)
    far = replace(frame.pose, positions_in_world_m=np.full((JOINT_COUNT, 3), 1e9, np.float32))
    draw_view(replace(frame, pose=far), side=True)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    film = MotionVideo(tmp_path / "nowhere" / "film.mp4", 25.0)
    with pytest.raises(OutputUnavailable, match="nowhere"):
        film.write(np.zeros((90, 160, 3), dtype=np.uint8), standing())
