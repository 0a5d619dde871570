"""C3D read back by ezc3d, TRC by the csv module."""

from __future__ import annotations

import csv
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from mocapbridge.errors import TakeError
from mocapbridge.export.c3d import write_c3d
from mocapbridge.export.clip import Clip
from mocapbridge.export.markers import MARKER_NAMES
from mocapbridge.export.options import ExportOptions
from mocapbridge.export.trc import write_trc
from mocapbridge.skeleton import JOINT_INDEX
from mocapbridge.types import TrackState
from tests.export_clips import moving_clip

JOINTS = [JOINT_INDEX[name] for name in MARKER_NAMES]


def _clip_with_a_lost_hand() -> Clip:
    clip = moving_clip(40, rate=Fraction(30000, 1001))
    states = clip.joint_states.copy()
    states[5:9, JOINT_INDEX["leftHand"]] = TrackState.LOST
    return replace(clip, joint_states=states)


def _expected(clip: Clip) -> npt.NDArray[np.float32]:
    positions = clip.positions_in_world_m[:, JOINTS].copy()
    positions[5:9, MARKER_NAMES.index("leftHand")] = np.nan
    return positions


def test_c3d_holds_the_joints_in_millimetres_z_up(tmp_path: Path) -> None:
    ezc3d: Any = pytest.importorskip("ezc3d", reason="ezc3d is not installed")
    clip = _clip_with_a_lost_hand()
    path = tmp_path / "a.c3d"
    write_c3d(clip, path, ExportOptions(), lambda _done: None)
    read: Any = ezc3d.c3d(str(path))
    point = read["parameters"]["POINT"]
    assert point["LABELS"]["value"] == list(MARKER_NAMES)
    assert point["UNITS"]["value"] == ["mm"]
    assert (point["X_SCREEN"]["value"], point["Y_SCREEN"]["value"]) == (["+X"], ["+Z"])
    assert read["header"]["points"]["frame_rate"] == pytest.approx(30000 / 1001, abs=1e-5)
    x, y, z = read["data"]["points"][:3] / 1000.0
    back = np.stack((x, z, -y), axis=-1).swapaxes(0, 1)
    expected = _expected(clip)
    assert np.array_equal(np.isnan(back), np.isnan(expected))
    assert np.nanmax(np.abs(back - expected)) < 0.0001


def test_c3d_refuses_more_frames_than_it_can_count(tmp_path: Path) -> None:
    clip = moving_clip(2)
    many = replace(clip, times_s=np.arange(70_000) / 60.0)
    with pytest.raises(TakeError, match="65535 frames and the take has 70000"):
        write_c3d(many, tmp_path / "a.c3d", ExportOptions(), lambda _done: None)


def test_trc_is_a_table_of_metres_y_up(tmp_path: Path) -> None:
    clip = _clip_with_a_lost_hand()
    path = tmp_path / "a.trc"
    write_trc(clip, path, ExportOptions(), lambda _done: None)
    with path.open(newline="", encoding="ascii") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    assert rows[0][:3] == ["PathFileType", "4", "(X/Y/Z)"]
    about = dict(zip(rows[1], rows[2], strict=True))
    assert float(about["DataRate"]) == pytest.approx(30000 / 1001, abs=1e-6)
    assert (about["NumFrames"], about["NumMarkers"], about["Units"]) == ("40", "52", "m")
    assert rows[3][:2] == ["Frame#", "Time"]
    assert tuple(rows[3][2::3]) == MARKER_NAMES
    assert rows[4][2:5] == ["X1", "Y1", "Z1"]
    assert rows[5] == []
    data = rows[6:]
    assert [int(row[0]) for row in data] == list(range(1, 41))
    assert np.allclose([float(row[1]) for row in data], clip.times_s, atol=1e-8)
    cells = np.array([[float(cell or "nan") for cell in row[2:]] for row in data])
    back, expected = cells.reshape(40, -1, 3), _expected(clip)
    assert np.array_equal(np.isnan(back), np.isnan(expected))
    assert np.nanmax(np.abs(back - expected)) < 1e-6
